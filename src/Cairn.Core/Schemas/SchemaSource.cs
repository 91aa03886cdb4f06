using Cairn.Core.Changes;
using Cairn.JsonSchema;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Schemas;

/// <summary>Where schemas are found: in a snapshot, or in a draft on top of one.</summary>
public sealed class SchemaSource(SchemaResources schemas, CatalogSnapshot snapshot, ChangeDraft? draft = null)
{
    /// <summary>A source in a draft.</summary>
    public SchemaSource(SchemaResources schemas, ChangeDraft draft) : this(schemas, draft.Snapshot, draft) { }

    /// <summary>The kinds of resource.</summary>
    public SchemaResources Schemas => schemas;

    /// <summary>A version by its path; null when there is none.</summary>
    public SchemaState? Find(string path) =>
        draft is null ? snapshot.Of(schemas.Versions.Catalog).Get(path)?.State : draft.Peek(schemas.Versions, path);

    /// <summary>All versions of a model, ascending.</summary>
    public IReadOnlyList<SchemaState> Versions(ModelName model)
    {
        var kept = snapshot.Of(schemas.Versions.Catalog).Lookup(schemas.ByModel, model.Path);
        var states = new List<SchemaState>(kept.Count);
        var opened = draft?.Opened(schemas.Versions).Where(resource => IsOf(resource.Path, model)).ToList();
        foreach (var schema in kept)
            if (opened is null || opened.All(resource => resource.Path != schema.Path))
                states.Add(schema.State!);
        if (opened is not null)
            states.AddRange(opened.Where(resource => resource.State is not null).Select(resource => resource.State!));
        states.Sort(static (one, other) => one.Address.Version.CompareTo(other.Address.Version));
        return states;
    }

    /// <summary>The version a selector stands for: the one it names; or of those in its range the highest, deprecated ones
    /// and pre-releases only where there is no other. Null when there is none.</summary>
    public SchemaState? Resolve(SchemaSelector selector)
    {
        if (selector.Exact is { } exact)
            return Find(exact.Path);
        var candidates = Versions(selector.Model);
        return Highest(candidates, state => selector.Range.Contains(state.Address.Version))
            ?? (selector.Range.Text is "latest" or "*" ? Highest(candidates, _ => true) : null);
    }

    /// <summary>The rule a model keeps to: its own, its namespace's, or none. Whatever is committed after this depends on it.</summary>
    public CompatibilityMode ModeOf(ModelName model)
    {
        foreach (string path in new[] { model.Path, model.Namespace ?? ModelName.Global })
        {
            draft?.DependOn(schemas.Rules, path);
            var rule = draft is null ? snapshot.Of(schemas.Rules.Catalog).Get(path)?.State : draft.Peek(schemas.Rules, path);
            if (rule is not null)
                return rule.Mode;
        }

        return CompatibilityMode.None;
    }

    /// <summary>Makes the draft's commit depend on a model's versions.</summary>
    /// <param name="model">Which model.</param>
    /// <param name="claim">Whether others that depend on them must not commit at the same time.</param>
    public void Guard(ModelName model, bool claim) =>
        draft?.Guard(schemas.Models.Prefix + model.Path, snapshot.Of(schemas.Models).Get(model.Path)?.Revision, claim);

    private static SchemaState? Highest(IReadOnlyList<SchemaState> ascending, Func<SchemaState, bool> wanted) =>
        ascending.LastOrDefault(state => wanted(state) && state.Deprecation is null) ?? ascending.LastOrDefault(wanted);

    private static bool IsOf(string path, ModelName model) =>
        path.Length > model.Path.Length && path.StartsWith(model.Path, StringComparison.Ordinal) && path[model.Path.Length] == '/';
}
