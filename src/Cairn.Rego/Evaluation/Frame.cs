using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>
/// One call of a rule, function or query. Each variable has its slot; whether a step binds or compares it was decided
/// by the compiler, so going back over solutions needs no undoing.
/// </summary>
internal sealed class Frame(Evaluation evaluation, EvaluationScope scope, int slots, int collectors)
{
    public readonly RegoValue?[] Slots = slots == 0 ? [] : new RegoValue?[slots];

    /// <summary>What running comprehensions collect.</summary>
    public readonly object?[] Collectors = collectors == 0 ? [] : new object?[collectors];

    public readonly Evaluation Evaluation = evaluation;

    /// <summary>Changes while the expression of a <c>with</c> runs.</summary>
    public EvaluationScope Scope = scope;

    /// <summary>The value found so far.</summary>
    public RegoValue? Result;
}

/// <summary>What all frames of one evaluation share.</summary>
internal sealed class Evaluation(CompiledRules rules, EvaluationOptions options, EvaluationBudget budget)
{
    private readonly int _maxDepth = options.Limits.MaxDepth;
    private BuiltinContext? _builtins;
    private int _depth;

    public CompiledRules Rules => rules;

    public EvaluationBudget Budget => budget;

    public BuiltinContext Builtins => _builtins ??= new BuiltinContext(options.Environment, this);

    public bool StrictBuiltinErrors => options.StrictBuiltinErrors;

    public Testing.RegoCoverage? Coverage => options.Coverage;

    /// <summary>Takes the events of an explanation; null where nobody asked for one.</summary>
    public RegoTrace? Trace => options.Trace;

    public void Enter(RuleSet rules)
    {
        budget.Step();
        if (++_depth > _maxDepth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new RegoEvaluationException(
                RegoEvaluationException.BudgetCode,
                $"calls are nested deeper than {Math.Min(_depth, _maxDepth)} levels at {rules.Name}",
                rules.Location
            );
        }
    }

    public void Leave() => _depth--;
}
