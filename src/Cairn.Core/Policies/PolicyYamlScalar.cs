using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Cairn.Rego.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cairn.Core.Policies;

/// <summary>Scalars of YAML 1.1 as go-yaml reads them: <c>yes</c> and <c>on</c> are true, <c>0750</c> is 488,
/// <c>1_000</c> a thousand.</summary>
internal static partial class PolicyYamlScalar
{
    private const string CoreTags = "tag:yaml.org,2002:";

    /// <summary>The value of a scalar.</summary>
    /// <param name="scalar">With its style and tag.</param>
    /// <param name="wordsAreBooleans">Whether <c>yes</c>, <c>on</c> and their like are booleans.</param>
    /// <exception cref="FormatException">The tag does not fit it, or JSON has no such number.</exception>
    public static RegoValue Value(Scalar scalar, bool wordsAreBooleans)
    {
        string tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        bool plain = scalar.Style is ScalarStyle.Plain or ScalarStyle.Any;
        switch (tag)
        {
            case "":
                return plain ? Resolve(scalar, wordsAreBooleans) : RegoString.Of(scalar.Value);
            case CoreTags + "binary":
                return RegoString.Of(Encoding.UTF8.GetString(Binary(scalar)));
            case CoreTags + "null" or CoreTags + "bool" or CoreTags + "int" or CoreTags + "float":
                var value = Resolve(scalar, wordsAreBooleans);
                bool fits = tag[CoreTags.Length..] switch
                {
                    "null" => value is RegoNull,
                    "bool" => value is RegoBoolean,
                    "int" => value is RegoNumber { IsInteger: true },
                    _ => value is RegoNumber,
                };
                return fits ? value : throw Bad(scalar, $"'{scalar.Value}' is not a !!{tag[CoreTags.Length..]}.");
            default:
                // An application's own tag means nothing here.
                return RegoString.Of(scalar.Value);
        }
    }

    /// <summary>The text that a member's name is; null for null and for collections.</summary>
    public static RegoString? Name(RegoValue name) =>
        name switch
        {
            RegoString text => text,
            RegoBoolean boolean => RegoString.Of(boolean.Value ? "true" : "false"),
            RegoNumber number => RegoString.Of(number.Text),
            _ => null,
        };

    private static RegoValue Resolve(Scalar scalar, bool wordsAreBooleans)
    {
        string text = scalar.Value;
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return RegoNull.Instance;
            case "true" or "True" or "TRUE":
            case "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" when wordsAreBooleans:
                return RegoBoolean.True;
            case "false" or "False" or "FALSE":
            case "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF" when wordsAreBooleans:
                return RegoBoolean.False;
            case ".inf"
            or ".Inf"
            or ".INF"
            or "+.inf"
            or "+.Inf"
            or "+.INF"
            or "-.inf"
            or "-.Inf"
            or "-.INF"
            or ".nan"
            or ".NaN"
            or ".NAN":
                throw Bad(scalar, $"JSON has no number '{text}'.");
        }

        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.'))
            return RegoString.Of(text);
        // Underscores group digits; a point in front takes none.
        string digits = text[0] == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        if (Whole(digits) is { } whole)
            return RegoNumber.Of(whole);
        if (!Fraction().IsMatch(digits))
            return RegoString.Of(text);
        double number = double.Parse(digits, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? RegoNumber.Of(number) : RegoString.Of(text);
    }

    // A whole number of 64 bits in the base that its beginning names; larger ones are as exact as a double.
    private static BigInteger? Whole(string text)
    {
        if (Integer().Match(text) is not { Success: true } match)
            return null;
        string digits = match.Groups["digits"].Value;
        int radix = match.Groups["base"].Value switch
        {
            "0x" or "0X" => 16,
            "0b" or "0B" => 2,
            "0o" or "0O" or "0" => 8,
            _ => 10,
        };
        // More digits of any base than this are more than 64 bits.
        if (
            digits.Length > 128
            || digits.Any(digit =>
                int.Parse(digit.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >= radix
            )
        )
        {
            return null;
        }

        var value = digits.Aggregate(
            BigInteger.Zero,
            (sum, digit) =>
                (sum * radix) + int.Parse(digit.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        );
        if (match.Groups["sign"].Value == "-")
            value = -value;
        return value >= long.MinValue && value <= ulong.MaxValue ? value : null;
    }

    private static byte[] Binary(Scalar scalar)
    {
        try
        {
            return Convert.FromBase64String(scalar.Value);
        }
        catch (FormatException e)
        {
            throw new FormatException($"Line {scalar.Start.Line}: a !!binary value is not base64.", e);
        }
    }

    private static FormatException Bad(Scalar scalar, string what) => new($"Line {scalar.Start.Line}: {what}");

    [GeneratedRegex(
        @"^(?<sign>[-+]?)(?<base>0[xX](?=[0-9a-fA-F])|0[oO](?=[0-9])|0[bB](?=[0-9])|0(?=[0-9])|)(?<digits>[0-9a-fA-F]+)\z"
    )]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Fraction();
}
