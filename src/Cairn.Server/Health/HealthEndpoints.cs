using Cairn.Server.Http;

namespace Cairn.Server.Health;

/// <summary>How the node is. Says nothing that is not for everybody.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> when it answers reads from memory and no writes, or
/// <c>unhealthy</c> when it should get no requests.</param>
/// <param name="Version">Cairn's.</param>
/// <param name="Checks">The parts, each <c>healthy</c> or why not.</param>
public sealed record HealthView(string Status, string Version, long UptimeSeconds, long Revision, IReadOnlyDictionary<string, string> Checks);

/// <summary><c>/health</c>, <c>/health/live</c> and <c>/health/ready</c>.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health");
        health.OnGet("", Detailed).WithName("GetHealth").Open().Describe("How the node and its parts are").Produces<HealthView>().Produces<HealthView>(503);
        health.OnGet("/live", Live).WithName("GetLiveness").Open().Describe("200 while the process runs").Produces(200);
        health.OnGet("/ready", Ready).WithName("GetReadiness").Open().Describe("200 while it should get requests").Produces(200).Produces(503);
    }

    internal static Task Detailed(HttpContext http)
    {
        var node = CairnRequest.Of(http).Node;
        var checks = new Dictionary<string, string>
        {
            ["catalogs"] = node.Catalogs.Fault is null ? "healthy" : "not following the store",
            ["lifecycle"] = node.Stopping.IsCancellationRequested || !node.IsReady && node.Catalogs.Fault is null ? "stopping" : "healthy",
        };
        if (node.Cluster is not null)
            checks["store"] = node.StaleSeconds is { } stale ? $"not answering for {stale} s" : "healthy";
        if (node.Limiter.Shared is { } shared)
            checks["rate_limits"] = shared.IsAnswering ? "healthy" : "counted by each node: Redis does not answer";
        var view = new HealthView(
            !node.IsReady ? "unhealthy" : node.StaleSeconds is null ? "healthy" : "degraded", CairnNode.Version,
            (long)(node.Options.Time.GetUtcNow() - node.StartedAt).TotalSeconds, node.Catalogs.Current.Revision, checks);
        return Bodies.WriteAsync(http, node.IsReady ? 200 : 503, view, WireJson.Default.HealthView);
    }

    private static Task Live(HttpContext http) => Bodies.WriteAsync(http, 200, "{\"status\":\"alive\"}"u8.ToArray(), "application/json");

    private static Task Ready(HttpContext http)
    {
        var node = CairnRequest.Of(http).Node;
        // Were degraded nodes taken out, nobody would answer reads while the store is away.
        byte[] body = !node.IsReady ? "{\"status\":\"not ready\"}"u8.ToArray()
            : node.StaleSeconds is null ? "{\"status\":\"ready\"}"u8.ToArray()
            : "{\"status\":\"degraded\"}"u8.ToArray();
        return Bodies.WriteAsync(http, node.IsReady ? 200 : 503, body, "application/json");
    }
}
