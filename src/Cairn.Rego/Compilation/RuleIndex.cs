using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>
/// Which of many rules may hold, by the value of the input or the argument that most of them compare with a constant.
/// </summary>
internal sealed class RuleIndex
{
    private const int MinRules = 8;
    private const int MaxEntries = 100_000;

    private readonly RegoValue[] _inputPath;
    private readonly int _argument;
    private readonly Dictionary<RegoValue, int[]> _byValue;
    private readonly int[] _others;

    private RuleIndex(RegoValue[] inputPath, int argument, Dictionary<RegoValue, int[]> byValue, int[] others) =>
        (_inputPath, _argument, _byValue, _others) = (inputPath, argument, byValue, others);

    /// <summary>The numbers of the rules that may hold, rising.</summary>
    public ReadOnlySpan<int> Candidates(EvaluationScope scope, ReadOnlySpan<RegoValue> arguments)
    {
        var value = _argument >= 0 ? arguments[_argument] : scope.Input;
        foreach (var key in _inputPath)
            value = value is null ? null : PathOperand.Look(value, key);
        return value is not null && _byValue.TryGetValue(value, out int[]? rules) ? rules : _others;
    }

    /// <summary>An index over rules, or null where it would not help.</summary>
    public static RuleIndex? Build(IReadOnlyList<ResolvedRule> rules)
    {
        if (rules.Count < MinRules)
            return null;
        var conditions = rules.Select(Conditions).ToArray();
        if (
            conditions.SelectMany(rule => rule.Keys).GroupBy(key => key).MaxBy(group => group.Count()) is not { } best
            || best.Count() < MinRules
        )
        {
            return null;
        }

        var byValue = new Dictionary<RegoValue, List<int>>();
        var others = new List<int>();
        for (int i = 0; i < rules.Count; i++)
        {
            if (!conditions[i].TryGetValue(best.Key, out var value))
                others.Add(i);
            else if (byValue.TryGetValue(value, out var same))
                same.Add(i);
            else
                byValue.Add(value, [i]);
        }

        if ((long)others.Count * byValue.Count > MaxEntries)
            return null;
        return new RuleIndex(
            best.Key.Path is { } path ? [.. path] : [],
            best.Key.Argument,
            byValue.ToDictionary(
                entry => entry.Key,
                entry => others.Count == 0 ? entry.Value.ToArray() : [.. entry.Value.Concat(others).Order()]
            ),
            [.. others]
        );
    }

    // What has to equal a constant for a rule to hold. An else may hold where its rule does not.
    private static Dictionary<(RegoArray? Path, int Argument), RegoValue> Conditions(ResolvedRule rule)
    {
        var conditions = new Dictionary<(RegoArray?, int), RegoValue>();
        if (rule.Else is not null)
            return conditions;
        for (int i = 0; i < rule.Arguments.Count; i++)
        {
            if (rule.Arguments[i] is ScalarTerm argument)
                conditions.TryAdd((null, i), argument.Value);
        }

        foreach (var expression in rule.Body)
        {
            if (expression is { Negated: false, With.Count: 0 } && Sides(expression) is var (left, right))
            {
                if (left is ScalarTerm)
                    (left, right) = (right, left);
                if (
                    right is ScalarTerm constant
                    && left is RefTerm { Head: VarTerm { Name: "input" } } reference
                    && reference.Path.All(element => element is ScalarTerm)
                )
                {
                    conditions.TryAdd(
                        (RegoArray.Of(reference.Path.Select(element => ((ScalarTerm)element).Value)), -1),
                        constant.Value
                    );
                }
            }
        }

        return conditions;
    }

    private static (Term Left, Term Right)? Sides(Expression expression) =>
        expression switch
        {
            UnifyExpression unify => (unify.Left, unify.Right),
            TermExpression
            {
                Term: CallTerm { Function: VarTerm { Name: "equal" }, Arguments: [var left, var right] }
            } => (left, right),
            _ => null,
        };
}
