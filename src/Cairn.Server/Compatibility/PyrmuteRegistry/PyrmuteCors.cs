using Cairn.Node.Settings;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>What browsers ask, as the original answers it.</summary>
internal static class PyrmuteCors
{
    private const string AllMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

    /// <summary>Adds to an answer what the page of the request's origin may know of it.</summary>
    public static void Apply(HttpContext http, PyrmuteRegistryOptions options)
    {
        string origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || options.CorsOrigins.Count == 0)
            return;
        var headers = http.Response.Headers;
        if (options.CorsCredentials)
            headers.AccessControlAllowCredentials = "true";
        bool any = options.CorsOrigins.Contains("*");
        if (any && !http.Request.Headers.ContainsKey("Cookie"))
        {
            headers.AccessControlAllowOrigin = "*";
        }
        else if (any || options.CorsOrigins.Contains(origin))
        {
            headers.AccessControlAllowOrigin = origin;
            headers.Append("Vary", "Origin");
        }
    }

    /// <summary>Whether a request asks what a page may do, before it does it.</summary>
    public static bool IsPreflight(HttpContext http, PyrmuteRegistryOptions options) =>
        options.CorsOrigins.Count > 0
        && HttpMethods.IsOptions(http.Request.Method)
        && http.Request.Headers.Origin.Count > 0
        && http.Request.Headers.AccessControlRequestMethod.Count > 0;

    /// <summary>Answers it.</summary>
    public static async Task AnswerAsync(HttpContext http, PyrmuteRegistryOptions options)
    {
        var (request, headers) = (http.Request.Headers, http.Response.Headers);
        string origin = request.Origin.ToString(),
            method = request.AccessControlRequestMethod.ToString(),
            asked = request.AccessControlRequestHeaders.ToString();
        var wrong = new List<string>();
        headers.Remove("X-Correlation-ID");
        headers.AccessControlAllowOrigin = default;
        headers.Vary = "Origin";
        if (options.CorsOrigins.Contains("*") || options.CorsOrigins.Contains(origin))
            headers.AccessControlAllowOrigin = origin;
        else
            wrong.Add("origin");
        bool anyMethod = options.CorsMethods.Contains("*");
        if (
            !anyMethod && !options.CorsMethods.Contains(method, StringComparer.OrdinalIgnoreCase)
            || (anyMethod && !AllMethods.Split(", ").Contains(method))
        )
        {
            wrong.Add("method");
        }

        bool anyHeader = options.CorsHeaders.Contains("*");
        if (
            !anyHeader
            && asked
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Any(header => !options.CorsHeaders.Contains(header, StringComparer.OrdinalIgnoreCase))
        )
        {
            wrong.Add("headers");
        }

        headers.AccessControlAllowMethods = anyMethod ? AllMethods : string.Join(", ", options.CorsMethods);
        headers.AccessControlMaxAge = "600";
        if (asked.Length > 0)
            headers.AccessControlAllowHeaders = anyHeader ? asked : string.Join(", ", options.CorsHeaders);
        if (options.CorsCredentials)
            headers.AccessControlAllowCredentials = "true";
        http.Response.StatusCode = wrong.Count == 0 ? 200 : 400;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(
            wrong.Count == 0 ? "OK" : "Disallowed CORS " + string.Join(", ", wrong),
            http.RequestAborted
        );
    }
}
