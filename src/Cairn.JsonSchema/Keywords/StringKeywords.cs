using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>minLength</c> and <c>maxLength</c>, in Unicode code points.</summary>
internal sealed class LengthKeyword(long? min, long? max) : Keyword
{
    public long? Min => min;

    public long? Max => max;

    public override KindSet AppliesTo => KindSet.String;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var text = evaluation.Instance.Text(token);
        if ((min is null || text.Length >= min * 4) && (max is null || text.Length <= max))
        {
            return true; // a code point takes one to four bytes
        }

        evaluation.ChargeText(text.Length);
        long length = CountCodePoints(text);
        bool valid = true;
        if (length < min)
        {
            valid = Fail(
                evaluation.Collector,
                node,
                "minLength",
                evaluation.Instance,
                token,
                $"must have at least {min} characters but has {length}"
            );
        }

        if (length > max)
        {
            valid = Fail(
                evaluation.Collector,
                node,
                "maxLength",
                evaluation.Instance,
                token,
                $"must have at most {max} characters but has {length}"
            );
        }

        return valid;
    }

    private static long CountCodePoints(ReadOnlySpan<byte> utf8)
    {
        long count = 0;
        foreach (byte b in utf8)
            count += (b & 0xC0) != 0x80 ? 1 : 0;

        return count;
    }
}

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternKeyword(EcmaPattern pattern) : Keyword
{
    public EcmaPattern Pattern => pattern;

    public override KindSet AppliesTo => KindSet.String;

    public override int Cost => 2;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks) =>
        evaluation.Matches(pattern, token)
        || Fail(
            evaluation.Collector,
            node,
            "pattern",
            evaluation.Instance,
            token,
            $"must match the pattern {pattern.Source}"
        );
}
