using Cairn.Rego.Compilation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>Runs rules and functions.</summary>
internal static class RuleEvaluator
{
    /// <summary>The value of complete or multi-value rules, worked out once in a scope; null for undefined.</summary>
    public static RegoValue? Evaluate(RuleSet rules, Evaluation evaluation, EvaluationScope scope)
    {
        object? known = scope.Recall(rules.Node.RulesId);
        if (known is not null)
            return known as RegoValue;
        var value =
            rules.Kind == RuleSetKind.Set
                ? CollectSet(rules, evaluation, scope)
                : Complete(rules, [], evaluation, scope);
        scope.Remember(rules.Node.RulesId, value);
        return value;
    }

    /// <summary>The result of a function; null for undefined.</summary>
    public static RegoValue? Call(
        RuleSet function,
        ReadOnlySpan<RegoValue> arguments,
        Evaluation evaluation,
        EvaluationScope scope
    ) => Complete(function, arguments, evaluation, scope);

    /// <summary>What the rules at a node say of the paths they work out.</summary>
    public static DynamicEntry Dynamic(RuleTreeNode node, Evaluation evaluation, EvaluationScope scope)
    {
        if (scope.Recall(node.RulesId) is DynamicEntry known)
            return known;
        var root = new DynamicEntry();
        foreach (var rule in node.Dynamic)
        {
            evaluation.Budget.Step();
            evaluation.Budget.Location = rule.Location;
            var frame = new Frame(evaluation, scope, rule.Slots, rule.Collectors);
            frame.Collectors[0] = root;
            rule.Body.Run(frame);
        }

        scope.Remember(node.RulesId, root);
        return root;
    }

    private static RegoSet CollectSet(RuleSet rules, Evaluation evaluation, EvaluationScope scope)
    {
        evaluation.Enter(rules);
        evaluation.Trace?.Index(
            rules,
            rules.Index?.Candidates(scope, []).Length ?? rules.Rules.Length,
            evaluation.Budget
        );
        string location = evaluation.Budget.Location;
        var builder = new RegoSetBuilder();
        if (rules.Index is { } index)
        {
            foreach (int i in index.Candidates(scope, []))
                Collect(rules.Rules[i], builder, evaluation, scope);
        }
        else
        {
            foreach (var rule in rules.Rules)
                Collect(rule, builder, evaluation, scope);
        }

        evaluation.Leave();
        evaluation.Budget.Location = location;
        return builder.Build();
    }

    private static void Collect(CompiledRule rule, RegoSetBuilder builder, Evaluation evaluation, EvaluationScope scope)
    {
        evaluation.Budget.Location = rule.Location;
        var frame = new Frame(evaluation, scope, rule.Slots, rule.Collectors);
        frame.Collectors[0] = builder;
        rule.Body.Run(frame);
    }

    private static RegoValue? Complete(
        RuleSet rules,
        ReadOnlySpan<RegoValue> arguments,
        Evaluation evaluation,
        EvaluationScope scope
    )
    {
        evaluation.Enter(rules);
        evaluation.Trace?.Index(
            rules,
            rules.Index?.Candidates(scope, arguments).Length ?? rules.Rules.Length,
            evaluation.Budget
        );
        string location = evaluation.Budget.Location;
        RegoValue? result = null;
        if (rules.Index is { } index)
        {
            foreach (int i in index.Candidates(scope, arguments))
            {
                if (Add(rules, rules.Rules[i], arguments, evaluation, scope, ref result))
                    break;
            }
        }
        else
        {
            foreach (var rule in rules.Rules)
            {
                if (Add(rules, rule, arguments, evaluation, scope, ref result))
                    break;
            }
        }

        if (result is null && rules.Default is { } fallback)
            result = Run(fallback, arguments, evaluation, scope);
        evaluation.Leave();
        evaluation.Budget.Location = location;
        return result;
    }

    // True when no further rule can change the result.
    private static bool Add(
        RuleSet rules,
        CompiledRule rule,
        ReadOnlySpan<RegoValue> arguments,
        Evaluation evaluation,
        EvaluationScope scope,
        ref RegoValue? result
    )
    {
        var value = Run(rule, arguments, evaluation, scope);
        if (value is null)
            return false;
        if (result is not null && !result.Equals(value))
            throw new RegoEvaluationException("eval_conflict_error", rules.ConflictMessage, rule.Location);
        result = value;
        return rules.EarlyExit;
    }

    private static RegoValue? Run(
        CompiledRule? rule,
        ReadOnlySpan<RegoValue> arguments,
        Evaluation evaluation,
        EvaluationScope scope
    )
    {
        for (; rule is not null; rule = rule.Else)
        {
            evaluation.Budget.Step();
            evaluation.Budget.Location = rule.Location;
            var frame = new Frame(evaluation, scope, rule.Slots, rule.Collectors);
            if (!Match(rule.Arguments, arguments, frame))
                continue;
            rule.Body.Run(frame);
            if (frame.Result is not null)
                return frame.Result;
        }

        return null;
    }

    private static bool Match(Pattern[] patterns, ReadOnlySpan<RegoValue> arguments, Frame frame)
    {
        for (int i = 0; i < patterns.Length; i++)
        {
            if (!patterns[i].Matches(arguments[i], frame))
                return false;
        }

        return true;
    }
}

/// <summary>The end of the body of a complete rule or function.</summary>
internal sealed class RuleValueStep(Operand value, bool constant, string conflict, string location) : Step
{
    public override bool Run(Frame frame)
    {
        if (value.Get(frame) is not { } got)
            return false;
        if (frame.Result is not null && !frame.Result.Equals(got))
            throw new RegoEvaluationException("eval_conflict_error", conflict, location);
        frame.Result = got;
        return constant;
    }
}

/// <summary>The end of the body of a rule whose path is worked out.</summary>
internal sealed class DynamicRuleStep(Operand[] path, Operand value, bool multiValue, string location) : Step
{
    public override bool Run(Frame frame)
    {
        var budget = frame.Evaluation.Budget;
        budget.Step();
        budget.ChargeMemory(64);
        var entry = (DynamicEntry)frame.Collectors[0]!;
        var keys = new RegoValue[path.Length];
        for (int i = 0; i < path.Length; i++)
        {
            if (path[i].Get(frame) is { } key)
                keys[i] = key;
            else
                return false;
        }

        if (value.Get(frame) is not { } got)
            return false;
        foreach (var key in keys)
            entry = entry.Inside(key);
        entry.Put(got, multiValue, location);
        return false;
    }
}

/// <summary>
/// A level or leaf of what rules with computed paths make. A conflict is kept here and raised by who reads it: looking
/// up one key must not fail for another.
/// </summary>
internal sealed class DynamicEntry
{
    private string? _conflict;

    public Dictionary<RegoValue, DynamicEntry>? Inner { get; private set; }

    public RegoValue? Leaf { get; private set; }

    public RegoSetBuilder? Elements { get; private set; }

    private RegoSet? _set;

    public DynamicEntry Inside(RegoValue key)
    {
        Inner ??= [];
        if (!Inner.TryGetValue(key, out var entry))
            Inner.Add(key, entry = new DynamicEntry());
        return entry;
    }

    public void Put(RegoValue value, bool multiValue, string location)
    {
        if (multiValue)
            (Elements ??= new RegoSetBuilder()).Add(value);
        else if (Leaf is null)
            Leaf = value;
        else if (!Leaf.Equals(value))
            _conflict ??= location;
    }

    /// <summary>The leaf's value; null for an inner level.</summary>
    /// <exception cref="RegoEvaluationException">Rules disagree about it.</exception>
    public RegoValue? Value()
    {
        if (
            _conflict is not null
            || (Leaf is not null && (Inner is not null || Elements is not null))
            || (Inner is not null && (Elements is not null || _set is not null))
        )
        {
            throw new RegoEvaluationException("eval_conflict_error", "object keys must be unique", _conflict ?? "");
        }

        if (Elements is not null)
        {
            _set = Elements.Build();
            Elements = null;
        }

        return Leaf ?? _set;
    }
}
