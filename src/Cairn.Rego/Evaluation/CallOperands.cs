using System.Runtime.CompilerServices;
using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>A call of a function of the policy.</summary>
internal sealed class FunctionOperand(RuleSet function, Operand[] arguments, string location) : Operand
{
    public override RegoValue? Get(Frame frame)
    {
        var space = default(Calls.Arguments);
        var values =
            arguments.Length <= Calls.Inline
                ? ((Span<RegoValue>)space)[..arguments.Length]
                : new RegoValue[arguments.Length];
        if (!Calls.Evaluate(arguments, values, frame))
            return null;
        if (frame.Scope.Functions?.GetValueOrDefault(function.Name) is { } mock)
            return Calls.Replaced(mock, values, frame, location);
        return RuleEvaluator.Call(function, values, frame.Evaluation, frame.Scope);
    }
}

/// <summary>A call of a built-in.</summary>
internal sealed class BuiltinOperand(BuiltinDefinition builtin, Operand[] arguments, string location) : Operand
{
    public override RegoValue? Get(Frame frame)
    {
        var space = default(Calls.Arguments);
        var values =
            arguments.Length <= Calls.Inline
                ? ((Span<RegoValue>)space)[..arguments.Length]
                : new RegoValue[arguments.Length];
        if (!Calls.Evaluate(arguments, values, frame))
            return null;
        if (frame.Scope.Functions?.GetValueOrDefault(builtin.Name) is { } mock)
            return Calls.Replaced(mock, values, frame, location);
        return Calls.Invoke(builtin, values, frame, location);
    }
}

/// <summary><c>print</c>: shows its arguments, undefined ones too.</summary>
internal sealed class PrintOperand(Operand[] arguments, string location) : Operand
{
    public override RegoValue Get(Frame frame)
    {
        if (frame.Evaluation.Builtins.PrintSink is { } sink)
            sink(location, string.Join(' ', arguments.Select(argument => Text(argument.Get(frame)))));
        return RegoBoolean.True;
    }

    // Arguments are sets: empty for undefined, several where a variable had several values.
    private static string Text(RegoValue? values) =>
        values is RegoSet { Count: > 0 } set
            ? string.Join(' ', set.Select(value => value is RegoString s ? s.Value : value.ToString()))
            : "<undefined>";
}

/// <summary>What calls share.</summary>
internal static class Calls
{
    public const int Inline = 4;

    [InlineArray(Inline)]
    public struct Arguments
    {
        private RegoValue _first;
    }

    public static bool Evaluate(Operand[] arguments, Span<RegoValue> values, Frame frame)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Get(frame) is not { } value)
                return false;
            values[i] = value;
        }

        return true;
    }

    public static RegoValue? Invoke(
        BuiltinDefinition builtin,
        ReadOnlySpan<RegoValue> values,
        Frame frame,
        string location
    )
    {
        var evaluation = frame.Evaluation;
        evaluation.Budget.Step();
        try
        {
            for (int i = 0; i < builtin.Arguments.Count; i++)
            {
                if (!builtin.Arguments[i].Admits(values[i]))
                    throw BuiltinException.Mismatch(i + 1, values[i], builtin.Arguments[i]);
                if (Weight(values[i]) is > 0 and int steps)
                    evaluation.Budget.ChargeSteps(steps);
            }

            evaluation.Builtins.Location = location;
            return builtin.Function(evaluation.Builtins, values);
        }
        catch (BuiltinException e)
        {
            return evaluation.StrictBuiltinErrors
                ? throw new RegoEvaluationException(e.Code, $"{builtin.Name}: {e.Message}", location, e)
                : null;
        }
    }

    // What going through a scalar once takes: a thousand characters a step, and a few digits of a number that is
    // calculated with.
    private static int Weight(RegoValue value) =>
        value switch
        {
            RegoString text => text.Value.Length / 1024,
            RegoNumber { IsSmall: false } number => number.Scaled.Digits / 16,
            _ => 0,
        };

    // Inside a function that replaces another no function is replaced: it may call the one it stands for.
    public static RegoValue? Replaced(FunctionMock mock, ReadOnlySpan<RegoValue> values, Frame frame, string location)
    {
        if (mock.Function is { } function)
            return RuleEvaluator.Call(function, values, frame.Evaluation, frame.Scope.WithoutFunctions);
        return mock.Builtin is { } builtin ? Invoke(builtin, values, frame, location) : mock.Value;
    }
}
