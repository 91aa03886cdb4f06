using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>
/// A piece of a body. It runs the next one once for each of its solutions, and gives true when nobody wants further
/// solutions.
/// </summary>
internal abstract class Step
{
    public Step Next { get; set; } = null!;

    public abstract bool Run(Frame frame);
}

/// <summary>The end of a body of which one solution is enough.</summary>
internal sealed class FoundStep : Step
{
    public static readonly FoundStep Instance = new();

    public override bool Run(Frame frame) => true;
}

/// <summary>Goes on when the value is defined and not false.</summary>
internal sealed class TruthStep(Operand value) : Step
{
    public override bool Run(Frame frame)
    {
        frame.Evaluation.Budget.Step();
        return value.Get(frame) is { IsFalse: false } && Next.Run(frame);
    }
}

/// <summary>Goes on whatever the call gives: <c>print</c>.</summary>
internal sealed class EffectStep(Operand value) : Step
{
    public override bool Run(Frame frame)
    {
        value.Get(frame);
        return Next.Run(frame);
    }
}

/// <summary>Goes on when the value has the pattern's form, whose variables it binds.</summary>
internal sealed class MatchStep(Operand value, Pattern pattern) : Step
{
    public override bool Run(Frame frame)
    {
        frame.Evaluation.Budget.Step();
        return value.Get(frame) is { } got && pattern.Matches(got, frame) && Next.Run(frame);
    }
}

/// <summary>Goes on when both values are equal.</summary>
internal sealed class EqualStep(Operand left, Operand right) : Step
{
    public override bool Run(Frame frame)
    {
        frame.Evaluation.Budget.Step();
        return left.Get(frame) is { } a && right.Get(frame) is { } b && a.Equals(b) && Next.Run(frame);
    }
}

/// <summary>Never goes on: sides that cannot be equal.</summary>
internal sealed class FailStep : Step
{
    public override bool Run(Frame frame) => false;
}

/// <summary>Goes on when the body has no solution.</summary>
internal sealed class NotStep(Step body) : Step
{
    public override bool Run(Frame frame)
    {
        frame.Evaluation.Budget.Step();
        return !body.Run(frame) && Next.Run(frame);
    }
}

/// <summary>Goes on when the body has a solution for each element.</summary>
internal sealed class EveryStep(Operand collection, Pattern? key, Pattern value, Step body) : Step
{
    public override bool Run(Frame frame)
    {
        var budget = frame.Evaluation.Budget;
        budget.Step();
        switch (collection.Get(frame))
        {
            case RegoArray array:
                for (int i = 0; i < array.Count; i++)
                {
                    if (!Holds(frame, RegoNumber.Of(i), array[i]))
                        return false;
                }

                break;
            case RegoSet set:
                foreach (var item in set.AsSpan())
                {
                    if (!Holds(frame, item, item))
                        return false;
                }

                break;
            case RegoObject o:
                foreach (var (k, v) in o.AsSpan())
                {
                    if (!Holds(frame, k, v))
                        return false;
                }

                break;
            default:
                return false;
        }

        return Next.Run(frame);
    }

    private bool Holds(Frame frame, RegoValue k, RegoValue v)
    {
        frame.Evaluation.Budget.Step();
        return (key is null || key.Matches(k, frame)) && value.Matches(v, frame) && body.Run(frame);
    }
}

/// <summary>Goes on once for each element of a relation's result.</summary>
internal sealed class RelationStep(Operand call, Pattern pattern) : Step
{
    public override bool Run(Frame frame)
    {
        if (call.Get(frame) is not RegoArray results)
            return false;
        foreach (var result in results.AsSpan())
        {
            frame.Evaluation.Budget.Step();
            if (pattern.Matches(result, frame) && Next.Run(frame))
                return true;
        }

        return false;
    }
}

/// <summary>Puts replacements in place for the steps up to its <see cref="WithEndStep"/>.</summary>
internal sealed class WithStep(WithReplacement[] replacements, Step body, int collector) : Step
{
    public override bool Run(Frame frame)
    {
        var outer = frame.Scope;
        var (input, mocks, functions) = (outer.Input, outer.Mocks, outer.Functions);
        foreach (var replacement in replacements)
        {
            if (!replacement.Apply(frame, ref input, ref mocks, ref functions))
                return false;
        }

        frame.Collectors[collector] = outer;
        frame.Scope = outer.With(input, mocks, functions);
        bool stop = body.Run(frame);
        frame.Scope = outer;
        return stop;
    }
}

/// <summary>Leaves the replacements of a <c>with</c> for what follows, and takes them up again for the next
/// solution.</summary>
internal sealed class WithEndStep(int collector) : Step
{
    public override bool Run(Frame frame)
    {
        var (inner, outer) = (frame.Scope, (EvaluationScope)frame.Collectors[collector]!);
        frame.Scope = outer;
        bool stop = Next.Run(frame);
        frame.Scope = inner;
        frame.Collectors[collector] = outer;
        return stop;
    }
}

/// <summary>One <c>with target as value</c>.</summary>
internal sealed record WithReplacement(
    bool OfInput,
    RegoValue[] Path,
    string? FunctionName,
    Operand? Value,
    FunctionMock? Function
)
{
    public bool Apply(
        Frame frame,
        ref RegoValue? input,
        ref MockNode? mocks,
        ref Dictionary<string, FunctionMock>? functions
    )
    {
        var value = Value?.Get(frame);
        if (value is null && Function is null)
            return false;
        if (FunctionName is not null)
        {
            functions = new Dictionary<string, FunctionMock>(functions ?? [])
            {
                [FunctionName] = Function ?? new FunctionMock(value, null, null),
            };
        }
        else if (OfInput)
        {
            input = MockNode.Patch(input, Path, value!);
        }
        else
        {
            mocks = MockNode.With(mocks, Path, value!);
        }

        return true;
    }
}
