using System.Globalization;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Documents;
using Cairn.Core.Schemas;
using Cairn.Node;
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
            .Describe("Lists and searches models", Namespace, Search);
        schemas
            .OnGet("/schemas/{**path}", Get)
            .WithName("GetSchema")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Reads the text of namespace/Model/version; the version may be a range such as ^1.2, or latest")
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
            );
        schemas
            .OnDelete("/schemas/{**path}", Delete)
            .WithName("DeleteSchema")
            .Requires("schemas", PermissionLevel.Delete)
            .Conditional()
            .Describe("Deletes a version that nobody relies on", Force);
        schemas
            .OnGet("/schema-versions/{**path}", Versions)
            .WithName("ListSchemaVersions")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Lists the versions of namespace/Model, highest first");
        schemas
            .OnGet("/schema-metadata/{**path}", GetMetadata)
            .WithName("GetSchemaMetadata")
            .Requires("schemas", PermissionLevel.Read)
            .Describe("Reads what is known about a version");
        schemas
            .OnPut("/schema-metadata/{**path}", PutMetadata)
            .WithName("PutSchemaMetadata")
            .Requires("schemas", PermissionLevel.Write)
            .Conditional()
            .Describe("Replaces the notes about a version; the body is a JSON object of them")
            .TakesDocument("application/json");
        schemas
            .OnPut("/schema-deprecations/{**path}", Deprecate)
            .WithName("DeprecateSchema")
            .Requires("schemas", PermissionLevel.Write)
            .Conditional()
            .Describe("Says that a version should not be used any more");
        schemas
            .OnDelete("/schema-deprecations/{**path}", Undeprecate)
            .WithName("UndeprecateSchema")
            .Requires("schemas", PermissionLevel.Write)
            .Conditional()
            .Describe("Says that a deprecated version may be used again");
        app.MapSchemaJudgements();
    }

    private static Answer<Page<SchemaModelView>> List(
        CairnRequest request,
        RequestSnapshot snapshot,
        Paging paging,
        SchemaService schemas,
        HttpContext http
    ) =>
        paging.Of(
            schemas.Models(
                snapshot.Value,
                request.Caller,
                Query.Text(http.Request, "namespace"),
                Query.Text(http.Request, "q"),
                paging.Cursor
            ),
            SchemaModelView.Of,
            model => model.Name.Path
        );

    private static async Task Get(
        CairnRequest request,
        RequestSnapshot snapshot,
        SchemaService schemas,
        HttpContext http
    )
    {
        var schema = schemas.Resolve(snapshot.Value, SchemaSelector.FromPath(request.Path));
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

    private static async Task<Upserted<SchemaView>> Put(CairnRequest request, SchemaWrites writes, HttpContext http)
    {
        var content = await ReadContentAsync(http);
        var operation = new RegisterSchema(SchemaSelector.AddressFromPath(request.Path), content)
        {
            Backport = Query.Flag(http.Request, "backport"),
        };
        return await writes.CommitAsync(operation);
    }

    private static Task<Answer<SchemaView>> Delete(CairnRequest request, SchemaWrites writes, HttpContext http) =>
        writes.ChangeAsync(
            new DeleteSchema(SchemaSelector.AddressFromPath(request.Path), Query.Flag(http.Request, "force"))
        );

    private static Answer<Page<SchemaView>> Versions(
        CairnRequest request,
        RequestSnapshot snapshot,
        Paging paging,
        SchemaService schemas
    )
    {
        var name = ModelName.FromPath(request.Path);
        var model =
            schemas.Model(snapshot.Value, name)
            ?? throw new ProblemException(ProblemKind.NotFound, $"There is no schema {name}.");
        var versions = model.Versions.Reverse();
        if (paging.Cursor is { } cursor && SchemaVersion.TryParse(cursor, out var last, leadingZeros: true))
            versions = versions.Where(version => version.Address.Version.CompareTo(last) < 0);
        return paging.Of(
            versions,
            version => SchemaView.Of(schemas.Head(snapshot.Value, version.Address.Path)!),
            version => version.Address.Version.Text
        );
    }

    private static Answer<SchemaView> GetMetadata(
        CairnRequest request,
        RequestSnapshot snapshot,
        SchemaService schemas,
        HttpContext http
    )
    {
        var schema = schemas.Resolve(snapshot.Value, SchemaSelector.FromPath(request.Path));
        return SchemaWrites.View(schemas.Head(snapshot.Value, schema.Address.Path)!, http);
    }

    private static async Task<Answer<SchemaView>> PutMetadata(
        CairnRequest request,
        SchemaWrites writes,
        HttpContext http
    )
    {
        byte[] meta = JsonText.Normalize(await Bodies.ReadAsync(http));
        return await writes.ChangeAsync(new DescribeSchema(SchemaSelector.AddressFromPath(request.Path), meta));
    }

    private static Task<Answer<SchemaView>> Deprecate(
        CairnRequest request,
        SchemaWrites writes,
        CairnOptions options,
        Body<SchemaDeprecationRequest> body
    )
    {
        var (message, replacement) = body.Value;
        var deprecation = new SchemaDeprecation(options.Time.GetUtcNow(), message, replacement);
        return writes.ChangeAsync(new DeprecateSchema(SchemaSelector.AddressFromPath(request.Path), deprecation));
    }

    private static Task<Answer<SchemaView>> Undeprecate(CairnRequest request, SchemaWrites writes) =>
        writes.ChangeAsync(new DeprecateSchema(SchemaSelector.AddressFromPath(request.Path), null));

    /// <summary>The body as a schema, of the type that <c>type</c> or <c>Content-Type</c> says.</summary>
    internal static async Task<SchemaContent> ReadContentAsync(HttpContext http)
    {
        byte[] body = await Bodies.ReadAsync(http);
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
