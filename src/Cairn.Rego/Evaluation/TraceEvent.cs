using System.Globalization;
using Cairn.Rego.Compilation;
using Cairn.Rego.Formatting;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>What a trace reports, under OPA's names.</summary>
public enum TraceOperation
{
    /// <summary>A query or rule begins.</summary>
    Enter,

    /// <summary>An expression is tried.</summary>
    Eval,

    /// <summary>A query, rule or expression that held is left to look for its next solution.</summary>
    Redo,

    /// <summary>A query or rule has a solution.</summary>
    Exit,

    /// <summary>An expression has no solution.</summary>
    Fail,

    /// <summary>A call of <c>trace</c>.</summary>
    Note,

    /// <summary>The rules that may hold are looked up.</summary>
    Index,
}

/// <summary>One thing that happened while a query was evaluated.</summary>
/// <param name="Operation">What happened.</param>
/// <param name="QueryId">Which query: the query asked for is 0, every rule or body entered gets the next
/// number.</param>
/// <param name="ParentId">The query that entered this one; its own number for the query asked for.</param>
/// <param name="Location">Where it stands in the source; the file is empty for the query asked for.</param>
/// <param name="Message">What a note says, or how many rules an index found; empty otherwise.</param>
/// <param name="Locals">The variables bound so far, by name.</param>
public sealed record TraceEvent(
    TraceOperation Operation,
    int QueryId,
    int ParentId,
    SourceLocation Location,
    string Message,
    IReadOnlyList<KeyValuePair<string, RegoValue>> Locals
)
{
    private string? _text;

    /// <summary>The expression, the body, or the path of the rule, on one line.</summary>
    public string Text =>
        _text ??= Node switch
        {
            Expression expression => SyntaxText.Of(expression),
            IReadOnlyList<Expression> body => SyntaxText.Of(body),
            RuleSet rules => rules.Name,
            TracedRule rule => rule.Path,
            _ => "",
        };

    internal object? Node { get; init; }

    internal bool IsExpression => Node is Expression;

    /// <summary>The event in the form of OPA's REST API.</summary>
    internal RegoObject ToJson()
    {
        var node = Node switch
        {
            Expression expression => ("expr", SyntaxJson.Expression(expression, 0)),
            IReadOnlyList<Expression> body => ("body", SyntaxJson.Body(body)),
            TracedRule rule => ("rule", SyntaxJson.Rule(rule.Source)),
            _ => ("ref", (RegoValue)Text),
        };
        var members = new List<(RegoValue, RegoValue)>
        {
            ("op", Operation.ToString().ToLowerInvariant()),
            ("query_id", (long)QueryId),
            ("parent_id", (long)ParentId),
            ("type", node.Item1),
            ("node", node.Item2),
            (
                "locals",
                RegoArray.Of(
                    Locals.Select(local =>
                        (RegoValue)
                            RegoObject.Of(
                                ("key", RegoObject.Of(("type", "var"), ("value", local.Key))),
                                ("value", SyntaxJson.Term(SyntaxText.Literal(local.Value, Location)))
                            )
                    )
                )
            ),
            (
                "location",
                RegoObject.Of(("file", Location.File), ("row", (long)Location.Row), ("col", (long)Location.Column))
            ),
        };
        if (Message.Length > 0)
            members.Add(("message", Message));
        return RegoObject.Of([.. members]);
    }

    /// <summary><c>file:row</c>, with <c>query</c> for the file of the query asked for.</summary>
    internal string Place =>
        Location.Row == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(string.IsNullOrEmpty(Location.File) ? "query" : Location.File)}:{Location.Row}"
            );
}

/// <summary>A rule, or an else of it, as traces name it.</summary>
internal sealed record TracedRule(string Path, RuleNode Source);
