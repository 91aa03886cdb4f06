using System.Diagnostics;
using System.Text.Json.Nodes;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Node;
using Cairn.Node.Settings;
using Cairn.Server.Http;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>How Pyrmute Registry refuses, and what its clients find on every answer.</summary>
internal sealed class PyrmuteSurface(PyrmuteRegistryOptions options) : Surface
{
    private const int MaxCorrelationLength = 1024;

    private static readonly Principal Nobody = new()
    {
        Kind = PrincipalKind.Anonymous,
        Id = "anonymous",
        Name = "anonymous",
        Grants = [Grant.Everything(PermissionLevel.Admin)],
    };

    public override Principal? Anonymous(NodeServices node) => options.Authentication ? null : Nobody;

    public override string? CorrelationId(HttpRequest request)
    {
        foreach (string name in new[] { "X-Correlation-ID", "X-Request-ID" })
        {
            if (
                request.Headers[name].ToString() is { Length: > 0 and <= MaxCorrelationLength } given
                && given.All(c => c is >= ' ' and <= '~')
            )
            {
                return given;
            }
        }

        return Guid.NewGuid().ToString();
    }

    public override void Prepare(HttpContext http) => PyrmuteCors.Apply(http, options);

    public override void CompleteRoot(JsonObject root, HttpContext http)
    {
        root["name"] = options.AppName ?? (string?)root["name"];
        root["version"] = options.AppVersion ?? (string?)root["version"];
        root["environment"] = options.Environment;
        bool pages = PyrmutePages.AreServed(http.RequestServices, options);
        root["documentation"] = new JsonObject
        {
            ["swagger"] = pages ? "/docs" : null,
            ["redoc"] = pages ? "/redoc" : null,
            ["openapi"] = "/openapi.json",
        };
        root["endpoints"]!["schemas"] = "/schemas";
        if (options.Repository is not null)
            root["repository"] = options.Repository;
    }

    public override void CompleteHealth(JsonObject health, NodeServices node)
    {
        string engine = StoreFactory.EngineOf(node.Options);
        health["version"] = options.AppVersion ?? CairnNode.Version;
        health["environment"] = options.Environment;
        health["database"] = new JsonObject
        {
            ["type"] = engine == "postgres" ? "postgresql" : engine,
            ["connected"] = node.Catalogs.Fault is null && node.StaleSeconds is null,
        };
        // Deprecated ones, too.
        health["schemas_count"] = node.Schemas.ByNumber(node.Catalogs.Current, null, deprecated: true, 0).Count;
        health["timestamp"] = PyrmuteAnswers.Time(node.Options.Time.GetUtcNow(), "+00:00");
        if ((string?)health["status"] != "unhealthy")
            return;
        health["error"] = string.Join(
            "; ",
            health["checks"]!
                .AsObject()
                .Where(check => (string?)check.Value != "healthy")
                .Select(check => $"{check.Key}: {check.Value}")
        );
    }

    public override async ValueTask<bool> InterceptAsync(HttpContext http)
    {
        PyrmuteCors.Apply(http, options);
        string path = http.Request.Path.Value ?? "";
        // A slash within a name would be another segment there, and this another path; no path has four of them.
        if (path.Contains("%2F", StringComparison.OrdinalIgnoreCase))
        {
            await PyrmuteAnswers.WriteDetailAsync(http, 404, "Not Found");
            return true;
        }

        if (!path.EndsWith('/') || CairnRequest.Of(http).Rule.Permission is null)
            return false;
        RedirectWithoutSlash(http);
        return true;
    }

    /// <summary>Sends the client to the same path without its last slash.</summary>
    public static void RedirectWithoutSlash(HttpContext http)
    {
        var request = http.Request;
        http.Response.StatusCode = 307;
        // Two slashes in front would be another host.
        string path = "/" + request.Path.Value!.Trim('/');
        http.Response.Headers.Location =
            $"{PublicAddress.Of(http)}{request.PathBase.ToUriComponent()}{new PathString(path).ToUriComponent()}{request.QueryString}";
    }

    public override Task WriteUnauthenticatedAsync(HttpContext http, bool presented)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer, ApiKey realm=\"Registry\"";
        return PyrmuteAnswers.WriteDetailAsync(
            http,
            401,
            presented ? "Invalid API key" : "API key required. Provide via X-API-Key header or Bearer token."
        );
    }

    public override Task WriteDeniedAsync(HttpContext http, Permission needed) =>
        PyrmuteAnswers.WriteDetailAsync(
            http,
            403,
            $"Insufficient permissions. Required: {Permission.Name(needed.Level)}"
        );

    public override Task WriteLimitedAsync(HttpContext http, int seconds) =>
        PyrmuteAnswers.WriteDetailAsync(http, 429, $"Rate limit exceeded. Try again in {seconds} seconds.");

    public override Task WriteAsync(HttpContext http, Problem problem)
    {
        if (problem.Kind == ProblemKind.Denied && CairnRequest.Of(http).Rule.Permission is { } needed)
            return WriteDeniedAsync(http, needed);
        var (status, detail) = problem.Kind switch
        {
            ProblemKind.Invalid or ProblemKind.Unprocessable or ProblemKind.UnsupportedFormat => (
                422,
                Describe(problem)
            ),
            ProblemKind.Denied or ProblemKind.Protected => (403, problem.Detail),
            ProblemKind.NotFound or ProblemKind.Gone => (404, problem.Detail),
            ProblemKind.Conflict or ProblemKind.PreconditionFailed => (409, Describe(problem)),
            ProblemKind.NotAcceptable => (406, problem.Detail),
            ProblemKind.TooLarge => (413, problem.Detail),
            ProblemKind.TooMany => (429, problem.Detail),
            ProblemKind.Unavailable => (503, "Database error occurred. Please try again later."),
            _ => throw new UnreachableException($"{problem.Kind}"),
        };
        return PyrmuteAnswers.WriteDetailAsync(http, status, detail);
    }

    public override Task WriteFaultAsync(HttpContext http, Exception fault) =>
        PyrmuteAnswers.WriteDetailAsync(http, 500, "An unexpected error occurred. The log has more.");

    private static string Describe(Problem problem) =>
        problem.Errors.Count == 0
            ? problem.Detail
            : $"{problem.Detail} {string.Join("; ", problem.Errors.Take(5).Select(error => error.Message))}";
}
