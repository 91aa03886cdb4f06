using Cairn.Core.Changes;
using Cairn.Core.Environments;

namespace Cairn.Core.Configs;

/// <summary>Where rendering takes configs and variables from.</summary>
public readonly struct ConfigSource(ResourceKinds kinds, IResourceView view)
{
    /// <summary>A config's state; null when there is none.</summary>
    public ConfigState? Config(string path) => view.Get(kinds.Configs, path);

    /// <summary>An environment's variables.</summary>
    public VariableSet EnvironmentVariables(string environment) =>
        view.Get(kinds.Variables, "environments/" + environment) ?? VariableSet.Empty;

    /// <summary>A project's variables, which go before an environment's of the same name.</summary>
    public VariableSet ProjectVariables(string project) =>
        view.Get(kinds.Variables, "projects/" + project) ?? VariableSet.Empty;
}
