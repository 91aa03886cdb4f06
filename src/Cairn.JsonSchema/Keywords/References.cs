using Cairn.JsonSchema.Evaluation;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>$ref</c>, and a dynamic reference that turned out to have only one possible target.</summary>
internal sealed class RefKeyword(string keyword, SchemaNode target) : Keyword
{
    public SchemaNode Target => target;

    public override int Cost => 5;

    public override IEnumerable<SchemaNode> InPlace => [target];

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks) =>
        evaluation.Apply(target, token, marks, keyword);
}

/// <summary>
/// <c>$dynamicRef</c> and <c>$recursiveRef</c>: the outermost schema resource entered that has the anchor decides
/// (2020-12 core, section 8.2.3.2; 2019-09 core, section 8.2.4.2.1).
/// </summary>
internal sealed class DynamicRefKeyword(string keyword, string anchor, SchemaNode initial) : Keyword
{
    public SchemaNode Initial => initial;

    public override int Cost => 5;

    public override IEnumerable<SchemaNode> InPlace => [initial];

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks) =>
        evaluation.Apply(evaluation.Scope!.Find(anchor) ?? initial, token, marks, keyword);
}
