using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Schemas;
using Cairn.Server.Http;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary><c>/schemas</c>: the operations.</summary>
internal static partial class PyrmuteSchemas
{
    private const string VersionPattern = @"^\d+\.\d+\.\d+(-[a-zA-Z0-9.-]+)?$";
    private const int MaxRegistrar = 255;

    public static async Task Register(HttpContext http)
    {
        var (request, scope) = (CairnRequest.Of(http), PyrmuteScope.Of(http));
        var input = new PyrmuteInput(http);
        bool overwrite = input.QueryFlag("allow_overwrite");
        await input.ReadBodyAsync();
        string? version = input.Text("version", required: true, pattern: VersionForm(), patternText: VersionPattern);
        byte[]? schema = input.Dictionary("json_schema", required: true);
        string? registeredBy = input.Text("registered_by", required: true, least: 1, most: MaxRegistrar);
        byte[]? meta = input.Dictionary("meta", required: false);
        var registeredAt = input.Time("registered_at");
        byte[]? avro = input.Dictionary("avro_schema", required: false, nullable: true);
        input.ThrowIfWrong();

        if (version!.Contains('-') || version.Length > SchemaVersion.MaxLength)
        {
            throw new PyrmuteRefusal(
                400,
                $"Invalid version format '{version}'. Expected MAJOR.MINOR.PATCH, such as 1.2.0"
            );
        }

        if (SchemaText.FaultByMetaSchema(schema) is { } fault)
            throw new PyrmuteRefusal(422, $"Invalid JSON Schema: {fault}");
        if (avro is not null && AvroFault(JsonText.Element(avro)) is { } avroFault)
            throw new PyrmuteRefusal(422, $"Invalid Avro schema: {avroFault}");
        CheckNames(scope);
        var address = scope.Address(version)!;
        var operation = new RegisterSchema(
            address,
            SchemaText.Read(SchemaType.JsonSchema, SchemaContent.JsonSchemaMediaType, schema)
        )
        {
            Avro = avro,
            Meta = meta,
            RegisteredBy = registeredBy,
            RegisteredAt = registeredAt,
            Overwrite = overwrite,
            Backport = true,
            Lenient = true,
        };
        var taken = new PyrmuteRefusal(
            409,
            $"Schema {scope.VersionId(version)} already exists. Use allow_overwrite=true to replace it."
        );
        if (!overwrite && Find(request, address.Path) is not null)
            throw taken;
        try
        {
            var change = await CommitAsync(http, operation);
            if (change.Resources.Count == 0)
                throw taken;
        }
        catch (ProblemException e) when (e.Problem.Kind == ProblemKind.Conflict && !overwrite)
        {
            throw taken;
        }

        await WriteAsync(http, 201, Find(request, address.Path) ?? throw NotFound(scope, version));
    }

    public static Task Get(HttpContext http)
    {
        var scope = PyrmuteScope.Of(http);
        return WriteAsync(http, 200, Existing(CairnRequest.Of(http), scope, scope.Version));
    }

    public static Task GetLatest(HttpContext http) => WriteAsync(http, 200, Versions(http, PyrmuteScope.Of(http))[^1]);

    public static Task ListVersions(HttpContext http)
    {
        var versions = Versions(http, PyrmuteScope.Of(http));
        return PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteStrings("versions", versions.Select(version => version.Address.Version.Text));
                json.WriteEndObject();
            }
        );
    }

    public static Task Compare(HttpContext http)
    {
        var (request, scope) = (CairnRequest.Of(http), PyrmuteScope.Of(http));
        var input = new PyrmuteInput(http);
        var (from, to) = (input.RequiredQuery("from_version"), input.RequiredQuery("to_version"));
        input.ThrowIfWrong();
        var (before, after) = (Existing(request, scope, from), Existing(request, scope, to));
        return PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("namespace", scope.Model.Namespace);
                json.WriteString("model_name", scope.Model.Name);
                json.WriteString("from_version", from);
                json.WriteString("to_version", to);
                json.WritePropertyName("changes");
                new PyrmuteComparison(
                    JsonText.Element(before.Content.Text),
                    JsonText.Element(after.Content.Text)
                ).WriteTo(json);
                json.WriteEndObject();
            }
        );
    }

    public static async Task Deprecate(HttpContext http)
    {
        var (request, scope) = (CairnRequest.Of(http), PyrmuteScope.Of(http));
        var schema = Existing(request, scope, scope.Version);
        string? message = new PyrmuteInput(http).Query("message");
        await CommitAsync(
            http,
            new DeprecateSchema(
                schema.Address,
                new SchemaDeprecation(request.Node.Options.Time.GetUtcNow(), message, schema.Deprecation?.Replacement)
            )
        );
        await WriteAsync(http, 200, Existing(request, scope, scope.Version));
    }

    public static async Task Delete(HttpContext http)
    {
        var (request, scope) = (CairnRequest.Of(http), PyrmuteScope.Of(http));
        var input = new PyrmuteInput(http);
        bool force = input.QueryFlag("force");
        input.ThrowIfWrong();
        var schema = Existing(request, scope, scope.Version);
        if (!force)
            throw new PyrmuteRefusal(400, "Deletion requires force=true parameter");
        try
        {
            await CommitAsync(http, new DeleteSchema(schema.Address, Force: true));
        }
        catch (ProblemException e) when (e.Problem.Kind == ProblemKind.NotFound)
        {
            throw NotFound(scope, scope.Version);
        }

        await PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("deleted", true);
                json.WriteString("namespace", scope.Model.Namespace);
                json.WriteString("model_name", scope.Model.Name);
                json.WriteString("version", scope.Version);
                json.WriteEndObject();
            }
        );
    }

    public static Task ListNamespaces(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        string model = (string)http.Request.RouteValues["model"]!;
        var spaces = request
            .Node.Schemas.Named(request.Node.Catalogs.Current, model)
            .Where(schema => Authorizer.Allows(request.Caller, SchemaService.ReadPermission, schema.Address.Path, null))
            .GroupBy(schema => schema.Address.Model.Namespace)
            .OrderBy(space => space.Key, StringComparer.Ordinal)
            .ToList();
        if (spaces.Count == 0)
            throw new PyrmuteRefusal(404, $"Model {model} not found in any namespace");
        return PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("namespaces");
                foreach (var space in spaces)
                {
                    json.WriteStrings(
                        space.Key ?? "null",
                        space.Select(schema => schema.Address.Version).Order().Select(version => version.Text)
                    );
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }
        );
    }

    private static SchemaState? Find(CairnRequest request, string path) =>
        request.Node.Schemas.Head(request.Node.Catalogs.Current, path)?.State;

    private static SchemaState Existing(CairnRequest request, PyrmuteScope scope, string version) =>
        scope.Address(version) is { } address && Find(request, address.Path) is { } schema
            ? schema
            : throw NotFound(scope, version);

    private static PyrmuteRefusal NotFound(PyrmuteScope scope, string version) =>
        new(404, $"Schema {scope.VersionId(version)} not found");

    private static IReadOnlyList<SchemaState> Versions(HttpContext http, PyrmuteScope scope)
    {
        var node = CairnRequest.Of(http).Node;
        return scope.Exists && node.Schemas.Model(node.Catalogs.Current, scope.Model) is { } model
            ? model.Versions
            : throw new PyrmuteRefusal(404, $"Model {scope.ModelId} not found");
    }

    private static async ValueTask<ChangeResult> CommitAsync(HttpContext http, Operation operation)
    {
        var request = CairnRequest.Of(http);
        var change = new ChangeRequest([operation], null);
        return (await request.Node.Changes.CommitAsync(request.Commit, change, http.RequestAborted)).Require();
    }

    private static void CheckNames(PyrmuteScope scope)
    {
        if (scope.Model.Namespace is { } space)
            ModelName.Check(space, "namespace");
        ModelName.Check(scope.Model.Name, "model");
    }

    private static string? AvroFault(JsonElement schema) =>
        !schema.TryGetProperty("type", out var type)
        || !(type.ValueKind == JsonValueKind.String && type.ValueEquals("record"))
            ? "'type' must be 'record'"
        : !schema.TryGetProperty("name", out _) ? "'name' is missing"
        : !schema.TryGetProperty("fields", out var fields)
        || fields.ValueKind != JsonValueKind.Array
        || fields.GetArrayLength() == 0
            ? "'fields' must be a non-empty array"
        : fields
            .EnumerateArray()
            .Any(field =>
                field.ValueKind != JsonValueKind.Object
                || !field.TryGetProperty("name", out _)
                || !field.TryGetProperty("type", out _)
            )
            ? "each of 'fields' must have 'name' and 'type'"
        : null;

    private static Task WriteAsync(HttpContext http, int status, SchemaState schema) =>
        PyrmuteAnswers.WriteAsync(
            http,
            status,
            json =>
            {
                json.WriteStartObject();
                json.WriteNumber("id", schema.Id);
                json.WriteString("namespace", schema.Address.Model.Namespace);
                json.WriteString("model_name", schema.Address.Model.Name);
                json.WriteString("version", schema.Address.Version.Text);
                // Of other texts there is nothing that would be an object.
                json.WriteRaw(
                    "json_schema",
                    schema.Content.Type == SchemaType.JsonSchema ? schema.Content.Text : "{}"u8.ToArray()
                );
                json.WriteRaw(
                    "avro_schema",
                    schema.Content.Type == SchemaType.Avro ? schema.Content.Text : schema.Avro
                );
                json.WriteTime("registered_at", schema.RegisteredAt);
                json.WriteString("registered_by", schema.RegisteredBy);
                json.WriteRaw("meta", schema.Meta);
                json.WriteBoolean("deprecated", schema.Deprecation is not null);
                json.WriteTime("deprecated_at", schema.Deprecation?.At);
                json.WriteString("deprecation_message", schema.Deprecation?.Message);
                json.WriteEndObject();
            }
        );

    [GeneratedRegex(@"^[0-9]+\.[0-9]+\.[0-9]+(-[a-zA-Z0-9.-]+)?\z")]
    private static partial Regex VersionForm();
}
