using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compatibility;

/// <summary>The values a conjunction can have when they are few enough to be tried one by one.</summary>
internal sealed class CandidateValues
{
    private const int MaxValues = 1_000;

    private static readonly JsonValue[] Literals = [Literal("null"), Literal("false"), Literal("true")];

    private readonly SchemaLimits _limits = new() { MaxEvaluationSteps = 100_000 };

    /// <summary>
    /// Whether a schema's verdict on one value holds for all equal values. Not so in draft 4, where 1 is an integer
    /// and 1.0 is none.
    /// </summary>
    public bool CanEvaluate { get; private set; } = true;

    public void Prepare(params SchemaNode[] roots)
    {
        var seen = new HashSet<SchemaNode>();
        var pending = new Stack<SchemaNode>(roots);
        while (pending.TryPop(out var node))
        {
            if (seen.Add(node))
            {
                CanEvaluate &= node.Resource.Dialect.Draft != SchemaDraft.Draft4;
                foreach (var child in node.Keywords.SelectMany(keyword => keyword.Subschemas))
                    pending.Push(child);
            }
        }
    }

    /// <summary>All values of a conjunction, perhaps with some it does not have; null when there are too
    /// many.</summary>
    public IReadOnlyList<JsonValue>? Of(Conjunction a)
    {
        IEnumerable<JsonValue>? listed = a.All<EnumKeyword>().MinBy(values => values.Values.Count)?.Values;
        if (listed is null && (a.Kinds & ~(KindSet.Null | KindSet.Boolean)) == KindSet.None)
            listed = Literals;

        if (listed?.Take(MaxValues + 1).ToList() is not { Count: <= MaxValues } values)
            return null;

        return [.. values.Where(value => a.Kinds.Contains(value.Kind) && (!CanEvaluate || MayAccept(a, value)))];
    }

    public bool Accepts(SchemaNode node, JsonValue value) => Judge(node, value) ?? false;

    private bool MayAccept(Conjunction a, JsonValue value) => a.Nodes.All(node => Judge(node, value) ?? true);

    /// <summary>Null when a budget ran out.</summary>
    private bool? Judge(SchemaNode node, JsonValue value)
    {
        var evaluation = new EvaluationState(value.View, _limits, null, null);
        try
        {
            return node.Evaluate(ref evaluation, 0, EvaluatedMarks.None);
        }
        catch (EvaluationAbortedException)
        {
            return null;
        }
        finally
        {
            evaluation.Dispose();
        }
    }

    public static JsonValue Text(string text) => Literal(JsonSerializer.Serialize(text));

    private static JsonValue Literal(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new JsonValue(document.RootElement.Clone(), 1);
    }
}
