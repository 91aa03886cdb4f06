using Cairn.JsonSchema.Loading;

namespace Cairn.JsonSchema.Evaluation;

/// <summary>The schema resources entered on the way to the current subschema (2020-12 core, section 7.1).</summary>
internal sealed class DynamicScope
{
    private readonly List<SchemaResource> _resources = [];

    public SchemaResource? Innermost => _resources.Count == 0 ? null : _resources[^1];

    public void Push(SchemaResource resource) => _resources.Add(resource);

    public void Pop() => _resources.RemoveAt(_resources.Count - 1);

    /// <summary>The outermost resource's schema with this dynamic anchor, or null.</summary>
    public SchemaNode? Find(string anchor)
    {
        foreach (var resource in _resources)
        {
            if (resource.DynamicAnchors.TryGetValue(anchor, out var location))
                return location.Node;
        }

        return null;
    }

    public void Clear() => _resources.Clear();
}
