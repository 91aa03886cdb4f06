using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Keywords;

/// <summary><c>enum</c> and <c>const</c>: the value is one of a list.</summary>
internal sealed class EnumKeyword : Keyword
{
    /// <summary>Up to so many values are compared one by one; beyond, by hash.</summary>
    private const int LinearLimit = 8;

    private const int ValuesInMessage = 10;

    private readonly string _keyword;
    private readonly Dictionary<int, JsonValue[]>? _byHash;

    public EnumKeyword(string keyword, IReadOnlyList<JsonValue> values)
    {
        _keyword = keyword;
        Values = values;
        if (values.Count > LinearLimit)
            _byHash = values.GroupBy(value => value.Hash).ToDictionary(group => group.Key, group => group.ToArray());
    }

    public IReadOnlyList<JsonValue> Values { get; }

    public override int Cost => 0;

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var instance = evaluation.Instance;
        evaluation.ChargeComparison(token);
        var candidates = _byHash is null ? Values : _byHash.GetValueOrDefault(JsonEquality.Hash(instance, token)) ?? [];
        for (int i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Equals(instance, token))
                return true;
        }

        return Fail(evaluation.Collector, node, _keyword, instance, token, $"must be {Describe()}");
    }

    private string Describe()
    {
        string listed = string.Join(", ", Values.Take(ValuesInMessage).Select(value => value.Element.GetRawText()));
        return Values.Count == 1 ? listed
            : Values.Count > ValuesInMessage ? $"one of {Values.Count} values: {listed}, …"
            : $"one of {listed}";
    }
}
