using System.Globalization;
using System.Text;

namespace Cairn.Cli.Output;

/// <summary>Text that others wrote, so that a terminal shows it and does not obey it.</summary>
internal static class SafeText
{
    /// <summary>The text with control characters, and characters that turn the direction of writing or cannot be seen,
    /// as JSON escapes them: <c>\n</c>, <c>\u001b</c>.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="lines">Whether line breaks and tabs stay.</param>
    public static string Of(string text, bool lines = false)
    {
        int first = 0;
        while (first < text.Length && IsSafe(text, first, lines))
            first++;
        if (first == text.Length)
            return text;
        var safe = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            if (IsSafe(text, i, lines))
                safe.Append(text[i]);
            else
                Escape(safe, text[i]);
        }

        return safe.ToString();
    }

    private static StringBuilder Escape(StringBuilder safe, char character) =>
        character switch
        {
            '\n' => safe.Append("\\n"),
            '\r' => safe.Append("\\r"),
            '\t' => safe.Append("\\t"),
            _ => safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
        };

    private static bool IsSafe(string text, int index, bool lines) =>
        CharUnicodeInfo.GetUnicodeCategory(text[index]) switch
        {
            UnicodeCategory.Control => lines && text[index] is '\n' or '\t',
            // Persian and Indian words, and emoji, are joined by these.
            UnicodeCategory.Format => text[index] is '\u200c' or '\u200d',
            UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
            UnicodeCategory.Surrogate => IsSafePair(text, char.IsLowSurrogate(text[index]) ? index - 1 : index),
            _ => true,
        };

    // Beyond the basic plane there are invisible characters, too; half of a pair is none at all.
    private static bool IsSafePair(string text, int start) =>
        start >= 0
        && start + 1 < text.Length
        && char.IsSurrogatePair(text[start], text[start + 1])
        && CharUnicodeInfo.GetUnicodeCategory(text, start) is not UnicodeCategory.Format;
}
