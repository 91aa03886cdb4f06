using System.Text.Json;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Server.Configs;
using Cairn.Server.Health;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Compatibility.ConfigManager;

/// <summary>What a write answers there.</summary>
public sealed record ConfigManagerWritten(string Status, string Path, long Version);

/// <summary>
/// The HTTP API of the Configuration Management System, for its clients to go on with: <c>GET</c> and <c>PUT
/// /config/{path}</c>, the same without <c>/config</c> as it has it when it is mounted, and <c>/config/health</c>.
/// </summary>
internal static class ConfigManagerEndpoints
{
    private const string DefaultEnvironment = "prod";

    private static readonly RateClass Reads = new(
        "config-manager-read",
        static options => options.ConfigManager.ReadLimit
    );
    private static readonly RateClass Writes = new(
        "config-manager-write",
        static options => options.ConfigManager.WriteLimit
    );

    // At least two segments, the first of which is nothing else that is served.
    private const string Mounted =
        "/{**path:regex(^(?!(api|auth|config|configs|schemas|api-keys|cluster|health|metrics|openapi|docs)(/|$)).+/.+$)}";

    private static readonly HashSet<string> SchemaKeywords =
    [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "$schema",
        "$id",
        "$ref",
        "$defs",
        "definitions",
        "title",
        "description",
        "enum",
        "const",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "patternProperties",
        "minProperties",
        "maxProperties",
        "default",
        "examples",
        "if",
        "then",
        "else",
        "dependencies",
        "dependentRequired",
    ];

    /// <param name="app">The application.</param>
    /// <param name="root">Whether the paths are served without <c>/config</c>, too.</param>
    public static void MapConfigManager(this IEndpointRouteBuilder app, bool root)
    {
        var group = app.MapGroup("").WithTags("Configuration Management System");
        group
            .OnGet("/config/health", HealthEndpoints.Detailed)
            .WithName("ConfigManagerHealth")
            .Open()
            .Describe("How the node is")
            .Produces<HealthView>();
        Map("/config/{**path}", "", order: 0);
        // As mounted: whatever nothing else wants. The same operations again, so not described again.
        if (root)
            Map(Mounted, "Mounted", order: int.MaxValue - 1);

        void Map(string route, string name, int order)
        {
            Rule(group.OnGet(route, Get).WithName($"ConfigManager{name}Get"), PermissionLevel.Read, Reads, order)
                .Describe("Reads what an environment serves", Parameters.Environment)
                .Produces(200);
            Rule(group.OnPut(route, Put).WithName($"ConfigManager{name}Put"), PermissionLevel.Write, Writes, order)
                .Describe("Writes a config", Parameters.Schema);
        }
    }

    private static RouteHandlerBuilder Rule(
        RouteHandlerBuilder endpoint,
        PermissionLevel level,
        RateClass rate,
        int order
    )
    {
        endpoint.Add(builder => ((RouteEndpointBuilder)builder).Order = order);
        if (order > 0)
            endpoint.ExcludeFromDescription();
        return endpoint.WithMetadata(
            new EndpointRule(new Permission("configs", level), rate)
            {
                PathFrom = "path",
                LenientQuery = true,
                TakesLeftovers = order > 0,
                // A write there is to what all environments share.
                Environment = level == PermissionLevel.Read ? EnvironmentOf.Query : EnvironmentOf.Shared,
                DefaultEnvironment = level == PermissionLevel.Read ? DefaultEnvironment : null,
            }
        );
    }

    private static Task Get(CairnRequest request, ConfigService configs, CatalogSet catalogs, HttpContext http)
    {
        var snapshot = catalogs.Current;
        var config =
            configs.Read(snapshot, request.Caller, request.Path, request.Environment, http.RequestAborted)
            ?? throw ConfigAnswers.NotFound(configs, snapshot, request);
        return ConfigAnswers.WriteAsync(http, config, DocumentFormat.Json);
    }

    private static async Task<Answer<ConfigManagerWritten>> Put(
        CairnRequest request,
        ChangeService changes,
        HttpContext http
    )
    {
        byte[] document = JsonText.Normalize(await Bodies.ReadAsync(http));
        // Here a write is to the config as a whole; the environment only matters to who reads.
        var operation = new PutConfig(request.Path, null, document) { Schema = Schema(http) };
        var outcome = await changes.CommitAsync(
            request.Commit,
            new ChangeRequest([operation], null),
            http.RequestAborted
        );
        return outcome.IsDone(out var made, out var problem)
            ? new ConfigManagerWritten("success", request.Path, made.Resources[0].NextVersion)
            : problem;
    }

    /// <summary>The schema of <c>?schema=</c>.</summary>
    /// <remarks>Python's requests sends a dict as its keys, <c>schema=type&amp;schema=properties</c>: the schema itself
    /// is lost before it gets here. Such a request is carried out as the original does, with a warning.</remarks>
    private static SchemaBinding? Schema(HttpContext http)
    {
        var values = http.Request.Query["schema"];
        if (values.Count == 0)
            return null;
        if (values.All(value => value is not null && SchemaKeywords.Contains(value)))
        {
            Warnings.Tell(
                http,
                "schema held only the names of a schema's members, so nothing was checked; send it as JSON "
                    + "text: params={'schema': json.dumps(schema)}"
            );
            return null;
        }

        byte[] schema = JsonText.Normalize(System.Text.Encoding.UTF8.GetBytes(values[0] ?? ""));
        return JsonText.Element(schema).ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False
            ? new SchemaBinding(schema)
            : throw new ProblemException(ProblemKind.Invalid, "schema should be a JSON Schema as JSON text.");
    }
}
