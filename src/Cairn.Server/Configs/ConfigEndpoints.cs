using System.Globalization;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Server.Http;

namespace Cairn.Server.Configs;

/// <summary><c>/api/v1/configs</c> and what belongs to it.</summary>
internal static class ConfigEndpoints
{
    public static void MapConfigs(this IEndpointRouteBuilder app)
    {
        var configs = app.MapGroup("/api/v1").WithTags("Configs");
        // The most frequent request by far: routing would look for its services anew each time.
        var reads = new Lazy<ConfigReads>(app.ServiceProvider.GetRequiredService<ConfigReads>);
        configs
            .OnGet("/configs", List)
            .WithName("ListConfigs")
            .RequiresSome("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe(
                "Lists configs by path",
                Parameters.Prefix,
                Parameters.Environment,
                Parameters.Include,
                Parameters.Deleted
            );
        configs
            .OnGet("/configs/{**path}", (HttpContext http) => reads.Value.Get(http))
            .WithName("GetConfig")
            .Requires("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe(
                "Reads a config: its base, or what an environment serves",
                Parameters.Environment,
                Parameters.Version,
                Parameters.Format,
                Parameters.Raw,
                Parameters.Consistency,
                Parameters.Wait
            )
            .Produces<object>(
                200,
                "application/json",
                "application/yaml",
                "text/x-java-properties",
                "text/x-dotenv",
                "application/toml"
            )
            .Produces(304);
        configs
            .OnPut("/configs/{**path}", Put)
            .WithName("PutConfig")
            .Requires("configs", PermissionLevel.Write)
            .ByEnvironment()
            .Conditional()
            .Describe(
                "Writes a config's base, or an environment's overlay; the body is the document",
                Parameters.Environment,
                Parameters.Format,
                Parameters.Verbatim
            )
            .TakesDocument("application/json", "application/yaml", "text/x-java-properties", "text/x-dotenv");
        configs
            .OnPatch("/configs/{**path}", Patch)
            .WithName("PatchConfig")
            .Requires("configs", PermissionLevel.Write)
            .ByEnvironment()
            .Conditional()
            .Describe("Changes parts of a document, by JSON Merge Patch or JSON Patch", Parameters.Environment)
            .TakesDocument("application/merge-patch+json", "application/json-patch+json", "application/json");
        configs
            .OnDelete("/configs/{**path}", Delete)
            .WithName("DeleteConfig")
            .Requires("configs", PermissionLevel.Delete)
            .ByEnvironment()
            .Conditional()
            .Describe("Deletes a config, keeping its versions; or an environment's overlay", Parameters.Environment);
        configs
            .OnGet("/config-versions/{**path}", History)
            .WithName("ListConfigVersions")
            .Requires("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe(
                "Lists a config's versions, newest first; of one environment, those that changed what it is made of",
                Parameters.Environment
            );
        configs
            .OnGet("/config-diffs/{**path}", Diff)
            .WithName("DiffConfig")
            .Requires("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe("Compares two versions", Parameters.From, Parameters.To, Parameters.Environment);
        configs
            .OnPost("/config-rollbacks/{**path}", Rollback)
            .WithName("RollBackConfig")
            .Requires("configs", PermissionLevel.Write)
            .Idempotent()
            .Conditional()
            .Describe("Makes a new version like an older one; also brings back what was deleted");
        configs
            .OnPost("/config-promotions/{**path}", Promote)
            .WithName("PromoteConfig")
            .RequiresSome("configs", PermissionLevel.Write)
            .Idempotent()
            .Conditional()
            .Describe("Sets which base an environment serves");
        configs
            .OnGet("/config-schemas/{**path}", GetSchema)
            .WithName("GetConfigSchema")
            .Requires("configs", PermissionLevel.Read)
            .Describe("Reads the schema a config is bound to")
            .Produces(200);
        configs
            .OnPut("/config-schemas/{**path}", PutSchema)
            .WithName("PutConfigSchema")
            .Requires("configs", PermissionLevel.Write)
            .Conditional()
            .Describe(
                "Binds a config to a schema: a JSON Schema, or a JSON string naming one of the registry",
                Parameters.AssertFormat
            )
            .TakesDocument("application/json");
        configs
            .OnDelete("/config-schemas/{**path}", DeleteSchema)
            .WithName("DeleteConfigSchema")
            .Requires("configs", PermissionLevel.Write)
            .Conditional()
            .Describe("Takes a config's schema off");
    }

    private static Answer<Page<ConfigItem>> List(
        CairnRequest request,
        RequestSnapshot snapshot,
        Paging paging,
        ConfigService configs,
        HttpContext http
    )
    {
        bool documents = Query.Text(http.Request, "include") switch
        {
            null => false,
            "document" => true,
            _ => throw new ProblemException(ProblemKind.Invalid, "include can be 'document'."),
        };
        var found = configs.List(
            snapshot.Value,
            request.Caller,
            Query.Text(http.Request, "prefix") ?? "",
            paging.Cursor,
            request.Environment,
            Query.Flag(http.Request, "deleted")
        );
        using var page = new ConfigPage(
            configs,
            snapshot.Value,
            request.Caller,
            request.Environment,
            documents,
            http.RequestAborted
        );
        return page.Take(found, paging.Limit);
    }

    private static async Task<Answer<Page<ConfigVersionItem>>> History(
        CairnRequest request,
        RequestSnapshot snapshot,
        Paging paging,
        ConfigService configs,
        CancellationToken ct
    )
    {
        if (configs.Head(snapshot.Value, request.Path) is null)
            throw ConfigAnswers.NotFound(configs, snapshot.Value, request);
        long? before = long.TryParse(paging.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            ? last
            : null;
        var versions = new List<Versioned<ConfigState>>();
        await foreach (
            var version in configs.HistoryAsync(snapshot.Value, request.Path, before, request.Environment, ct)
        )
        {
            versions.Add(version);
            if (versions.Count > paging.Limit)
                break;
        }

        return paging.Of(
            versions,
            version => ConfigVersionItem.Of(version, request.Environment),
            version => version.Version.ToString(CultureInfo.InvariantCulture)
        );
    }

    private static async Task<Answer<ConfigDiffView>> Diff(
        CairnRequest request,
        RequestSnapshot snapshot,
        ConfigService configs,
        HttpContext http
    )
    {
        var ct = http.RequestAborted;
        long newest =
            configs.Head(snapshot.Value, request.Path)?.Version
            ?? throw ConfigAnswers.NotFound(configs, snapshot.Value, request);
        long to = Query.Number(http.Request, "to") ?? newest;
        long from = Query.Number(http.Request, "from") ?? Math.Max(0, to - 1);
        var diff = ConfigService.Compare(await At(from), await At(to));
        return new ConfigDiffView(from, to, request.Environment, diff.Patch, diff.Text);

        async ValueTask<RenderedConfig?> At(long version)
        {
            if (version == 0)
                return null;
            if (await configs.VersionAsync(snapshot.Value, request.Path, version, ct) is null)
            {
                throw new ProblemException(
                    ProblemKind.NotFound,
                    $"The config '{request.Path}' has no version {version}; the newest is {newest}."
                );
            }

            return await configs.ReadVersionAsync(
                snapshot.Value,
                request.Caller,
                request.Path,
                version,
                request.Environment,
                ct
            );
        }
    }

    private static async Task<Upserted<ConfigWritten>> Put(CairnRequest request, ConfigWrites writes, HttpContext http)
    {
        byte[] body = await Bodies.ReadAsync(http);
        var warnings = new List<DocumentWarning>();
        byte[] document = ConfigAnswers.BodyFormat(http).ToJson(body, warnings);
        Warnings.Tell(http, [.. warnings.Select(warning => $"Line {warning.Line}: {warning.Message}")]);
        return await writes.CommitAsync(
            new PutConfig(request.Path, request.Environment, document)
            {
                Verbatim = Query.Text(http.Request, "verbatim") is null ? null : Query.Flag(http.Request, "verbatim"),
            }
        );
    }

    private static async Task<Answer<ConfigWritten>> Patch(CairnRequest request, ConfigWrites writes, HttpContext http)
    {
        string type = (http.Request.ContentType ?? "").Split(';')[0].Trim();
        byte[] patch = await Bodies.ReadAsync(http);
        Operation operation = type switch
        {
            "application/merge-patch+json" or "application/json" or "" => new PutConfig(
                request.Path,
                request.Environment,
                JsonText.Normalize(patch),
                Merge: true
            ),
            "application/json-patch+json" => new PatchConfig(
                request.Path,
                request.Environment,
                JsonText.Normalize(patch)
            ),
            _ => throw new ProblemException(
                ProblemKind.UnsupportedFormat,
                $"'{type}' is no patch. Use application/merge-patch+json or application/json-patch+json."
            ),
        };
        return await writes.ChangeAsync(operation);
    }

    private static Task<Answer<ConfigWritten>> Delete(CairnRequest request, ConfigWrites writes) =>
        writes.ChangeAsync(new DeleteConfig(request.Path, request.Environment));

    private static Task<Upserted<ConfigWritten>> Rollback(
        CairnRequest request,
        ConfigWrites writes,
        Body<ConfigRollback> body
    )
    {
        var (version, message) = body.Value;
        return version < 1
            ? throw new ProblemException(
                ProblemKind.Invalid,
                "Versions count from 1.",
                [new ProblemError("/to_version", "Versions count from 1.")]
            )
            : writes.CommitAsync(new RestoreConfig(request.Path, version), message);
    }

    private static Task<Answer<ConfigWritten>> Promote(string path, ConfigWrites writes, Body<ConfigPromotion> body)
    {
        var promotion = body.Value;
        int ways = (promotion.From is null ? 0 : 1) + (promotion.Version is null ? 0 : 1) + (promotion.Follow ? 1 : 0);
        if (ways != 1)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                "Say one of: 'from' an environment, a 'version', or 'follow': true."
            );
        }

        return writes.ChangeAsync(
            new PromoteConfig(path, promotion.To, promotion.From, promotion.Version),
            promotion.Message
        );
    }

    private static async Task GetSchema(
        CairnRequest request,
        RequestSnapshot snapshot,
        ConfigService configs,
        HttpContext http
    )
    {
        var schema =
            configs.Head(snapshot.Value, request.Path)?.State?.Schema
            ?? throw new ProblemException(ProblemKind.NotFound, $"The config '{request.Path}' is bound to no schema.");
        http.Response.Headers["Cairn-Assert-Format"] = schema.AssertFormat ? "true" : "false";
        await Bodies.WriteAsync(http, 200, schema.Schema, "application/json");
    }

    private static async Task<Answer<ConfigWritten>> PutSchema(
        CairnRequest request,
        ConfigWrites writes,
        HttpContext http
    )
    {
        byte[] schema = JsonText.Normalize(await Bodies.ReadAsync(http));
        var binding = new SchemaBinding(schema, Query.Flag(http.Request, "assert_format"));
        return await writes.ChangeAsync(new BindConfigSchema(request.Path, binding));
    }

    private static Task<Answer<ConfigWritten>> DeleteSchema(CairnRequest request, ConfigWrites writes) =>
        writes.ChangeAsync(new BindConfigSchema(request.Path, null));
}
