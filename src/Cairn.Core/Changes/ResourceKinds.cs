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
        Configs = new("configs", "config-versions", keyring, ids, ConfigState.Encode, ConfigState.Decode) { Restore = (path, version) => new RestoreConfig(path, version) };
        Environments = new("environments", "environment-versions", keyring, ids, EnvironmentState.Encode, EnvironmentState.Decode) { Restore = (path, version) => new RestoreEnvironment(path, version) };
        Variables = new("variables", "variable-versions", keyring, ids, VariableSet.Encode, VariableSet.Decode) { Restore = (path, version) => new RestoreVariables(path, version) };
        Schemas = new(keyring, store, ids, time);
        Dependents = Configs.AddIndex("config-uses", config => (IEnumerable<ConfigDependency>)ConfigDependencies.Of(config), dependency => dependency.ToString());
        BoundModels = Configs.AddIndex("config-bindings", config => (IEnumerable<string>)(config.Schema?.Selector is { } selector ? [selector.Model.Path] : []), model => model);
        Parts = Configs.AddIndex("config-parts", config => config.Overlays.Keys.Union(config.Pins.Keys), environment => environment, inMemory: false);
    }

    public ResourceKind<ConfigState> Configs { get; }

    public ResourceKind<EnvironmentState> Environments { get; }

    /// <summary>Sets of variables, at <c>environments/prod</c> or <c>projects/payments</c>.</summary>
    public ResourceKind<VariableSet> Variables { get; }

    /// <summary>The schema registry.</summary>
    public SchemaResources Schemas { get; }

    /// <summary>The configs with templates that may depend on a variable or on another config, under it.</summary>
    public ResourceIndex<ConfigState, ConfigDependency> Dependents { get; }

    /// <summary>The configs that are bound to a schema of the registry, under its model's path.</summary>
    public ResourceIndex<ConfigState, string> BoundModels { get; }

    /// <summary>The configs that have an overlay or a pin of an environment, under it.</summary>
    public ResourceIndex<ConfigState, string> Parts { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<ResourceKind> All => [Environments, Variables, Schemas.Versions, Schemas.Rules, Configs];

    /// <summary>Their catalogs, in the order in which a commit is to be taken in.</summary>
    public IEnumerable<Catalog> Catalogs => [Environments.Catalog, Variables.Catalog, .. Schemas.Catalogs, Configs.Catalog];

    /// <summary>A kind by its name.</summary>
    /// <exception cref="ProblemException">There is none of that name; the message names those there are.</exception>
    public ResourceKind Find(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new ProblemException(ProblemKind.Invalid, $"'{name}' is not one of {string.Join(", ", All.Select(kind => kind.Name).Order(StringComparer.Ordinal))}.");

    /// <summary>The environments that exist, by name.</summary>
    public List<string> EnvironmentNames(IResourceView view) => [.. view.Range(Environments, "").Select(environment => environment.Path)];

    /// <inheritdoc cref="EnvironmentNames(IResourceView)"/>
    public List<string> EnvironmentNames(CatalogSnapshot snapshot) => EnvironmentNames(new SnapshotView(snapshot));

    /// <summary>Refuses an environment that does not exist.</summary>
    /// <exception cref="ProblemException">It does not; the message names those that do.</exception>
    public void RequireEnvironment(IResourceView view, string name)
    {
        if (view.Get(Environments, name) is null)
            throw NoEnvironment(name, EnvironmentNames(view));
    }

    internal static ProblemException NoEnvironment(string name, IEnumerable<string> existing) =>
        new(ProblemKind.NotFound, $"There is no environment '{name}'. There are: {string.Join(", ", existing)}.");
}
