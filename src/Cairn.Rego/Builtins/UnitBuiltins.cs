using System.Collections.Frozen;
using System.Numerics;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Amounts with units: <c>10Ki</c>, <c>500m</c>, <c>3.2MB</c>.</summary>
internal static class UnitBuiltins
{
    private static readonly FrozenDictionary<char, int> Powers = new Dictionary<char, int>
    {
        ['k'] = 1,
        ['m'] = 2,
        ['g'] = 3,
        ['t'] = 4,
        ['p'] = 5,
        ['e'] = 6,
    }.ToFrozenDictionary();

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("units.parse", [RegoType.String], RegoType.Number, (_, args) => Parse(args.Text(0))),
        new("units.parse_bytes", [RegoType.String], RegoType.Number, (_, args) => ParseBytes(args.Text(0))),
    ];

    private static RegoNumber Parse(string text)
    {
        var (amount, unit) = Split(text, "amount");
        // m is milli and M is mega; of the other letters the case does not count.
        if (unit == "m")
            return RegoArithmetic.Divide(Number(amount, "amount"), RegoNumber.Of(1000));
        string lower = unit.ToLowerInvariant();
        return RegoArithmetic.Multiply(
            Number(amount, "amount"),
            lower switch
            {
                "" => RegoNumber.Of(1),
                [var power] when Powers.TryGetValue(power, out int thousands) => RegoNumber.Of(
                    BigInteger.Pow(1000, thousands)
                ),
                [var power, 'i'] when Powers.TryGetValue(power, out int kibis) => RegoNumber.Of(
                    BigInteger.Pow(1024, kibis)
                ),
                _ => throw new BuiltinException($"unit {unit} not recognized"),
            }
        );
    }

    private static RegoNumber ParseBytes(string text)
    {
        var (amount, unit) = Split(text.ToLowerInvariant(), "byte amount");
        string prefix = unit.Length > 1 && unit.EndsWith('b') ? unit[..^1] : unit;
        var factor = prefix switch
        {
            "" => RegoNumber.Of(1),
            [var power] when Powers.TryGetValue(power, out int thousands) => RegoNumber.Of(
                BigInteger.Pow(1000, thousands)
            ),
            [var power, 'i'] when Powers.TryGetValue(power, out int kibis) => RegoNumber.Of(
                BigInteger.Pow(1024, kibis)
            ),
            _ => throw new BuiltinException($"byte unit {unit} not recognized"),
        };
        var bytes = RegoArithmetic.Multiply(Number(amount, "byte amount"), factor);
        return RegoArithmetic.Round(
            bytes,
            bytes.Sign < 0 ? MidpointRounding.ToPositiveInfinity : MidpointRounding.ToNegativeInfinity
        );
    }

    private static (string Amount, string Unit) Split(string text, string what)
    {
        text = text.Replace("\"", "", StringComparison.Ordinal);
        if (text.Contains(' ', StringComparison.Ordinal))
            throw new BuiltinException("spaces not allowed in resource strings");
        int end = 0;
        for (; end < text.Length; end++)
        {
            char c = text[end];
            bool isExponent =
                c is 'e' or 'E'
                && end > 0
                && end + 1 < text.Length
                && (char.IsAsciiDigit(text[end + 1]) || text[end + 1] is '+' or '-');
            bool isSign = c is '+' or '-' && (end == 0 || text[end - 1] is 'e' or 'E');
            if (!isExponent && !isSign && c != '.' && !char.IsAsciiDigit(c))
                break;
        }

        return end == 0 ? throw new BuiltinException($"no {what} provided") : (text[..end], text[end..]);
    }

    private static RegoNumber Number(string text, string what)
    {
        string sign = text[0] == '-' ? "-" : "";
        string digits = text.TrimStart('+', '-').TrimStart('0');
        if (digits.Length == 0 || digits[0] is '.' or 'e' or 'E')
            digits = "0" + digits;
        if (digits.EndsWith('.'))
            digits += "0";
        return RegoNumber.TryParse(sign + digits, out var number)
            ? number
            : throw new BuiltinException($"could not parse {what} to a number");
    }
}
