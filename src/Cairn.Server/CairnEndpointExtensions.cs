using System.Collections.Frozen;
using System.Text;
using Cairn.Node;
using Cairn.Server.Access;
using Cairn.Server.Audit;
using Cairn.Server.Changes;
using Cairn.Server.Cluster;
using Cairn.Server.Compatibility.ConfigManager;
using Cairn.Server.Compatibility.PyrmuteRegistry;
using Cairn.Server.Configs;
using Cairn.Server.Cryptography;
using Cairn.Server.Environments;
using Cairn.Server.Health;
using Cairn.Server.Http;
using Cairn.Server.Integrity;
using Cairn.Server.Limits;
using Cairn.Server.Observability;
using Cairn.Server.Schemas;

namespace Cairn.Server;

/// <summary>Puts Cairn's endpoints into an application.</summary>
public static class CairnEndpointExtensions
{
    /// <summary>The parts that a node may serve or not, by <see cref="CairnOptions.ServiceNames"/>.</summary>
    internal static readonly (string Name, Action<IEndpointRouteBuilder> Map)[] Services =
    [
        (
            "configs",
            static app =>
            {
                app.MapConfigs();
                app.MapWatch();
            }
        ),
        ("environments", static app => app.MapEnvironments()),
        ("schemas", static app => app.MapSchemas()),
        ("changes", static app => app.MapChanges()),
        (
            "keys",
            static app =>
            {
                app.MapKeys();
                app.MapIdempotencyKeys();
            }
        ),
        (
            "audit",
            static app =>
            {
                app.MapAudit();
                app.MapIntegrity();
            }
        ),
        ("keyring", static app => app.MapKeyring()),
        ("cluster", static app => app.MapCluster()),
    ];

    /// <summary>Maps the endpoints of all that the node serves.</summary>
    /// <param name="app">The application.</param>
    /// <param name="prefix">Where, such as <c>/config-service</c>; empty for the root.</param>
    public static IEndpointConventionBuilder MapCairn(this IEndpointRouteBuilder app, string prefix = "")
    {
        var options = app.ServiceProvider.GetRequiredService<CairnOptions>();
        var cairn = app.MapInPipeline(prefix);
        foreach (var (name, map) in Services)
        {
            if (options.Services.Count == 0 || options.Services.Contains(name))
                map(cairn);
        }

        cairn.MapWhoAmI();
        cairn.MapHealth();
        cairn.MapMetrics();
        if (options.ConfigManager.Enabled)
            cairn.MapConfigManager(options.ConfigManager.AtRoot);
        if (options.PyrmuteRegistry.Enabled)
        {
            cairn.MapPyrmuteRegistry(options.PyrmuteRegistry);
            cairn.MapPyrmutePages(options.PyrmuteRegistry);
        }

        cairn.MapRoot();
        // At the root, what is nobody's may be the application's own.
        if (prefix.Length > 0)
            cairn.MapUnmatched();
        return cairn;
    }

    /// <summary>A group whose endpoints go through the <see cref="RequestPipeline"/>.</summary>
    internal static RouteGroupBuilder MapInPipeline(this IEndpointRouteBuilder app, string prefix)
    {
        var pipeline = app.ServiceProvider.GetRequiredService<RequestPipeline>();
        var group = app.MapGroup(prefix);
        ((IEndpointConventionBuilder)group).Finally(endpoint => Wrap(endpoint, pipeline));
        return group;
    }

    private static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.OnGet(
                "/metrics",
                (PrometheusExporter metrics, HttpContext http) =>
                    Bodies.WriteAsync(http, 200, Encoding.UTF8.GetBytes(metrics.Write()), PrometheusExporter.MediaType)
            )
            .WithTags("Health")
            .WithName("GetMetrics")
            .Open()
            .Describe("Metrics in Prometheus' text format")
            .Produces(200, contentType: "text/plain");

    private static void Wrap(EndpointBuilder endpoint, RequestPipeline pipeline)
    {
        var rule =
            endpoint.Metadata.OfType<EndpointRule>().LastOrDefault()
            ?? throw new InvalidOperationException(
                $"{endpoint.DisplayName} does not say what it takes: Requires, RequiresSome or Open."
            );
        string name = endpoint.Metadata.OfType<IEndpointNameMetadata>().Last().EndpointName;
        bool lenient = rule.LenientQuery || rule.Permission is null || rule.Surface != Surface.Native;
        rule = rule with
        {
            Name = name,
            Path = new ExactPath(((RouteEndpointBuilder)endpoint).RoutePattern),
            Parameters = lenient
                ? null
                : endpoint.Metadata.OfType<Parameter>().ToFrozenDictionary(parameter => parameter.Name),
        };
        endpoint.Metadata.Add(rule);
        var inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http => pipeline.InvokeAsync(http, rule, inner);
    }
}
