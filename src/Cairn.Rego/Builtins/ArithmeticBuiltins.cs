using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>The operators + - * / % and the functions abs, ceil, floor, round.</summary>
internal static class ArithmeticBuiltins
{
    private static readonly RegoType NumberOrSet = RegoType.AnyOf(RegoType.Number, RegoType.Set(RegoType.Any));

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        Binary("plus", "+", RegoArithmetic.Add),
        new("minus", [NumberOrSet, NumberOrSet], NumberOrSet, Minus) { Infix = "-" },
        Binary("mul", "*", RegoArithmetic.Multiply),
        new("div", [RegoType.Number, RegoType.Number], RegoType.Number, Divide) { Infix = "/" },
        new("rem", [RegoType.Number, RegoType.Number], RegoType.Number, Remainder) { Infix = "%" },
        Unary("abs", RegoArithmetic.Abs),
        Unary("ceil", n => RegoArithmetic.Round(n, MidpointRounding.ToPositiveInfinity)),
        Unary("floor", n => RegoArithmetic.Round(n, MidpointRounding.ToNegativeInfinity)),
        Unary("round", n => RegoArithmetic.Round(n, MidpointRounding.AwayFromZero)),
    ];

    private static BuiltinDefinition Binary(
        string name,
        string infix,
        Func<RegoNumber, RegoNumber, RegoNumber> operation
    ) =>
        new(name, [RegoType.Number, RegoType.Number], RegoType.Number, (_, args) => Checked(operation, args))
        {
            Infix = infix,
        };

    private static BuiltinDefinition Unary(string name, Func<RegoNumber, RegoNumber> operation) =>
        new(name, [RegoType.Number], RegoType.Number, (_, args) => operation((RegoNumber)args[0]));

    private static RegoNumber Checked(Func<RegoNumber, RegoNumber, RegoNumber> operation, ReadOnlySpan<RegoValue> args)
    {
        try
        {
            return operation((RegoNumber)args[0], (RegoNumber)args[1]);
        }
        catch (OverflowException e)
        {
            throw new BuiltinException(e.Message, e);
        }
    }

    private static RegoValue Minus(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        if (args[0] is RegoNumber && args[1] is RegoNumber)
            return Checked(RegoArithmetic.Subtract, args);
        if (args[0] is RegoSet a && args[1] is RegoSet b)
            return SetBuiltins.Minus(context, a, b);
        throw args[0] is RegoNumber
            ? BuiltinException.Operand(2, args[1], "number")
            : BuiltinException.Operand(2, args[1], "set");
    }

    private static RegoNumber Divide(BuiltinContext context, ReadOnlySpan<RegoValue> args) =>
        ((RegoNumber)args[1]).Sign == 0
            ? throw new BuiltinException("divide by zero")
            : Checked(RegoArithmetic.Divide, args);

    private static RegoNumber Remainder(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var (a, b) = ((RegoNumber)args[0], (RegoNumber)args[1]);
        if (!a.IsInteger || !b.IsInteger)
            throw new BuiltinException("modulo on floating-point number");
        return b.Sign == 0 ? throw new BuiltinException("modulo by zero") : RegoArithmetic.Remainder(a, b);
    }
}
