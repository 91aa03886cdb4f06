using System.Text.Json.Nodes;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Node;

namespace Cairn.Server.Http;

/// <summary>How an API says no, and what else is its own about every request: Cairn's, or that of a system whose
/// clients Cairn serves.</summary>
internal abstract class Surface
{
    /// <summary>Cairn's own API.</summary>
    public static readonly Surface Native = new NativeSurface();

    /// <summary>The caller of a request without a key, where nobody has to present one; null where everybody
    /// has.</summary>
    public virtual Principal? Anonymous(NodeServices node) => null;

    /// <summary>What joins the request's log lines and audit entries; null to leave it to the pipeline.</summary>
    public virtual string? CorrelationId(HttpRequest request) => null;

    /// <summary>Answers what needs neither a key nor the endpoint, such as a redirect.</summary>
    /// <returns>Whether it has answered.</returns>
    public virtual ValueTask<bool> InterceptAsync(HttpContext http) => ValueTask.FromResult(false);

    /// <summary>Adds to the answers of <c>/</c> and <c>/health</c>, which all APIs share, the headers that its clients
    /// look for.</summary>
    public virtual void Prepare(HttpContext http) { }

    /// <summary>Adds to <c>/</c> the members that its clients look for.</summary>
    /// <param name="root">What is there of Cairn; members may be replaced.</param>
    /// <param name="http">The request.</param>
    public virtual void CompleteRoot(JsonObject root, HttpContext http) { }

    /// <summary>Adds to <c>/health</c> the members that its clients look for.</summary>
    /// <param name="health">What is there of Cairn; members may be replaced.</param>
    /// <param name="node">The node that answers.</param>
    public virtual void CompleteHealth(JsonObject health, NodeServices node) { }

    public abstract Task WriteUnauthenticatedAsync(HttpContext http, bool presented);

    public abstract Task WriteDeniedAsync(HttpContext http, Permission needed);

    public abstract Task WriteLimitedAsync(HttpContext http, int seconds);

    public abstract Task WriteAsync(HttpContext http, Problem problem);

    public abstract Task WriteFaultAsync(HttpContext http, Exception fault);
}

/// <summary>Problem documents.</summary>
internal sealed class NativeSurface : Surface
{
    public override Task WriteUnauthenticatedAsync(HttpContext http, bool presented)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"cairn\"";
        return Problems.WriteAsync(
            http,
            401,
            "unauthenticated",
            "Not authenticated",
            "Present a valid API key as X-API-Key, or as Authorization: Bearer."
        );
    }

    public override Task WriteDeniedAsync(HttpContext http, Permission needed) =>
        Problems.WriteAsync(
            http,
            new Problem(ProblemKind.Denied, $"This credential does not allow that: it takes {needed} here.")
        );

    public override Task WriteLimitedAsync(HttpContext http, int seconds) =>
        Problems.WriteAsync(http, 429, "rate-limited", "Too many requests", $"Try again in {seconds} seconds.");

    public override Task WriteAsync(HttpContext http, Problem problem) => Problems.WriteAsync(http, problem);

    public override Task WriteFaultAsync(HttpContext http, Exception fault) =>
        Problems.WriteAsync(
            http,
            500,
            "internal",
            "Something went wrong",
            "This is a fault of Cairn. The log has more under the trace_id."
        );
}
