using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.JsonSchema;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Schemas;

/// <summary>A model and its versions.</summary>
/// <param name="Name">Which model.</param>
/// <param name="Versions">At least one, ascending.</param>
public sealed record SchemaModel(ModelName Name, IReadOnlyList<SchemaState> Versions)
{
    /// <summary>The highest version, deprecated ones and pre-releases only where there is no other.</summary>
    public SchemaState Latest =>
        Versions.LastOrDefault(version => version.Deprecation is null && !version.Address.Version.IsPreRelease)
        ?? Versions.LastOrDefault(version => !version.Address.Version.IsPreRelease)
        ?? Versions[^1];
}

/// <summary>A rule in force, and where it comes from.</summary>
/// <param name="Mode">The promise.</param>
/// <param name="Source">The path that has the rule: the model's or its namespace's; null when nobody set one.</param>
public sealed record EffectiveRule(CompatibilityMode Mode, string? Source);

/// <summary>Reads the schema registry. Writing is <see cref="ChangeService"/>'s.</summary>
public sealed class SchemaService(ResourceKinds kinds)
{
    /// <summary>What reading a schema takes.</summary>
    public static readonly Permission ReadPermission = new("schemas", PermissionLevel.Read);

    private readonly SchemaSearch _search = new(kinds.Schemas);

    private SchemaResources Schemas => kinds.Schemas;

    /// <summary>The record of a version, deleted or not; null when there never was one.</summary>
    public Versioned<SchemaState>? Head(CatalogSnapshot snapshot, string path) =>
        snapshot.Of(Schemas.Versions.Catalog).Get(path);

    /// <summary>The version that a selector stands for.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public SchemaState Resolve(CatalogSnapshot snapshot, SchemaSelector selector) =>
        Source(snapshot).Resolve(selector)
        ?? throw new ProblemException(
            ProblemKind.NotFound,
            Model(snapshot, selector.Model) is null
                ? $"There is no schema {selector.Model}."
                : $"{selector.Model} has no version {selector.Range}."
        );

    /// <summary>A model with its versions; null when there is none.</summary>
    public SchemaModel? Model(CatalogSnapshot snapshot, ModelName name) =>
        Source(snapshot).Versions(name) is { Count: > 0 } versions ? new SchemaModel(name, versions) : null;

    /// <summary>The models a caller may read, by path.</summary>
    /// <param name="snapshot">The state to read.</param>
    /// <param name="caller">Only what this caller may read.</param>
    /// <param name="space">Only this namespace; <see cref="ModelName.Global"/> for the global ones; null for
    /// all.</param>
    /// <param name="search">Only what has this in its path, or in the title of the version written last, in any case;
    /// null for all.</param>
    /// <param name="after">The last path of the page before.</param>
    public IEnumerable<SchemaModel> Models(
        CatalogSnapshot snapshot,
        Principal caller,
        string? space,
        string? search,
        string? after
    )
    {
        string prefix = space is null ? "" : space + "/";
        var paths = search is null
            ? snapshot.Of(Schemas.Models).Range(prefix, after).Select(model => model.Key)
            : _search
                .Find(snapshot, search)
                .Where(path =>
                    path.StartsWith(prefix, StringComparison.Ordinal)
                    && (after is null || string.CompareOrdinal(path, after) > 0)
                );
        bool all = Authorizer.AllowsAll(caller, ReadPermission);
        foreach (string path in paths)
        {
            if (!all && !Authorizer.Allows(caller, ReadPermission, path, null))
                continue;
            if (Model(snapshot, ModelName.FromPath(path)) is { } model)
                yield return model;
        }
    }

    /// <summary>All versions of every namespace's model of this name.</summary>
    public IEnumerable<SchemaState> Named(CatalogSnapshot snapshot, string model) =>
        snapshot.Of(Schemas.Versions.Catalog).Lookup(Schemas.ByName, model).Select(version => version.State!);

    /// <summary>Versions by number.</summary>
    /// <param name="snapshot">The state to read.</param>
    /// <param name="space">Only this namespace; <see cref="ModelName.Global"/> for the global ones; null for
    /// all.</param>
    /// <param name="deprecated">Whether deprecated ones, too.</param>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <returns>How many there are altogether, and those after the skipped ones.</returns>
    public (int Count, IEnumerable<SchemaState> Versions) ByNumber(
        CatalogSnapshot snapshot,
        string? space,
        bool deprecated,
        int skip
    )
    {
        string part = deprecated ? SchemaOrder.All(space) : SchemaOrder.Active(space);
        var (from, to) = (new SchemaOrder(part, long.MinValue), new SchemaOrder(part, long.MaxValue));
        var view = snapshot.Of(Schemas.Versions.Catalog);
        return (
            view.CountRange(Schemas.ById, from, to),
            view.Range(Schemas.ById, from, to, skip).Select(version => version.State!)
        );
    }

    /// <summary>The rule that a model or a namespace keeps to.</summary>
    public EffectiveRule RuleOf(CatalogSnapshot snapshot, string path)
    {
        string space = path.Split('/')[0];
        foreach (string place in new[] { path, space })
        {
            if (snapshot.Of(Schemas.Rules.Catalog).Get(place)?.State is { } rule)
                return new EffectiveRule(rule.Mode, place);
        }

        return new EffectiveRule(CompatibilityMode.None, null);
    }

    /// <summary>The compiled form of a version.</summary>
    /// <exception cref="ProblemException">It has none: it is no JSON Schema, or not a valid one.</exception>
    public JsonSchemaValidator Compile(CatalogSnapshot snapshot, SchemaState schema)
    {
        var compiled = Schemas.Compiler.Compile(Source(snapshot), schema);
        return compiled.Validator ?? throw new ProblemException(compiled.Fault!);
    }

    /// <summary>What of a JSON Schema nothing will look at.</summary>
    public IReadOnlyList<SchemaProblem> Ignored(CatalogSnapshot snapshot, SchemaState schema) =>
        Schemas.Compiler.Compile(Source(snapshot), schema).Validator?.Warnings ?? [];

    /// <summary>What would be said of a candidate if it were registered.</summary>
    /// <param name="snapshot">The state to read.</param>
    /// <param name="caller">Who asks: the candidate can refer to what they may read.</param>
    /// <param name="address">Where it would be.</param>
    /// <param name="content">The candidate.</param>
    /// <param name="mode">The promise; null for that of the rule in force.</param>
    public (CompiledSchema Compiled, CompatibilityFinding Finding) Check(
        CatalogSnapshot snapshot,
        Principal caller,
        SchemaAddress address,
        SchemaContent content,
        CompatibilityMode? mode
    )
    {
        var source = Source(snapshot);
        var compiled = Schemas.Compiler.Compile(source, content, address, caller);
        var finding = CompatibilityCheck.Run(
            source,
            mode ?? RuleOf(snapshot, address.Model.Path).Mode,
            address,
            compiled
        );
        return (compiled, compiled.Fault is null ? finding : finding with { Breaks = [] });
    }

    /// <summary>Who relies on a version.</summary>
    public SchemaUsers Users(CatalogSnapshot snapshot, SchemaState schema) =>
        SchemaUsers.Of(kinds, new SnapshotView(snapshot), schema);

    /// <summary>A document that the schema describes, made up; and whether it is valid, which schemas with patterns or
    /// conditions may be too involved for.</summary>
    /// <exception cref="ProblemException">The version is no JSON Schema, or not a valid one.</exception>
    public (byte[] Document, bool IsValid) Sample(CatalogSnapshot snapshot, SchemaState schema)
    {
        var validator = Compile(snapshot, schema);
        var source = Source(snapshot);
        var document = new SampleDocument(
            JsonText.Element(schema.Content.Text),
            name => source.Find(name)?.Content.Text
        ).Make();
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, SampleJson.Default.JsonNode);
        return (json, validator.IsValid(json));
    }

    private SchemaSource Source(CatalogSnapshot snapshot) => new(Schemas, new SnapshotView(snapshot));
}
