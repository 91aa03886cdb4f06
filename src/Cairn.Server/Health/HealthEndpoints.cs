using System.Text.Json.Serialization;
using Cairn.Node;
using Cairn.Server.Compatibility.PyrmuteRegistry;
using Cairn.Server.Http;

namespace Cairn.Server.Health;

/// <summary>How the node is. Says nothing that is not for everybody.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> when it answers reads from memory and no writes, or
/// <c>unhealthy</c> when it should get no requests.</param>
/// <param name="Version">Cairn's.</param>
/// <param name="Checks">The parts, each <c>healthy</c> or why not.</param>
public sealed record HealthView(
    string Status,
    string Version,
    double UptimeSeconds,
    long Revision,
    IReadOnlyDictionary<string, string> Checks
)
{
    /// <summary>For clients of Pyrmute Registry, like all that follow; left out where it is not served.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Environment { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HealthDatabaseView? Database { get; init; }

    /// <summary>Versions of schemas, deprecated ones, too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SchemasCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Timestamp { get; init; }

    /// <summary>Why it is not healthy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}

/// <summary>The store.</summary>
/// <param name="Type">The kind of engine, such as sqlite.</param>
public sealed record HealthDatabaseView(string Type, bool Connected);

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

    internal static Task Detailed(CairnNode host, HttpContext http)
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
        var registry = node.Options.PyrmuteRegistry;
        if (registry.Enabled)
        {
            PyrmuteCors.Apply(http, registry);
            view = view with
            {
                Version = registry.AppVersion ?? CairnNode.Version,
                Environment = registry.Environment,
                Database = new HealthDatabaseView(
                    Engine(node.Options.Store),
                    node.Catalogs.Fault is null && node.StaleSeconds is null
                ),
                SchemasCount = node.Schemas.ByNumber(node.Catalogs.Current, null, deprecated: true, 0).Count,
                Timestamp = PyrmuteAnswers.Time(now, "+00:00"),
                Error = healthy
                    ? null
                    : string.Join(
                        "; ",
                        checks.Where(check => check.Value != "healthy").Select(check => $"{check.Key}: {check.Value}")
                    ),
            };
        }

        return Bodies.WriteAsync(http, healthy ? 200 : 503, view, WireJson.Default.HealthView);
    }

    private static Task Live(HttpContext http) => WriteAsync(http, 200, """{"status":"alive","alive":true}"""u8);

    // Were degraded nodes taken out, nobody would answer reads while the store is away.
    private static Task Ready(CairnNode host, HttpContext http) =>
        host switch
        {
            { IsReady: false } => WriteAsync(http, 503, """{"status":"not ready","ready":false}"""u8),
            { Services.StaleSeconds: null } => WriteAsync(http, 200, """{"status":"ready","ready":true}"""u8),
            _ => WriteAsync(http, 200, """{"status":"degraded","ready":true}"""u8),
        };

    private static Task WriteAsync(HttpContext http, int status, ReadOnlySpan<byte> body)
    {
        if (CairnRequest.Of(http).Node.Options.PyrmuteRegistry is { Enabled: true } registry)
            PyrmuteCors.Apply(http, registry);
        return Bodies.WriteAsync(http, status, body.ToArray(), "application/json");
    }

    // The beginning of the store's address; the rest may be confidential.
    private static string Engine(string? store) =>
        (store ?? "sqlite").Split(':')[0] switch
        {
            "postgres" or "postgresql" => "postgresql",
            var engine => engine,
        };
}
