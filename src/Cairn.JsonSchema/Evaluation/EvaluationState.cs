using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Loading;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Evaluation;

/// <summary>The state of one validation: the instance, what is left of the budget, and who listens for
/// errors.</summary>
internal ref struct EvaluationState
{
    /// <summary>How often the remaining stack is looked at: every so many levels.</summary>
    private const int StackCheckMask = 15;

    private readonly SchemaLimits _limits;
    private readonly DynamicScope? _scope;
    private TimeSpan _patternTime;
    private int _steps;
    private int _depth;

    public EvaluationState(TapeView instance, SchemaLimits limits, DynamicScope? scope, ErrorCollector? collector)
    {
        Instance = instance;
        _limits = limits;
        _scope = scope;
        Collector = collector;
    }

    public readonly TapeView Instance;

    public EvaluatedMarks Marks;

    /// <summary>Null on the boolean path, which then stops at the first failure.</summary>
    public readonly ErrorCollector? Collector;

    /// <summary>The resources entered, outermost first; null when no dynamic reference will ask.</summary>
    public readonly DynamicScope? Scope => _scope;

    /// <summary>Counts one subschema evaluation, or so many units of other work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Charge(int steps)
    {
        if ((_steps += steps) > _limits.MaxEvaluationSteps)
            OutOfSteps();
    }

    /// <summary>Counts the reading of a text: a step for every few bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ChargeText(int bytes) => Charge(bytes >> 5);

    /// <summary>Counts the comparison of a value with another, which for containers looks at all they hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ChargeComparison(int token)
    {
        ref readonly var value = ref Instance.At(token);
        Charge(value.Kind is TokenKind.Array or TokenKind.Object ? (value.Next - token) * 8 : value.Length >> 5);
    }

    /// <summary>Matches a pattern; what needs backtracking may take only so long in the whole validation.</summary>
    public bool Matches(EcmaPattern pattern, int token)
    {
        var text = Instance.Text(token);
        ChargeText(text.Length);
        if (pattern.IsLinear)
            return pattern.IsMatch(text);

        long start = Stopwatch.GetTimestamp();
        bool matches = pattern.IsMatch(text);
        _patternTime += Stopwatch.GetElapsedTime(start);
        return _patternTime <= _limits.PatternTimeout
            ? matches
            : throw new EvaluationAbortedException(
                $"matching patterns, the last of them {pattern.Source}, took longer than "
                    + $"{_limits.PatternTimeout.TotalMilliseconds} ms"
            );
    }

    private readonly void OutOfSteps() =>
        throw new EvaluationAbortedException($"the validation took more than {_limits.MaxEvaluationSteps} steps");

    public void Descend()
    {
        Charge(1);
        if (
            ++_depth > _limits.MaxEvaluationDepth
            || ((_depth & StackCheckMask) == 0 && !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        )
        {
            throw new EvaluationAbortedException(
                $"subschemas are evaluated deeper than {_limits.MaxEvaluationDepth} levels"
            );
        }
    }

    public void Ascend() => _depth--;

    /// <summary>Evaluates a subschema, keeping the path of keywords that led to it when somebody listens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Apply(SchemaNode node, int token, int marks, string keyword) =>
        Collector is null ? node.Evaluate(ref this, token, marks) : ApplyOnPath(node, token, marks, "/" + keyword);

    /// <inheritdoc cref="Apply(SchemaNode, int, int, string)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Apply(SchemaNode node, int token, int marks, string keyword, string key) =>
        Collector is null
            ? node.Evaluate(ref this, token, marks)
            : ApplyOnPath(node, token, marks, JsonPointer.Append("/" + keyword, key));

    /// <inheritdoc cref="Apply(SchemaNode, int, int, string)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Apply(SchemaNode node, int token, int marks, string keyword, int index) =>
        Collector is null
            ? node.Evaluate(ref this, token, marks)
            : ApplyOnPath(node, token, marks, JsonPointer.Append("/" + keyword, index));

    private bool ApplyOnPath(SchemaNode node, int token, int marks, string steps)
    {
        Collector!.Enter(steps);
        bool valid = node.Evaluate(ref this, token, marks);
        Collector!.Leave();
        return valid;
    }

    /// <summary>
    /// Evaluates a subschema whose failure is no failure of the whole; what it reported is forgotten.
    /// </summary>
    public bool Probe(SchemaNode node, int token, int marks, string keyword)
    {
        var before = Collector?.Save() ?? default;
        bool valid = Apply(node, token, marks, keyword);
        if (!valid)
            Collector?.ForgetErrors(before);

        return valid;
    }

    public void Dispose() => Marks.Dispose();
}
