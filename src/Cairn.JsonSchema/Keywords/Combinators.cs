using Cairn.JsonSchema.Evaluation;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfKeyword(SchemaNode[] schemas) : Keyword
{
    public SchemaNode[] Schemas => schemas;

    public override int Cost => 5;

    public override IEnumerable<SchemaNode> InPlace => schemas;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        bool valid = true;
        for (int i = 0; i < schemas.Length; i++)
        {
            if (!evaluation.Apply(schemas[i], token, marks, "allOf", i))
            {
                if (evaluation.Collector is null)
                    return false;

                valid = false;
            }
        }

        return valid;
    }
}

/// <summary><c>anyOf</c> and <c>oneOf</c>.</summary>
internal sealed class AlternativesKeyword(string keyword, SchemaNode[] schemas, bool exactlyOne) : Keyword
{
    public SchemaNode[] Schemas => schemas;

    public bool ExactlyOne => exactlyOne;

    public override int Cost => 6;

    public override IEnumerable<SchemaNode> InPlace => schemas;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var before = evaluation.Collector?.Save() ?? default;
        int matches = 0;
        for (int i = 0; i < schemas.Length; i++)
        {
            if (!Matches(ref evaluation, schemas[i], i, token, marks))
                continue;

            matches++;
            if (exactlyOne && matches > 1 && evaluation.Collector is null)
                return false;

            if (!exactlyOne && marks == EvaluatedMarks.None && evaluation.Collector is null)
                return true;
        }

        if (matches == 1 || (matches > 0 && !exactlyOne))
        {
            evaluation.Collector?.ForgetErrors(before);
            return true;
        }

        if (matches > 1)
        {
            evaluation.Collector?.ForgetErrors(before);
            return Fail(
                evaluation.Collector,
                node,
                keyword,
                evaluation.Instance,
                token,
                $"must match exactly one of {schemas.Length} alternatives but matches {matches}"
            );
        }

        return Fail(
            evaluation.Collector,
            node,
            keyword,
            evaluation.Instance,
            token,
            $"must match {(exactlyOne ? "exactly one" : "one")} of {schemas.Length} alternatives but matches none"
        );
    }

    private bool Matches(ref EvaluationState evaluation, SchemaNode schema, int index, int token, int marks)
    {
        if (marks == EvaluatedMarks.None)
            return evaluation.Apply(schema, token, marks, keyword, index);

        // What a failing alternative evaluated does not count, so it marks a region of its own.
        int own = evaluation.Marks.Push(evaluation.Instance.At(token).Count);
        bool valid = evaluation.Apply(schema, token, own, keyword, index);
        if (valid)
            evaluation.Marks.Merge(own, marks);

        evaluation.Marks.Pop(own);
        return valid;
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotKeyword(SchemaNode schema) : Keyword
{
    public SchemaNode Schema => schema;

    public override int Cost => 6;

    public override IEnumerable<SchemaNode> InPlace => [schema];

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var before = evaluation.Collector?.Save() ?? default;
        bool matches = evaluation.Apply(schema, token, EvaluatedMarks.None, "not");
        evaluation.Collector?.ForgetErrors(before);
        evaluation.Collector?.ForgetAnnotations(before);
        return !matches
            || Fail(
                evaluation.Collector,
                node,
                "not",
                evaluation.Instance,
                token,
                $"must not match the schema it matches"
            );
    }
}

/// <summary><c>if</c> with <c>then</c> and <c>else</c>.</summary>
internal sealed class ConditionalKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Keyword
{
    public SchemaNode Condition => condition;

    public SchemaNode? Then => then;

    public SchemaNode? Else => otherwise;

    public override int Cost => 6;

    public override IEnumerable<SchemaNode> InPlace =>
        ((SchemaNode?[])[condition, then, otherwise]).OfType<SchemaNode>();

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        bool holds;
        if (marks == EvaluatedMarks.None)
        {
            holds = evaluation.Probe(condition, token, marks, "if");
        }
        else
        {
            int own = evaluation.Marks.Push(evaluation.Instance.At(token).Count);
            holds = evaluation.Probe(condition, token, own, "if");
            if (holds)
                evaluation.Marks.Merge(own, marks);

            evaluation.Marks.Pop(own);
        }

        return holds
            ? then is null || evaluation.Apply(then, token, marks, "then")
            : otherwise is null || evaluation.Apply(otherwise, token, marks, "else");
    }
}
