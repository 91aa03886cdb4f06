using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Keywords;

/// <summary>
/// The keywords about an object's members, judged in one walk: <c>properties</c>, <c>patternProperties</c>,
/// <c>additionalProperties</c>, <c>propertyNames</c>, <c>required</c>, <c>minProperties</c>, <c>maxProperties</c>.
/// </summary>
internal sealed class ObjectKeyword(PropertyTable properties) : Keyword
{
    private readonly int _required = properties.Entries.Count(entry => entry.IsRequired);

    public PropertyTable Properties { get; } = properties;

    public (EcmaPattern Pattern, SchemaNode Schema)[] Patterns { get; init; } = [];

    public SchemaNode? Additional { get; init; }

    public SchemaNode? Names { get; init; }

    public long? Min { get; init; }

    public long? Max { get; init; }

    public override KindSet AppliesTo => KindSet.Object;

    public override int Cost => 3;

    public override IEnumerable<SchemaNode> Subschemas =>
        Properties
            .Entries.Select(entry => entry.Schema)
            .Concat(Patterns.Select(entry => entry.Schema))
            .Append(Additional)
            .Append(Names)
            .OfType<SchemaNode>();

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var instance = evaluation.Instance;
        bool valid = JudgeCount(ref evaluation, node, token);
        int missing = _required;
        int end = instance.At(token).Next;
        int child = 0;
        for (int name = token + 1; name < end && (valid || evaluation.Collector is not null); child++)
        {
            ref readonly var member = ref instance.At(name);
            var entry = Properties.Find(instance.Text(name), member.Count);
            if (entry is { IsRequired: true })
                missing--;

            valid &= JudgeMember(ref evaluation, entry?.Schema, name, marks, child);
            name = instance.At(name + 1).Next;
        }

        return missing == 0 || !valid && evaluation.Collector is null
            ? valid
            : ReportMissing(ref evaluation, node, token);
    }

    private bool JudgeMember(ref EvaluationState evaluation, SchemaNode? schema, int name, int marks, int child)
    {
        bool valid = true;
        bool isKnown = false;
        if (schema is not null)
        {
            isKnown = true;
            valid = evaluation.Collector is null
                ? schema.Evaluate(ref evaluation, name + 1, EvaluatedMarks.None)
                : evaluation.Apply(schema, name + 1, EvaluatedMarks.None, "properties", NameOf(ref evaluation, name));
        }

        if (Patterns.Length > 0)
        {
            evaluation.Charge(Patterns.Length);
            foreach (var (pattern, patternSchema) in Patterns)
            {
                if (evaluation.Matches(pattern, name))
                {
                    isKnown = true;
                    valid &= evaluation.Apply(
                        patternSchema,
                        name + 1,
                        EvaluatedMarks.None,
                        "patternProperties",
                        pattern.Source
                    );
                }
            }
        }

        if (!isKnown && Additional is not null)
        {
            isKnown = true;
            valid &= evaluation.Apply(Additional, name + 1, EvaluatedMarks.None, "additionalProperties");
        }

        if (Names is not null)
            valid &= evaluation.Apply(Names, name, EvaluatedMarks.None, "propertyNames");

        if (isKnown && marks != EvaluatedMarks.None)
            evaluation.Marks.Set(marks, child);

        return valid;
    }

    private static string NameOf(ref EvaluationState evaluation, int name) =>
        System.Text.Encoding.UTF8.GetString(evaluation.Instance.Text(name));

    private bool JudgeCount(ref EvaluationState evaluation, SchemaNode node, int token)
    {
        int count = evaluation.Instance.At(token).Count;
        bool valid = true;
        if (count < Min)
        {
            valid = Fail(
                evaluation.Collector,
                node,
                "minProperties",
                evaluation.Instance,
                token,
                $"must have at least {Min} members but has {count}"
            );
        }

        if (count > Max)
        {
            valid = Fail(
                evaluation.Collector,
                node,
                "maxProperties",
                evaluation.Instance,
                token,
                $"must have at most {Max} members but has {count}"
            );
        }

        return valid;
    }

    private bool ReportMissing(ref EvaluationState evaluation, SchemaNode node, int token)
    {
        if (evaluation.Collector is null)
            return false;

        evaluation.Charge(Properties.Entries.Length * (1 + (evaluation.Instance.At(token).Count >> 3)));
        foreach (var entry in Properties.Entries)
        {
            if (entry.IsRequired && evaluation.Instance.FindMember(token, entry.Utf8, entry.Hash) < 0)
            {
                Fail(
                    evaluation.Collector,
                    node,
                    "required",
                    evaluation.Instance,
                    token,
                    $"must have the member \"{entry.Name}\""
                );
            }
        }

        return false;
    }
}
