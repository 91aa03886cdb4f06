using System.Text.Json;
using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Core.Documents;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Schemas;

/// <summary>A record that every write to a version of a model renews, so that its revision is that of the last such
/// write.</summary>
/// <param name="Path">Whose: <see cref="ModelName.Path"/>.</param>
/// <param name="Revision">The commit.</param>
public sealed record ModelMark(string Path, long Revision);

/// <summary>The place of a mark among all, by the commit that wrote it.</summary>
public readonly record struct MarkOrder(long Revision, string Path) : IComparable<MarkOrder>
{
    /// <summary>After all of them.</summary>
    public static readonly MarkOrder End = new(long.MaxValue, "");

    /// <inheritdoc/>
    public int CompareTo(MarkOrder other) =>
        Revision != other.Revision ? Revision.CompareTo(other.Revision) : string.CompareOrdinal(Path, other.Path);
}

/// <summary>The kinds of resource that make up the schema registry, and how they are found.</summary>
public sealed class SchemaResources : IResourceSet
{
    private const string ModelPrefix = "schema-models/";

    public SchemaResources(Keyring keyring, IStore store, TimedIds ids, TimeProvider time)
    {
        Time = time;
        Versions = new("schemas", "schema-versions", keyring, ids, SchemaState.Encode, SchemaState.Decode)
        {
            Renews = path => ModelPrefix + path[..path.LastIndexOf('/')],
            Restore = (path, version) => new RestoreSchema(path, version),
            Operations = new Dictionary<string, Func<OperationForm, Operation>>
            {
                ["register"] = form => new RegisterSchema(
                    SchemaSelector.AddressFromPath(form.Path),
                    SchemaText.Read(SchemaType.JsonSchema, SchemaContent.JsonSchemaMediaType, form.Document())
                )
                {
                    Meta = form.Json("meta"),
                    Backport = form.Flag("backport") ?? false,
                },
                ["delete"] = form => new DeleteSchema(
                    SchemaSelector.AddressFromPath(form.Path),
                    form.Flag("force") ?? false
                ),
                ["deprecate"] = form => new DeprecateSchema(
                    SchemaSelector.AddressFromPath(form.Path),
                    Deprecation(form)
                ),
                ["undeprecate"] = form => new DeprecateSchema(SchemaSelector.AddressFromPath(form.Path), null),
                ["describe"] = form => new DescribeSchema(SchemaSelector.AddressFromPath(form.Path), form.Document()),
                ["restore"] = form => new RestoreSchema(form.Path, form.ToVersion()),
            },
        };
        Rules = new(
            "schema-rules",
            "schema-rule-versions",
            keyring,
            ids,
            CompatibilityRule.Encode,
            CompatibilityRule.Decode
        )
        {
            Restore = (path, version) => new RestoreCompatibilityRule(path, version),
            Operations = new Dictionary<string, Func<OperationForm, Operation>>
            {
                ["put"] = form => new PutCompatibilityRule(
                    form.Path,
                    CompatibilityRule.ParseMode(
                        Member(form, form.Document(), "compatibility")
                            ?? throw form.Bad("document", "A rule is an object with 'compatibility'.")
                    )
                ),
                ["delete"] = form => new PutCompatibilityRule(form.Path, null),
                ["restore"] = form => new RestoreCompatibilityRule(form.Path, form.ToVersion()),
            },
        };
        Models = new(ModelPrefix, record => new ModelMark(record.Key[ModelPrefix.Length..], record.Revision));
        ModelsByRevision = Models.AddOrder<MarkOrder>(mark => [new MarkOrder(mark.Revision, mark.Path)]);
        Ids = new IdSequence(store, "schemas");
        ByName = Versions.Catalog.AddIndex(schema => Of(schema, state => state.Address.Model.Name));
        Referrers = Versions.AddIndex(
            "schema-references",
            schema => (IEnumerable<string>)schema.References,
            path => path
        );
        ById = Versions.Catalog.AddOrder(schema => schema.State is { } state ? SchemaOrder.KeysOf(state) : []);
    }

    /// <summary>One resource a registered version, at <c>payments/Database/1.2.0</c>.</summary>
    public ResourceKind<SchemaState> Versions { get; }

    /// <summary>Compatibility rules, at <c>payments</c> or <c>payments/Database</c>.</summary>
    public ResourceKind<CompatibilityRule> Rules { get; }

    /// <summary>Every model that ever had a version, by path.</summary>
    public Catalog<ModelMark> Models { get; }

    /// <summary>Models by the commit that wrote to them last.</summary>
    public CatalogOrder<ModelMark, MarkOrder> ModelsByRevision { get; }

    /// <summary>Gives schemas their numbers.</summary>
    public IdSequence Ids { get; }

    /// <summary>Versions by model name, whatever the namespace.</summary>
    public CatalogIndex<Versioned<SchemaState>, string> ByName { get; }

    /// <summary>Versions by the path of a schema they refer to.</summary>
    public ResourceIndex<SchemaState, string> Referrers { get; }

    /// <summary>Versions by number, all of them and in parts.</summary>
    public CatalogOrder<Versioned<SchemaState>, SchemaOrder> ById { get; }

    /// <summary>When registrations happen.</summary>
    public TimeProvider Time { get; }

    /// <summary>Compiled schemas, for the next time.</summary>
    public SchemaCompiler Compiler { get; } = new();

    /// <summary>The configs that are bound to a model, with how they name it; nobody until configs say so.</summary>
    public Func<IResourceView, ModelName, IEnumerable<BoundConfig>> BoundConfigs { get; set; } = static (_, _) => [];

    /// <inheritdoc/>
    public IReadOnlyList<ResourceKind> Kinds => [Versions, Rules];

    /// <inheritdoc/>
    public IEnumerable<Catalog> Catalogs => [Models, Rules.Catalog, Versions.Catalog];

    /// <summary>Whether a schema has this number.</summary>
    public bool IsTaken(CatalogSnapshot snapshot, long number) =>
        snapshot
            .Of(Versions.Catalog)
            .CountRange(
                ById,
                new SchemaOrder(SchemaOrder.All(null), number),
                new SchemaOrder(SchemaOrder.All(null), number + 1)
            ) > 0;

    private SchemaDeprecation Deprecation(OperationForm form)
    {
        byte[]? document = form.Json("document");
        return new(Time.GetUtcNow(), Member(form, document, "message"), Member(form, document, "replacement"));
    }

    private static string? Member(OperationForm form, byte[]? document, string name)
    {
        if (
            document is null
            || JsonText.Element(document) is not { ValueKind: JsonValueKind.Object } json
            || !json.TryGetProperty(name, out var value)
        )
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw form.Bad("document/" + name, $"'{name}' is a string.");
    }

    private static IEnumerable<string> Of(Versioned<SchemaState> schema, Func<SchemaState, string> key) =>
        schema.State is { } state ? [key(state)] : [];
}

/// <summary>Finds the registry among the kinds.</summary>
public static class SchemaKinds
{
    extension(ResourceKinds kinds)
    {
        /// <summary>The schema registry.</summary>
        public SchemaResources Schemas => kinds.Of<SchemaResources>();
    }
}

/// <summary>A place in the list of schemas: a part of it, and the number there.</summary>
/// <param name="Part">See <see cref="All"/>, <see cref="Active"/>.</param>
/// <param name="Id">The schema's number.</param>
public readonly record struct SchemaOrder(string Part, long Id) : IComparable<SchemaOrder>
{
    /// <summary>All schemas, or those of a namespace (<see cref="ModelName.Global"/> for the global ones).</summary>
    public static string All(string? space) => space is null ? "all" : "all/" + space;

    /// <summary>The same without deprecated ones.</summary>
    public static string Active(string? space) => space is null ? "active" : "active/" + space;

    /// <inheritdoc/>
    public int CompareTo(SchemaOrder other) =>
        string.CompareOrdinal(Part, other.Part) is not 0 and var order ? order : Id.CompareTo(other.Id);

    internal static IEnumerable<SchemaOrder> KeysOf(SchemaState state)
    {
        string space = state.Address.Model.Namespace ?? ModelName.Global;
        yield return new SchemaOrder(All(null), state.Id);
        yield return new SchemaOrder(All(space), state.Id);
        if (state.Deprecation is not null)
            yield break;
        yield return new SchemaOrder(Active(null), state.Id);
        yield return new SchemaOrder(Active(space), state.Id);
    }
}
