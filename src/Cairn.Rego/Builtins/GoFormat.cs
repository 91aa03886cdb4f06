using System.Globalization;
using System.Numerics;
using System.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>
/// Go's <c>fmt.Sprintf</c>, as <c>sprintf</c> has it: whole numbers are integers of any size, others float64, and
/// whatever is neither number nor string is its Rego text. Mistakes show in the result, as in Go:
/// <c>%!d(string=hi)</c>.
/// </summary>
internal sealed class GoFormat
{
    private const int MaxWidth = 1_000_000;

    // From a million on, the shortest form of a float64 has an exponent.
    private const int ShortestExponent = 6;

    private readonly BuiltinContext _context;
    private readonly string _format;
    private readonly RegoArray _args;
    private readonly StringBuilder _text = new();
    private int _next;
    private bool _reordered;

    private bool _minus;
    private bool _plus;
    private bool _sharp;
    private bool _space;
    private bool _zero;
    private int _width;
    private int _precision;

    private GoFormat(BuiltinContext context, string format, RegoArray args) =>
        (_context, _format, _args) = (context, format, args);

    /// <summary>Formats the arguments.</summary>
    public static string Format(BuiltinContext context, string format, RegoArray args)
    {
        StringBuiltins.Charge(context, format.Length);
        return new GoFormat(context, format, args).Run();
    }

    /// <summary>The digits of a number that is not negative, in small letters.</summary>
    public static string Digits(BigInteger number, int radix)
    {
        if (radix == 10)
            return number.ToString(CultureInfo.InvariantCulture);
        if (radix == 16)
            return number.IsZero ? "0" : number.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        string binary = number.ToString("b", CultureInfo.InvariantCulture).TrimStart('0');
        if (radix == 8)
        {
            binary = binary.PadLeft((binary.Length + 2) / 3 * 3, '0');
            binary = string.Concat(
                binary
                    .Chunk(3)
                    .Select(bits => (char)('0' + ((bits[0] - '0') * 4) + ((bits[1] - '0') * 2) + bits[2] - '0'))
            );
        }

        return binary.Length == 0 ? "0" : binary;
    }

    private string Run()
    {
        int at = 0;
        while (at < _format.Length)
        {
            int percent = _format.IndexOf('%', at);
            if (percent < 0)
                percent = _format.Length;
            _text.Append(_format, at, percent - at);
            at = percent + 1;
            if (percent < _format.Length)
                at = Directive(at);
        }

        if (!_reordered && _next < _args.Count)
        {
            _text.Append("%!(EXTRA ");
            for (int i = _next; i < _args.Count; i++)
            {
                if (i > _next)
                    _text.Append(", ");
                _text.Append(GoType(_args[i])).Append('=').Append(Plain(_args[i]));
            }

            _text.Append(')');
        }

        return _text.ToString();
    }

    private int Directive(int i)
    {
        _context.ChargeSteps(1);
        (_minus, _plus, _sharp, _space, _zero, _width, _precision) = (false, false, false, false, false, -1, -1);
        for (; i < _format.Length && "-+# 0".Contains(_format[i], StringComparison.Ordinal); i++)
        {
            switch (_format[i])
            {
                case '-':
                    (_minus, _zero) = (true, false);
                    break;
                case '+':
                    _plus = true;
                    break;
                case '#':
                    _sharp = true;
                    break;
                case ' ':
                    _space = true;
                    break;
                default:
                    _zero = !_minus;
                    break;
            }
        }

        bool badIndex = false;
        i = ArgumentIndex(i, ref badIndex);
        i = Size(i, ref _width, "%!(BADWIDTH)");
        if (_width < -1)
            (_minus, _zero, _width) = (true, false, -_width);
        if (i < _format.Length && _format[i] == '.')
        {
            i = ArgumentIndex(i + 1, ref badIndex);
            _precision = 0;
            i = Size(i, ref _precision, "%!(BADPREC)");
        }

        i = ArgumentIndex(i, ref badIndex);
        if (i >= _format.Length)
        {
            _text.Append("%!(NOVERB)");
            return i;
        }

        Rune.DecodeFromUtf16(_format.AsSpan(i), out var verb, out int length);
        if (verb.Value == '%')
            _text.Append('%');
        else if (badIndex)
            _text.Append(CultureInfo.InvariantCulture, $"%!{verb}(BADINDEX)");
        else if (_next >= _args.Count)
            _text.Append(CultureInfo.InvariantCulture, $"%!{verb}(MISSING)");
        else
            Argument(verb, _args[_next++]);
        return i + length;
    }

    // [n]: the argument to take next, counted from 1.
    private int ArgumentIndex(int i, ref bool bad)
    {
        if (i >= _format.Length || _format[i] != '[')
            return i;
        _reordered = true;
        int end = _format.IndexOf(']', i);
        if (end < 0)
        {
            bad = true;
            return i + 1;
        }

        if (
            int.TryParse(
                _format.AsSpan(i + 1, end - i - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int index
            )
            && index >= 1
            && index <= _args.Count
        )
        {
            _next = index - 1;
        }
        else
        {
            bad = true;
        }

        return end + 1;
    }

    private int Size(int i, ref int size, string bad)
    {
        if (i < _format.Length && _format[i] == '*')
        {
            if (
                _next < _args.Count
                && _args[_next++] is RegoNumber number
                && number.TryToInt(out int given)
                && Math.Abs((long)given) <= MaxWidth
            )
            {
                size = given;
            }
            else
            {
                _text.Append(bad);
            }

            return i + 1;
        }

        int start = i;
        while (i < _format.Length && char.IsAsciiDigit(_format[i]))
            i++;
        if (
            i > start
            && int.TryParse(
                _format.AsSpan(start, i - start),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int parsed
            )
            && parsed <= MaxWidth
        )
        {
            size = parsed;
        }

        return i;
    }

    private void Argument(Rune verb, RegoValue value)
    {
        if (verb.Value == 'T')
        {
            Pad(GoType(value), zeros: false);
            return;
        }

        if (value is RegoNumber number)
        {
            if (IsPlain(number) && number.TryToBigInteger(out var whole))
                Integer(verb, number, whole);
            else if (double.IsFinite(number.ToDouble()))
                Float(verb, number.ToDouble(), number);
            else
                Text(verb, number.Text, value);
            return;
        }

        Text(verb, Plain(value), value);
    }

    private static string GoType(RegoValue value) =>
        value is not RegoNumber number ? "string"
        : IsPlain(number)
            ? number.TryToLong(out _) ? "int"
                : "*big.Int"
        : double.IsFinite(number.ToDouble()) ? "float64"
        : "string";

    // A whole number written with an exponent is a float64: 1e2.
    private static bool IsPlain(RegoNumber number) => number.IsInteger && !number.Text.AsSpan().ContainsAny('e', 'E');

    private static string Plain(RegoValue value) =>
        value switch
        {
            RegoString text => text.Value,
            RegoNumber number when IsPlain(number) && number.TryToBigInteger(out var whole) => whole.ToString(
                CultureInfo.InvariantCulture
            ),
            RegoNumber number when !IsPlain(number) && double.IsFinite(number.ToDouble()) => General(
                number.ToDouble(),
                -1,
                ShortestExponent
            ),
            _ => value.ToString(),
        };

    private void Bad(Rune verb, RegoValue value) =>
        _text.Append(CultureInfo.InvariantCulture, $"%!{verb}({GoType(value)}={Plain(value)})");

    private void Text(Rune verb, string text, RegoValue value)
    {
        switch (verb.Value)
        {
            case 'v' when _sharp:
                Pad(Quoted(text), _zero);
                break;
            case 'v' or 's':
                Pad(Cut(text), _zero);
                break;
            case 'q':
                text = Cut(text);
                Pad(
                    _sharp && !text.Contains('`') && !text.AsSpan().ContainsAnyInRange('\0', '\u001f')
                        ? $"`{text}`"
                        : Quoted(text),
                    _zero
                );
                break;
            case 'x' or 'X':
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                if (_precision >= 0 && _precision < bytes.Length)
                    bytes = bytes[.._precision];
                string hex = _space
                    ? string.Join(
                        ' ',
                        bytes.Select(b => (_sharp ? "0x" : "") + b.ToString("x2", CultureInfo.InvariantCulture))
                    )
                    : (_sharp && bytes.Length > 0 ? "0x" : "") + Convert.ToHexStringLower(bytes);
                Pad(verb.Value == 'X' ? hex.ToUpperInvariant() : hex, _zero);
                break;
            default:
                Bad(verb, value);
                break;
        }
    }

    private string Cut(string text) => _precision < 0 ? text : text[..CodePoints.Offset(text, _precision)];

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder();
        RegoText.AppendQuoted(quoted, text);
        return quoted.ToString();
    }

    private void Integer(Rune verb, RegoNumber number, BigInteger value)
    {
        bool isBig = !number.TryToLong(out _);
        switch (verb.Value)
        {
            case 'd' or 'v':
            case 's' when isBig:
                Signed(value, Digits(BigInteger.Abs(value), 10), "");
                break;
            case 'b':
                Signed(value, Digits(BigInteger.Abs(value), 2), _sharp ? "0b" : "");
                break;
            case 'o' or 'O':
                Signed(
                    value,
                    Digits(BigInteger.Abs(value), 8),
                    verb.Value == 'O' ? "0o"
                        : _sharp ? "0"
                        : ""
                );
                break;
            case 'x':
                Signed(value, Digits(BigInteger.Abs(value), 16), _sharp ? "0x" : "");
                break;
            case 'X':
                Signed(value, Digits(BigInteger.Abs(value), 16).ToUpperInvariant(), _sharp ? "0X" : "");
                break;
            case 'c' or 'q' or 'U' when !isBig:
                var rune =
                    value >= 0 && value <= 0x10FFFF && Rune.TryCreate((int)value, out var valid)
                        ? valid
                        : Rune.ReplacementChar;
                Pad(
                    verb.Value switch
                    {
                        'c' => rune.ToString(),
                        'q' => "'"
                            + (
                                rune.Value == '\''
                                    ? "\\'"
                                    : Quoted(rune.ToString())[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal)
                            )
                            + "'",
                        _ => string.Create(
                            CultureInfo.InvariantCulture,
                            $"U+{(long)value:X4}{(_sharp ? $" '{rune}'" : "")}"
                        ),
                    },
                    zeros: false
                );
                break;
            default:
                Bad(verb, number);
                break;
        }
    }

    private void Signed(BigInteger value, string digits, string prefix)
    {
        string sign =
            value.Sign < 0 ? "-"
            : _plus ? "+"
            : _space ? " "
            : "";
        if (_precision >= 0)
            digits = value.IsZero && _precision == 0 ? "" : digits.PadLeft(_precision, '0');
        else if (_zero && _width > 0)
            digits = digits.PadLeft(Math.Max(0, _width - sign.Length), '0');
        Pad(sign + prefix + digits, zeros: false);
    }

    private void Float(Rune verb, double value, RegoNumber number)
    {
        string? text = verb.Value switch
        {
            'v' or 'g' or 'G' => General(
                value,
                _precision,
                _precision < 0 ? ShortestExponent : Math.Max(_precision, 1)
            ),
            'f' or 'F' => value.ToString(
                "F" + (_precision < 0 ? 6 : _precision).ToString(CultureInfo.InvariantCulture),
                CultureInfo.InvariantCulture
            ),
            'e' or 'E' => Scientific(value, _precision < 0 ? 6 : _precision),
            _ => null,
        };
        if (text is null)
        {
            Bad(verb, number);
            return;
        }

        if (verb.Value is 'G' or 'E')
            text = text.ToUpperInvariant();
        if (text[0] != '-')
        {
            text =
                (
                    _plus ? "+"
                    : _space ? " "
                    : ""
                ) + text;
        }

        if (_zero && _width > text.Length)
        {
            int sign = text[0] is '-' or '+' or ' ' ? 1 : 0;
            text = text[..sign] + text[sign..].PadLeft(_width - sign, '0');
        }

        Pad(text, zeros: false);
    }

    // %g: the exponent form below 1e-4 and from 10^largest on.
    private static string General(double value, int precision, int largest)
    {
        string digits =
            precision < 0
                ? value.ToString("E16", CultureInfo.InvariantCulture)
                : value.ToString(
                    "E" + Math.Max(0, precision - 1).ToString(CultureInfo.InvariantCulture),
                    CultureInfo.InvariantCulture
                );
        int exponent =
            value == 0
                ? 0
                : int.Parse(
                    digits.AsSpan(digits.IndexOf('E', StringComparison.Ordinal) + 1),
                    CultureInfo.InvariantCulture
                );
        string plain =
            precision < 0
                ? value.ToString("R", CultureInfo.InvariantCulture)
                : value.ToString(
                    "G" + Math.Max(1, precision).ToString(CultureInfo.InvariantCulture),
                    CultureInfo.InvariantCulture
                );
        var scaled = RegoNumber
            .Parse(
                plain.Contains("E+", StringComparison.Ordinal)
                    ? plain.Replace("E+", "e", StringComparison.Ordinal)
                    : plain
            )
            .Scaled.Normalize();
        string mantissa = BigInteger.Abs(scaled.Mantissa).ToString(CultureInfo.InvariantCulture);
        string sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= largest)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{sign}{mantissa[0]}{(mantissa.Length > 1 ? "." + mantissa[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}"
            );
        }

        int point = mantissa.Length + scaled.Exponent;
        return sign
            + (
                point <= 0 ? "0." + new string('0', -point) + mantissa
                : point >= mantissa.Length ? mantissa.PadRight(point, '0')
                : mantissa[..point] + "." + mantissa[point..]
            );
    }

    private static string Scientific(double value, int precision)
    {
        string text = value.ToString(
            "E" + precision.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture
        );
        int e = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{text[..e]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}"
        );
    }

    private void Pad(string text, bool zeros)
    {
        int padding = _width < 0 ? 0 : Math.Max(0, _width - CodePoints.Length(text));
        StringBuiltins.Charge(_context, padding + text.Length);
        if (_minus)
            _text.Append(text).Append(' ', padding);
        else
            _text.Append(zeros ? '0' : ' ', padding).Append(text);
    }
}
