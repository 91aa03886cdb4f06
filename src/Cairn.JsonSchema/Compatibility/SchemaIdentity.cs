using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>
/// Whether two schemas are written the same, references followed, so that they accept the same values whatever their
/// keywords mean. Remembers what it finds out, of the pairs on the way too.
/// </summary>
/// <param name="allowDynamic">
/// For whole schemas, whose dynamic references then see the same scopes. Those of subschemas could lead elsewhere.
/// </param>
internal sealed class SchemaIdentity(bool allowDynamic)
{
    /// <summary>A pair of schemas to compare, and the pair that led to it.</summary>
    private sealed record Step(SchemaNode Left, SchemaNode Right, bool IsReferred, Step? From);

    private readonly Dictionary<(SchemaNode, SchemaNode), bool> _known = [];

    public static bool AreIdenticalRoots(SchemaNode left, SchemaNode right) =>
        new SchemaIdentity(allowDynamic: true).AreIdentical(left, right);

    public bool AreIdentical(SchemaNode left, SchemaNode right)
    {
        if (_known.TryGetValue((left, right), out bool known))
            return known;

        var seen = new HashSet<(SchemaNode, SchemaNode)>();
        var pending = new Stack<Step>();
        pending.Push(new Step(left, right, true, null));
        while (pending.TryPop(out var step))
        {
            var pair = (step.Left, step.Right);
            bool isKnown = _known.TryGetValue(pair, out known);
            if (isKnown ? known : !seen.Add(pair))
                continue;

            if (isKnown || !LookAlike(step) || !PushReferred(step, pending) || !PushChildren(step, pending))
            {
                for (var different = step; different is not null; different = different.From)
                    _known[(different.Left, different.Right)] = false;

                return false;
            }
        }

        foreach (var pair in seen)
            _known[pair] = true;

        return true;
    }

    /// <summary>Below a place whose text is the same, the texts are the same.</summary>
    private static bool LookAlike(Step step)
    {
        var (left, right) = (step.Left.Resource.Dialect, step.Right.Resource.Dialect);
        return left.Draft == right.Draft
            && left.AssertsFormat == right.AssertsFormat
            && step.Left.Keywords.Count == step.Right.Keywords.Count
            && (!step.IsReferred || JsonElement.DeepEquals(step.Left.Location.Element, step.Right.Location.Element));
    }

    private bool PushReferred(Step step, Stack<Step> pending)
    {
        var (left, right) = (step.Left, step.Right);
        for (int i = 0; i < left.Keywords.Count; i++)
        {
            switch (left.Keywords[i], right.Keywords[i])
            {
                case (RefKeyword l, RefKeyword r):
                    pending.Push(new Step(l.Target, r.Target, true, step));
                    break;
                case (DynamicRefKeyword l, DynamicRefKeyword r) when allowDynamic:
                    pending.Push(new Step(l.Initial, r.Initial, true, step));
                    break;
                case (RefKeyword or DynamicRefKeyword, _) or (_, RefKeyword or DynamicRefKeyword):
                    return false;
            }
        }

        if (!allowDynamic)
            return true;

        var (mine, others) = (left.Resource.DynamicAnchors, right.Resource.DynamicAnchors);
        if (mine.Count != others.Count)
            return false;

        foreach (var (name, location) in mine)
        {
            if (!others.TryGetValue(name, out var other) || (location.Node is null) != (other.Node is null))
                return false;

            if (location.Node is not null)
                pending.Push(new Step(location.Node, other.Node!, true, step));
        }

        return true;
    }

    private static bool PushChildren(Step step, Stack<Step> pending)
    {
        var (left, right) = (step.Left, step.Right);
        var others = Children(right).ToDictionary(child => child.Location.Pointer[right.Location.Pointer.Length..]);
        foreach (var child in Children(left))
        {
            if (!others.TryGetValue(child.Location.Pointer[left.Location.Pointer.Length..], out var other))
                return false;

            pending.Push(new Step(child, other, false, step));
        }

        return true;
    }

    private static IEnumerable<SchemaNode> Children(SchemaNode node) =>
        node
            .Keywords.Where(keyword => keyword is not (RefKeyword or DynamicRefKeyword))
            .SelectMany(keyword => keyword.Subschemas)
            .Distinct();
}
