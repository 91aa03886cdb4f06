using System.Text.Json;
using Cairn.Core.Changes;
using Cairn.Core.Environments;

namespace Cairn.Core.Configs;

/// <summary>Which configs may serve something else because of what others are: variables, or configs that they refer
/// to, directly or through others.</summary>
/// <param name="kinds">The kinds of resource.</param>
/// <param name="view">Where to look for who depends on whom.</param>
/// <param name="environments">All that exist.</param>
public sealed class ConfigImpact(ResourceKinds kinds, IResourceView view, IReadOnlyCollection<string> environments)
{
    private readonly SortedDictionary<string, SortedSet<string>> _reached = new(StringComparer.Ordinal);
    private readonly Queue<(string Path, IReadOnlyCollection<string> Environments)> _changed = new();

    /// <summary>The configs that may be affected, and in which environments. Those whose own documents changed are not
    /// among them unless something else affects them too.</summary>
    /// <param name="work">What the search may use.</param>
    public IReadOnlyDictionary<string, SortedSet<string>> Reached(WorkBudget work)
    {
        while (_changed.TryDequeue(out var change))
        {
            foreach (
                var dependency in new[]
                {
                    new ConfigDependency(ConfigDependencyKind.Config, change.Path),
                    ConfigDependency.AnyConfig,
                }
            )
            {
                foreach (string dependent in view.Lookup(kinds.Dependents, dependency))
                {
                    work.Charge(change.Environments.Count);
                    Reach(dependent, change.Environments);
                }
            }
        }

        return _reached;
    }

    /// <summary>Notes that a config's own documents change.</summary>
    public void Add(string path, ConfigState? before, ConfigState? after)
    {
        var changed = environments.Where(environment => !ConfigState.SameIn(environment, before, after)).ToList();
        if (changed.Count > 0)
            _changed.Enqueue((path, changed));
    }

    /// <summary>Notes that variables change.</summary>
    /// <param name="owner"><c>environments/prod</c> or <c>projects/payments</c>.</param>
    /// <param name="before">As they were.</param>
    /// <param name="after">As they will be.</param>
    public void Add(string owner, VariableSet before, VariableSet after)
    {
        string? project = owner.StartsWith("projects/", StringComparison.Ordinal) ? owner["projects/".Length..] : null;
        var where = project is null ? [owner["environments/".Length..]] : environments;
        foreach (string name in before.Values.Keys.Union(after.Values.Keys))
        {
            if (
                !before.Values.TryGetValue(name, out var one)
                || !after.Values.TryGetValue(name, out var other)
                || !JsonElement.DeepEquals(one, other)
            )
            {
                foreach (
                    string user in view.Lookup(
                        kinds.Dependents,
                        new ConfigDependency(ConfigDependencyKind.Variable, name)
                    )
                )
                {
                    if (project is null || ConfigPath.Project(user) == project)
                        Reach(user, where);
                }
            }
        }
    }

    private void Reach(string path, IReadOnlyCollection<string> where)
    {
        if (!_reached.TryGetValue(path, out var known))
            _reached[path] = known = new SortedSet<string>(StringComparer.Ordinal);
        var added = where.Where(known.Add).ToList();
        if (added.Count > 0)
            _changed.Enqueue((path, added));
    }
}
