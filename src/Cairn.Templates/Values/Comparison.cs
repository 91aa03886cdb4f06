using System.Numerics;
using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Values;

internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary>Equality, order, hashing and membership by Python's rules.</summary>
internal static class Comparison
{
    // A string comparison costs a step for each this many characters.
    private const int CharactersPerStep = 64;

    public static bool Apply(Run run, ComparisonOperator op, Value left, Value right) =>
        op switch
        {
            ComparisonOperator.Equal => AreEqual(run, left, right),
            ComparisonOperator.NotEqual => !AreEqual(run, left, right),
            ComparisonOperator.In => Contains(run, right, left),
            ComparisonOperator.NotIn => !Contains(run, right, left),
            _ when left.IsFloat && double.IsNaN(left.AsFloat) || right.IsFloat && double.IsNaN(right.AsFloat) => false,
            ComparisonOperator.Less => Compare(run, left, right, "<") < 0,
            ComparisonOperator.LessOrEqual => Compare(run, left, right, "<=") <= 0,
            ComparisonOperator.Greater => Compare(run, left, right, ">") > 0,
            _ => Compare(run, left, right, ">=") >= 0,
        };

    public static bool AreEqual(Run? run, Value a, Value b)
    {
        if (a.TryString(out string? x))
        {
            if (!b.TryString(out string? y))
            {
                RefuseStrict(b);
                return false;
            }
            if (x.Length != y.Length)
                return false;
            run?.Step(x.Length / CharactersPerStep);
            return x == y;
        }
        if (a.TrySmall(out long i) && b.TrySmall(out long j))
            return i == j;
        if (a.IsNumber && b.IsNumber)
            return CompareNumbers(a, b) == 0;
        RefuseStrict(a);
        RefuseStrict(b);
        return (a.Heap, b.Heap) switch
        {
            (UndefinedValue, UndefinedValue) => true,
            (ListValue p, ListValue q) => SequencesAreEqual(run, p, q),
            (TupleValue p, TupleValue q) => SequencesAreEqual(run, p, q),
            (RangeValue p, RangeValue q) => SequencesAreEqual(run, p, q),
            (MappingValue p, MappingValue q) => MappingsAreEqual(run, p, q),
            _ => a.IsSame(b),
        };
    }

    private static void RefuseStrict(Value value)
    {
        if (value.TryHeap<UndefinedValue>(out var undefined) && undefined.Mode == UndefinedMode.Strict)
            throw undefined.Fail();
    }

    private static void Enter(Run? run)
    {
        if (run is null)
            StackGuard.Check();
        else
            run.EnterValue();
    }

    private static bool SequencesAreEqual(Run? run, SequenceValue a, SequenceValue b)
    {
        if (a.Length != b.Length)
            return false;
        Enter(run);
        bool equal = true;
        for (int i = 0; equal && i < a.Length; i++)
        {
            run?.Step();
            equal = AreEqual(run, a[i], b[i]);
        }
        run?.LeaveValue();
        return equal;
    }

    private static bool MappingsAreEqual(Run? run, MappingValue a, MappingValue b)
    {
        if (a.Length != b.Length)
            return false;
        Enter(run);
        bool equal = true;
        for (int i = 0; equal && i < a.Length; i++)
        {
            run?.Step();
            var (key, value) = a[i];
            equal = b.TryGet(run!, key, out var other) && AreEqual(run, value, other);
        }
        run?.LeaveValue();
        return equal;
    }

    /// <summary>Less than, equal to or greater than zero; an error where Python has no order for the two.</summary>
    public static int Compare(Run run, Value a, Value b, string op = "<")
    {
        if (a.TryString(out string? x) && b.TryString(out string? y))
        {
            run.Step(Math.Min(x.Length, y.Length) / CharactersPerStep);
            return Text.Compare(x, y);
        }
        if (a.IsNumber && b.IsNumber)
            return CompareNumbers(a, b);
        if (
            a.TryHeap<SequenceValue>(out var p)
            && b.TryHeap<SequenceValue>(out var q)
            && a.Kind == b.Kind
            && a.Kind != ValueKind.Object
        )
        {
            run.EnterValue();
            int same = 0;
            for (; same < Math.Min(p.Length, q.Length) && AreEqual(run, p[same], q[same]); same++)
                run.Step();
            int order =
                same < Math.Min(p.Length, q.Length) ? Compare(run, p[same], q[same], op) : p.Length.CompareTo(q.Length);
            run.LeaveValue();
            return order;
        }
        throw Errors.Undefined(a, b)
            ?? Errors.Type($"'{op}' is not supported between '{a.TypeName}' and '{b.TypeName}'");
    }

    public static int CompareNumbers(Value a, Value b)
    {
        if (a.TrySmall(out long i) && b.TrySmall(out long j))
            return i.CompareTo(j);
        if (a.IsFloat && b.IsFloat)
        {
            // A NaN is unequal to everything, itself included.
            return double.IsNaN(a.AsFloat) ? 1
                : double.IsNaN(b.AsFloat) ? -1
                : a.AsFloat.CompareTo(b.AsFloat);
        }
        if (a.IsFloat)
            return -CompareToFloat(b, a.AsFloat);
        if (b.IsFloat)
            return CompareToFloat(a, b.AsFloat);
        a.TryBigInteger(out var m);
        b.TryBigInteger(out var n);
        return m.CompareTo(n);
    }

    private static int CompareToFloat(Value integer, double number)
    {
        // Up to here every integer is a float.
        const long Exact = 1L << 53;
        if (integer.TrySmall(out long small) && small is > -Exact and < Exact && !double.IsNaN(number))
            return ((double)small).CompareTo(number);
        if (double.IsNaN(number) || double.IsInfinity(number))
            return number > 0 ? -1 : 1;
        integer.TryBigInteger(out var exact);
        int order = exact.CompareTo(new BigInteger(Math.Truncate(number)));
        double fraction = number - Math.Truncate(number);
        return order != 0 ? order
            : fraction > 0 ? -1
            : fraction < 0 ? 1
            : 0;
    }

    public static bool Contains(Run run, Value container, Value item)
    {
        if (container.TryString(out string? text))
        {
            if (!item.TryString(out string? part))
            {
                throw Errors.Undefined(item, item)
                    ?? Errors.Type($"'in' of a string needs a string, not '{item.TypeName}'");
            }

            run.StepForSearch(text.Length, part.Length);
            return text.Contains(part, StringComparison.Ordinal);
        }
        switch (container.Heap)
        {
            case MappingValue mapping:
                return mapping.TryGet(run, item, out _);
            case RangeValue range when item.TrySmall(out long number):
                long offset = number - range.Start;
                return offset % range.Step == 0 && offset / range.Step >= 0 && offset / range.Step < range.Length;
            case SequenceValue sequence:
                return sequence.Contains(run, item);
            case { } heap when heap.Iterate() is { } items:
                while (items.MoveNext())
                {
                    run.Step();
                    if (AreEqual(run, items.Current, item))
                        return true;
                }
                return false;
            default:
                throw Errors.Type($"'{container.TypeName}' is not a container that 'in' can look into");
        }
    }

    public static int HashOf(string text) => string.GetHashCode(text);

    /// <summary>A hash under which equal values agree; an error for lists and dicts, which cannot be keys.</summary>
    public static int HashOf(Run? run, Value value)
    {
        if (value.TryString(out string? text))
        {
            run?.StepForText(text.Length);
            return HashOf(text);
        }
        if (value.TrySmall(out long small))
            return small.GetHashCode();
        if (value.IsFloat)
        {
            double number = value.AsFloat;
            return Math.Abs(number) < 9e18 && Math.Floor(number) == number ? ((long)number).GetHashCode()
                : double.IsFinite(number) && Math.Floor(number) == number ? new BigInteger(number).GetHashCode()
                : number.GetHashCode();
        }
        switch (value.Heap)
        {
            case BigIntegerValue big:
                return big.Value.GetHashCode();
            case TupleValue tuple:
                StackGuard.Check();
                var hash = default(HashCode);
                foreach (var item in tuple.Items)
                {
                    run?.Step();
                    hash.Add(HashOf(run, item));
                }
                return hash.ToHashCode();
            case UndefinedValue { Mode: UndefinedMode.Strict } undefined:
                throw undefined.Fail();
            case UndefinedValue:
                return 0;
            case ListValue or MappingValue:
                throw Errors.Type($"a '{value.TypeName}' cannot be a key");
            case { } heap:
                return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(heap);
            default:
                return -1;
        }
    }
}
