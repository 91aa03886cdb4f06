using Cairn.Core.Changes;
using Cairn.Core.Cryptography;
using Cairn.Core.Schemas;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Configs;

/// <summary>The kind of resource that configs are, and what they are found by.</summary>
public sealed class ConfigResources : IResourceSet
{
    /// <param name="keyring">Seals their states.</param>
    /// <param name="ids">Learns which changes there are.</param>
    /// <param name="schemas">Told of the configs that are bound to schemas.</param>
    public ConfigResources(Keyring keyring, TimedIds ids, SchemaResources schemas)
    {
        Configs = new("configs", "config-versions", keyring, ids, ConfigState.Encode, ConfigState.Decode)
        {
            Restore = (path, version) => new RestoreConfig(path, version),
            Operations = new Dictionary<string, Func<OperationForm, Operation>>
            {
                ["put"] = form => new PutConfig(form.Path, form.Text("environment"), form.Document())
                {
                    Verbatim = form.Flag("verbatim"),
                },
                ["patch"] = form => new PutConfig(form.Path, form.Text("environment"), form.Document(), Merge: true)
                {
                    Verbatim = form.Flag("verbatim"),
                },
                ["json-patch"] = form => new PatchConfig(form.Path, form.Text("environment"), form.Document()),
                ["delete"] = form => new DeleteConfig(form.Path, form.Text("environment")),
                ["restore"] = form => new RestoreConfig(form.Path, form.Number("to_version")),
                ["promote"] = form => new PromoteConfig(
                    form.Path,
                    form.Text("environment")
                        ?? throw form.Bad("environment", "promote needs the environment that is to serve it."),
                    form.Text("from"),
                    form.Number("version")
                ),
                ["bind"] = form => new BindConfigSchema(
                    form.Path,
                    new SchemaBinding(form.Document(), form.Flag("assert_format") ?? false)
                ),
                ["unbind"] = form => new BindConfigSchema(form.Path, null),
            },
        };
        Dependents = Configs.AddIndex(
            "config-uses",
            config => (IEnumerable<ConfigDependency>)ConfigDependencies.Of(config),
            dependency => dependency.ToString()
        );
        BoundModels = Configs.AddIndex(
            "config-bindings",
            config => (IEnumerable<string>)(config.Schema?.Selector is { } selector ? [selector.Model.Path] : []),
            model => model
        );
        Parts = Configs.AddIndex(
            "config-parts",
            config => config.Overlays.Keys.Union(config.Pins.Keys),
            environment => environment,
            inMemory: false
        );
        schemas.BoundConfigs = (view, model) =>
            view.Lookup(BoundModels, model.Path)
                .Select(path => (Path: path, view.Get(Configs, path)?.Schema?.Selector))
                .Where(config => config.Selector is not null)
                .Select(config => new BoundConfig(config.Path, config.Selector!));
    }

    /// <summary>By path.</summary>
    public ResourceKind<ConfigState> Configs { get; }

    /// <summary>The configs with templates that may depend on a variable or on another config, under it.</summary>
    public ResourceIndex<ConfigState, ConfigDependency> Dependents { get; }

    /// <summary>The configs that are bound to a schema of the registry, under its model's path.</summary>
    public ResourceIndex<ConfigState, string> BoundModels { get; }

    /// <summary>The configs that have an overlay or a pin of an environment, under it.</summary>
    public ResourceIndex<ConfigState, string> Parts { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ResourceKind> Kinds => [Configs];

    /// <inheritdoc/>
    public IEnumerable<Catalog> Catalogs => [Configs.Catalog];
}

/// <summary>Finds configs among the kinds.</summary>
public static class ConfigKinds
{
    extension(ResourceKinds kinds)
    {
        /// <summary>Configs, by path.</summary>
        public ResourceKind<ConfigState> Configs => kinds.Of<ConfigResources>().Configs;

        /// <inheritdoc cref="ConfigResources.Dependents"/>
        public ResourceIndex<ConfigState, ConfigDependency> Dependents => kinds.Of<ConfigResources>().Dependents;

        /// <inheritdoc cref="ConfigResources.Parts"/>
        public ResourceIndex<ConfigState, string> Parts => kinds.Of<ConfigResources>().Parts;
    }
}
