using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>Tries to prove that schemas together accept nothing.</summary>
internal sealed class EmptinessProver(SubsetProver prover)
{
    private const int MaxDepth = 32;

    private int _depth;

    /// <summary>Whether no value can be in the conjunction; false when that is not shown.</summary>
    public bool IsEmpty(Conjunction a)
    {
        if (_depth >= MaxDepth)
            return false;

        _depth++;
        bool empty = HasNoValue(a) || EveryKindIsEmpty(a) || ContradictsNot(a) || EveryAlternativeIsEmpty(a);
        _depth--;
        return empty;
    }

    private bool HasNoValue(Conjunction a) => a.Kinds == KindSet.None || prover.Candidates.Of(a) is { Count: 0 };

    private bool EveryKindIsEmpty(Conjunction a)
    {
        foreach (
            var kind in (ReadOnlySpan<KindSet>)
                [KindSet.Null, KindSet.Boolean, KindSet.Number, KindSet.String, KindSet.Array, KindSet.Object]
        )
        {
            if ((a.Kinds & kind) != KindSet.None && !IsEmptyOf(a, kind))
                return false;
        }

        return true;
    }

    private bool IsEmptyOf(Conjunction a, KindSet kind) =>
        kind switch
        {
            KindSet.Number => a.All<BoundKeyword>()
                .Any(lower =>
                    !lower.IsUpper && a.All<BoundKeyword>().Any(upper => upper.IsUpper && Excludes(lower, upper))
                ),
            KindSet.String => Crosses(a.All<LengthKeyword>().Max(l => l.Min), a.All<LengthKeyword>().Min(l => l.Max)),
            KindSet.Array => Crosses(a.All<ArrayKeyword>().Max(l => l.Min), a.All<ArrayKeyword>().Min(l => l.Max)),
            KindSet.Object => Crosses(a.All<ObjectKeyword>().Max(l => l.Min), a.All<ObjectKeyword>().Min(l => l.Max))
                || ObjectImplications
                    .RequiredNames(a)
                    .Any(name => prover.IsChildEmpty(ObjectImplications.Member(a, name))),
            _ => false,
        };

    private static bool Excludes(BoundKeyword lower, BoundKeyword upper)
    {
        int order = lower.Bound.CompareTo(upper.Bound);
        return order > 0 || (order == 0 && (lower.IsExclusive || upper.IsExclusive));
    }

    private static bool Crosses(long? min, long? max) => min > max;

    private bool ContradictsNot(Conjunction a) =>
        a.All<NotKeyword>().Any(not => prover.IsSubset(a.Without(not), not.Schema, null));

    private bool EveryAlternativeIsEmpty(Conjunction a)
    {
        foreach (var alternatives in a.All<AlternativesKeyword>())
        {
            var rest = a.Without(alternatives);
            if (alternatives.Schemas.All(schema => prover.IsEmpty(rest.With(schema))))
                return true;
        }

        return false;
    }
}
