using Cairn.Rego.Values;

namespace Cairn.Rego.GraphQl;

/// <summary>Fields of one answer name must be mergeable: the same field with the same arguments, unless their types can
/// never be one object's (GraphQL specification, section 5.3.2).</summary>
internal sealed class GraphQlOverlap(GraphQlSchema schema, IReadOnlyDictionary<string, RegoObject> fragments)
{
    // The comparison is of pairs: this many are enough for any query written by hand, and bound what a hostile one
    // costs.
    private const int MaxComparisons = 100_000;

    private int _comparisons;

    private readonly record struct Selected(RegoObject Node, GraphQlDefinition Parent, GraphQlField? Field);

    /// <summary>Checks an operation.</summary>
    /// <exception cref="GraphQlInvalidException">Two fields conflict.</exception>
    public void Check(RegoObject operation, GraphQlDefinition root)
    {
        _comparisons = 0;
        CheckAll([(operation, root)]);
    }

    /// <summary>A field of a type, the introspection fields of the query type among them; null where there is
    /// none.</summary>
    public static GraphQlField? FieldOf(GraphQlSchema schema, GraphQlDefinition type, string name)
    {
        if (type.Fields.TryGetValue(name, out var field))
            return field;
        if (type != schema.Root("query"))
            return null;
        return name switch
        {
            "__schema" => new GraphQlField(
                name,
                new GraphQlType("__Schema", null, true),
                new Dictionary<string, GraphQlInput>()
            ),
            "__type" => new GraphQlField(
                name,
                new GraphQlType("__Type", null, false),
                new Dictionary<string, GraphQlInput>
                {
                    ["name"] = new("name", new GraphQlType("String", null, true), null),
                }
            ),
            _ => null,
        };
    }

    private void CheckAll(List<(RegoObject Node, GraphQlDefinition Type)> sets)
    {
        var byAnswer = new Dictionary<string, List<Selected>>();
        foreach (var (node, type) in sets)
            Collect(node, type, byAnswer, []);
        foreach (var (answer, fields) in byAnswer)
        {
            for (int i = 0; i < fields.Count; i++)
            {
                for (int j = i + 1; j < fields.Count; j++)
                    CheckPair(answer, fields[i], fields[j]);
            }

            var below = fields
                .Where(field => field.Field is not null && field.Node["SelectionSet"] is not null)
                .Select(field => (field.Node, schema.Types[field.Field!.Type.Named]))
                .ToList();
            if (below.Count > 0)
                CheckAll(below);
        }
    }

    private void Collect(
        RegoObject node,
        GraphQlDefinition type,
        Dictionary<string, List<Selected>> byAnswer,
        HashSet<string> seen
    )
    {
        foreach (var selection in node.Nodes("SelectionSet"))
        {
            if (selection["Alias"] is not null)
            {
                string answer = selection.Text("Alias");
                if (!byAnswer.TryGetValue(answer, out var fields))
                    byAnswer[answer] = fields = [];
                fields.Add(new Selected(selection, type, FieldOf(schema, type, selection.Text("Name"))));
            }
            else if (selection["TypeCondition"] is not null)
            {
                Collect(selection, TypeOf(selection.Text("TypeCondition"), type), byAnswer, seen);
            }
            else if (seen.Add(selection.Text("Name")))
            {
                var fragment = fragments[selection.Text("Name")];
                Collect(fragment, TypeOf(fragment.Text("TypeCondition"), type), byAnswer, seen);
            }
        }
    }

    private GraphQlDefinition TypeOf(string condition, GraphQlDefinition parent) =>
        condition.Length == 0 ? parent : schema.Types[condition];

    private void CheckPair(string answer, Selected a, Selected b)
    {
        if (++_comparisons > MaxComparisons)
            throw new GraphQlInvalidException("The query has too many overlapping fields to compare.");
        bool canMeet = a.Parent == b.Parent || a.Parent.Kind != "OBJECT" || b.Parent.Kind != "OBJECT";
        if (canMeet && a.Node.Text("Name") != b.Node.Text("Name"))
        {
            throw new GraphQlInvalidException(
                $"Fields \"{answer}\" conflict because \"{a.Node.Text("Name")}\" and \"{b.Node.Text("Name")}\" "
                    + "are different fields."
            );
        }

        if (canMeet && !Arguments(a.Node).Equals(Arguments(b.Node)))
            throw new GraphQlInvalidException($"Fields \"{answer}\" conflict because they have differing arguments.");
        if (a.Field is not null && b.Field is not null && !SameShape(a.Field.Type, b.Field.Type))
        {
            throw new GraphQlInvalidException(
                $"Fields \"{answer}\" conflict because they return conflicting types \"{a.Field.Type}\" and "
                    + $"\"{b.Field.Type}\"."
            );
        }
    }

    private static RegoSet Arguments(RegoObject node) => RegoSet.Of(node.Nodes("Arguments"));

    private bool SameShape(GraphQlType a, GraphQlType b)
    {
        if (a.NonNull != b.NonNull || (a.Element is null) != (b.Element is null))
            return false;
        if (a.Element is not null)
            return SameShape(a.Element, b.Element!);
        return a.Name == b.Name || (schema.Types[a.Name].IsComposite && schema.Types[b.Name].IsComposite);
    }
}
