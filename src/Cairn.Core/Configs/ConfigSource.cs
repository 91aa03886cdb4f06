using Cairn.Core.Changes;
using Cairn.Core.Environments;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Configs;

/// <summary>Where rendering takes configs and variables from: a snapshot, or a draft on top of one.</summary>
public sealed class ConfigSource(ResourceKinds kinds, CatalogSnapshot snapshot, ChangeDraft? draft = null)
{
    /// <summary>A config's state; null when there is none.</summary>
    public ConfigState? Config(string path) =>
        draft is null ? snapshot.Of(kinds.Configs.Catalog).Get(path)?.State : draft.Peek(kinds.Configs, path);

    /// <summary>An environment's variables.</summary>
    public VariableSet EnvironmentVariables(string environment) => Variables("environments/" + environment);

    /// <summary>A project's variables, which go before an environment's of the same name.</summary>
    public VariableSet ProjectVariables(string project) => Variables("projects/" + project);

    private VariableSet Variables(string path) =>
        (draft is null ? snapshot.Of(kinds.Variables.Catalog).Get(path)?.State : draft.Peek(kinds.Variables, path)) ?? VariableSet.Empty;
}
