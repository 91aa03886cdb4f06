using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>What can stand after <c>is</c>.</summary>
internal static class Tests
{
    public static void Register(BuiltinTable table)
    {
        table.Add("defined", (in c) => Value.Bool(!c.Input.IsUndefined));
        table.Add("undefined", (in c) => Value.Bool(c.Input.IsUndefined));
        table.Add("none", (in c) => Value.Bool(c.Input.IsNone));
        table.Add("boolean", (in c) => Value.Bool(c.Input.IsBoolean));
        table.Add("true", (in c) => Value.Bool(c.Input.IsBoolean && c.Input.Bits != 0));
        table.Add("false", (in c) => Value.Bool(c.Input.IsBoolean && c.Input.Bits == 0));
        table.Add("integer", (in c) => Value.Bool(c.Input.IsIntegral && !c.Input.IsBoolean));
        table.Add("float", (in c) => Value.Bool(c.Input.IsFloat));
        table.Add("number", (in c) => Value.Bool(c.Input.IsNumber));
        table.Add("string", (in c) => Value.Bool(c.Input.IsText));
        table.Add("mapping", (in c) => Value.Bool(c.Input.Kind == ValueKind.Mapping));
        table.Add("sequence", (in c) => Value.Bool(IsSequence(c.Input)));
        table.Add("iterable", (in c) => Value.Bool(IsIterable(c.Input)));
        table.Add("callable", (in c) => Value.Bool(c.Input.Heap?.IsCallable ?? false));
        // Jinja's chainable undefined has every attribute that is asked for, also the one that marks safe HTML.
        table.Add(
            "escaped",
            (in c) =>
                Value.Bool(
                    c.Input.IsMarkup
                        || (
                            c.Input.TryHeap<UndefinedValue>(out var undefined)
                            && undefined.Mode == UndefinedMode.Chainable
                        )
                )
        );
        table.Add("lower", (in c) => Value.Bool(CaseMapping.IsLower(c.InputText)));
        table.Add("upper", (in c) => Value.Bool(CaseMapping.IsUpper(c.InputText)));
        table.Add("odd", (in c) => IsRemainder(c.Run, c.Input, Value.Int(2), 1));
        table.Add("even", (in c) => IsRemainder(c.Run, c.Input, Value.Int(2), 0));
        table.Add("divisibleby", ["num"], (in c) => IsRemainder(c.Run, c.Input, c[0], 0));
        table.Add("sameas", ["other"], (in c) => Value.Bool(c.Input.IsSame(c[0])));
        table.Add("filter", (in c) => Value.Bool(IsNameIn(c, BuiltinTables.Filters)));
        table.Add("test", (in c) => Value.Bool(IsNameIn(c, BuiltinTables.Tests)));
        table.Add("in", ["seq"], (in c) => Value.Bool(Comparison.Contains(c.Run, c[0], c.Input)));
        table.Add("eq equalto ==", ["other"], (in c) => Compare(c, ComparisonOperator.Equal));
        table.Add("ne !=", ["other"], (in c) => Compare(c, ComparisonOperator.NotEqual));
        table.Add("lt lessthan <", ["other"], (in c) => Compare(c, ComparisonOperator.Less));
        table.Add("le <=", ["other"], (in c) => Compare(c, ComparisonOperator.LessOrEqual));
        table.Add("gt greaterthan >", ["other"], (in c) => Compare(c, ComparisonOperator.Greater));
        table.Add("ge >=", ["other"], (in c) => Compare(c, ComparisonOperator.GreaterOrEqual));
    }

    private static bool IsNameIn(in BuiltinCall call, IReadOnlyDictionary<string, Builtin> table)
    {
        if (call.Input.TryString(out string? name))
            return table.ContainsKey(name);
        // What could not be a name's key in the table is an error, as in Jinja.
        Comparison.HashOf(call.Run, call.Input);
        return false;
    }

    private static bool IsSequence(Value value) =>
        value.IsText
        || value.Heap is SequenceValue or MappingValue
        || value.TryHeap<UndefinedValue>(out var undefined) && undefined.Mode != UndefinedMode.Strict;

    private static bool IsIterable(Value value) => value.IsText || value.Heap?.Iterate() is not null;

    private static Value IsRemainder(Run run, Value value, Value divisor, long remainder) =>
        Value.Bool(
            Comparison.AreEqual(run, Arithmetic.Apply(run, BinaryOperator.Modulo, value, divisor), Value.Int(remainder))
        );

    private static Value Compare(in BuiltinCall call, ComparisonOperator op) =>
        Value.Bool(Comparison.Apply(call.Run, op, call.Input, call[0]));
}
