namespace Cairn.Server.Http;

/// <summary>Refuses what is too long in words. Kestrel's own limits lie above these; its refusals, and those of what is
/// no HTTP, are empty answers.</summary>
internal static class RequestLimits
{
    /// <summary>How long path and query may be, in bytes as sent.</summary>
    public const int MaxTargetLength = 8 << 10;

    /// <summary>How long all headers may be, names and values, in characters.</summary>
    public const int MaxHeaderLength = 32 << 10;

    public static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Value!.Length + http.Request.QueryString.Value!.Length > MaxTargetLength)
        {
            return RefuseAsync(
                http,
                414,
                "uri-too-long",
                "Too long",
                $"Path and query have at most {MaxTargetLength} characters."
            );
        }

        int length = 0;
        foreach (var (name, values) in http.Request.Headers)
        {
            foreach (string? value in values)
                length += name.Length + (value?.Length ?? 0);
        }

        return length > MaxHeaderLength
            ? RefuseAsync(
                http,
                431,
                "headers-too-large",
                "Headers too large",
                $"The headers have at most {MaxHeaderLength} characters together."
            )
            : next(http);
    }

    private static Task RefuseAsync(HttpContext http, int status, string type, string title, string detail)
    {
        http.Response.Headers["X-Correlation-ID"] = http.TraceIdentifier;
        return Problems.WriteAsync(http, status, type, title, detail);
    }
}
