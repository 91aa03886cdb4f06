using Cairn.Core.Changes;
using Cairn.JsonSchema;

namespace Cairn.Core.Schemas;

/// <summary>Where schemas are found.</summary>
public sealed class SchemaSource(SchemaResources schemas, IResourceView view)
{
    /// <summary>The kinds of resource.</summary>
    public SchemaResources Schemas => schemas;

    /// <summary>A version by its path; null when there is none.</summary>
    public SchemaState? Find(string path) => view.Get(schemas.Versions, path);

    /// <summary>All versions of a model, ascending.</summary>
    public IReadOnlyList<SchemaState> Versions(ModelName model)
    {
        var states = view.Range(schemas.Versions, model.Path + "/").Select(schema => schema.State).ToList();
        states.Sort(static (one, other) => one.Address.Version.CompareTo(other.Address.Version));
        return states;
    }

    /// <summary>The version a selector stands for: the one it names; or of those in its range the highest, deprecated
    /// ones and pre-releases only where there is no other. Null when there is none.</summary>
    public SchemaState? Resolve(SchemaSelector selector)
    {
        if (selector.Exact is { } exact)
            return Find(exact.Path);
        var candidates = Versions(selector.Model);
        return Highest(candidates, state => selector.Range.Contains(state.Address.Version))
            ?? (selector.Range.Text is "latest" or "*" ? Highest(candidates, _ => true) : null);
    }

    /// <summary>The rule a model keeps to: its own, its namespace's, or none.</summary>
    public CompatibilityMode ModeOf(ModelName model) =>
        (view.Get(schemas.Rules, model.Path) ?? view.Get(schemas.Rules, model.Namespace ?? ModelName.Global))?.Mode
        ?? CompatibilityMode.None;

    private static SchemaState? Highest(IReadOnlyList<SchemaState> ascending, Func<SchemaState, bool> wanted) =>
        ascending.LastOrDefault(state => wanted(state) && state.Deprecation is null) ?? ascending.LastOrDefault(wanted);
}
