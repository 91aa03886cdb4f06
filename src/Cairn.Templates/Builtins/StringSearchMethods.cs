using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Methods of Python's <c>str</c> that look for parts of it or cut it up.</summary>
internal static class StringSearchMethods
{
    public static void Register(BuiltinTable table)
    {
        table.Add("find", ["sub", "start?", "end?"], (in c) => Value.Int(Find(c, last: false)));
        table.Add("rfind", ["sub", "start?", "end?"], (in c) => Value.Int(Find(c, last: true)));
        table.Add("index", ["sub", "start?", "end?"], (in c) => Found(Find(c, last: false)));
        table.Add("rindex", ["sub", "start?", "end?"], (in c) => Found(Find(c, last: true)));
        table.Add("count", ["sub", "start?", "end?"], Count);
        table.Add(
            "startswith",
            ["prefix", "start?", "end?"],
            (in c) => Affix(c, (text, part) => text.StartsWith(part, StringComparison.Ordinal))
        );
        table.Add(
            "endswith",
            ["suffix", "start?", "end?"],
            (in c) => Affix(c, (text, part) => text.EndsWith(part, StringComparison.Ordinal))
        );
        table.Add("split", ["sep?", "maxsplit?"], (in c) => Split(c, fromRight: false));
        table.Add("rsplit", ["sep?", "maxsplit?"], (in c) => Split(c, fromRight: true));
        table.Add("splitlines", ["keepends?"], (in c) => Lines(c, c.Flag(0)));
        table.Add("partition", ["sep"], (in c) => Partition(c, last: false));
        table.Add("rpartition", ["sep"], (in c) => Partition(c, last: true));
    }

    private static Value Found(int index) =>
        index >= 0 ? Value.Int(index) : throw Errors.Type("the part is not in the string");

    /// <summary>The piece from the optional start to the optional end, and where it starts.</summary>
    private static string Piece(in BuiltinCall call, out int start, out bool isEmptyRange)
    {
        string text = StringMethods.Self(call);
        int length = Text.Length(text);
        int Bound(int given) => Math.Clamp(given < 0 ? given + length : given, 0, length + 1);
        start = call.HasValue(1) ? Bound(call.Integer(1)) : 0;
        int end = Math.Min(length, call.HasValue(2) ? Bound(call.Integer(2)) : length);
        isEmptyRange = start > end;
        return isEmptyRange ? ""
            : start == 0 && end == length ? text
            : Text.Substring(text, start, end);
    }

    private static int Find(in BuiltinCall call, bool last)
    {
        string piece = Piece(call, out int start, out bool isEmptyRange);
        string part = call.String(0);
        call.Run.StepForSearch(piece.Length, part.Length);
        int offset = last
            ? piece.LastIndexOf(part, StringComparison.Ordinal)
            : piece.IndexOf(part, StringComparison.Ordinal);
        return isEmptyRange || offset < 0 ? -1 : start + Text.IndexAt(piece, offset);
    }

    private static Value Count(in BuiltinCall call)
    {
        string piece = Piece(call, out _, out bool isEmptyRange);
        string part = call.String(0);
        if (part.Length == 0)
            return Value.Int(isEmptyRange ? 0 : Text.Length(piece) + 1);
        call.Run.StepForSearch(piece.Length, part.Length);
        return Value.Int(piece.AsSpan().Count(part));
    }

    private static Value Affix(in BuiltinCall call, Func<string, string, bool> matches)
    {
        string piece = Piece(call, out _, out bool isEmptyRange);
        if (!call[0].TryHeap<TupleValue>(out var choices))
            return Value.Bool(!isEmptyRange && matches(piece, call.String(0)));
        foreach (var choice in choices.Items)
        {
            string part = choice.TryString(out string? text) ? text : throw BuiltinCall.Mismatch(choice, "a string");
            call.Run.Step();
            call.Run.StepForText(Math.Min(part.Length, piece.Length));
            if (matches(piece, part) && !isEmptyRange)
                return Value.True;
        }
        return Value.False;
    }

    private static Value Lines(in BuiltinCall call, bool keepEnds)
    {
        string text = StringMethods.Self(call);
        // "\r\n" ends one line, so that this may be more than there are.
        Charge(call, text, 1 + Count(text, c => Text.LineEnds.Contains(c)));
        return List(call, Text.Lines(text, keepEnds));
    }

    private static void Charge(in BuiltinCall call, string text, int parts)
    {
        call.Run.ChargeItems(parts * PartItems);
        call.Run.ChargeText(text.Length);
    }

    // Each part is a string of its own.
    private const long PartItems = 3;

    private static int Count(string text, Func<char, bool> condition)
    {
        int count = 0;
        foreach (char c in text)
            count += condition(c) ? 1 : 0;
        return count;
    }

    private static Value List(in BuiltinCall call, List<string> parts)
    {
        bool isMarkup = call.Input.IsMarkup;
        return new ListValue(parts.ConvertAll(p => Markups.Make(isMarkup, p)));
    }

    private static Value Split(in BuiltinCall call, bool fromRight)
    {
        string text = StringMethods.Self(call);
        int limit = call.Integer(1, -1);
        limit = limit < 0 ? int.MaxValue : limit;
        if (!call.HasValue(0))
        {
            Charge(call, text, (int)Math.Min(limit + 1L, Words(text)));
            return List(call, SplitAtSpace(text, limit, fromRight));
        }
        string separator = call.String(0);
        if (separator.Length == 0)
            throw Errors.Type("the separator is empty");
        call.Run.StepForSearch(text.Length, separator.Length);
        Charge(call, text, (int)Math.Min(limit, text.AsSpan().Count(separator)) + 1);
        return List(call, SplitAt(text, separator, limit, fromRight));
    }

    private static int Words(string text)
    {
        int words = 0;
        for (int i = 0; i < text.Length; i++)
            words += !Text.IsSpace(text[i]) && (i == 0 || Text.IsSpace(text[i - 1])) ? 1 : 0;
        return words;
    }

    private static List<string> SplitAt(string text, string separator, int limit, bool fromRight)
    {
        var parts = new List<string>();
        if (fromRight)
        {
            int end = text.Length;
            int at;
            while (
                parts.Count < limit
                && end >= separator.Length
                && (at = text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal)) >= 0
            )
            {
                parts.Add(text[(at + separator.Length)..end]);
                end = at;
            }
            parts.Add(text[..end]);
            parts.Reverse();
            return parts;
        }
        int start = 0;
        int next;
        while (parts.Count < limit && (next = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0)
        {
            parts.Add(text[start..next]);
            start = next + separator.Length;
        }
        parts.Add(text[start..]);
        return parts;
    }

    // Of what is left after the last cut, the white space at the far side stays.
    private static List<string> SplitAtSpace(string text, int limit, bool fromRight)
    {
        var parts = new List<string>();
        int start = 0;
        int end = text.Length;
        while (true)
        {
            if (fromRight)
                end = SkipBack(text, start, end, spaces: true);
            else
                start = Skip(text, start, end, spaces: true);
            if (start == end)
                break;
            if (parts.Count == limit)
            {
                parts.Add(text[start..end]);
                break;
            }
            int cut = fromRight ? SkipBack(text, start, end, spaces: false) : Skip(text, start, end, spaces: false);
            parts.Add(fromRight ? text[cut..end] : text[start..cut]);
            start = fromRight ? start : cut;
            end = fromRight ? cut : end;
        }
        if (fromRight)
            parts.Reverse();
        return parts;
    }

    private static int Skip(string text, int start, int end, bool spaces)
    {
        while (start < end && Text.IsSpace(text[start]) == spaces)
            start++;
        return start;
    }

    private static int SkipBack(string text, int start, int end, bool spaces)
    {
        while (end > start && Text.IsSpace(text[end - 1]) == spaces)
            end--;
        return end;
    }

    private static Value Partition(in BuiltinCall call, bool last)
    {
        string text = StringMethods.Self(call);
        string separator = call.String(0);
        if (separator.Length == 0)
            throw Errors.Type("the separator is empty");
        call.Run.StepForSearch(text.Length, separator.Length);
        int at = last
            ? text.LastIndexOf(separator, StringComparison.Ordinal)
            : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts =
            at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]]
            : last ? ["", "", text]
            : [text, "", ""];
        call.Run.ChargeText(text.Length);
        bool isMarkup = call.Input.IsMarkup;
        return new TupleValue(Array.ConvertAll(parts, p => Markups.Make(isMarkup, p)));
    }
}
