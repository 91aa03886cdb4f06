using System.Text.Json;
using Cairn.Core.Documents;
using Cairn.Node;
using Cairn.Server.Http;

namespace Cairn.Server.Health;

/// <summary><c>/health</c>, <c>/health/live</c> and <c>/health/ready</c>.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health");
        health
            .OnGet("", Detailed)
            .WithName("GetHealth")
            .Open()
            .Describe("How the node and its parts are")
            .Produces<HealthView>()
            .Produces<HealthView>(503);
        health.OnGet("/live", Live).WithName("GetLiveness").Open().Describe("200 while the process runs").Produces(200);
        health
            .OnGet("/ready", Ready)
            .WithName("GetReadiness")
            .Open()
            .Describe("200 while it should get requests")
            .Produces(200)
            .Produces(503);
    }

    internal static Task Detailed(CairnNode host, IEnumerable<Surface> surfaces, HttpContext http)
    {
        var node = host.Services;
        var checks = new Dictionary<string, string>
        {
            ["catalogs"] = node.Catalogs.Fault is null ? "healthy" : "not following the store",
            ["lifecycle"] =
                node.Stopping.IsCancellationRequested || !host.IsReady && node.Catalogs.Fault is null
                    ? "stopping"
                    : "healthy",
        };
        if (node.Catalogs.Refused.Count is > 0 and var refused)
        {
            checks["integrity"] =
                $"{refused} records of the store were not written by Cairn and are left out: GET "
                + "/api/v1/integrity names them";
        }
        // One failure may be a moment's; a job that goes on failing is somebody's to look at.
        var failing = host.Jobs.Where(job => job.Failures > 1).ToList();
        checks["jobs"] =
            failing.Count == 0
                ? "healthy"
                : string.Join(", ", failing.Select(job => $"{job.Name} failed {job.Failures} times in a row"))
                    + ": the log says why";
        if (node.Cluster is not null)
            checks["store"] = node.StaleSeconds is { } stale ? $"not answering for {stale} s" : "healthy";
        if (node.Limiter.Shared is { } shared)
            checks["rate_limits"] = shared.IsAnswering ? "healthy" : "counted by each node: Redis does not answer";
        var now = node.Options.Time.GetUtcNow();
        bool healthy = host.IsReady;
        var view = new HealthView(
            !healthy ? "unhealthy"
                : node.StaleSeconds is null && node.Catalogs.Refused.Count == 0 && failing.Count == 0 ? "healthy"
                : "degraded",
            CairnNode.Version,
            Math.Round((now - node.StartedAt).TotalSeconds, 3),
            node.Catalogs.Current.Revision,
            checks
        );
        var health = JsonSerializer.SerializeToNode(view, WireJson.Of<HealthView>())!.AsObject();
        foreach (var surface in surfaces)
        {
            surface.Prepare(http);
            surface.CompleteHealth(health, node);
        }

        byte[] body = JsonText.Write(writer => health.WriteTo(writer));
        return Bodies.WriteAsync(http, healthy ? 200 : 503, body, "application/json");
    }

    private static Task Live(IEnumerable<Surface> surfaces, HttpContext http) =>
        WriteAsync(http, surfaces, 200, """{"status":"alive","alive":true}"""u8);

    // Were degraded nodes taken out, nobody would answer reads while the store is away.
    private static Task Ready(CairnNode host, IEnumerable<Surface> surfaces, HttpContext http) =>
        host switch
        {
            { IsReady: false } => WriteAsync(http, surfaces, 503, """{"status":"not ready","ready":false}"""u8),
            { Services.StaleSeconds: null } => WriteAsync(http, surfaces, 200, """{"status":"ready","ready":true}"""u8),
            _ => WriteAsync(http, surfaces, 200, """{"status":"degraded","ready":true}"""u8),
        };

    private static Task WriteAsync(HttpContext http, IEnumerable<Surface> surfaces, int status, ReadOnlySpan<byte> body)
    {
        foreach (var surface in surfaces)
            surface.Prepare(http);
        return Bodies.WriteAsync(http, status, body.ToArray(), "application/json");
    }
}
