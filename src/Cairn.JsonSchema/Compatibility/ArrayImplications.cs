using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>Whether a conjunction implies the keywords about arrays.</summary>
internal sealed class ArrayImplications(SubsetProver prover)
{
    public bool ImpliesElements(Conjunction a, ArrayKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        long? longest = Longest(a);
        bool min =
            target.Min is null or 0
            || a.All<ArrayKeyword>().Any(own => own.Min >= target.Min)
            || prover.Break(
                sink,
                b,
                "minItems",
                $"{{from}} allows arrays with fewer than {target.Min} elements, {{to}} does not"
            );
        bool max =
            target.Max is null
            || longest <= target.Max
            || prover.Break(
                sink,
                b,
                "maxItems",
                $"{{from}} allows arrays with more than {target.Max} elements, {{to}} does not"
            );
        bool unique =
            !target.Unique
            || longest <= 1
            || a.All<ArrayKeyword>().Any(own => own.Unique)
            || prover.Break(sink, b, "uniqueItems", "{from} allows equal elements, {to} does not");
        return min & max & unique & ImpliesPositions(a, target, longest, sink);
    }

    private bool ImpliesPositions(Conjunction a, ArrayKeyword target, long? longest, List<CompatibilityBreak>? sink)
    {
        // Behind the last position that has a schema of its own, one position stands for all.
        int positions = a.All<ArrayKeyword>().Append(target).Max(own => own.Prefix.Length) + 1;
        bool implied = true;
        for (int i = 0; i < positions && !(i >= longest); i++)
        {
            var schema = i < target.Prefix.Length ? target.Prefix[i] : target.Rest;
            if (schema is not null)
                implied &= prover.IsChildSubset(Element(a, i), schema, sink);
        }

        return implied;
    }

    /// <summary>What all of them say of the element at a position.</summary>
    private static Conjunction Element(Conjunction a, int position) =>
        Conjunction.Of(
            a.All<ArrayKeyword>()
                .Select(own => position < own.Prefix.Length ? own.Prefix[position] : own.Rest)
                .OfType<SchemaNode>()
        );

    /// <summary>The most elements an array can have; null when that is not limited.</summary>
    private long? Longest(Conjunction a)
    {
        long? longest = a.All<ArrayKeyword>().Min(own => own.Max);
        int positions = a.All<ArrayKeyword>().Select(own => own.Prefix.Length).DefaultIfEmpty(0).Max() + 1;
        for (int i = 0; i < positions && !(i >= longest); i++)
        {
            if (prover.IsChildEmpty(Element(a, i)))
                return i;
        }

        return longest;
    }

    public bool ImpliesContains(Conjunction a, ContainsKeyword target, SchemaNode b, List<CompatibilityBreak>? sink)
    {
        bool min =
            target.Min == 0
            || a.All<ContainsKeyword>()
                .Any(own =>
                    own.Min >= target.Min && prover.IsChildSubset(Conjunction.Of(own.Schema), target.Schema, null)
                )
            || prover.Unknown(sink, b, "contains", "{from} may allow arrays without the elements that {to} asks for");
        bool max =
            target.Max is null
            || Longest(a) <= target.Max
            || a.All<ContainsKeyword>()
                .Any(own =>
                    own.Max <= target.Max && prover.IsChildSubset(Conjunction.Of(target.Schema), own.Schema, null)
                )
            || prover.Unknown(sink, b, "maxContains", "{from} may allow more of the elements that {to} limits");
        return min & max;
    }
}
