namespace Cairn.Server.Http;

/// <summary>What a caller should know of what was accepted all the same: headers <c>Cairn-Warning</c>, a sentence each.</summary>
internal static class Warnings
{
    private const int Most = 10;

    /// <summary>Adds them to the answer: the first ten, and how many there are beside.</summary>
    public static void Tell(HttpContext http, IReadOnlyList<string> sentences)
    {
        if (sentences.Count == 0)
            return;
        var told = sentences.Count <= Most ? sentences : sentences.Take(Most).Append($"And {sentences.Count - Most} more.");
        http.Response.Headers["Cairn-Warning"] = told.ToArray();
    }
}
