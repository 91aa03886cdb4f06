using System.Text.Json;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Keywords;
using Cairn.JsonSchema.Loading;

namespace Cairn.JsonSchema.Evaluation;

/// <summary>A compiled schema: its keywords, sorted by the types of value they look at. Immutable once
/// sealed.</summary>
internal sealed class SchemaNode(SchemaLocation location)
{
    private const int ValueKinds = (int)TokenKind.Object + 1;

    private readonly Keyword[][] _byKind = new Keyword[ValueKinds][];
    private UnevaluatedKeyword? _unevaluatedItems;
    private UnevaluatedKeyword? _unevaluatedProperties;
    private (string Keyword, JsonElement Value)[] _annotations = [];

    public SchemaLocation Location { get; } = location;

    public SchemaResource Resource => Location.Resource;

    /// <summary>All keywords that judge, in the order they run.</summary>
    public IReadOnlyList<Keyword> Keywords { get; private set; } = [];

    /// <summary>The canonical URI: that of the resource, and the pointer from the resource's root as
    /// fragment.</summary>
    public string AbsoluteUri => $"{Resource.Uri}#{Location.Pointer[Resource.Pointer.Length..]}";

    public void Seal(IReadOnlyList<Keyword> keywords, IEnumerable<(string Keyword, JsonElement Value)> annotations)
    {
        Keywords = [.. keywords.OrderBy(keyword => keyword.Cost)];
        _annotations = [.. annotations];
        _unevaluatedItems = keywords.OfType<UnevaluatedKeyword>().FirstOrDefault(k => k.AppliesTo == KindSet.Array);
        _unevaluatedProperties = keywords
            .OfType<UnevaluatedKeyword>()
            .FirstOrDefault(k => k.AppliesTo == KindSet.Object);
        for (int kind = 0; kind < ValueKinds; kind++)
        {
            _byKind[kind] =
            [
                .. Keywords.Where(k => k is not UnevaluatedKeyword && k.AppliesTo.Contains((TokenKind)kind)),
            ];
        }
    }

    /// <param name="evaluation">The validation under way.</param>
    /// <param name="token">The value to judge.</param>
    /// <param name="marks">Where to note which children were evaluated, or <see cref="EvaluatedMarks.None"/>.</param>
    public bool Evaluate(ref EvaluationState evaluation, int token, int marks)
    {
        evaluation.Descend();
        bool entersResource = evaluation.Scope is { } scope && scope.Innermost != Resource;
        if (entersResource)
            evaluation.Scope!.Push(Resource);

        var kind = evaluation.Instance.Kind(token);
        if (kind == TokenKind.Name)
        {
            kind = TokenKind.String; // propertyNames judges names as strings
        }

        bool valid = evaluation.Collector is { } collector
            ? JudgeAndAnnotate(ref evaluation, token, marks, kind, collector)
            : JudgeChildren(ref evaluation, token, marks, kind);
        if (entersResource)
            evaluation.Scope!.Pop();

        evaluation.Ascend();
        return valid;
    }

    private bool JudgeAndAnnotate(
        ref EvaluationState evaluation,
        int token,
        int marks,
        TokenKind kind,
        ErrorCollector collector
    )
    {
        var before = collector.Save();
        bool valid = JudgeChildren(ref evaluation, token, marks, kind);
        if (!valid)
        {
            collector.ForgetAnnotations(before);
            return false;
        }

        foreach (var (keyword, value) in _annotations)
            collector.Annotate(this, keyword, evaluation.Instance, token, value);

        return true;
    }

    private bool JudgeChildren(ref EvaluationState evaluation, int token, int marks, TokenKind kind)
    {
        var unevaluated = kind switch
        {
            TokenKind.Array => _unevaluatedItems,
            TokenKind.Object => _unevaluatedProperties,
            _ => null,
        };
        if (unevaluated is null)
            return Run(ref evaluation, _byKind[(int)kind], token, marks);

        int own = evaluation.Marks.Push(evaluation.Instance.At(token).Count);
        bool valid = Run(ref evaluation, _byKind[(int)kind], token, own);
        if (valid || evaluation.Collector is not null)
            valid &= unevaluated.Evaluate(ref evaluation, this, token, own);

        if (valid && marks != EvaluatedMarks.None)
            evaluation.Marks.Merge(own, marks);

        evaluation.Marks.Pop(own);
        return valid;
    }

    private bool Run(ref EvaluationState evaluation, Keyword[] keywords, int token, int marks)
    {
        bool valid = true;
        foreach (var keyword in keywords)
        {
            if (!keyword.Evaluate(ref evaluation, this, token, marks))
            {
                if (evaluation.Collector is null)
                    return false;

                valid = false;
            }
        }

        return valid;
    }
}
