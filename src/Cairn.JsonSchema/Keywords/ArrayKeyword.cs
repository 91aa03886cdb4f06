using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Keywords;

/// <summary>
/// The keywords about an array's elements: <c>prefixItems</c>/<c>items</c> (or <c>items</c>/<c>additionalItems</c>),
/// <c>minItems</c>, <c>maxItems</c>, <c>uniqueItems</c>.
/// </summary>
internal sealed class ArrayKeyword : Keyword
{
    public SchemaNode[] Prefix { get; init; } = [];

    /// <summary><c>prefixItems</c>, or <c>items</c> before 2020-12.</summary>
    public string PrefixKeyword { get; init; } = "prefixItems";

    /// <summary>For the elements behind <see cref="Prefix"/>.</summary>
    public SchemaNode? Rest { get; init; }

    /// <summary><c>items</c> or <c>additionalItems</c>.</summary>
    public string RestKeyword { get; init; } = "items";

    public long? Min { get; init; }

    public long? Max { get; init; }

    public bool Unique { get; init; }

    public override KindSet AppliesTo => KindSet.Array;

    public override int Cost => 3;

    public override IEnumerable<SchemaNode> Subschemas => Rest is null ? Prefix : Prefix.Append(Rest);

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        bool valid = JudgeCount(ref evaluation, node, token);
        if (!valid && evaluation.Collector is null)
            return false;

        if (Prefix.Length > 0 || Rest is not null)
            valid &= JudgeElements(ref evaluation, token, marks);

        if (Unique && (valid || evaluation.Collector is not null))
        {
            evaluation.Charge(evaluation.Instance.At(token).Next - token);
            int repeated = JsonEquality.FindRepeatedElement(evaluation.Instance, token);
            if (repeated >= 0)
            {
                valid = Fail(
                    evaluation.Collector,
                    node,
                    "uniqueItems",
                    evaluation.Instance,
                    token,
                    $"must not hold equal elements, but "
                        + $"{evaluation.Collector!.PointerTo(evaluation.Instance, repeated)} repeats another"
                );
            }
        }

        return valid;
    }

    private bool JudgeElements(ref EvaluationState evaluation, int token, int marks)
    {
        var instance = evaluation.Instance;
        bool valid = true;
        int end = instance.At(token).Next;
        int index = 0;
        for (int item = token + 1; item < end; item = instance.At(item).Next, index++)
        {
            var (schema, keyword) = index < Prefix.Length ? (Prefix[index], PrefixKeyword) : (Rest, RestKeyword);
            if (schema is null)
                break;

            bool itemValid =
                index < Prefix.Length
                    ? evaluation.Apply(schema, item, EvaluatedMarks.None, keyword, index)
                    : evaluation.Apply(schema, item, EvaluatedMarks.None, keyword);
            if (!itemValid)
            {
                if (evaluation.Collector is null)
                    return false;

                valid = false;
            }
        }

        if (marks != EvaluatedMarks.None)
            evaluation.Marks.SetFirst(marks, index);

        return valid;
    }

    private bool JudgeCount(ref EvaluationState evaluation, SchemaNode node, int token)
    {
        int count = evaluation.Instance.At(token).Count;
        bool valid = true;
        if (count < Min)
        {
            valid = Fail(
                evaluation.Collector,
                node,
                "minItems",
                evaluation.Instance,
                token,
                $"must have at least {Min} elements but has {count}"
            );
        }

        if (count > Max)
        {
            valid = Fail(
                evaluation.Collector,
                node,
                "maxItems",
                evaluation.Instance,
                token,
                $"must have at most {Max} elements but has {count}"
            );
        }

        return valid;
    }
}
