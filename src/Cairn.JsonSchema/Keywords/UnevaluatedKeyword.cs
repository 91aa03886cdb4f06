using Cairn.JsonSchema.Evaluation;

namespace Cairn.JsonSchema.Keywords;

/// <summary>
/// <c>unevaluatedProperties</c> or <c>unevaluatedItems</c>: judges the children that no other keyword here, or in a
/// subschema applied to the same value, has evaluated. Runs after all others, on their marks.
/// </summary>
internal sealed class UnevaluatedKeyword(KindSet appliesTo, SchemaNode schema) : Keyword
{
    private readonly string _keyword = appliesTo == KindSet.Object ? "unevaluatedProperties" : "unevaluatedItems";

    public SchemaNode Schema => schema;

    public override KindSet AppliesTo => appliesTo;

    public override int Cost => 10;

    public override IEnumerable<SchemaNode> Subschemas => [schema];

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var instance = evaluation.Instance;
        int step = appliesTo == KindSet.Object ? 1 : 0; // a member's value stands behind its name
        bool valid = true;
        int end = instance.At(token).Next;
        int child = 0;
        for (int at = token + 1; at < end; at = instance.At(at + step).Next, child++)
        {
            if (
                !evaluation.Marks.Has(marks, child)
                && !evaluation.Apply(schema, at + step, EvaluatedMarks.None, _keyword)
            )
            {
                if (evaluation.Collector is null)
                    return false;

                valid = false;
            }
        }

        evaluation.Marks.SetFirst(marks, child);
        return valid;
    }
}
