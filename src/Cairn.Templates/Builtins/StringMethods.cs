using System.Globalization;
using System.Text;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Methods of Python's <c>str</c>.</summary>
internal static class StringMethods
{
    public static void Register(BuiltinTable table)
    {
        table.Add("upper", (in c) => Like(c, CaseMapping.Upper(Self(c))));
        table.Add("lower", (in c) => Like(c, CaseMapping.Lower(Self(c))));
        table.Add("casefold", (in c) => Like(c, CaseMapping.Fold(Self(c))));
        table.Add("title", (in c) => Like(c, CaseMapping.Title(Self(c))));
        table.Add("capitalize", (in c) => Like(c, CaseMapping.Capitalize(Self(c))));
        table.Add("swapcase", (in c) => Like(c, CaseMapping.Swap(Self(c))));
        table.Add("strip", ["chars?"], (in c) => Strip(c, left: true, right: true));
        table.Add("lstrip", ["chars?"], (in c) => Strip(c, left: true, right: false));
        table.Add("rstrip", ["chars?"], (in c) => Strip(c, left: false, right: true));
        table.Add(
            "replace",
            ["old", "new", "count?"],
            (in c) => Markups.Like(c.Input, Replace(c.Run, Self(c), Part(c, 0), Part(c, 1), c.Integer(2, -1)))
        );
        table.Add(
            "removeprefix",
            ["prefix"],
            (in c) =>
                Like(
                    c,
                    Self(c).StartsWith(c.String(0), StringComparison.Ordinal) ? Self(c)[c.String(0).Length..] : Self(c)
                )
        );
        table.Add(
            "removesuffix",
            ["suffix"],
            (in c) =>
                Like(
                    c,
                    Self(c).EndsWith(c.String(0), StringComparison.Ordinal) ? Self(c)[..^c.String(0).Length] : Self(c)
                )
        );
        table.Add("center", ["width", "fillchar?"], (in c) => Pad(c, Center));
        table.Add(
            "ljust",
            ["width", "fillchar?"],
            (in c) => Pad(c, (run, text, width, fill) => text + Fill(run, text, width, fill))
        );
        table.Add(
            "rjust",
            ["width", "fillchar?"],
            (in c) => Pad(c, (run, text, width, fill) => Fill(run, text, width, fill) + text)
        );
        table.Add("zfill", ["width"], ZeroFill);
        table.Add("expandtabs", ["tabsize?"], ExpandTabs);
        table.Add("join", ["iterable"], Join);
        table.Add(
            "format",
            ["*"],
            (in c) => Markups.Like(c.Input, new StringFormat(c.Context, c.Raw, c.Input.IsMarkup).Apply(Self(c)))
        );
        table.Add("format_map", ["mapping"], FormatMap);
        StringSearchMethods.Register(table);
        table.Add("isalnum", (in c) => All(c, r => Rune.IsLetterOrDigit(r) || IsNumeric(r)));
        table.Add("isalpha", (in c) => All(c, Rune.IsLetter));
        table.Add("isascii", (in c) => Value.Bool(Ascii.IsValid(Self(c))));
        table.Add("isdecimal", (in c) => All(c, Rune.IsDigit));
        table.Add("isdigit", (in c) => All(c, r => CharUnicodeInfo.GetDigitValue(r.ToString(), 0) >= 0));
        table.Add("isnumeric", (in c) => All(c, IsNumeric));
        table.Add("isspace", (in c) => All(c, r => r.IsBmp && Text.IsSpace((char)r.Value)));
        table.Add("isupper", (in c) => Value.Bool(CaseMapping.IsUpper(Self(c))));
        table.Add("islower", (in c) => Value.Bool(CaseMapping.IsLower(Self(c))));
        table.Add("istitle", (in c) => Value.Bool(CaseMapping.IsTitle(Self(c))));
        table.Add("isidentifier", (in c) => Value.Bool(IsIdentifier(Self(c))));
        table.Add(
            "isprintable",
            (in c) => Value.Bool(Self(c).EnumerateRunes().All(r => r.Value == ' ' || Repr.IsPrintable(r)))
        );
    }

    public static string Self(in BuiltinCall call)
    {
        call.Input.TryString(out string? text);
        call.Run.StepForText(text!.Length);
        return text;
    }

    private static Value Like(in BuiltinCall call, string text)
    {
        call.Run.ChargeText(text.Length);
        return Markups.Like(call.Input, text);
    }

    /// <summary>A string argument that becomes a part of the result: escaped if the result is markup.</summary>
    private static string Part(in BuiltinCall call, int index) =>
        call.Input.IsMarkup ? Markups.Escaped(call[index], call.String(index)) : call.String(index);

    private static bool IsNumeric(Rune rune) => Rune.GetNumericValue(rune) >= 0 || Rune.IsDigit(rune);

    private static Value All(in BuiltinCall call, Func<Rune, bool> condition)
    {
        string text = Self(call);
        // One character after the other takes longer than copying them.
        call.Run.Step(text.Length / 8);
        return Value.Bool(text.Length > 0 && text.EnumerateRunes().All(condition));
    }

    private static bool IsIdentifier(string text)
    {
        bool first = true;
        foreach (var rune in text.EnumerateRunes())
        {
            bool fits = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.LetterNumber => true,
                UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.ConnectorPunctuation => !first || rune.Value == '_',
                _ => Rune.IsLetter(rune),
            };
            if (!fits)
                return false;
            first = false;
        }
        return !first;
    }

    private static Value Strip(in BuiltinCall call, bool left, bool right) =>
        Like(call, Text.Trim(Self(call), call.HasValue(0) ? call.String(0) : null, left, right));

    public static string Replace(Run run, string text, string old, string with, int count)
    {
        run.StepForSearch(text.Length, old.Length);
        if (count == 0)
            return text;
        if (old.Length == 0)
            return ReplaceNothing(run, text, with, count);
        int found = 0;
        for (int i = 0; (i = text.IndexOf(old, i, StringComparison.Ordinal)) >= 0; i += old.Length)
            found++;
        found = count < 0 ? found : Math.Min(found, count);
        run.ChargeText(text.Length + ((long)found * with.Length));
        var result = new StringBuilder(text.Length);
        int start = 0;
        for (; found > 0; found--)
        {
            int next = text.IndexOf(old, start, StringComparison.Ordinal);
            result.Append(text, start, next - start).Append(with);
            start = next + old.Length;
        }
        return result.Append(text, start, text.Length - start).ToString();
    }

    /// <summary>Python finds an empty string before every character and at the end.</summary>
    private static string ReplaceNothing(Run run, string text, string with, int count)
    {
        run.ChargeItems(text.Length);
        string[] characters = Text.Characters(text).ToArray();
        long times = count < 0 ? characters.Length + 1L : Math.Min(count, characters.Length + 1L);
        run.ChargeText(text.Length + (times * with.Length));
        var result = new StringBuilder();
        for (int i = 0; i <= characters.Length; i++)
            result.Append(i < times ? with : "").Append(i < characters.Length ? characters[i] : "");
        return result.ToString();
    }

    private static Value Pad(in BuiltinCall call, Func<Run, string, int, char, string> pad)
    {
        string fill = call.String(1, " ");
        return fill.Length == 1
            ? Markups.Like(call.Input, pad(call.Run, Self(call), call.Integer(0), fill[0]))
            : throw Errors.Type("the fill must be one character");
    }

    private static string Fill(Run run, string text, int width, char fill)
    {
        int missing = Math.Max(0, width - Text.Length(text));
        run.ChargeText(missing + (long)text.Length);
        return new string(fill, missing);
    }

    public static string Center(Run run, string text, int width, char fill)
    {
        string padding = Fill(run, text, width, fill);
        // Python's rule where the padding is odd: the left side gets more only if the width is odd too.
        int left = (padding.Length / 2) + (padding.Length & width & 1);
        return padding[..left] + text + padding[left..];
    }

    private static Value ZeroFill(in BuiltinCall call)
    {
        string text = Self(call);
        string zeros = Fill(call.Run, text, call.Integer(0), '0');
        int sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return Markups.Like(call.Input, text[..sign] + zeros + text[sign..]);
    }

    private static Value ExpandTabs(in BuiltinCall call)
    {
        int size = Math.Max(0, call.Integer(0, 8));
        string text = Self(call);
        call.Run.ChargeText(text.Length + ((long)text.AsSpan().Count('\t') * size));
        var result = new StringBuilder();
        int column = 0;
        foreach (char c in text)
        {
            if (c == '\t')
            {
                int spaces = size == 0 ? 0 : size - (column % size);
                result.Append(' ', spaces);
                column += spaces;
                continue;
            }
            result.Append(c);
            column = c is '\n' or '\r' ? 0 : column + 1;
        }
        return Markups.Like(call.Input, result.ToString());
    }

    private static Value Join(in BuiltinCall call)
    {
        string separator = Self(call);
        var buffer = call.Run.RentBuffer();
        bool first = true;
        foreach (var item in call.Run.Each(call[0]))
        {
            if (!item.TryString(out string? text))
                throw Errors.Undefined(item, item) ?? Errors.Type($"join() needs strings, not '{item.TypeName}'");
            buffer.Append(first ? "" : separator).Append(call.Input.IsMarkup ? Markups.Escaped(item, text) : text);
            first = false;
        }
        return Markups.Like(call.Input, call.Run.ReturnBuffer(buffer));
    }

    private static Value FormatMap(in BuiltinCall call)
    {
        if (!call[0].TryHeap<MappingValue>(out var mapping))
            throw BuiltinCall.Mismatch(call[0], "a mapping");
        call.Run.ChargeItems(mapping.Length * 2L);
        var named = Enumerable
            .Range(0, mapping.Length)
            .Select(i => mapping[i])
            .Where(e => e.Key.IsText)
            .Select(e => KeyValuePair.Create(e.Key.TryString(out string? key) ? key : "", e.Value));
        var format = new StringFormat(call.Context, new Arguments([], [.. named]), call.Input.IsMarkup);
        return Markups.Like(call.Input, format.Apply(Self(call)));
    }
}
