using System.Text;
using System.Text.Json.Nodes;
using Cairn.Rego.Compilation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>
/// What happened in an evaluation, event by event, in the order and with the names that OPA has. A rule is worked out
/// whole before what asked for it goes on, so its <see cref="TraceOperation.Redo"/> events stand earlier than OPA's.
/// For one evaluation; not for several threads.
/// </summary>
public sealed class RegoTrace
{
    private readonly List<TraceEvent> _events;
    private readonly Stack<bool> _open = new();
    private readonly Stack<int> _parents = new();
    private readonly int _limit;
    private int _queries;
    private int _query;

    /// <summary>An empty trace.</summary>
    /// <param name="maxEvents">How many events it may take; one more ends the evaluation with
    /// <see cref="RegoEvaluationException.BudgetCode"/>.</param>
    public RegoTrace(int maxEvents = 100_000)
        : this([], maxEvents) { }

    private RegoTrace(List<TraceEvent> events, int limit) => (_events, _limit) = (events, limit);

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<TraceEvent> Events => _events;

    /// <summary>Only the notes of <c>trace</c> calls, with the queries and rules that lead to each.</summary>
    public RegoTrace Notes() => Only(TraceOperation.Note);

    /// <summary>Only the expressions that failed, with the queries and rules that lead to each.</summary>
    public RegoTrace Fails() => Only(TraceOperation.Fail);

    /// <summary>
    /// The events a line each: the place, a <c>| </c> for every level, the operation and the expression.
    /// </summary>
    /// <param name="variableValues">Whether the values of an expression's variables follow it.</param>
    public string ToText(bool variableValues = false)
    {
        var text = new StringBuilder();
        var depths = new Dictionary<int, int>();
        int width = _events.Count == 0 ? 0 : _events.Max(one => one.Place.Length);
        foreach (var one in _events)
        {
            if (!depths.TryGetValue(one.QueryId, out int depth))
                depths.Add(one.QueryId, depth = depths.GetValueOrDefault(one.ParentId) + 1);
            bool outside =
                one.Operation == TraceOperation.Enter || (one.Operation == TraceOperation.Redo && !one.IsExpression);
            text.Append(one.Place.PadRight(width)).Append("    ");
            text.Insert(text.Length, "| ", outside ? depth - 1 : depth).Append(one.Operation).Append(' ');
            if (one.Operation == TraceOperation.Note)
                text.Append(RegoString.Of(one.Message));
            else
                text.Append(one.Text).Append(one.Message.Length > 0 ? " " : "").Append(one.Message);
            if (variableValues && one.IsExpression && Used(one) is { Count: > 0 } used)
                text.Append("    {").AppendJoin(", ", used.Select(local => $"{local.Key}: {local.Value}")).Append('}');
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The events as OPA's REST API shows them: <c>op</c>, <c>query_id</c>, <c>parent_id</c>, <c>type</c>,
    /// <c>node</c>, <c>locals</c>, <c>location</c>, <c>message</c>.</summary>
    public JsonArray ToJson() => [.. _events.Select(one => one.ToJson().ToJsonNode())];

    internal int Enter(TracePoint point, Frame frame, bool reported)
    {
        int outer = _query;
        _parents.Push(outer);
        _query = _queries++;
        if (reported)
            Add(TraceOperation.Enter, point, point.Before, frame);
        return outer;
    }

    internal void Leave(int outer)
    {
        _parents.Pop();
        _query = outer;
    }

    internal void Begin() => _open.Push(false);

    internal bool End() => _open.Pop();

    internal void Held()
    {
        if (_open.TryPop(out _))
            _open.Push(true);
    }

    internal void Add(TraceOperation operation, TracePoint point, LocalSlots locals, Frame frame) =>
        Add(
            new TraceEvent(operation, _query, Parent, point.Location, "", locals.Read(frame)) { Node = point.Node },
            frame.Evaluation.Budget
        );

    internal void Index(RuleSet rules, int matched, EvaluationBudget budget) =>
        Add(
            new TraceEvent(
                TraceOperation.Index,
                _query,
                Parent,
                Place,
                $"(matched {matched} rule{(matched == 1 ? "" : "s")}{(rules.EarlyExit ? ", early exit" : "")})",
                []
            )
            {
                Node = rules,
            },
            budget
        );

    internal void Note(string message, EvaluationBudget budget) =>
        Add(new TraceEvent(TraceOperation.Note, _query, Parent, Place, message, []), budget);

    // What has no place of its own belongs to the expression that is being tried.
    private SourceLocation Place =>
        _events.FindLast(one => one.QueryId == _query) is { } last ? last.Location : default;

    private int Parent => _parents.TryPeek(out int parent) ? parent : _query;

    private void Add(TraceEvent one, EvaluationBudget budget)
    {
        budget.Step();
        budget.ChargeMemory(120 + (one.Locals.Count * 16));
        if (_events.Count >= _limit)
        {
            throw new RegoEvaluationException(
                RegoEvaluationException.BudgetCode,
                $"explanation has more than {_limit} events",
                budget.Location
            );
        }

        _events.Add(one);
    }

    private RegoTrace Only(TraceOperation operation)
    {
        var kept = new List<TraceEvent>();
        var entered = new Dictionary<int, TraceEvent>();
        foreach (var one in _events)
        {
            if (one.Operation == operation)
            {
                var path = new Stack<TraceEvent>([one]);
                for (
                    var at = entered.GetValueOrDefault(one.QueryId);
                    at is not null;
                    at = at.ParentId == at.QueryId ? null : entered.GetValueOrDefault(at.ParentId)
                )
                {
                    path.Push(at);
                }

                kept.AddRange(path);
                entered.Clear();
            }

            if (one.Operation is TraceOperation.Enter or TraceOperation.Redo && !one.IsExpression)
                entered[one.QueryId] = one;
        }

        return new RegoTrace(kept, _limit);
    }

    private static List<KeyValuePair<string, RegoValue>> Used(TraceEvent one)
    {
        var names = new HashSet<string>();
        Variables.Visit((Expression)one.Node!, closures: false, variable => names.Add(Variables.Shown(variable.Name)));
        return [.. one.Locals.Where(local => names.Contains(local.Key))];
    }
}
