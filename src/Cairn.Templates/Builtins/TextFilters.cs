using System.Text;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Filters whose result is text made from text.</summary>
internal static class TextFilters
{
    // Titles start after these, as in Jinja: unlike str.title() an apostrophe does not start a word.
    private const string WordBeginnings = "-({[<";
    private const int TruncateLeeway = 5;

    public static void Register(BuiltinTable table)
    {
        table.Add("upper", (in c) => Like(c, CaseMapping.Upper(c.InputText)));
        table.Add("lower", (in c) => Like(c, CaseMapping.Lower(c.InputText)));
        table.Add("capitalize", (in c) => Like(c, CaseMapping.Capitalize(c.InputText)));
        table.Add("title", (in c) => Value.String(Title(c.InputText)));
        table.Add(
            "trim",
            ["chars?"],
            (in c) => Like(c, Text.Trim(c.InputText, c.HasValue(0) ? c.String(0) : null, left: true, right: true))
        );
        table.Add("string", (in c) => c.Input.IsMarkup ? c.Input : Value.String(c.InputText));
        table.Add("replace", ["old", "new", "count?"], Replace);
        table.Add(
            "center",
            ["width?"],
            (in c) => Like(c, StringMethods.Center(c.Run, c.InputText, c.Integer(0, 80), ' '))
        );
        table.Add("indent", ["width?", "first?", "blank?"], Indent);
        table.Add("truncate", ["length?", "killwords?", "end?", "leeway?"], Truncate);
        table.Add("wordwrap", ["width?", "break_long_words?", "wrapstring?", "break_on_hyphens?"], WordWrap);
        table.Add("wordcount", (in c) => Value.Int(WordCount(c.InputText)));
        table.Add("format", ["*"], Format);
        table.Add("pprint", (in c) => Value.String(PrettyPrint.Of(c.Run, c.Input)));
    }

    /// <summary>A result of about the input's size.</summary>
    private static Value Like(in BuiltinCall call, string text)
    {
        call.Run.ChargeText(text.Length);
        return Markups.Like(call.Input, text);
    }

    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        int i = 0;
        while (i < text.Length)
        {
            int end = i;
            while (end < text.Length && !Separates(text[end]))
                end++;
            if (end > i)
            {
                int first = char.IsSurrogatePair(text, i) ? 2 : 1;
                title
                    .Append(CaseMapping.Upper(text.Substring(i, first)))
                    .Append(CaseMapping.Lower(text[(i + first)..end]));
            }
            for (i = end; i < text.Length && Separates(text[i]); i++)
                title.Append(text[i]);
        }
        return title.ToString();
    }

    private static bool Separates(char c) => WordBeginnings.Contains(c) || Text.IsSpace(c);

    private static Value Replace(in BuiltinCall call)
    {
        string text = call.InputText;
        string old = call.Text(0);
        string with = call.Text(1);
        int count = call.HasValue(2) ? call.Integer(2) : -1;
        if (!call.Context.AutoEscape)
            return Value.String(StringMethods.Replace(call.Run, text, old, with, count));
        bool escapes = call[0].IsMarkup || (call[1].IsMarkup && !call.Input.IsMarkup);
        bool isMarkup = escapes || call.Input.IsMarkup;
        return Markups.Make(
            isMarkup,
            StringMethods.Replace(
                call.Run,
                escapes ? Markups.Escaped(call.Input, text) : text,
                isMarkup ? Markups.Escaped(call[0], old) : old,
                isMarkup ? Markups.Escaped(call[1], with) : with,
                count
            )
        );
    }

    private static Value Indent(in BuiltinCall call)
    {
        if (!call.Input.TryString(out string? text))
            throw BuiltinCall.Mismatch(call.Input, "a string");
        string indent =
            !call.Has(0) ? "    "
            : call[0].TryString(out string? given) ? given
            : Spaces(call, call.Integer(0));
        bool first = call.Flag(1);
        bool blank = call.Flag(2);
        if (!text.AsSpan().ContainsAny(Text.LineEnds))
        {
            call.Run.ChargeText(text.Length + (long)indent.Length);
            return first ? Markups.Like(call.Input, indent + text) : call.Input;
        }
        var buffer = call.Run.RentBuffer();
        WriteIndented(buffer, text, indent, first, blank);
        return Markups.Like(call.Input, call.Run.ReturnBuffer(buffer));
    }

    private static void WriteIndented(TextBuffer output, ReadOnlySpan<char> text, string indent, bool first, bool blank)
    {
        // Jinja lets the text end with one more line feed while it looks for lines, so a carriage return there ends
        // none.
        text = text.EndsWith('\r') ? text[..^1] : text;
        for (bool isFirst = true; ; isFirst = false)
        {
            int length = text.IndexOfAny(Text.LineEnds);
            var line = length < 0 ? text : text[..length];
            bool indents = isFirst ? first : blank || line.Length > 0;
            output.Append(indents ? indent : "").Append(line);
            if (length < 0)
                return;
            output.Append('\n');
            text = text[(length + (text[length..].StartsWith("\r\n") ? 2 : 1))..];
        }
    }

    private static string Spaces(in BuiltinCall call, int count)
    {
        call.Run.ChargeText(Math.Max(0, count));
        return new string(' ', Math.Max(0, count));
    }

    private static Value Truncate(in BuiltinCall call)
    {
        int length = call.Integer(0, 255);
        string end = call.String(2, "...");
        int leeway = call.HasValue(3) ? call.Integer(3) : TruncateLeeway;
        int endLength = Text.Length(end);
        if (length < endLength || leeway < 0)
        {
            throw Errors.Type(
                leeway < 0
                    ? $"the leeway must not be negative, it is {leeway}"
                    : $"the length must be at least {endLength}, that of the end, it is {length}"
            );
        }
        if (ListFilters.Length(call.Run, call.Input) <= (long)length + leeway)
            return call.Input;
        if (!call.Input.TryString(out string? text))
            throw BuiltinCall.Mismatch(call.Input, "a string");
        call.Run.ChargeText(length);
        string kept = Text.Substring(text, 0, length - endLength);
        if (!call.Flag(1))
        {
            int space = kept.LastIndexOf(' ');
            kept = space < 0 ? kept : kept[..space];
        }
        return Markups.Like(
            call.Input,
            kept + (call.Input.IsMarkup && call.Has(2) ? Markups.Escaped(call[2], end) : end)
        );
    }

    private static Value WordWrap(in BuiltinCall call)
    {
        if (!call.Input.TryString(out string? text))
            throw BuiltinCall.Mismatch(call.Input, "a string");
        int width = call.Integer(0, 79);
        if (width <= 0)
            throw Errors.Type($"the width must be positive, it is {width}");
        string separator = call.HasValue(2) ? call.String(2) : "\n";
        bool breaksLong = call.Flag(1, otherwise: true);
        bool breaksHyphens = call.Flag(3, otherwise: true);
        call.Run.ChargeText(text.Length * 4L);
        call.Run.ChargeText((text.Length + 1L) * separator.Length / (breaksLong ? Math.Max(1, width / 2) : 1));
        var buffer = call.Run.RentBuffer();
        bool isFirst = true;
        foreach (string line in Text.Lines(text))
        {
            buffer.Append(isFirst ? "" : separator);
            isFirst = false;
            bool startsLine = true;
            foreach (string part in WordWrapper.Wrap(call.Run, line, width, breaksLong, breaksHyphens))
            {
                buffer.Append(startsLine ? "" : separator).Append(part);
                startsLine = false;
            }
        }
        return Value.String(call.Run.ReturnBuffer(buffer));
    }

    private static int WordCount(string text)
    {
        int count = 0;
        bool inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            bool isWord = rune.Value == '_' || Rune.IsLetterOrDigit(rune) || Rune.GetNumericValue(rune) >= 0;
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }
        return count;
    }

    private static Value Format(in BuiltinCall call)
    {
        var arguments = call.Raw;
        if (arguments.Positional.Length > 0 && arguments.Named.Length > 0)
            throw Errors.Type("the filter 'format' takes positional or named arguments, not both");
        if (arguments.Named.Length == 0)
        {
            return PercentFormat.Apply(
                call.Run,
                call.InputText,
                new TupleValue(arguments.Positional),
                call.Input.IsMarkup
            );
        }

        var mapping = new MappingValue();
        foreach (var (name, value) in arguments.Named)
            mapping.Set(call.Run, Value.String(name), value);
        return PercentFormat.Apply(call.Run, call.InputText, mapping, call.Input.IsMarkup);
    }
}
