using Cairn.JsonSchema.Evaluation;

namespace Cairn.JsonSchema.Compilation;

/// <summary>
/// Finds schemas that apply themselves to the same value again, by <c>$ref</c>, <c>allOf</c> and the like: no
/// validation with them would end (2020-12 core, section 9.4.1).
/// </summary>
internal static class InfiniteRecursion
{
    private enum Visit
    {
        Open,
        Done,
    }

    public static void Find(IEnumerable<SchemaNode> nodes, List<SchemaProblem> problems)
    {
        var visited = new Dictionary<SchemaNode, Visit>();
        var path = new Stack<(SchemaNode Node, IEnumerator<SchemaNode> Next)>();
        foreach (var start in nodes)
        {
            Enter(start);
            while (path.TryPeek(out var top))
            {
                if (top.Next.MoveNext())
                    Enter(top.Next.Current);
                else
                    visited[path.Pop().Node] = Visit.Done;
            }
        }

        void Enter(SchemaNode node)
        {
            if (visited.TryGetValue(node, out var visit))
            {
                if (visit == Visit.Open)
                {
                    problems.Add(
                        new SchemaProblem(
                            node.Location.Describe(),
                            "$ref",
                            "the schema applies itself to the same value without end"
                        )
                    );
                }

                return;
            }

            visited[node] = Visit.Open;
            path.Push((node, node.Keywords.SelectMany(keyword => keyword.InPlace).GetEnumerator()));
        }
    }
}
