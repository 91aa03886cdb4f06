using System.Numerics;
using Cairn.Templates.Builtins;
using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Values;

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

/// <summary>Operators by Python's rules: integers of any size within the budget, floats, and strings and lists where
/// they have them.</summary>
internal static class Arithmetic
{
    public static Value Apply(Run run, BinaryOperator op, Value left, Value right)
    {
        if (
            op == BinaryOperator.Add
            && left.IsSmallInteger
            && right.IsSmallInteger
            && SmallAdd.TryApply(left.Bits, right.Bits, out var sum)
        )
        {
            return sum;
        }
        if (left.IsNumber && right.IsNumber)
        {
            return left.IsFloat || right.IsFloat || (op == BinaryOperator.Power && IsNegative(right))
                ? Floats(op, ToDouble(left), ToDouble(right))
                : Integers(run, op, left, right);
        }
        return op switch
        {
            // Jinja's chainable undefined counts as safe HTML, and markup takes that.
            BinaryOperator.Add
                when left.IsMarkup
                    && right.TryHeap<UndefinedValue>(out var nothing)
                    && nothing.Mode == UndefinedMode.Chainable => left,
            BinaryOperator.Modulo when left.TryString(out string? format) => PercentFormat.Apply(
                run,
                format,
                right,
                left.IsMarkup
            ),
            _ when Errors.Undefined(left, right) is { } undefined => throw undefined,
            BinaryOperator.Add => Add(run, left, right),
            BinaryOperator.Multiply => Repeat(run, left, right),
            _ => throw Unsupported(op, left, right),
        };
    }

    private static TemplateException Unsupported(BinaryOperator op, Value left, Value right) =>
        Errors.Type($"'{Symbol(op)}' is not supported between '{left.TypeName}' and '{right.TypeName}'");

    private static string Symbol(BinaryOperator op) =>
        op switch
        {
            BinaryOperator.Add => "+",
            BinaryOperator.Subtract => "-",
            BinaryOperator.Multiply => "*",
            BinaryOperator.Divide => "/",
            BinaryOperator.FloorDivide => "//",
            BinaryOperator.Modulo => "%",
            _ => "**",
        };

    private static bool IsNegative(Value value) => value.TryBigInteger(out var integer) && integer.Sign < 0;

    public static double ToDouble(Value value)
    {
        if (value.IsFloat)
            return value.AsFloat;
        value.TryBigInteger(out var integer);
        double number = value.TrySmall(out long small) ? small : Numbers.ToDouble(integer);
        return double.IsInfinity(number) ? throw Errors.Type("the integer is too large for a float") : number;
    }

    private static Value Floats(BinaryOperator op, double a, double b)
    {
        if (b == 0 && op is BinaryOperator.Divide or BinaryOperator.FloorDivide or BinaryOperator.Modulo)
            throw Errors.Type("division by zero");
        return Value.Float(
            op switch
            {
                BinaryOperator.Add => a + b,
                BinaryOperator.Subtract => a - b,
                BinaryOperator.Multiply => a * b,
                BinaryOperator.Divide => a / b,
                BinaryOperator.Modulo => FloorModulo(a, b),
                BinaryOperator.FloorDivide => FloorDivide(a, b),
                _ => Power(a, b),
            }
        );
    }

    private static double FloorModulo(double a, double b)
    {
        double remainder = a % b;
        if (remainder == 0)
            return Math.CopySign(0, b);
        return (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    private static double FloorDivide(double a, double b)
    {
        // In this order, because a large quotient is rounded at each step.
        double remainder = a % b;
        double quotient = (a - remainder) / b;
        quotient -= remainder != 0 && (remainder < 0) != (b < 0) ? 1 : 0;
        if (quotient == 0)
            return Math.CopySign(0, a / b);
        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Power(double a, double b)
    {
        if (a == 0 && b < 0)
            throw Errors.Type("zero cannot be raised to a negative power");
        if (a < 0 && double.IsFinite(a) && double.IsFinite(b) && Math.Floor(b) != b)
            throw Errors.Type("a negative number cannot be raised to a fraction");
        double result = Math.Pow(a, b);
        return double.IsInfinity(result) && double.IsFinite(a) && double.IsFinite(b)
            ? throw Errors.Type("the result is too large for a float")
            : result;
    }

    private static Value Integers(Run run, BinaryOperator op, Value left, Value right)
    {
        left.TryBigInteger(out var a);
        right.TryBigInteger(out var b);
        if (b.IsZero && op is BinaryOperator.Divide or BinaryOperator.FloorDivide or BinaryOperator.Modulo)
            throw Errors.Type("division by zero");
        long bitsA = a.GetBitLength();
        long bitsB = b.GetBitLength();
        run.StepForBits(bitsA, bitsB);
        switch (op)
        {
            case BinaryOperator.Add:
                return run.Checked(a + b);
            case BinaryOperator.Subtract:
                return run.Checked(a - b);
            case BinaryOperator.Multiply:
                run.CheckBits(bitsA + bitsB - 1);
                return Value.Int(a * b);
            case BinaryOperator.Divide:
                double quotient = a.IsZero ? Math.CopySign(0, b.Sign) : Numbers.Divide(a, b);
                return double.IsInfinity(quotient)
                    ? throw Errors.Type("the result is too large for a float")
                    : Value.Float(quotient);
            case BinaryOperator.FloorDivide:
                return Value.Int(FloorDivide(a, b, out _));
            case BinaryOperator.Modulo:
                FloorDivide(a, b, out var modulo);
                return Value.Int(modulo);
            default:
                return Power(run, a, b, bitsA);
        }
    }

    private static BigInteger FloorDivide(BigInteger a, BigInteger b, out BigInteger modulo)
    {
        var quotient = BigInteger.DivRem(a, b, out modulo);
        if (!modulo.IsZero && (modulo.Sign < 0) != (b.Sign < 0))
        {
            modulo += b;
            quotient -= 1;
        }
        return quotient;
    }

    private static Value Power(Run run, BigInteger a, BigInteger exponent, long bits)
    {
        if (a.IsZero || a.IsOne)
            return Value.Int(exponent.IsZero ? BigInteger.One : a);
        if (a == BigInteger.MinusOne)
            return Value.Int(exponent.IsEven ? 1 : -1);
        // |a| ≥ 2^(bits-1), so that many bits are certain before anything is computed.
        run.CheckBits(exponent > int.MaxValue ? long.MaxValue : Math.Max(1, bits - 1) * (long)exponent);
        run.StepForBits(bits * (long)exponent, bits * (long)exponent);
        return run.Checked(BigInteger.Pow(a, (int)exponent));
    }

    private static Value Add(Run run, Value left, Value right)
    {
        if (left.TryString(out string? a) && right.TryString(out string? b))
        {
            run.ChargeText(a.Length + (long)b.Length);
            return left.IsMarkup || right.IsMarkup
                ? Value.Markup(Markups.Escaped(left, a) + Markups.Escaped(right, b))
                : Value.String(a + b);
        }
        if (
            left.TryHeap<SequenceValue>(out var x)
            && right.TryHeap<SequenceValue>(out var y)
            && left.Kind == right.Kind
            && left.Kind is ValueKind.List or ValueKind.Tuple
        )
        {
            run.ChargeItems(x.Length + (long)y.Length);
            var items = new List<Value>(x.Length + y.Length);
            AddItems(items, x);
            AddItems(items, y);
            return Like(left, items);
        }
        throw Unsupported(BinaryOperator.Add, left, right);
    }

    private static void AddItems(List<Value> items, SequenceValue source)
    {
        for (int i = 0; i < source.Length; i++)
            items.Add(source[i]);
    }

    /// <summary>The items as a list or a tuple, whichever the model is.</summary>
    public static Value Like(Value model, List<Value> items) =>
        model.Kind == ValueKind.Tuple ? new TupleValue([.. items]) : new ListValue(items);

    private static Value Repeat(Run run, Value left, Value right)
    {
        var (source, number) = left.IsIntegral ? (right, left) : (left, right);
        if (!number.IsIntegral || source.IsNumber)
            throw Unsupported(BinaryOperator.Multiply, left, right);
        if (!number.TrySmall(out long count) && (source.IsText || source.Kind is ValueKind.List or ValueKind.Tuple))
        {
            const string Message = "the number of repetitions has more than 64 bits";
            throw IsNegative(number) ? Errors.Type(Message) : Errors.Budget(Message);
        }
        count = Math.Max(0, count);
        if (source.TryString(out string? text))
        {
            run.ChargeText(SaturatingMultiply(text.Length, count));
            string repeated = string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)count));
            return source.IsMarkup ? Value.Markup(repeated) : Value.String(repeated);
        }
        if (source.Kind is ValueKind.List or ValueKind.Tuple)
        {
            source.TryHeap<SequenceValue>(out var sequence);
            long total = SaturatingMultiply(sequence!.Length, count);
            run.ChargeItems(total);
            var items = new List<Value>((int)total);
            for (long i = 0; i < total; i++)
                items.Add(sequence[(int)(i % sequence.Length)]);
            return Like(source, items);
        }
        throw Unsupported(BinaryOperator.Multiply, left, right);
    }

    private static long SaturatingMultiply(long a, long b) =>
        a == 0 || b == 0 ? 0
        : b > long.MaxValue / a ? long.MaxValue
        : a * b;

    public static Value Negate(Value value)
    {
        if (value.IsFloat)
            return Value.Float(-value.AsFloat);
        if (value.TrySmall(out long small) && small != long.MinValue)
            return Value.Int(-small);
        return value.TryBigInteger(out var big)
            ? Value.Int(-big)
            : throw Errors.Undefined(value, value) ?? Errors.Type($"a '{value.TypeName}' cannot be negated");
    }

    public static Value Plus(Value value) =>
        value.IsBoolean ? Value.Int(value.Bits)
        : value.IsNumber ? value
        : throw Errors.Undefined(value, value) ?? Errors.Type($"'+' needs a number, not '{value.TypeName}'");
}
