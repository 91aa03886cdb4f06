using Cairn.JsonSchema.Evaluation;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c>.</summary>
/// <param name="schema">What an element must match to count.</param>
/// <param name="min">At least so many; 0 makes the keyword a mere annotation.</param>
/// <param name="max">At most so many; null is no limit.</param>
/// <param name="marksMatches">Since 2020-12, elements that match count as evaluated.</param>
internal sealed class ContainsKeyword(SchemaNode schema, long min, long? max, bool marksMatches) : Keyword
{
    public SchemaNode Schema => schema;

    public long Min => min;

    public long? Max => max;

    public override KindSet AppliesTo => KindSet.Array;

    public override int Cost => 4;

    public override IEnumerable<SchemaNode> Subschemas => [schema];

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var instance = evaluation.Instance;
        bool marksThese = marksMatches && marks != EvaluatedMarks.None;
        long matches = 0;
        int index = 0;
        int end = instance.At(token).Next;
        for (int item = token + 1; item < end; item = instance.At(item).Next, index++)
        {
            if (evaluation.Probe(schema, item, EvaluatedMarks.None, "contains"))
            {
                matches++;
                if (marksThese)
                    evaluation.Marks.Set(marks, index);
                else if (matches >= min && max is null)
                    return true;
            }
        }

        if (matches < min)
        {
            string keyword = min == 1 ? "contains" : "minContains";
            return Fail(
                evaluation.Collector,
                node,
                keyword,
                instance,
                token,
                $"must hold at least {min} matching element{(min == 1 ? "" : "s")} but holds {matches}"
            );
        }

        return !(matches > max)
            || Fail(
                evaluation.Collector,
                node,
                "maxContains",
                instance,
                token,
                $"must hold at most {max} matching elements but holds {matches}"
            );
    }
}
