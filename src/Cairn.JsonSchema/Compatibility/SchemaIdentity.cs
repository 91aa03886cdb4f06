using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>
/// Whether two schemas are written the same, references followed, so that they accept the same values whatever their
/// keywords mean.
/// </summary>
static class SchemaIdentity
{
    /// <summary>For whole schemas: dynamic references then see the same scopes, too.</summary>
    public static bool AreIdenticalRoots(SchemaNode left, SchemaNode right) => Walk(left, right, allowDynamic: true);

    /// <summary>For subschemas, whose dynamic references could lead elsewhere: such are never identical.</summary>
    public static bool AreIdentical(SchemaNode left, SchemaNode right) =>
        ReferenceEquals(left, right) || Walk(left, right, allowDynamic: false);

    static bool Walk(SchemaNode left, SchemaNode right, bool allowDynamic)
    {
        var seen = new HashSet<(SchemaNode, SchemaNode)>();
        var pending = new Stack<(SchemaNode Left, SchemaNode Right, bool IsReferred)>();
        pending.Push((left, right, true));
        while (pending.TryPop(out var pair))
        {
            if (!seen.Add((pair.Left, pair.Right)))
            {
                continue;
            }

            // Below a place whose text is the same, the texts are the same.
            var (l, r) = (pair.Left.Resource.Dialect, pair.Right.Resource.Dialect);
            if (l.Draft != r.Draft || l.AssertsFormat != r.AssertsFormat || pair.Left.Keywords.Count != pair.Right.Keywords.Count
                || (pair.IsReferred && !JsonElement.DeepEquals(pair.Left.Location.Element, pair.Right.Location.Element)))
            {
                return false;
            }

            if (!PushReferred(pair.Left, pair.Right, allowDynamic, pending) || !PushChildren(pair.Left, pair.Right, pending))
            {
                return false;
            }
        }

        return true;
    }

    static bool PushReferred(
        SchemaNode left, SchemaNode right, bool allowDynamic, Stack<(SchemaNode, SchemaNode, bool)> pending)
    {
        for (int i = 0; i < left.Keywords.Count; i++)
        {
            switch (left.Keywords[i], right.Keywords[i])
            {
                case (RefKeyword l, RefKeyword r):
                    pending.Push((l.Target, r.Target, true));
                    break;
                case (DynamicRefKeyword l, DynamicRefKeyword r) when allowDynamic:
                    pending.Push((l.Initial, r.Initial, true));
                    break;
                case (RefKeyword or DynamicRefKeyword, _) or (_, RefKeyword or DynamicRefKeyword):
                    return false;
            }
        }

        if (!allowDynamic)
        {
            return true;
        }

        var (mine, others) = (left.Resource.DynamicAnchors, right.Resource.DynamicAnchors);
        if (mine.Count != others.Count)
        {
            return false;
        }

        foreach (var (name, location) in mine)
        {
            if (!others.TryGetValue(name, out var other) || (location.Node is null) != (other.Node is null))
            {
                return false;
            }

            if (location.Node is not null)
            {
                pending.Push((location.Node, other.Node!, true));
            }
        }

        return true;
    }

    static bool PushChildren(SchemaNode left, SchemaNode right, Stack<(SchemaNode, SchemaNode, bool)> pending)
    {
        var others = Children(right).ToDictionary(child => child.Location.Pointer[right.Location.Pointer.Length..]);
        foreach (var child in Children(left))
        {
            if (!others.TryGetValue(child.Location.Pointer[left.Location.Pointer.Length..], out var other))
            {
                return false;
            }

            pending.Push((child, other, false));
        }

        return true;
    }

    static IEnumerable<SchemaNode> Children(SchemaNode node) =>
        node.Keywords.Where(keyword => keyword is not (RefKeyword or DynamicRefKeyword))
            .SelectMany(keyword => keyword.Subschemas).Distinct();
}
