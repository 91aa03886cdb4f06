namespace Cairn.Templates.Values;

/// <summary>
/// The short way of an operator, for integers of 64 bits. False where the result is longer or more care is needed: then
/// <see cref="Arithmetic.Apply"/> does it. As structs, so that each operator's node is compiled with its own one
/// inside.
/// </summary>
internal interface ISmallOperator
{
    static abstract bool TryApply(long a, long b, out Value result);
}

internal readonly struct SmallAdd : ISmallOperator
{
    public static bool TryApply(long a, long b, out Value result)
    {
        long sum = unchecked(a + b);
        result = Value.Int(sum);
        return ((a ^ sum) & (b ^ sum)) >= 0;
    }
}

internal readonly struct SmallSubtract : ISmallOperator
{
    public static bool TryApply(long a, long b, out Value result)
    {
        long difference = unchecked(a - b);
        result = Value.Int(difference);
        return ((a ^ b) & (a ^ difference)) >= 0;
    }
}

internal readonly struct SmallMultiply : ISmallOperator
{
    public static bool TryApply(long a, long b, out Value result)
    {
        // The product of two numbers of 32 bits has no more than 64.
        long product = unchecked(a * b);
        result = Value.Int(product);
        return (a == (int)a && b == (int)b) || Math.BigMul(a, b, out _) == product >> 63;
    }
}

internal readonly struct SmallDivide : ISmallOperator
{
    // Up to here every integer is a float.
    private const long Exact = 1L << 53;

    public static bool TryApply(long a, long b, out Value result)
    {
        result = Value.Float((double)a / b);
        return b != 0 && a is >= -Exact and <= Exact && b is >= -Exact and <= Exact;
    }
}

internal readonly struct SmallFloorDivide : ISmallOperator
{
    public static bool TryApply(long a, long b, out Value result)
    {
        if (b is 0 or -1)
        {
            result = default;
            return false;
        }
        var (quotient, remainder) = Math.DivRem(a, b);
        result = Value.Int(quotient - (remainder != 0 && (a < 0) != (b < 0) ? 1 : 0));
        return true;
    }
}

internal readonly struct SmallModulo : ISmallOperator
{
    public static bool TryApply(long a, long b, out Value result)
    {
        // A division of 32 bits takes a third of the time of one of 64.
        if (b > 0 && (ulong)(a | b) <= uint.MaxValue)
        {
            result = Value.Int((uint)a % (uint)b);
            return true;
        }
        if (b is 0 or -1)
        {
            result = default;
            return false;
        }
        long remainder = a % b;
        result = Value.Int(remainder + (remainder != 0 && (remainder < 0) != (b < 0) ? b : 0));
        return true;
    }
}

/// <summary>Powers have no short way.</summary>
internal readonly struct NoSmallOperator : ISmallOperator
{
    public static bool TryApply(long a, long b, out Value result)
    {
        result = default;
        return false;
    }
}
