using System.Text;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Numbers;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>minimum</c>, <c>maximum</c> and their exclusive forms.</summary>
/// <param name="keyword">Its name.</param>
/// <param name="text">The bound as written in the schema.</param>
/// <param name="isUpper">An upper bound.</param>
/// <param name="isExclusive">The bound itself is not allowed.</param>
internal sealed class BoundKeyword(string keyword, string text, bool isUpper, bool isExclusive) : Keyword
{
    private readonly byte[] _text = Encoding.UTF8.GetBytes(text);

    private readonly long? _integer = JsonNumber.TryPlainInteger(Encoding.UTF8.GetBytes(text), out long integer)
        ? integer
        : null;

    /// <summary>The bound as written in the schema.</summary>
    public string Text => text;

    public bool IsUpper => isUpper;

    public bool IsExclusive => isExclusive;

    public JsonNumber Bound => JsonNumber.Parse(_text);

    public override KindSet AppliesTo => KindSet.Number;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        evaluation.ChargeText(evaluation.Instance.At(token).Length);
        var number = evaluation.Instance.Text(token);
        int order =
            _integer is { } bound && JsonNumber.TryPlainInteger(number, out long value)
                ? value.CompareTo(bound)
                : JsonNumber.Parse(number).CompareTo(Bound);
        if (isUpper ? order < 0 : order > 0)
            return true;

        string relation = (isUpper, isExclusive) switch
        {
            (true, true) => "less than",
            (true, false) => "at most",
            (false, true) => "greater than",
            _ => "at least",
        };
        return (order == 0 && !isExclusive)
            || Fail(
                evaluation.Collector,
                node,
                keyword,
                evaluation.Instance,
                token,
                $"must be {relation} {text} but is {evaluation.Instance.Text(token)}"
            );
    }
}

/// <summary><c>multipleOf</c>, exactly: 19.99 is a multiple of 0.01.</summary>
internal sealed class MultipleOfKeyword(string text) : Keyword
{
    public Divisor Divisor { get; } = new(JsonNumber.Parse(Encoding.UTF8.GetBytes(text)));

    public override KindSet AppliesTo => KindSet.Number;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        evaluation.ChargeText(evaluation.Instance.At(token).Length * 8);
        return Divisor.Divides(evaluation.Instance.Number(token))
            || Fail(
                evaluation.Collector,
                node,
                "multipleOf",
                evaluation.Instance,
                token,
                $"must be a multiple of {text} but is {evaluation.Instance.Text(token)}"
            );
    }
}
