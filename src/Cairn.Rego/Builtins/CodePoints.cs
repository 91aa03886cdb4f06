namespace Cairn.Rego.Builtins;

/// <summary>Strings counted and cut by code points, as Go does with runes. Nearly all strings have no surrogates and
/// take the short way.</summary>
internal static class CodePoints
{
    public static bool HasSurrogates(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\ud800', '\udfff');

    public static int Length(ReadOnlySpan<char> text)
    {
        int length = text.Length;
        if (HasSurrogates(text))
        {
            foreach (char c in text)
                length -= char.IsLowSurrogate(c) ? 1 : 0;
        }

        return length;
    }

    /// <summary>The UTF-16 offset of a code point; the text's length when it is past the end.</summary>
    public static int Offset(string text, long index)
    {
        if (!HasSurrogates(text))
            return (int)Math.Min(index, text.Length);
        int offset = 0;
        for (; index > 0 && offset < text.Length; index--)
            offset += offset + 1 < text.Length && char.IsSurrogatePair(text[offset], text[offset + 1]) ? 2 : 1;
        return offset;
    }

    /// <summary>Each code point as a string.</summary>
    public static IEnumerable<string> Split(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                yield return text.Substring(i++, 2);
            else
                yield return text[i].ToString();
        }
    }
}
