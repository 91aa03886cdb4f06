using System.Globalization;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Node;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Configs;

/// <summary><c>/api/v1/configs</c> and what belongs to it.</summary>
internal static class ConfigEndpoints
{
    public static void MapConfigs(this IEndpointRouteBuilder app)
    {
        var configs = app.MapGroup("/api/v1").WithTags("Configs");
        configs
            .OnGet("/configs", List)
            .WithName("ListConfigs")
            .RequiresSome("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe(
                "Lists configs by path",
                Parameters.Prefix,
                Parameters.Limit,
                Parameters.Cursor,
                Parameters.Environment,
                Parameters.Include,
                Parameters.Deleted,
                Parameters.Consistency
            )
            .Produces<Page<ConfigItem>>();
        configs
            .OnGet("/configs/{**path}", Get)
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
            .TakesDocument("application/json", "application/yaml", "text/x-java-properties", "text/x-dotenv")
            .Produces<ConfigWritten>()
            .Produces<ConfigWritten>(201);
        configs
            .OnPatch("/configs/{**path}", Patch)
            .WithName("PatchConfig")
            .Requires("configs", PermissionLevel.Write)
            .ByEnvironment()
            .Conditional()
            .Describe("Changes parts of a document, by JSON Merge Patch or JSON Patch", Parameters.Environment)
            .TakesDocument("application/merge-patch+json", "application/json-patch+json", "application/json")
            .Produces<ConfigWritten>();
        configs
            .OnDelete("/configs/{**path}", Delete)
            .WithName("DeleteConfig")
            .Requires("configs", PermissionLevel.Delete)
            .ByEnvironment()
            .Conditional()
            .Describe("Deletes a config, keeping its versions; or an environment's overlay", Parameters.Environment)
            .Produces<ConfigWritten>();
        configs
            .OnGet("/config-versions/{**path}", History)
            .WithName("ListConfigVersions")
            .Requires("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe(
                "Lists a config's versions, newest first; of one environment, those that changed what it is made of",
                Parameters.Environment,
                Parameters.Limit,
                Parameters.Cursor,
                Parameters.Consistency
            )
            .Produces<Page<ConfigVersionItem>>();
        configs
            .OnGet("/config-diffs/{**path}", Diff)
            .WithName("DiffConfig")
            .Requires("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe(
                "Compares two versions",
                Parameters.From,
                Parameters.To,
                Parameters.Environment,
                Parameters.Consistency
            )
            .Produces<ConfigDiffView>();
        configs
            .OnPost("/config-rollbacks/{**path}", Rollback)
            .WithName("RollBackConfig")
            .Requires("configs", PermissionLevel.Write)
            .Idempotent()
            .Conditional()
            .Describe("Makes a new version like an older one; also brings back what was deleted")
            .Takes<ConfigRollback>()
            .Produces<ConfigWritten>();
        configs
            .OnPost("/config-promotions/{**path}", Promote)
            .WithName("PromoteConfig")
            .RequiresSome("configs", PermissionLevel.Write)
            .Idempotent()
            .Conditional()
            .Describe("Sets which base an environment serves")
            .Takes<ConfigPromotion>()
            .Produces<ConfigWritten>();
        configs
            .OnGet("/config-schemas/{**path}", GetSchema)
            .WithName("GetConfigSchema")
            .Requires("configs", PermissionLevel.Read)
            .Describe("Reads the schema a config is bound to", Parameters.Consistency)
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
            .TakesDocument("application/json")
            .Produces<ConfigWritten>();
        configs
            .OnDelete("/config-schemas/{**path}", DeleteSchema)
            .WithName("DeleteConfigSchema")
            .Requires("configs", PermissionLevel.Write)
            .Conditional()
            .Describe("Takes a config's schema off")
            .Produces<ConfigWritten>();
    }

    private static async Task List(HttpContext http)
    {
        var (request, node) = Request(http);
        int limit = Query.Limit(http.Request);
        string? environment = request.Environment;
        bool documents = Query.Text(http.Request, "include") switch
        {
            null => false,
            "document" => true,
            _ => throw new ProblemException(ProblemKind.Invalid, "include can be 'document'."),
        };
        var snapshot = await SnapshotAsync(http, node);
        var found = node.Configs.List(
            snapshot,
            request.Caller,
            Query.Text(http.Request, "prefix") ?? "",
            Query.Cursor(http.Request),
            environment,
            Query.Flag(http.Request, "deleted")
        );
        using var page = new ConfigPage(
            node.Configs,
            snapshot,
            request.Caller,
            environment,
            documents,
            http.RequestAborted
        );
        await Bodies.WriteAsync(http, 200, page.Take(found, limit), WireJson.Default.PageConfigItem);
    }

    private static Task Get(HttpContext http)
    {
        var (request, node) = Request(http);
        // The path of nearly every read: nothing but the resource and perhaps an environment was asked for.
        if (request.AsksEnvironmentOnly)
        {
            if (!http.Request.Headers.ContainsKey("Cairn-Min-Revision"))
            {
                return ConfigAnswers.WriteAsync(
                    http,
                    node.Configs.Read(
                        node.Catalogs.Current,
                        request.Caller,
                        request.Path,
                        request.Environment,
                        http.RequestAborted
                    ),
                    ConfigAnswers.Accepted(http)
                );
            }
        }

        return GetWithOptions(http, request, node);
    }

    private static async Task GetWithOptions(HttpContext http, CairnRequest request, NodeServices node)
    {
        var format = ConfigAnswers.FormatOf(http);
        bool raw = Query.Flag(http.Request, "raw");
        long? version = Query.Number(http.Request, "version", 1);
        var snapshot = await SnapshotAsync(http, node);
        if (raw)
        {
            await ConfigAnswers.WriteAsync(
                http,
                await node.Configs.ReadRawAsync(
                    snapshot,
                    request.Path,
                    version,
                    request.Environment,
                    http.RequestAborted
                ),
                format,
                version,
                raw
            );
            return;
        }

        if (version is { } number)
        {
            await ConfigAnswers.WriteAsync(
                http,
                await node.Configs.ReadVersionAsync(
                    snapshot,
                    request.Caller,
                    request.Path,
                    number,
                    request.Environment,
                    http.RequestAborted
                ),
                format,
                version
            );
            return;
        }

        var config = node.Configs.Read(
            snapshot,
            request.Caller,
            request.Path,
            request.Environment,
            http.RequestAborted
        );
        if (Query.Duration(http.Request, "wait", ConfigWaiting.LongestWait) is { } wait)
        {
            config = await ConfigWaiting.WaitForNewsAsync(http, request, config, format, wait);
            if (!RequestPipeline.IsStillAdmitted(http))
            {
                await request.Rule.Surface.WriteUnauthenticatedAsync(http, presented: true);
                return;
            }

            // Who waits for the first version knows that there is none.
            if (config is null && EntityTags.EndsRead(http, ConfigWaiting.NoVersion))
                return;
        }

        await ConfigAnswers.WriteAsync(http, config, format);
    }

    private static async Task Put(HttpContext http)
    {
        var (request, node) = Request(http);
        byte[] body = await Bodies.ReadAsync(http, node.Options.MaxBodyBytes);
        var warnings = new List<DocumentWarning>();
        byte[] document = ConfigAnswers.BodyFormat(http).ToJson(body, warnings);
        Warnings.Tell(http, [.. warnings.Select(warning => $"Line {warning.Line}: {warning.Message}")]);
        var operation = new PutConfig(request.Path, request.Environment, document)
        {
            IfVersion = EntityTags.Condition(http.Request),
            Verbatim = Query.Text(http.Request, "verbatim") is null ? null : Query.Flag(http.Request, "verbatim"),
        };
        await CommitAsync(http, operation, CommitMessage.Of(http));
    }

    private static async Task Patch(HttpContext http)
    {
        var (request, node) = Request(http);
        string type = (http.Request.ContentType ?? "").Split(';')[0].Trim();
        byte[] patch = await Bodies.ReadAsync(http, node.Options.MaxBodyBytes);
        var condition = EntityTags.Condition(http.Request);
        Operation operation = type switch
        {
            "application/merge-patch+json" or "application/json" or "" => new PutConfig(
                request.Path,
                request.Environment,
                JsonText.Normalize(patch),
                Merge: true
            )
            {
                IfVersion = condition,
            },
            "application/json-patch+json" => new PatchConfig(
                request.Path,
                request.Environment,
                JsonText.Normalize(patch)
            )
            {
                IfVersion = condition,
            },
            _ => throw new ProblemException(
                ProblemKind.UnsupportedFormat,
                $"'{type}' is no patch. Use application/merge-patch+json or application/json-patch+json."
            ),
        };
        await CommitAsync(http, operation, CommitMessage.Of(http));
    }

    private static Task Delete(HttpContext http)
    {
        var (request, node) = Request(http);
        return CommitAsync(
            http,
            new DeleteConfig(request.Path, request.Environment) { IfVersion = EntityTags.Condition(http.Request) },
            CommitMessage.Of(http)
        );
    }

    private static async Task History(HttpContext http)
    {
        var (request, node) = Request(http);
        int limit = Query.Limit(http.Request);
        var snapshot = await SnapshotAsync(http, node);
        if (node.Configs.Head(snapshot, request.Path) is null)
            throw ConfigAnswers.NotFound(node, request);
        long? before =
            Query.Cursor(http.Request) is { } cursor
            && long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out long last)
                ? last
                : null;
        var versions = new List<Versioned<ConfigState>>();
        await foreach (
            var version in node.Configs.HistoryAsync(
                snapshot,
                request.Path,
                before,
                request.Environment,
                http.RequestAborted
            )
        )
        {
            versions.Add(version);
            if (versions.Count > limit)
                break;
        }

        string? next =
            versions.Count > limit
                ? Query.MakeCursor(versions[limit - 1].Version.ToString(CultureInfo.InvariantCulture))
                : null;
        await Bodies.WriteAsync(
            http,
            200,
            new Page<ConfigVersionItem>(
                [.. versions.Take(limit).Select(version => ConfigVersionItem.Of(version, request.Environment))],
                next
            ),
            WireJson.Default.PageConfigVersionItem
        );
    }

    private static async Task Diff(HttpContext http)
    {
        var (request, node) = Request(http);
        var snapshot = await SnapshotAsync(http, node);
        long newest = node.Configs.Head(snapshot, request.Path)?.Version ?? throw ConfigAnswers.NotFound(node, request);
        long to = Query.Number(http.Request, "to") ?? newest;
        long from = Query.Number(http.Request, "from") ?? Math.Max(0, to - 1);
        var diff = ConfigService.Compare(await At(from), await At(to));
        await Bodies.WriteAsync(
            http,
            200,
            new ConfigDiffView(from, to, request.Environment, diff.Patch, diff.Text),
            WireJson.Default.ConfigDiffView
        );

        async ValueTask<RenderedConfig?> At(long version)
        {
            if (version == 0)
                return null;
            if (await node.Configs.VersionAsync(snapshot, request.Path, version, http.RequestAborted) is null)
            {
                throw new ProblemException(
                    ProblemKind.NotFound,
                    $"The config '{request.Path}' has no version {version}; the newest is {newest}."
                );
            }

            return await node.Configs.ReadVersionAsync(
                snapshot,
                request.Caller,
                request.Path,
                version,
                request.Environment,
                http.RequestAborted
            );
        }
    }

    private static async Task Rollback(HttpContext http)
    {
        var (request, node) = Request(http);
        var rollback = await Bodies.ReadAsync(http, WireJson.Default.ConfigRollback);
        if (rollback.ToVersion < 1)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                "Versions count from 1.",
                [new ProblemError("/to_version", "Versions count from 1.")]
            );
        }

        await CommitAsync(
            http,
            new RestoreConfig(request.Path, rollback.ToVersion) { IfVersion = EntityTags.Condition(http.Request) },
            rollback.Message ?? CommitMessage.Of(http)
        );
    }

    private static async Task Promote(HttpContext http)
    {
        var (request, node) = Request(http);
        var promotion = await Bodies.ReadAsync(http, WireJson.Default.ConfigPromotion);
        int ways = (promotion.From is null ? 0 : 1) + (promotion.Version is null ? 0 : 1) + (promotion.Follow ? 1 : 0);
        if (ways != 1)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                "Say one of: 'from' an environment, a 'version', or 'follow': true."
            );
        }

        string path = (string)http.Request.RouteValues["path"]!;
        request.Environment = promotion.To;
        request.Path = path;
        await CommitAsync(
            http,
            new PromoteConfig(path, promotion.To, promotion.From, promotion.Version)
            {
                IfVersion = EntityTags.Condition(http.Request),
            },
            promotion.Message ?? CommitMessage.Of(http)
        );
    }

    private static async Task GetSchema(HttpContext http)
    {
        var (request, node) = Request(http);
        var schema =
            node.Configs.Head(await SnapshotAsync(http, node), request.Path)?.State?.Schema
            ?? throw new ProblemException(ProblemKind.NotFound, $"The config '{request.Path}' is bound to no schema.");
        http.Response.Headers["Cairn-Assert-Format"] = schema.AssertFormat ? "true" : "false";
        await Bodies.WriteAsync(http, 200, schema.Schema, "application/json");
    }

    private static async Task PutSchema(HttpContext http)
    {
        var (request, node) = Request(http);
        byte[] schema = JsonText.Normalize(await Bodies.ReadAsync(http, node.Options.MaxBodyBytes));
        await CommitAsync(
            http,
            new BindConfigSchema(request.Path, new SchemaBinding(schema, Query.Flag(http.Request, "assert_format")))
            {
                IfVersion = EntityTags.Condition(http.Request),
            },
            CommitMessage.Of(http)
        );
    }

    private static Task DeleteSchema(HttpContext http)
    {
        var (request, node) = Request(http);
        return CommitAsync(
            http,
            new BindConfigSchema(request.Path, null) { IfVersion = EntityTags.Condition(http.Request) },
            CommitMessage.Of(http)
        );
    }

    private static async Task CommitAsync(HttpContext http, Operation operation, string? message)
    {
        var (request, node) = Request(http);
        var made = await node.Changes.CommitAsync(
            request.Commit,
            new ChangeRequest([operation], message),
            http.RequestAborted
        );
        var written = made.Of(node.Kinds.Configs, operation.Path)!;
        http.Response.Headers.ETag = EntityTags.Of(written.After);
        http.Response.Headers["Cairn-Version"] = written.After.Version.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["Cairn-Revision"] = written.After.Revision.ToString(CultureInfo.InvariantCulture);
        await Bodies.WriteAsync(
            http,
            written.IsNew ? 201 : 200,
            ConfigWritten.Of(written.After, operation.TargetEnvironment, request.Caller),
            WireJson.Default.ConfigWritten
        );
    }

    private static (CairnRequest Request, NodeServices Node) Request(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        return (request, request.Node);
    }

    private static ValueTask<CatalogSnapshot> SnapshotAsync(HttpContext http, NodeServices node) =>
        Snapshots.OfAsync(http, node);
}
