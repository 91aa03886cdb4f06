using System.Globalization;
using System.Numerics;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Python's <c>format % values</c>.</summary>
internal ref struct PercentFormat
{
    private readonly Run _run;
    private readonly string _format;
    private readonly Value _values;
    private readonly bool _isMarkup;
    private int _position;
    private int _next;

    private PercentFormat(Run run, string format, Value values, bool isMarkup)
    {
        _run = run;
        _format = format;
        _values = values;
        _isMarkup = isMarkup;
    }

    public static Value Apply(Run run, string format, Value values, bool isMarkup)
    {
        var formatting = new PercentFormat(run, format, values, isMarkup);
        var buffer = run.RentBuffer();
        formatting.Write(buffer);
        return Markups.Make(isMarkup, run.ReturnBuffer(buffer));
    }

    private void Write(TextBuffer output)
    {
        while (_position < _format.Length)
        {
            int percent = _format.IndexOf('%', _position);
            if (percent < 0)
            {
                output.Append(_format.AsSpan(_position));
                break;
            }
            output.Append(_format.AsSpan(_position, percent - _position));
            _position = percent + 1;
            WriteOne(output);
        }
        bool takesAnything = _values.Kind is ValueKind.Mapping or ValueKind.List or ValueKind.Undefined;
        if (_values.TryHeap<TupleValue>(out var tuple) ? _next < tuple.Length : _next == 0 && !takesAnything)
            throw Errors.Type("not all values were used by the format");
    }

    private void WriteOne(TextBuffer output)
    {
        _run.Step();
        string? key = Peek == '(' ? Key() : null;
        var spec = new NumberSpec();
        for (; Peek is '-' or '+' or ' ' or '#' or '0'; _position++)
        {
            spec = Peek switch
            {
                '-' => spec with { Align = '<' },
                '+' => spec with { Sign = '+' },
                ' ' => spec.Sign == '+' ? spec : spec with { Sign = ' ' },
                '#' => spec with { Alternate = true },
                _ => spec with { ZeroPad = true },
            };
        }
        int width = Count();
        if (width < 0)
        {
            spec = spec with { Align = '<' };
            width = -width;
        }
        int? precision = null;
        if (Peek == '.')
        {
            _position++;
            precision = Math.Max(0, Count());
        }
        while (Peek is 'h' or 'l' or 'L')
            _position++;
        if (Peek == '\0')
            throw Errors.Type("the format ends within a '%' conversion");
        char conversion = _format[_position++];
        _run.ChargeText(width + (long)(precision ?? 0));
        spec = spec with { Width = width, Precision = precision };
        if (conversion == '%')
        {
            output.Append('%');
            return;
        }
        output.Append(Convert(conversion, key is null ? NextValue() : Named(key), spec));
    }

    private readonly char Peek => _position < _format.Length ? _format[_position] : '\0';

    private string Key()
    {
        int start = ++_position;
        for (int depth = 1; _position < _format.Length; _position++)
        {
            depth += _format[_position] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (depth == 0)
                return _format[start.._position++];
        }
        throw Errors.Type("the format has a '%(' without ')'");
    }

    private readonly Value Named(string key)
    {
        _run.StepForText(key.Length);
        if (!_values.TryHeap<MappingValue>(out var mapping))
            throw Errors.Type("a format with names needs a mapping");
        return mapping.TryGet(key, out var value) ? value : throw Errors.Type($"the format's name '{key}' is missing");
    }

    private int Count()
    {
        if (Peek == '*')
        {
            _position++;
            var value = NextValue();
            return value.TrySmall(out long given) && Math.Abs(given) < int.MaxValue
                ? (int)given
                : throw BuiltinCall.Mismatch(value, "an integer for '*'");
        }
        long count = 0;
        for (; char.IsAsciiDigit(Peek); _position++)
            count = Math.Min(int.MaxValue, (count * 10) + (Peek - '0'));
        return (int)count;
    }

    private Value NextValue()
    {
        int index = _next++;
        if (_values.TryHeap<TupleValue>(out var tuple))
            return index < tuple.Length ? tuple[index] : throw Errors.Type("the format needs more values");
        return index == 0 ? _values : throw Errors.Type("the format needs more values");
    }

    private readonly string Convert(char conversion, Value value, NumberSpec spec)
    {
        switch (conversion)
        {
            case 's' or 'r' or 'a':
                string text = conversion == 's' ? Repr.Str(_run, value) : Repr.Of(_run, value);
                text = _isMarkup ? Markups.Escaped(value, text) : text;
                text = conversion == 'a' ? Ascii(text) : text;
                text = spec.Precision is { } most ? Text.Substring(text, 0, most) : text;
                return (spec with { ZeroPad = false }).Pad("", text, defaultAlign: '>');
            case 'c':
                return spec.Pad("", Character(value), defaultAlign: '>');
            case 'd' or 'i' or 'u':
                return spec.Integer(Number(value, allowFloat: true, conversion), 'd');
            case 'x' or 'X' or 'o':
                return spec.Integer(Number(value, allowFloat: false, conversion), conversion);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                return spec.Float(
                    value.IsNumber
                        ? Arithmetic.ToDouble(value)
                        : throw BuiltinCall.Mismatch(value, $"a number for '%{conversion}'"),
                    conversion
                );
            default:
                throw Errors.Type($"'%{conversion}' is not a conversion");
        }
    }

    private static string Ascii(string text) =>
        string.Concat(
            text.EnumerateRunes()
                .Select(r =>
                    r.IsAscii ? r.ToString()
                    : r.Value <= 0xff ? $"\\x{r.Value:x2}"
                    : r.Value <= 0xffff ? $"\\u{r.Value:x4}"
                    : $"\\U{r.Value:x8}"
                )
        );

    private static string Character(Value value)
    {
        if (value.TryString(out string? text))
            return Text.Length(text) == 1 ? text : throw Errors.Type("'%c' needs one character");
        return value.TrySmall(out long code) && code is >= 0 and <= 0x10ffff and not (>= 0xd800 and <= 0xdfff)
            ? char.ConvertFromUtf32((int)code)
            : throw BuiltinCall.Mismatch(value, "a character for '%c'");
    }

    private readonly BigInteger Number(Value value, bool allowFloat, char conversion)
    {
        if (value.TryBigInteger(out var integer))
        {
            _run.StepForDigits(integer);
            return integer;
        }
        return allowFloat && value.IsFloat && double.IsFinite(value.AsFloat)
            ? new BigInteger(value.AsFloat)
            : throw BuiltinCall.Mismatch(value, $"a number for '%{conversion}'");
    }
}

/// <summary>How a number is laid out, for <c>%</c> and for <c>str.format</c>.</summary>
internal readonly record struct NumberSpec
{
    /// <summary><c>&lt;</c>, <c>&gt;</c>, <c>^</c>, <c>=</c> or, for the default, <c>\0</c>.</summary>
    public char Align { get; init; }

    /// <summary>The padding; null is a blank.</summary>
    public string? Fill { get; init; }

    /// <summary><c>+</c>, a blank, or <c>\0</c> for minus only.</summary>
    public char Sign { get; init; }

    public bool Alternate { get; init; }

    public bool ZeroPad { get; init; }

    public int Width { get; init; }

    /// <summary><c>,</c>, <c>_</c> or <c>\0</c>.</summary>
    public char Grouping { get; init; }

    public int? Precision { get; init; }

    public string Integer(BigInteger value, char type)
    {
        var magnitude = BigInteger.Abs(value);
        string digits = type switch
        {
            'x' => Radix(magnitude, 4),
            'X' => Radix(magnitude, 4).ToUpperInvariant(),
            'o' => Radix(magnitude, 3),
            'b' => Radix(magnitude, 1),
            _ => magnitude.ToString(CultureInfo.InvariantCulture),
        };
        digits = Precision is { } least ? digits.PadLeft(least, '0') : digits;
        string prefix = Alternate && type is 'x' or 'X' or 'o' or 'b' ? $"0{type}" : "";
        return Pad(SignOf(value.Sign < 0) + prefix, Group(digits, type is 'd' ? 3 : 4), defaultAlign: '>');
    }

    private static string Radix(BigInteger value, int bitsPerDigit)
    {
        if (value.IsZero)
            return "0";
        // Shifting digit by digit would copy the number for each of them.
        string bits = value.ToString("b", CultureInfo.InvariantCulture).TrimStart('0');
        char[] digits = new char[(bits.Length + bitsPerDigit - 1) / bitsPerDigit];
        int next = digits.Length * bitsPerDigit - bits.Length;
        int digit = 0;
        foreach (char bit in bits)
        {
            digit = (digit * 2) + (bit - '0');
            if (++next % bitsPerDigit == 0)
            {
                digits[(next / bitsPerDigit) - 1] = "0123456789abcdef"[digit];
                digit = 0;
            }
        }
        return new string(digits);
    }

    public string Float(double value, char type)
    {
        bool isUpper = char.IsUpper(type);
        string text;
        if (!double.IsFinite(value))
        {
            text = double.IsNaN(value) ? "nan" : "inf";
            text = isUpper ? text.ToUpperInvariant() : text;
            return (this with { ZeroPad = false }).Pad(
                SignOf(double.IsNegative(value) && !double.IsNaN(value)),
                text,
                '>'
            );
        }
        int precision = Precision ?? 6;
        text = char.ToLowerInvariant(type) switch
        {
            'f' => Numbers.Fixed(value, precision),
            'e' => Numbers.Exponential(value, precision),
            _ => Numbers.General(value, precision, Alternate),
        };
        text = isUpper ? text.ToUpperInvariant() : text;
        return Pad(SignOf(double.IsNegative(value)), GroupWhole(text), '>');
    }

    /// <summary>A float's text with its whole part in groups of three, if that is asked for.</summary>
    public string GroupWhole(string text)
    {
        if (Grouping == '\0')
            return text;
        int end = text.AsSpan().IndexOfAnyExcept("0123456789");
        return end < 0 ? Group(text, 3) : Group(text[..end], 3) + text[end..];
    }

    public string SignOf(bool negative) =>
        negative ? "-"
        : Sign == '\0' ? ""
        : Sign.ToString();

    private string Group(string digits, int size)
    {
        if (Grouping == '\0' || digits.Length <= size)
            return digits;
        var grouped = new System.Text.StringBuilder();
        for (int i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % size == 0)
                grouped.Append(Grouping);
            grouped.Append(digits[i]);
        }
        return grouped.ToString();
    }

    public string Pad(string sign, string digits, char defaultAlign)
    {
        int missing = Width - Text.Length(sign) - Text.Length(digits);
        if (missing <= 0)
            return sign + digits;
        char align =
            Align != '\0' ? Align
            : ZeroPad ? '='
            : defaultAlign;
        string fill = Fill ?? (ZeroPad && Align is '\0' or '=' ? "0" : " ");
        string Repeat(int count) => string.Concat(Enumerable.Repeat(fill, count));
        return align switch
        {
            '<' => sign + digits + Repeat(missing),
            '^' => Repeat(missing / 2) + sign + digits + Repeat(missing - (missing / 2)),
            '=' => sign + Repeat(missing) + digits,
            _ => Repeat(missing) + sign + digits,
        };
    }
}
