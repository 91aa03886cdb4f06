namespace Cairn.Server.Security;

/// <summary>What browsers are told with every answer: to take it for nothing but what it is, to run nothing of it and
/// to put it into no page. The documentation, where keys are typed in, runs its own scripts and no others.</summary>
internal static class SecurityHeaders
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'; sandbox";
    private const string Pages =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.Path.StartsWithSegments("/docs"))
        {
            headers.ContentSecurityPolicy = Pages;
            headers["Referrer-Policy"] = "no-referrer";
        }
        else
        {
            // Nothing in it can be followed or run, so there is nothing to refer from.
            headers.ContentSecurityPolicy = Nothing;
        }

        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        return next(http);
    }
}
