namespace Cairn.Server.Http;

/// <summary>Why the caller writes: the header <c>Cairn-Message</c>, percent-encoded where it is not ASCII.</summary>
internal static class CommitMessage
{
    /// <summary>The message; null when there is none.</summary>
    public static string? Of(HttpContext http)
    {
        string? message = http.Request.Headers["Cairn-Message"];
        return string.IsNullOrEmpty(message) ? null : Uri.UnescapeDataString(message);
    }
}
