using System.Text;
using System.Text.Json.Nodes;
using Cairn.Rego.Formatting;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Partial;

/// <summary>
/// What is left of a query: it holds where one of the queries does. None means that it never holds, one without an
/// expression that it always does. Rules that queries refer to and that are not in the support are those of the policy,
/// so the queries are evaluated over the same policy and data, with the support added.
/// </summary>
public sealed class PartialEvaluation
{
    private readonly IReadOnlyList<IReadOnlyList<Expression>> _queries;
    private readonly IReadOnlyList<ModuleNode> _support;

    internal PartialEvaluation(IReadOnlyList<IReadOnlyList<Expression>> queries, IReadOnlyList<ModuleNode> support)
    {
        (_queries, _support) = (queries, support);
        Queries = [.. queries.Select(query => string.Join('\n', query.Select(SyntaxText.Of)))];
        Support = [.. support.Select(module => new RegoModule(module.File, module.Text))];
    }

    /// <summary>The queries as Rego, an expression a line; empty for one that always holds.</summary>
    public IReadOnlyList<string> Queries { get; }

    /// <summary>Modules with the rules that the queries refer to, below the package of
    /// <see cref="PartialOptions.Namespace"/>.</summary>
    public IReadOnlyList<RegoModule> Support { get; }

    /// <summary>Whether the query holds whatever the unknown documents are.</summary>
    public bool IsAlways => _queries.Any(query => query.Count == 0);

    /// <summary><c>queries</c> and <c>support</c> as syntax trees, in the shape of OPA's Compile API; each is left out
    /// when empty.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (_queries.Count > 0)
            json["queries"] = RegoArray.Of(_queries.Select(query => (RegoValue)SyntaxJson.Body(query))).ToJsonNode();
        if (_support.Count > 0)
        {
            json["support"] = RegoArray
                .Of(_support.Select(module => (RegoValue)SyntaxJson.Module(module)))
                .ToJsonNode();
        }

        return json;
    }

    /// <summary>Queries and modules one below the other, under numbered comments.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Queries.Count; i++)
        {
            text.Append(text.Length > 0 ? "\n" : "")
                .Append("# Query ")
                .Append(i + 1)
                .Append('\n')
                .Append(Queries[i])
                .Append(Queries[i].Length > 0 ? "\n" : "");
        }

        for (int i = 0; i < Support.Count; i++)
        {
            text.Append(text.Length > 0 ? "\n" : "")
                .Append("# Module ")
                .Append(i + 1)
                .Append('\n')
                .Append(Support[i].Source);
        }

        return text.ToString();
    }
}
