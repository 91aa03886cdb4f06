using System.Buffers;
using System.Text;

namespace Cairn.Templates.Values;

/// <summary>
/// Strings as Python sees them: sequences of code points. Almost all strings have no surrogates, so the fast
/// way is UTF-16 and only strings with surrogates pay for more.
/// </summary>
internal static class Text
{
    /// <summary>Every character that ends a line.</summary>
    public static SearchValues<char> LineEnds { get; } =
        SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool HasSurrogates(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\ud800', '\udfff');

    public static int Length(string text)
    {
        if (!HasSurrogates(text))
            return text.Length;
        int pairs = 0;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                pairs++;
                i++;
            }
        }
        return text.Length - pairs;
    }

    /// <summary>The UTF-16 offset of the code point with that index; the text's length when it is past the
    /// end.</summary>
    public static int Offset(string text, int index)
    {
        if (!HasSurrogates(text))
            return Math.Min(index, text.Length);
        int offset = 0;
        for (; index > 0 && offset < text.Length; index--)
            offset += char.IsSurrogatePair(text, offset) ? 2 : 1;
        return offset;
    }

    /// <summary>The number of code points before a UTF-16 offset.</summary>
    public static int IndexAt(string text, int offset) => offset <= 0 ? offset : Length(text[..offset]);

    public static string Substring(string text, int start, int end)
    {
        if (end <= start)
            return "";
        int from = Offset(text, start);
        return HasSurrogates(text) ? text[from..Offset(text, end)] : text[from..Math.Min(end, text.Length)];
    }

    /// <summary>One string per code point.</summary>
    public static IEnumerable<string> Characters(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                yield return text.Substring(i, 2);
                i++;
            }
            else
            {
                yield return Character(text[i]);
            }
        }
    }

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(c => ((char)c).ToString())];

    private static string Character(char c) => c < 128 ? Ascii[c] : c.ToString();

    /// <summary>Order by code points; UTF-16 order differs from it only above the surrogates.</summary>
    public static int Compare(string a, string b)
    {
        int common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        char x = a[common];
        char y = b[common];
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y)
            : char.IsSurrogate(x) ? 1
            : -1;
    }

    public static string Reverse(string text)
    {
        if (!HasSurrogates(text))
        {
            return string.Create(
                text.Length,
                text,
                static (span, source) =>
                {
                    source.AsSpan().CopyTo(span);
                    span.Reverse();
                }
            );
        }
        return string.Concat(Characters(text).Reverse());
    }

    /// <summary>The lines without their ends, as Python's <c>splitlines</c>: also at form feeds and
    /// separators.</summary>
    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!LineEnds.Contains(text[i]))
                continue;
            int end = i;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            lines.Add(text[start..(keepEnds ? i + 1 : end)]);
            start = i + 1;
        }
        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }

    public static string Trim(string text, string? characters, bool left, bool right)
    {
        int start = 0;
        int end = text.Length;
        var set = characters is null ? null : SearchValues.Create(characters);
        bool Strips(char c) => set is null ? IsSpace(c) : set.Contains(c);
        while (left && start < end && Strips(text[start]))
            start++;
        while (right && end > start && Strips(text[end - 1]))
            end--;
        return start == 0 && end == text.Length ? text : text[start..end];
    }

    public static bool IsWordCharacter(char c) => c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c);

    /// <summary><c>&amp; &lt; &gt; " '</c> as HTML references.</summary>
    public static string EscapeHtml(string text)
    {
        if (!text.AsSpan().ContainsAny("&<>\"'"))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&#34;"),
                '\'' => escaped.Append("&#39;"),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }
}
