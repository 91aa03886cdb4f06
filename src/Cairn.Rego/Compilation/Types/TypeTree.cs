using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation.Types;

/// <summary>The types of the documents below <c>data</c> that rules make, by path.</summary>
internal sealed class TypeTree
{
    private readonly Dictionary<RegoValue, TypeTree> _children = [];
    private RegoType? _extent;
    private TypeTree? _parent;

    /// <summary>The type of the rules of this path; <see cref="RegoType.Unknown"/> where there are none.</summary>
    public RegoType Type { get; private set; } = RegoType.Unknown;

    /// <summary>The names that packages and rules have here, ordered.</summary>
    public IEnumerable<RegoValue> Keys => _children.Keys.Order();

    /// <summary>The type of the whole document: what rules make of it, and whatever the base document may hold
    /// besides.</summary>
    public RegoType Extent =>
        !Type.IsUnknown ? Type
        : IsEmpty ? RegoType.Any
        : _extent ??= RegoType.Object(
            [
                .. _children
                    .Where(child => child.Key is RegoString or RegoNumber or RegoBoolean)
                    .Select(child => (child.Key, child.Value.Extent)),
            ],
            RegoType.String,
            RegoType.Any
        );

    /// <summary>Whether no rule's type is known below here.</summary>
    public bool IsEmpty => _children.Count == 0;

    public TypeTree? Child(RegoValue key) => _children.GetValueOrDefault(key);

    /// <summary>The node of a path, made where it is missing.</summary>
    public TypeTree At(IEnumerable<RegoValue> path)
    {
        var node = this;
        foreach (var key in path)
        {
            if (!node._children.TryGetValue(key, out var child))
            {
                node._children.Add(key, child = new TypeTree { _parent = node });
                node.Forget();
            }

            node = child;
        }

        return node;
    }

    /// <summary>Gives a path a type in place of the one it has.</summary>
    public void Put(IReadOnlyList<RegoValue> path, RegoType type)
    {
        var node = At(path);
        node.Type = type;
        node.Forget();
    }

    /// <summary>Adds what another rule makes: to its own path, and to the maps that rules above it make.</summary>
    public void Insert(IReadOnlyList<RegoValue> path, RegoType type)
    {
        var node = this;
        for (int i = 0; i < path.Count; i++)
        {
            node = node.At([path[i]]);
            if (i + 1 < path.Count && node.Type.Form == TypeForm.Object)
                node.Type = Extended(node.Type, path, i + 1, type);
        }

        node.Type = TypeOperations.MergeRules(node.Type, type);
        if (type.Form == TypeForm.Object && node.Type.Form == TypeForm.Object)
        {
            foreach (var (below, leaf) in node.Leaves([]).ToList())
            {
                if (node.Type.Form == TypeForm.Object)
                    node.Type = Extended(node.Type, below, 0, leaf);
            }
        }

        node.Forget();
    }

    // A map whose values may also be this type, below the rest of the path.
    private static RegoType Extended(RegoType map, IReadOnlyList<RegoValue> path, int from, RegoType type)
    {
        var key = TypeOperations.Of(path[from]);
        var value = from + 1 == path.Count ? type : Extended(RegoType.Object([], null, null), path, from + 1, type);
        return RegoType.Object(
            map.Members,
            TypeOperations.Or(map.Key ?? RegoType.Unknown, key),
            TypeOperations.Or(map.Element ?? RegoType.Unknown, value)
        );
    }

    private IEnumerable<(IReadOnlyList<RegoValue> Path, RegoType Type)> Leaves(IReadOnlyList<RegoValue> path)
    {
        foreach (var (key, child) in _children)
        {
            IReadOnlyList<RegoValue> below = [.. path, key];
            if (!child.Type.IsUnknown)
            {
                yield return (below, child.Type);
            }
            else
            {
                foreach (var leaf in child.Leaves(below))
                    yield return leaf;
            }
        }
    }

    private void Forget()
    {
        for (var node = this; node is not null; node = node._parent)
            node._extent = null;
    }
}
