using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Core;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;

namespace Cairn.Server.Changes;

/// <summary>A change set: many writes that happen together or not at all.</summary>
/// <param name="Operations">In the order in which they are applied.</param>
/// <param name="Message">Why.</param>
/// <param name="DryRun">Whether to answer what would happen instead of doing it.</param>
public sealed record ChangeSubmission(IReadOnlyList<OperationSubmission> Operations, string? Message = null, bool DryRun = false);

/// <summary>One write of a change set.</summary>
/// <param name="Op"><c>put</c>, <c>patch</c>, <c>delete</c>, <c>restore</c>, <c>promote</c>, <c>bind</c> or <c>unbind</c>;
/// of a schema also <c>register</c>, <c>deprecate</c>, <c>undeprecate</c> and <c>describe</c>.</param>
/// <param name="Path">The resource; for variables <c>environments/prod</c> or <c>projects/payments</c>.</param>
/// <param name="Kind"><c>configs</c> (when left out), <c>environments</c>, <c>variables</c>,
/// <c>schemas</c> (at <c>payments/Database/1.2.0</c>) or <c>schema-rules</c>.</param>
/// <param name="Environment">Whose overlay; for promote the environment that is to serve another base.</param>
/// <param name="Document">What is put, the merge patch, the variables, the environment, or the schema to bind.</param>
/// <param name="IfVersion">The version the resource must be at; 0 for "there is none".</param>
/// <param name="ToVersion">For restore: the older version.</param>
/// <param name="From">For promote: the environment whose base is taken over.</param>
/// <param name="Version">For promote: or the version whose base is taken.</param>
/// <param name="Meta">For register: notes about the schema.</param>
/// <param name="Force">For delete of a schema: also when it is in use.</param>
/// <param name="Verbatim">For put of a config: whether its documents are served as written, templates or not.</param>
/// <param name="AssertFormat">For bind: whether <c>format</c> is checked, too.</param>
/// <param name="Backport">For register: also when it is lower than the highest version of its major number.</param>
public sealed record OperationSubmission(
    string Op, string Path, string Kind = "configs", string? Environment = null, JsonElement? Document = null,
    long? IfVersion = null, long? ToVersion = null, string? From = null, long? Version = null,
    JsonElement? Meta = null, bool Force = false, bool Backport = false, bool? Verbatim = null,
    bool AssertFormat = false)
{
    /// <summary>The operation it stands for.</summary>
    /// <exception cref="ProblemException">It makes no sense; the pointers are into the operation.</exception>
    public Operation ToOperation(ResourceKinds kinds, int index)
    {
        Operation operation = (Kind, Op) switch
        {
            ("configs", "put") => new PutConfig(Path, Environment, Json(index)) { Verbatim = Verbatim },
            ("configs", "patch") => new PutConfig(Path, Environment, Json(index), Merge: true) { Verbatim = Verbatim },
            ("configs", "delete") => new DeleteConfig(Path, Environment),
            ("configs", "restore") => new RestoreConfig(Path, ToVersion),
            ("configs", "promote") => new PromoteConfig(Path, Environment ?? throw Bad(index, "environment", "promote needs the environment that is to serve it."), From, Version),
            ("configs", "bind") => new BindConfigSchema(Path, new SchemaBinding(Json(index), AssertFormat)),
            ("configs", "unbind") => new BindConfigSchema(Path, null),
            ("environments", "put") => new PutEnvironment(Path, EnvironmentOf(index)),
            ("environments", "restore") => new RestoreEnvironment(Path, RestoredVersion(index)),
            ("variables", "restore") => new RestoreVariables(Path, RestoredVersion(index)),
            ("schema-rules", "restore") => new RestoreCompatibilityRule(Path, RestoredVersion(index)),
            ("environments", "delete") => new DeleteEnvironment(Path),
            ("variables", "put") => new PutVariables(Path, Json(index), Merge: false),
            ("variables", "patch") => new PutVariables(Path, Json(index), Merge: true),
            ("schemas", "register") => new RegisterSchema(SchemaSelector.AddressFromPath(Path), SchemaText.Read(SchemaType.JsonSchema, SchemaContent.JsonSchemaMediaType, Json(index)))
            {
                Meta = Meta is { } meta ? JsonText.ToUtf8(meta) : null,
                Backport = Backport,
            },
            ("schemas", "delete") => new DeleteSchema(SchemaSelector.AddressFromPath(Path), Force),
            ("schemas", "deprecate") => new DeprecateSchema(SchemaSelector.AddressFromPath(Path), Deprecation(kinds, index)),
            ("schemas", "undeprecate") => new DeprecateSchema(SchemaSelector.AddressFromPath(Path), null),
            ("schemas", "describe") => new DescribeSchema(SchemaSelector.AddressFromPath(Path), Json(index)),
            ("schemas", "restore") => new RestoreSchema(Path, RestoredVersion(index)),
            ("schema-rules", "put") => new PutCompatibilityRule(Path, CompatibilityRule.ParseMode(Member(index, "compatibility") ?? throw Bad(index, "document", "A rule is an object with 'compatibility'."))),
            ("schema-rules", "delete") => new PutCompatibilityRule(Path, null),
            ("configs" or "environments" or "variables" or "schemas" or "schema-rules", _) => throw Bad(index, "op", $"'{Op}' cannot be done to {Kind}."),
            _ => throw Bad(index, "kind", $"'{Kind}' is not one of configs, environments, variables, schemas, schema-rules."),
        };
        return operation with { IfVersion = IfVersion };
    }

    private long RestoredVersion(int index) =>
        ToVersion ?? throw Bad(index, "to_version", "restore needs the version to go back to.");

    private byte[] Json(int index) => Document is { } document
        ? JsonText.ToUtf8(document)
        : throw Bad(index, "document", $"{Op} needs a document.");

    private SchemaDeprecation Deprecation(ResourceKinds kinds, int index) =>
        new(kinds.Schemas.Time.GetUtcNow(), Document is null ? null : Member(index, "message"), Document is null ? null : Member(index, "replacement"));

    private string? Member(int index, string name)
    {
        var json = JsonText.Element(Json(index));
        return json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out var value) ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString()
            : throw Bad(index, "document/" + name, $"'{name}' is a string.");
    }

    private EnvironmentState EnvironmentOf(int index)
    {
        var json = JsonText.Element(Json(index));
        try
        {
            return new EnvironmentState(
                json.TryGetProperty("description", out var description) ? description.GetString() : null,
                json.TryGetProperty("protected", out var isProtected) && isProtected.GetBoolean());
        }
        catch (InvalidOperationException)
        {
            throw Bad(index, "document", "An environment is an object with 'description' and 'protected'.");
        }
    }

    private static ProblemException Bad(int index, string member, string message) =>
        new(ProblemKind.Invalid, message, [new ProblemError($"/operations/{index}/{member}", message)]);
}

/// <summary>A change that was made.</summary>
/// <param name="Intact">Whether its record is as Cairn wrote it; false when somebody altered it in the store.</param>
public sealed record ChangeView(
    string Id, long Revision, DateTimeOffset CreatedAt, string CreatedBy, string? Message, IReadOnlyList<AuditedResource> Resources, string? Reverts,
    bool Intact)
{
    public static ChangeView Of(Change change) => new(
        change.Id, change.Revision, change.CreatedAt, change.CreatedBy, change.Message, change.Resources, change.Reverts, change.Intact);
}

/// <summary>What a change set would do.</summary>
/// <param name="Acceptable">Whether it would be committed.</param>
/// <param name="Resources">What it would write.</param>
/// <param name="Effects">What each environment would serve, where that is not what it serves now.</param>
/// <param name="HiddenEffects">How many more there are, of configs that the credential may not read.</param>
/// <param name="Problems">Why it would be refused.</param>
public sealed record ChangePreviewView(
    bool Acceptable, IReadOnlyList<AuditedResource> Resources, IReadOnlyList<ChangeEffectView> Effects, int HiddenEffects,
    IReadOnlyList<ChangeProblemView> Problems)
{
    public static ChangePreviewView Of(ChangePreview preview) => new(
        preview.Problems.Count == 0,
        preview.Resources,
        [.. preview.Effects.Select(effect => new ChangeEffectView(effect.Path, effect.Environment, effect.Before, effect.After, effect.Patch))],
        preview.HiddenEffects,
        [.. preview.Problems.Select(problem => new ChangeProblemView(
            problem.Detail, [.. problem.Errors.Select(error => new ChangeErrorView(error.Pointer, error.Message, error.Environment))]))]);
}

public sealed record ChangeEffectView(string Path, string Environment, JsonElement? Before, JsonElement? After, JsonArray? Patch);

public sealed record ChangeProblemView(string Detail, IReadOnlyList<ChangeErrorView> Errors);

public sealed record ChangeErrorView(string Pointer, string Message, string? Environment);

/// <summary>A request to undo a change.</summary>
public sealed record ChangeReversal(string? Message = null, bool DryRun = false);
