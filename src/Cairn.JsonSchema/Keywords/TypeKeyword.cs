using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>type</c>.</summary>
/// <param name="kinds">The types allowed outright.</param>
/// <param name="integer">Numbers are allowed when they are integers.</param>
/// <param name="integerByText">Draft 4: an integer is what is written without fraction and exponent.</param>
internal sealed class TypeKeyword(KindSet kinds, bool integer, bool integerByText) : Keyword
{
    public KindSet Kinds { get; } = kinds;

    /// <summary>Only meaningful when <see cref="Kinds"/> lacks numbers.</summary>
    public bool Integer { get; } = integer && !kinds.Contains(TokenKind.Number);

    /// <inheritdoc cref="TypeKeyword"/>
    public bool IntegerByText { get; } = integerByText;

    public override int Cost => 0;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var kind = evaluation.Instance.Kind(token);
        if (Kinds.Contains(kind == TokenKind.Name ? TokenKind.String : kind))
            return true;

        if (kind == TokenKind.Number && Integer)
        {
            return IsInteger(evaluation.Instance.Text(token))
                || Fail(
                    evaluation.Collector,
                    node,
                    "type",
                    evaluation.Instance,
                    token,
                    $"must be {Describe()} but {evaluation.Instance.Text(token)} is not"
                );
        }

        return Fail(
            evaluation.Collector,
            node,
            "type",
            evaluation.Instance,
            token,
            $"must be {Describe()} but is {kind.TypeName()}"
        );
    }

    private bool IsInteger(ReadOnlySpan<byte> text) =>
        text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0
        || (!IntegerByText && Numbers.JsonNumber.Parse(text).IsInteger);

    private string Describe()
    {
        var names = new List<string>();
        foreach (
            var kind in (ReadOnlySpan<TokenKind>)
                [TokenKind.Null, TokenKind.True, TokenKind.Number, TokenKind.String, TokenKind.Array, TokenKind.Object]
        )
        {
            if (Kinds.Contains(kind))
                names.Add(kind.TypeName());
            else if (kind == TokenKind.Number && Integer)
                names.Add("integer");
        }

        return string.Join(" or ", names);
    }
}

/// <summary>The schema <c>false</c>.</summary>
internal sealed class FalseKeyword : Keyword
{
    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks) =>
        Fail(evaluation.Collector, node, "", evaluation.Instance, token, $"is not allowed here");
}
