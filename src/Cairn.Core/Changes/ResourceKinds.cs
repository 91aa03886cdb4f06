using Cairn.Core.Configs;
using Cairn.Core.Cryptography;
using Cairn.Core.Environments;
using Cairn.Core.Schemas;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>The versioned kinds of resource: what a change can be made of.</summary>
public sealed class ResourceKinds
{
    public ResourceKinds(Keyring keyring, IStore store, TimedIds ids, TimeProvider time)
    {
        Configs = new("configs", "config-versions", keyring, ids, ConfigState.Encode, ConfigState.Decode);
        Environments = new("environments", "environment-versions", keyring, ids, EnvironmentState.Encode, EnvironmentState.Decode);
        Variables = new("variables", "variable-versions", keyring, ids, VariableSet.Encode, VariableSet.Decode);
        Schemas = new(keyring, store, ids, time);
        Dependents = Configs.Catalog.AddIndex(config => (IEnumerable<ConfigDependency>)ConfigDependencies.Of(config.State));
        BoundModels = Configs.Catalog.AddIndex<string>(config => config.State?.Schema?.Selector is { } selector ? [selector.Model.Path] : []);
    }

    public ResourceKind<ConfigState> Configs { get; }

    public ResourceKind<EnvironmentState> Environments { get; }

    /// <summary>Sets of variables, at <c>environments/prod</c> or <c>projects/payments</c>.</summary>
    public ResourceKind<VariableSet> Variables { get; }

    /// <summary>The schema registry.</summary>
    public SchemaResources Schemas { get; }

    /// <summary>The configs with templates that may depend on a variable or on another config, under it.</summary>
    public CatalogIndex<Versioned<ConfigState>, ConfigDependency> Dependents { get; }

    /// <summary>The configs that are bound to a schema of the registry, under its model's path.</summary>
    public CatalogIndex<Versioned<ConfigState>, string> BoundModels { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<ResourceKind> All => [Environments, Variables, Schemas.Versions, Schemas.Rules, Configs];

    /// <summary>Their catalogs, in the order in which a commit is to be taken in.</summary>
    public IEnumerable<Catalog> Catalogs => [Environments.Catalog, Variables.Catalog, .. Schemas.Catalogs, Configs.Catalog];

    /// <summary>The version a resource is at; 0 when there never was one.</summary>
    public long VersionOf(CatalogSnapshot snapshot, string kind, string path) => kind switch
    {
        "configs" => snapshot.Of(Configs.Catalog).Get(path)?.Version ?? 0,
        "environments" => snapshot.Of(Environments.Catalog).Get(path)?.Version ?? 0,
        "variables" => snapshot.Of(Variables.Catalog).Get(path)?.Version ?? 0,
        "schemas" => snapshot.Of(Schemas.Versions.Catalog).Get(path)?.Version ?? 0,
        "schema-rules" => snapshot.Of(Schemas.Rules.Catalog).Get(path)?.Version ?? 0,
        _ => throw Unknown(kind),
    };

    /// <summary>The operation that brings a resource back to an older version; to version 0 by deleting it.</summary>
    public Operation Restore(string kind, string path, long version) => kind switch
    {
        "configs" => new RestoreConfig(this, path, version),
        "environments" => new RestoreEnvironment(this, path, version),
        "variables" => new RestoreVariables(this, path, version),
        "schemas" => new RestoreSchema(this, path, version),
        "schema-rules" => new RestoreCompatibilityRule(this, path, version),
        _ => throw Unknown(kind),
    };

    /// <summary>The environments that exist, by name.</summary>
    public List<string> EnvironmentNames(CatalogSnapshot snapshot) =>
        [.. snapshot.Of(Environments.Catalog).Range("").Where(pair => pair.Value.State is not null).Select(pair => pair.Key)];

    /// <summary>The environments that exist in a draft.</summary>
    public IReadOnlySet<string> EnvironmentNames(ChangeDraft draft)
    {
        var names = new SortedSet<string>(EnvironmentNames(draft.Snapshot), StringComparer.Ordinal);
        foreach (var resource in draft.Resources.OfType<DraftResource<EnvironmentState>>())
            if (resource.State is not null)
                names.Add(resource.Path);
            else
                names.Remove(resource.Path);
        return names;
    }

    /// <summary>Refuses an environment that does not exist.</summary>
    /// <exception cref="ProblemException">It does not; the message names those that do.</exception>
    public void RequireEnvironment(ChangeDraft draft, string name)
    {
        if (draft.Peek(Environments, name) is null)
            throw NoEnvironment(name, EnvironmentNames(draft));
    }

    internal static ProblemException NoEnvironment(string name, IEnumerable<string> existing) =>
        new(ProblemKind.NotFound, $"There is no environment '{name}'. There are: {string.Join(", ", existing)}.");

    private static ProblemException Unknown(string kind) => new(ProblemKind.Invalid, $"There is no kind of resource '{kind}'.");
}
