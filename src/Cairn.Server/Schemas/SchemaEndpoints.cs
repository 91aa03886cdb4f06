using System.Globalization;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Schemas;
using Cairn.Server.Http;

namespace Cairn.Server.Schemas;

/// <summary><c>/api/v1/schemas</c>: registering, reading and deleting versions, and what is known about them.</summary>
internal static class SchemaEndpoints
{
    private static readonly Parameter Namespace = new(
        "namespace",
        "string",
        "Only this namespace; _ for the global ones.",
        MayBeEmpty: true
    );
    private static readonly Parameter Search = new(
        "q",
        "string",
        "Only models with this in their name, namespace or title.",
        MayBeEmpty: true
    );
    internal static readonly Parameter Type = new(
        "type",
        "string",
        "json-schema, avro or other; by Content-Type when left out."
    );
    private static readonly Parameter Backport = new(
        "backport",
        "boolean",
        "Also when it is lower than the highest version of its major number."
    );
    private static readonly Parameter Force = new("force", "boolean", "Also when configs or schemas rely on it.");

    public static void MapSchemas(this IEndpointRouteBuilder app)
    {
        var schemas = app.MapGroup("/api/v1").WithTags("Schemas");
        schemas
            .OnGet("/schemas", List)
            .WithName("ListSchemas")
            .RequiresSome("schemas", PermissionLevel.Read)
            .Describe(
                "Lists and searches models",
                Namespace,
                Search,
                Parameters.Limit,
                Parameters.Cursor,
                Parameters.Consistency
            )
            .Produces<Page<SchemaModelView>>();
        schemas
            .OnGet("/schemas/{**path}", Get)
            .WithName("GetSchema")
            .Requires("schemas", PermissionLevel.Read)
            .Describe(
                "Reads the text of namespace/Model/version; the version may be a range such as ^1.2, or latest",
                Parameters.Consistency
            )
            .Produces(200)
            .Produces(304);
        schemas
            .OnPut("/schemas/{**path}", Put)
            .WithName("RegisterSchema")
            .Requires("schemas", PermissionLevel.Write)
            .Conditional()
            .Describe("Registers namespace/Model/version; the body is the schema", Type, Backport)
            .TakesDocument(
                "application/schema+json",
                "application/json",
                "application/vnd.apache.avro+json",
                "text/plain"
            )
            .Produces<SchemaView>()
            .Produces<SchemaView>(201);
        schemas
            .OnDelete("/schemas/{**path}", Delete)
            .WithName("DeleteSchema")
            .Requires("schemas", PermissionLevel.Delete)
            .Conditional()
            .Describe("Deletes a version that nobody relies on", Force)
            .Produces<SchemaView>();
        schemas
            .OnGet("/schema-versions/{**path}", Versions)
            .WithName("ListSchemaVersions")
            .Requires("schemas", PermissionLevel.Read)
            .Describe(
                "Lists the versions of namespace/Model, highest first",
                Parameters.Limit,
                Parameters.Cursor,
                Parameters.Consistency
            )
            .Produces<Page<SchemaView>>();
        schemas
            .OnGet("/schema-metadata/{**path}", GetMetadata)
            .WithName("GetSchemaMetadata")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Reads what is known about a version", Parameters.Consistency)
            .Produces<SchemaView>();
        schemas
            .OnPut("/schema-metadata/{**path}", PutMetadata)
            .WithName("PutSchemaMetadata")
            .Requires("schemas", PermissionLevel.Write)
            .Conditional()
            .Describe("Replaces the notes about a version; the body is a JSON object of them")
            .TakesDocument("application/json")
            .Produces<SchemaView>();
        schemas
            .OnPut("/schema-deprecations/{**path}", Deprecate)
            .WithName("DeprecateSchema")
            .Requires("schemas", PermissionLevel.Write)
            .Conditional()
            .Describe("Says that a version should not be used any more")
            .Takes<SchemaDeprecationRequest>()
            .Produces<SchemaView>();
        schemas
            .OnDelete("/schema-deprecations/{**path}", Undeprecate)
            .WithName("UndeprecateSchema")
            .Requires("schemas", PermissionLevel.Write)
            .Conditional()
            .Describe("Says that a deprecated version may be used again")
            .Produces<SchemaView>();
        app.MapSchemaJudgements();
    }

    private static async Task List(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        int limit = Query.Limit(http.Request);
        var found = request
            .Node.Schemas.Models(
                await Snapshots.OfAsync(http, request.Node),
                request.Caller,
                Query.Text(http.Request, "namespace"),
                Query.Text(http.Request, "q"),
                Query.Cursor(http.Request)
            )
            .Take(limit + 1)
            .ToList();
        await Bodies.WriteAsync(
            http,
            200,
            new Page<SchemaModelView>(
                [.. found.Take(limit).Select(SchemaModelView.Of)],
                found.Count > limit ? Query.MakeCursor(found[limit - 1].Name.Path) : null
            ),
            WireJson.Default.PageSchemaModelView
        );
    }

    private static async Task Get(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var schema = request.Node.Schemas.Resolve(
            await Snapshots.OfAsync(http, request.Node),
            SchemaSelector.FromPath(request.Path)
        );
        var headers = http.Response.Headers;
        string tag = $"\"{schema.Content.Digest}\"";
        headers.ETag = tag;
        headers["Cairn-Schema"] = Uri.EscapeDataString(schema.Address.ToString())
            .Replace("%2F", "/", StringComparison.Ordinal)
            .Replace("%40", "@", StringComparison.Ordinal);
        headers["Cairn-Digest"] = schema.Content.Digest;
        if (schema.Content.Type == SchemaType.Other)
            // Whoever registered it chose the media type: no browser is to show it as a page of this server.
            headers.ContentDisposition = "attachment";
        if (schema.Deprecation is { } deprecation)
            // RFC 9745.
            headers["Deprecation"] = "@" + deprecation.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        if (!EntityTags.EndsRead(http, tag))
            await Bodies.WriteAsync(http, 200, schema.Content.Text, schema.Content.MediaType);
    }

    private static async Task Put(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        var content = await ReadContentAsync(http);
        var operation = new RegisterSchema(SchemaSelector.AddressFromPath(request.Path), content)
        {
            Backport = Query.Flag(http.Request, "backport"),
        };
        await CommitAsync(http, operation);
    }

    private static Task Delete(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        return CommitAsync(
            http,
            new DeleteSchema(SchemaSelector.AddressFromPath(request.Path), Query.Flag(http.Request, "force"))
        );
    }

    private static async Task Versions(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        int limit = Query.Limit(http.Request);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        var name = ModelName.FromPath(request.Path);
        var model =
            request.Node.Schemas.Model(snapshot, name)
            ?? throw new ProblemException(ProblemKind.NotFound, $"There is no schema {name}.");
        var versions = model.Versions.Reverse();
        if (
            Query.Cursor(http.Request) is { } cursor
            && SchemaVersion.TryParse(cursor, out var last, leadingZeros: true)
        )
        {
            versions = versions.Where(version => version.Address.Version.CompareTo(last) < 0);
        }

        var page = versions.Take(limit + 1).ToList();
        await Bodies.WriteAsync(
            http,
            200,
            new Page<SchemaView>(
                [
                    .. page.Take(limit)
                        .Select(version => SchemaView.Of(request.Node.Schemas.Head(snapshot, version.Address.Path)!)),
                ],
                page.Count > limit ? Query.MakeCursor(page[limit - 1].Address.Version.Text) : null
            ),
            WireJson.Default.PageSchemaView
        );
    }

    private static async Task GetMetadata(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        var schema = request.Node.Schemas.Resolve(snapshot, SchemaSelector.FromPath(request.Path));
        await WriteAsync(http, 200, request.Node.Schemas.Head(snapshot, schema.Address.Path)!);
    }

    private static async Task PutMetadata(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        byte[] meta = JsonText.Normalize(await Bodies.ReadAsync(http, request.Node.Options.MaxBodyBytes));
        await CommitAsync(http, new DescribeSchema(SchemaSelector.AddressFromPath(request.Path), meta));
    }

    private static async Task Deprecate(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var wanted = await Bodies.ReadAsync(http, WireJson.Default.SchemaDeprecationRequest);
        await CommitAsync(
            http,
            new DeprecateSchema(
                SchemaSelector.AddressFromPath(request.Path),
                new SchemaDeprecation(request.Node.Options.Time.GetUtcNow(), wanted.Message, wanted.Replacement)
            )
        );
    }

    private static Task Undeprecate(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        return CommitAsync(http, new DeprecateSchema(SchemaSelector.AddressFromPath(request.Path), null));
    }

    private static async Task CommitAsync(HttpContext http, Operation operation)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        operation = operation with { IfVersion = EntityTags.Condition(http.Request) };
        var made = await node.Changes.CommitAsync(
            request.Commit,
            new ChangeRequest([operation], CommitMessage.Of(http)),
            http.RequestAborted
        );
        http.Response.Headers["Cairn-Revision"] = made.Change.Revision.ToString(CultureInfo.InvariantCulture);
        var written = made.Of(node.Kinds.Schemas.Versions, operation.Path);
        if (
            written?.After.State is { } state
            && operation is RegisterSchema
            && state.Content.Type == SchemaType.JsonSchema
        )
        {
            var source = new SchemaSource(node.Kinds.Schemas, new SnapshotView(node.Catalogs.Current));
            var ignored = node.Kinds.Schemas.Compiler.Compile(source, state).Validator?.Warnings ?? [];
            Warnings.Tell(http, [.. ignored.Select(warning => warning.ToString())]);
        }

        // A deletion is answered with what was deleted; what left everything as it was with what there is.
        await WriteAsync(
            http,
            written?.IsNew == true ? 201 : 200,
            written is { After.State: null }
                ? written.Before!
                : written?.After ?? node.Schemas.Head(node.Catalogs.Current, operation.Path)!
        );
    }

    private static Task WriteAsync(HttpContext http, int status, Versioned<SchemaState> record)
    {
        http.Response.Headers.ETag = $"\"{record.Version}\"";
        return Bodies.WriteAsync(http, status, SchemaView.Of(record), WireJson.Default.SchemaView);
    }

    /// <summary>The body as a schema, of the type that <c>type</c> or <c>Content-Type</c> says.</summary>
    internal static async Task<SchemaContent> ReadContentAsync(HttpContext http)
    {
        byte[] body = await Bodies.ReadAsync(http, CairnRequest.Of(http).Node.Options.MaxBodyBytes);
        string media = (http.Request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        // What curl says when it is told nothing.
        if (media == "application/x-www-form-urlencoded")
            media = "";
        return Query.Text(http.Request, "type") switch
        {
            "json-schema" => SchemaText.Read(SchemaType.JsonSchema, SchemaContent.JsonSchemaMediaType, body),
            "avro" => SchemaText.Read(SchemaType.Avro, "application/vnd.apache.avro+json", body),
            "other" => SchemaText.Read(SchemaType.Other, media.Length == 0 ? "text/plain" : media, body),
            null when media is "" or "application/json" or "application/schema+json" => SchemaText.Read(
                SchemaType.JsonSchema,
                SchemaContent.JsonSchemaMediaType,
                body
            ),
            null when media.Contains("avro", StringComparison.Ordinal) => SchemaText.Read(
                SchemaType.Avro,
                "application/vnd.apache.avro+json",
                body
            ),
            null => SchemaText.Read(SchemaType.Other, media, body),
            var other => throw new ProblemException(
                ProblemKind.Invalid,
                $"type={ModelName.Shorten(other)} is not acceptable: it should be json-schema, avro or other."
            ),
        };
    }
}
