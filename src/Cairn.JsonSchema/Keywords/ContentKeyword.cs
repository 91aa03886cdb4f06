using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Formats;
using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>format</c>, where it is checked.</summary>
internal sealed class FormatKeyword(string format, FormatCheck check) : Keyword
{
    public string Format => format;

    public override KindSet AppliesTo => KindSet.String;

    public override int Cost => 2;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks) =>
        Check(ref evaluation, token)
        || Fail(evaluation.Collector, node, "format", evaluation.Instance, token, $"must be in the format {format}");

    private bool Check(ref EvaluationState evaluation, int token)
    {
        var text = evaluation.Instance.Text(token);
        evaluation.ChargeText(text.Length * 8);
        return check(text);
    }
}

/// <summary><c>contentEncoding: base64</c> and <c>contentMediaType: application/json</c>, which draft 7 lets one
/// check.</summary>
internal sealed class ContentKeyword(bool isBase64, bool isJson) : Keyword
{
    public bool IsBase64 => isBase64;

    public bool IsJson => isJson;

    public override KindSet AppliesTo => KindSet.String;

    public override int Cost => 2;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var text = evaluation.Instance.Text(token);
        evaluation.ChargeText(text.Length * 8);
        if (!isBase64)
            return HoldsJson(text) || FailMediaType(ref evaluation, node, token);

        byte[] decoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        try
        {
            if (Base64.DecodeFromUtf8(text, decoded, out _, out int written) != OperationStatus.Done)
            {
                return Fail(
                    evaluation.Collector,
                    node,
                    "contentEncoding",
                    evaluation.Instance,
                    token,
                    $"must be in Base64"
                );
            }

            return !isJson || HoldsJson(decoded.AsSpan(0, written)) || FailMediaType(ref evaluation, node, token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
        }
    }

    private static bool FailMediaType(ref EvaluationState evaluation, SchemaNode node, int token) =>
        Fail(evaluation.Collector, node, "contentMediaType", evaluation.Instance, token, $"must hold a JSON document");

    private static bool HoldsJson(ReadOnlySpan<byte> text)
    {
        try
        {
            using var tape = Tape.Read(text, int.MaxValue, lenient: false);
            return tape.Count > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
