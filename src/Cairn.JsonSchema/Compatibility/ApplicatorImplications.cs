using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>Whether a conjunction implies the keywords that combine subschemas for the same value.</summary>
internal sealed class ApplicatorImplications(SubsetProver prover)
{
    private static readonly KindSet[] SingleKinds =
    [
        KindSet.Null,
        KindSet.Boolean,
        KindSet.Number,
        KindSet.String,
        KindSet.Array,
        KindSet.Object,
    ];

    public bool Implies(Conjunction a, Keyword keyword, SchemaNode b, List<CompatibilityBreak>? sink) =>
        keyword switch
        {
            AllOfKeyword all => all.Schemas.Aggregate(
                true,
                (proven, schema) => proven & prover.IsSubset(a, schema, sink)
            ),
            AlternativesKeyword alternatives => ImpliesAlternatives(a, alternatives, b, sink),
            NotKeyword not => prover.IsEmpty(a.With(not.Schema))
                || prover.Unknown(sink, b, "not", "values of {from} may match what {to} excludes"),
            ConditionalKeyword conditional => ImpliesConditional(a, conditional, sink),
            _ => false,
        };

    private bool ImpliesAlternatives(
        Conjunction a,
        AlternativesKeyword alternatives,
        SchemaNode b,
        List<CompatibilityBreak>? sink
    )
    {
        if (ImpliesOne(a, alternatives) || SameAlternatives(a, alternatives))
            return true;

        var kinds = SingleKinds.Where(kind => (a.Kinds & kind) != KindSet.None).ToList();
        if (kinds.Count > 1 && kinds.All(kind => ImpliesOne(a.Restricted(kind), alternatives)))
            return true;

        return alternatives.ExactlyOne
            ? prover.Unknown(
                sink,
                b,
                "oneOf",
                "values of {from} may match none, or several, of the alternatives of {to}"
            )
            : prover.Unknown(sink, b, "anyOf", "values of {from} may match none of the alternatives of {to}");
    }

    private bool ImpliesOne(Conjunction a, AlternativesKeyword alternatives) =>
        alternatives.Schemas.Any(schema =>
            prover.IsSubset(a, schema, null)
            && (
                !alternatives.ExactlyOne
                || alternatives.Schemas.All(other => other == schema || prover.IsEmpty(a.With(other)))
            )
        );

    /// <summary>The values have to match exactly one of alternatives that are the same, in any order.</summary>
    private bool SameAlternatives(Conjunction a, AlternativesKeyword target) =>
        a.All<AlternativesKeyword>()
            .Any(own =>
                own.ExactlyOne == target.ExactlyOne
                && own.Schemas.Length == target.Schemas.Length
                && Matches(own.Schemas, target.Schemas)
            );

    /// <summary>Pairs each schema with an equivalent one of its own.</summary>
    private bool Matches(SchemaNode[] left, SchemaNode[] right)
    {
        var free = right.ToList();
        foreach (var schema in left)
        {
            int pair = free.FindIndex(other =>
                prover.IsSubset(Conjunction.Of(schema), other, null)
                && prover.IsSubset(Conjunction.Of(other), schema, null)
            );
            if (pair < 0)
                return false;

            free.RemoveAt(pair);
        }

        return true;
    }

    private bool ImpliesConditional(Conjunction a, ConditionalKeyword conditional, List<CompatibilityBreak>? sink)
    {
        bool mayHold = !prover.IsEmpty(a.With(conditional.Condition));
        bool mayFail = !prover.IsSubset(a, conditional.Condition, null);
        return (
                !mayHold
                || conditional.Then is null
                || prover.IsSubset(a.With(conditional.Condition), conditional.Then, sink)
            ) & (!mayFail || conditional.Else is null || prover.IsSubset(a, conditional.Else, sink));
    }
}
