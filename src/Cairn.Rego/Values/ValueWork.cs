using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Cairn.Rego.Evaluation;

namespace Cairn.Rego.Values;

/// <summary>
/// Counts what is done inside of values (comparing, hashing, sorting, copying, writing) against the budget of the
/// evaluation that runs on this thread. Values share their parts, so a value made in a few steps may have more parts
/// than can ever be visited.
/// </summary>
internal static class ValueWork
{
    /// <summary>How deep a value may be nested that is copied or leaves an evaluation.</summary>
    public const int MaxDepth = 1_000;

    private const int ElementsPerStep = 8;
    private const int CharactersPerStep = 64;

    [ThreadStatic]
    private static EvaluationBudget? _budget;

    /// <summary>Counts against a budget until the result is disposed; then against the one before.</summary>
    public static Counting Count(EvaluationBudget budget)
    {
        var before = _budget;
        _budget = budget;
        return new Counting(before);
    }

    /// <summary>A collection is visited whose parts may be collections too.</summary>
    /// <exception cref="RegoEvaluationException">The budget is used up.</exception>
    /// <exception cref="InsufficientExecutionStackException">The value is nested too deep for the stack.</exception>
    public static void Visit(int elements)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _budget?.ChargeSteps(1 + (elements / ElementsPerStep));
    }

    /// <summary>Text of a value is written.</summary>
    public static void Write(int characters)
    {
        if (_budget is not { } budget)
            return;
        budget.ChargeSteps(1 + (characters / CharactersPerStep));
        budget.ChargeMemory(characters * sizeof(char));
    }

    /// <summary>Sorts; what the order of values throws comes out as it is.</summary>
    public static void Sort<T>(T[] items, Comparison<T> order)
    {
        if (items.Length < 2)
            return;
        _budget?.ChargeSteps(1 + (items.Length * (long)BitOperations.Log2((uint)items.Length) / ElementsPerStep));
        try
        {
            Array.Sort(items, order);
        }
        catch (InvalidOperationException e)
            when (e.InnerException is RegoEvaluationException or InsufficientExecutionStackException)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
        }
    }

    /// <summary>Pays for a value as if all of its parts were copied.</summary>
    /// <param name="budget">Who pays.</param>
    /// <param name="value">The value.</param>
    /// <param name="bytes">What a part costs.</param>
    /// <param name="depth">How deep the value itself is nested.</param>
    /// <exception cref="RegoEvaluationException">The budget is used up, or the value is nested more than
    /// <see cref="MaxDepth"/> levels deep.</exception>
    public static void Copy(EvaluationBudget budget, RegoValue value, int bytes, int depth = 0)
    {
        if (value is not (RegoArray or RegoObject or RegoSet))
            return;
        if (depth >= MaxDepth)
        {
            throw new RegoEvaluationException(
                RegoEvaluationException.BudgetCode,
                $"a value is nested more than {MaxDepth} levels deep",
                budget.Location
            );
        }

        Visit(0);
        switch (value)
        {
            case RegoArray array:
                Copy(budget, array.AsSpan(), bytes, depth);
                break;
            case RegoSet set:
                Copy(budget, set.Unordered, bytes, depth);
                break;
            case RegoObject o:
                Copy(budget, o.UnorderedKeys, bytes, depth);
                Copy(budget, o.UnorderedValues, bytes, depth);
                break;
        }
    }

    private static void Copy(EvaluationBudget budget, ReadOnlySpan<RegoValue> values, int bytes, int depth)
    {
        budget.ChargeSteps(values.Length / ElementsPerStep);
        budget.ChargeMemory((values.Length + 1L) * bytes);
        foreach (var value in values)
            Copy(budget, value, bytes, depth + 1);
    }

    /// <summary>The end of counting against a budget.</summary>
    public readonly struct Counting(EvaluationBudget? before) : IDisposable
    {
        public void Dispose() => _budget = before;
    }
}
