using System.Numerics;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Python's <c>str.format</c>: fields by position or name, attributes and items of them, and format
/// specifications.</summary>
internal sealed class StringFormat(RenderContext context, Arguments arguments, bool isMarkup)
{
    private readonly Run _run = context.Run;
    private int _automatic;
    private bool _numbered;

    public string Apply(string format)
    {
        var output = _run.RentBuffer();
        Write(output, format, depth: 2);
        return _run.ReturnBuffer(output);
    }

    private void Write(TextBuffer output, string format, int depth)
    {
        for (int i = 0; i < format.Length; i++)
        {
            char c = format[i];
            bool isDoubled = i + 1 < format.Length && format[i + 1] == c;
            if (c is '{' or '}' && isDoubled)
            {
                output.Append(c);
                i++;
            }
            else if (c == '{')
            {
                int end = FieldEnd(format, i + 1);
                WriteField(output, format[(i + 1)..end], depth);
                i = end;
            }
            else if (c == '}')
            {
                throw Errors.Type("the format has a '}' without '{'");
            }
            else
            {
                output.Append(c);
            }
        }
    }

    private static int FieldEnd(string format, int start)
    {
        int depth = 1;
        bool inItem = false;
        for (int i = start; i < format.Length; i++)
        {
            inItem = format[i] switch
            {
                '[' => true,
                ']' => false,
                _ => inItem,
            };
            depth += inItem
                ? 0
                : format[i] switch
                {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
            if (depth == 0)
                return i;
        }
        throw Errors.Type("the format has a '{' without '}'");
    }

    private void WriteField(TextBuffer output, string field, int depth)
    {
        _run.Step();
        if (depth == 0)
            throw Errors.Type("the format's fields are nested too deep");
        int colon = OutsideBrackets(field, ':');
        string spec = colon < 0 ? "" : field[(colon + 1)..];
        string name = colon < 0 ? field : field[..colon];
        int mark = OutsideBrackets(name, '!');
        string conversion = mark < 0 ? "" : name[(mark + 1)..];
        var value = Field(mark < 0 ? name : name[..mark]);
        if (spec.Contains('{'))
        {
            var buffer = _run.RentBuffer();
            Write(buffer, spec, depth - 1);
            spec = _run.ReturnBuffer(buffer);
        }
        value = conversion switch
        {
            "" when mark < 0 => value,
            "s" => Value.String(Repr.Str(_run, value)),
            "r" or "a" => Value.String(Repr.Of(_run, value)),
            _ => throw Errors.Type($"'!{conversion}' is not a conversion"),
        };
        string text = FormatSpec.Apply(_run, value, spec);
        output.Append(isMarkup ? Markups.Escaped(value, text) : text);
    }

    private static int OutsideBrackets(string text, char wanted)
    {
        bool inside = false;
        for (int i = 0; i < text.Length; i++)
        {
            inside = text[i] switch
            {
                '[' => true,
                ']' => false,
                _ => inside,
            };
            if (!inside && text[i] == wanted)
                return i;
        }
        return -1;
    }

    private Value Field(string path)
    {
        int end = path.IndexOfAny(['.', '[']);
        string first = end < 0 ? path : path[..end];
        var value = Argument(first);
        while (end >= 0 && end < path.Length)
        {
            bool isItem = path[end] == '[';
            int next = isItem ? path.IndexOf(']', end) : path.IndexOfAny(['.', '['], end + 1);
            if (isItem && next < 0)
                throw Errors.Type("the format has a '[' without ']'");
            string part = path[(end + 1)..(next < 0 ? path.Length : next)];
            if (part.Length == 0)
                throw Errors.Type("the format has an empty attribute");
            value = !isItem
                ? Access.Attribute(_run, value, part)
                : Access.Item(
                    _run,
                    value,
                    int.TryParse(part, out int index) && index >= 0 ? Value.Int(index) : Value.String(part)
                );
            end = isItem ? next + 1 : next;
        }
        return value;
    }

    private Value Argument(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            bool automatic = name.Length == 0;
            if (automatic ? _numbered : _automatic > 0)
                throw Errors.Type("the format mixes '{}' with numbered fields");
            _numbered = !automatic;
            int index =
                automatic ? _automatic++
                : int.TryParse(name, out int given) ? given
                : int.MaxValue;
            return index < arguments.Positional.Length
                ? arguments.Positional[index]
                : throw Errors.Type("the format needs more values");
        }
        _run.Step(arguments.Named.Length / 8);
        foreach (var (key, value) in arguments.Named)
        {
            if (key == name)
                return value;
        }
        throw Errors.Type($"the format's name '{name}' is missing");
    }
}

/// <summary>What comes after the colon: <c>[[fill]align][sign][#][0][width][grouping][.precision][type]</c>.</summary>
internal static class FormatSpec
{
    public static string Apply(Run run, Value value, string spec)
    {
        if (spec.Length == 0)
            return Repr.Str(run, value);
        var (layout, type) = Parse(spec);
        run.ChargeText(layout.Width + (long)(layout.Precision ?? 0));
        if (value.IsText)
        {
            if (
                type is not ('\0' or 's')
                || layout.Align == '='
                || layout.Sign != '\0'
                || layout.Grouping != '\0'
                || layout.Alternate
            )
            {
                throw Errors.Type($"the format '{spec}' does not fit a string");
            }

            string text = Repr.Str(run, value);
            text = layout.Precision is { } most ? Text.Substring(text, 0, most) : text;
            return (layout with { ZeroPad = false, Fill = layout.Fill ?? (layout.ZeroPad ? "0" : null) }).Pad(
                "",
                text,
                '<'
            );
        }
        if (value.TryBigInteger(out var integer) && type is '\0' or 'd' or 'n' or 'x' or 'X' or 'o' or 'b' or 'c')
        {
            run.StepForDigits(integer);
            if (layout.Precision is not null)
                throw Errors.Type("a precision does not fit an integer");
            return type == 'c'
                ? layout.Pad("", Character(integer), '<')
                : layout.Integer(integer, type is '\0' or 'n' ? 'd' : type);
        }
        if (value.IsNumber)
            return Float(layout, Arithmetic.ToDouble(value), type, spec);
        throw Errors.Undefined(value, value) ?? Errors.Type($"the format '{spec}' does not fit a '{value.TypeName}'");
    }

    private static string Character(BigInteger code) =>
        code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
            ? char.ConvertFromUtf32((int)code)
            : throw Errors.Type("the number is not a character");

    private static string Float(NumberSpec layout, double value, char type, string spec)
    {
        switch (type)
        {
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                return layout.Float(value, type);
            case 'n':
                return layout.Float(value, 'g');
            case '%':
                string percent = (layout with { Width = 0 }).Float(value * 100, 'f') + "%";
                int signs = percent[0] is '+' or '-' or ' ' ? 1 : 0;
                return layout.Pad(percent[..signs], percent[signs..], '>');
            case '\0':
                string text =
                    !double.IsFinite(value) || layout.Precision is null
                        ? Numbers.Repr(Math.Abs(value))
                        : Default(Math.Abs(value), layout.Precision.Value);
                return layout.Pad(layout.SignOf(double.IsNegative(value)), layout.GroupWhole(text), '>');
            default:
                throw Errors.Type($"the format '{spec}' does not fit a float");
        }
    }

    // As 'g', but always with a digit after the point, which makes exponents start one earlier.
    private static string Default(double value, int precision)
    {
        string text = Numbers.General(value, precision, keepZeros: false);
        if (text.AsSpan().ContainsAny(".e"))
            return text;
        return text.Length >= Math.Max(precision, 1)
            ? Shorten(Numbers.Exponential(value, Math.Max(0, precision - 1)))
            : text + ".0";
    }

    private static string Shorten(string exponential)
    {
        int mark = exponential.IndexOf('e', StringComparison.Ordinal);
        string digits = exponential[..mark];
        return (digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits) + exponential[mark..];
    }

    private static (NumberSpec Layout, char Type) Parse(string spec)
    {
        var layout = new NumberSpec();
        int position = 0;
        char Peek(int offset = 0) => position + offset < spec.Length ? spec[position + offset] : '\0';
        int fillLength = spec.Length > 1 && char.IsSurrogatePair(spec, 0) ? 2 : 1;
        if (Peek(fillLength) is '<' or '>' or '^' or '=')
        {
            layout = layout with { Fill = spec[..fillLength], Align = Peek(fillLength) };
            position = fillLength + 1;
        }
        else if (Peek() is '<' or '>' or '^' or '=')
        {
            layout = layout with { Align = spec[position++] };
        }

        if (Peek() is '+' or '-' or ' ')
        {
            layout = layout with { Sign = Peek() == '-' ? '\0' : Peek() };
            position++;
        }
        if (Peek() == '#')
        {
            layout = layout with { Alternate = true };
            position++;
        }
        if (Peek() == '0')
        {
            layout = layout with { ZeroPad = true };
            position++;
        }
        layout = layout with { Width = Digits() ?? 0 };
        if (Peek() is ',' or '_')
            layout = layout with { Grouping = spec[position++] };
        if (Peek() == '.')
        {
            position++;
            layout = layout with { Precision = Digits() ?? throw Errors.Type("the format has no precision after '.'") };
        }
        char type = Peek();
        return position + (type == '\0' ? 0 : 1) == spec.Length
            ? (layout, type)
            : throw Errors.Type($"'{spec}' is not a format");

        int? Digits()
        {
            int start = position;
            long number = 0;
            for (; char.IsAsciiDigit(Peek()); position++)
                number = Math.Min(int.MaxValue, (number * 10) + (Peek() - '0'));
            return position == start ? null : (int)number;
        }
    }
}
