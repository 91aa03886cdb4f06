using System.Globalization;
using System.Text;

namespace Cairn.Cli.Output;

/// <summary>Text that others wrote, so that a terminal shows it and does not obey it.</summary>
internal static class SafeText
{
    /// <summary>The text with control characters, and characters that turn the direction of writing or cannot be seen, as <c>\u001b</c>.</summary>
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
            if (IsSafe(text, i, lines))
                safe.Append(text[i]);
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
        return safe.ToString();
    }

    private static bool IsSafe(string text, int index, bool lines) => CharUnicodeInfo.GetUnicodeCategory(text[index]) switch
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
        start >= 0 && start + 1 < text.Length && char.IsSurrogatePair(text[start], text[start + 1])
        && CharUnicodeInfo.GetUnicodeCategory(text, start) is not UnicodeCategory.Format;
}
