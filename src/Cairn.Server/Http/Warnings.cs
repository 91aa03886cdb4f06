using System.Globalization;
using System.Text;

namespace Cairn.Server.Http;

/// <summary>What a caller should know of what was accepted all the same: headers <c>Cairn-Warning</c>, a sentence
/// each.</summary>
internal static class Warnings
{
    private const int Most = 10;
    private const int Longest = 300;

    /// <summary>Adds them to the answer: the first ten, and how many there are beside.</summary>
    /// <param name="http">Whose answer has not begun.</param>
    /// <param name="sentences">They may quote what the caller sent. A header holds printable ASCII: other characters
    /// are written as <c>\u00e4</c>, and what is beyond 300 characters is left out.</param>
    public static void Tell(HttpContext http, params IReadOnlyList<string> sentences)
    {
        if (sentences.Count == 0)
            return;
        var told = sentences.Take(Most).Select(Printable);
        http.Response.Headers["Cairn-Warning"] = (
            sentences.Count <= Most ? told : told.Append($"And {sentences.Count - Most} more.")
        ).ToArray();
    }

    private static string Printable(string sentence)
    {
        var text = new StringBuilder();
        foreach (char character in sentence)
        {
            if (character is >= ' ' and <= '~')
                text.Append(character);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            if (text.Length > Longest)
                return text.ToString(0, Longest) + "...";
        }

        return text.ToString();
    }
}
