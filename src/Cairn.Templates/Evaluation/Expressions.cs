using System.Runtime.CompilerServices;
using Cairn.Templates.Syntax;
using Cairn.Templates.Values;
using static Cairn.Templates.Evaluation.Run;

namespace Cairn.Templates.Evaluation;

internal sealed class Constant(SourceText source, int position, Value value) : Expression(source, position)
{
    public Value Value => value;

    public override Value Evaluate(Frame frame) => value;
}

/// <summary>Pays for an expression that is evaluated on its own, not as part of a <see cref="Body"/>.</summary>
internal sealed class Paid(Expression expression, int steps) : Expression(expression.Source, expression.Position)
{
    public override Value Evaluate(Frame frame)
    {
        frame.Run.Current = expression;
        frame.Run.Step(steps);
        return expression.Evaluate(frame);
    }
}

/// <summary>A name, resolved at compile time to a slot of this frame or of one around it.</summary>
internal sealed class Variable(SourceText source, int position, string name, int depth, int slot)
    : Expression(source, position)
{
    /// <summary>The slot, where it is one of the running frame itself; else -1.</summary>
    public int OwnSlot => depth == 0 ? slot : -1;

    public override Value Evaluate(Frame frame)
    {
        var value = depth == 0 ? frame.Slots[slot] : frame.Up(depth).Slots[slot];
        return value.IsMissing ? frame.Run.Undefined(name) : value;
    }
}

internal sealed class SequenceLiteral(SourceText source, int position, Expression[] items, bool isTuple)
    : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        frame.Run.ChargeItems(ObjectItems + items.Length);
        if (isTuple)
        {
            var values = new Value[items.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = items[i].Evaluate(frame);
            return new TupleValue(values);
        }
        var list = new List<Value>(items.Length);
        foreach (var item in items)
            list.Add(item.Evaluate(frame));
        return new ListValue(list);
    }
}

internal sealed class MappingLiteral(SourceText source, int position, (Expression Key, Expression Value)[] entries)
    : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        frame.Run.ChargeItems(ObjectItems + (entries.Length * 2));
        var mapping = new MappingValue(entries.Length);
        foreach (var (key, value) in entries)
        {
            var keyValue = key.Evaluate(frame);
            var item = value.Evaluate(frame);
            frame.Run.Current = key;
            mapping.Set(frame.Run, keyValue, item);
        }
        return mapping;
    }
}

internal sealed class Conditional(
    SourceText source,
    int position,
    Expression test,
    Expression then,
    Expression? otherwise
) : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var value = test.Evaluate(frame);
        frame.Run.Current = test;
        if (value.IsTrue)
            return then.Evaluate(frame);
        // Lenient in every mode: '{{ x if y }}' is a way to print nothing.
        return otherwise?.Evaluate(frame)
            ?? new UndefinedValue(UndefinedMode.Lenient, "", null, "the inline 'if' is false and has no 'else'");
    }
}

internal sealed class Logical(SourceText source, int position, bool isAnd, Expression left, Expression right)
    : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        frame.Run.Current = left;
        return value.IsTrue == isAnd ? right.Evaluate(frame) : value;
    }
}

internal sealed class Unary(SourceText source, int position, UnaryOperator op, Expression operand)
    : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        frame.Run.Current = this;
        return op switch
        {
            UnaryOperator.Not => Value.Bool(!value.IsTrue),
            UnaryOperator.Negate => Arithmetic.Negate(value),
            _ => Arithmetic.Plus(value),
        };
    }
}

/// <summary>An operator of arithmetic.</summary>
internal abstract class ArithmeticExpression(SourceText source, int position, BinaryOperator op)
    : Expression(source, position)
{
    /// <summary>The long way, for values of any kind. Apart, so that the short one needs no room on the stack for
    /// it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected Value Apply(Frame frame, Value a, Value b)
    {
        frame.Run.Current = this;
        return Arithmetic.Apply(frame.Run, op, a, b);
    }
}

/// <summary>An operator of arithmetic, with its short way inside.</summary>
internal sealed class Binary<TSmall>(
    SourceText source,
    int position,
    BinaryOperator op,
    Expression left,
    Expression right
) : ArithmeticExpression(source, position, op)
    where TSmall : ISmallOperator
{
    private readonly Operand _left = new(left);
    private readonly Operand _right = new(right);

    public override Value Evaluate(Frame frame)
    {
        var a = _left.Evaluate(frame);
        var b = _right.Evaluate(frame);
        return a.IsSmallInteger && b.IsSmallInteger && TSmall.TryApply(a.Bits, b.Bits, out var result)
            ? result
            : Apply(frame, a, b);
    }
}

/// <summary>An operator of arithmetic on variables of the running frame and constants: integers need no call at
/// all.</summary>
internal sealed class LeafBinary<TSmall>(
    SourceText source,
    int position,
    BinaryOperator op,
    Expression left,
    Expression right
) : ArithmeticExpression(source, position, op)
    where TSmall : ISmallOperator
{
    private readonly Leaf _left = new(left);
    private readonly Leaf _right = new(right);

    public override Value Evaluate(Frame frame) =>
        _left.TryInteger(frame, out long a)
        && _right.TryInteger(frame, out long b)
        && TSmall.TryApply(a, b, out var result)
            ? result
            : Apply(frame, left.Evaluate(frame), right.Evaluate(frame));
}

/// <summary>A variable of the running frame or an integer constant.</summary>
internal readonly struct Leaf(Expression expression)
{
    private readonly int _slot = expression is Variable variable ? variable.OwnSlot : -1;
    private readonly long _constant = expression is Constant constant ? constant.Value.Bits : 0;

    public static bool Is(Expression expression) =>
        expression is Variable { OwnSlot: >= 0 } or Constant { Value.IsSmallInteger: true };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryInteger(Frame frame, out long integer)
    {
        if (_slot < 0)
        {
            integer = _constant;
            return true;
        }
        ref readonly var value = ref frame.Slots[_slot];
        integer = value.Bits;
        return value.IsSmallInteger;
    }
}

/// <summary>An expression; a variable of the running frame and a constant are read without a call.</summary>
internal readonly struct Operand(Expression expression)
{
    private readonly int _slot = expression is Variable variable ? variable.OwnSlot : -1;
    private readonly Value _constant = expression is Constant constant ? constant.Value : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Value Evaluate(Frame frame)
    {
        if (_slot >= 0 && frame.Slots[_slot] is { IsMissing: false } value)
            return value;
        return _constant.IsMissing ? expression.Evaluate(frame) : _constant;
    }
}

/// <summary><c>a ~ b ~ c</c>: text of everything; markup if escaping is on and one part is markup.</summary>
internal sealed class Concat(SourceText source, int position, Expression[] parts) : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var run = frame.Run;
        if (frame.Context.AutoEscape)
            return ConcatMarkup(frame);
        var buffer = run.RentBuffer();
        foreach (var part in parts)
        {
            var value = part.Evaluate(frame);
            run.Current = part;
            Repr.WriteStr(buffer, value);
        }
        return Value.String(run.ReturnBuffer(buffer));
    }

    private Value ConcatMarkup(Frame frame)
    {
        var values = Array.ConvertAll(parts, p => p.Evaluate(frame));
        frame.Run.Current = this;
        bool isMarkup = Array.Exists(values, v => v.IsMarkup);
        string text = string.Concat(
            values.Select(v =>
            {
                string part = Repr.Str(frame.Run, v);
                return isMarkup ? Markups.Escaped(v, part) : part;
            })
        );
        frame.Run.ChargeText(text.Length);
        return Markups.Make(isMarkup, text);
    }
}

internal sealed class ComparisonChain(
    SourceText source,
    int position,
    Expression first,
    (ComparisonOperator Operator, Expression Operand)[] rest
) : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var left = first.Evaluate(frame);
        foreach (var (op, operand) in rest)
        {
            var right = operand.Evaluate(frame);
            frame.Run.Current = this;
            if (!Comparison.Apply(frame.Run, op, left, right))
                return Value.False;
            left = right;
        }
        return Value.True;
    }
}

internal sealed class AttributeAccess(SourceText source, int position, Expression target, string name)
    : Expression(source, position)
{
    // A mapping's methods come before its members; almost no name is a method's, and then the lookup is direct.
    private readonly bool _isMappingMethod = Builtins.Methods.Mapping.ContainsKey(name);

    private readonly int _hash = Comparison.HashOf(name);

    public override Value Evaluate(Frame frame)
    {
        var owner = target.Evaluate(frame);
        if (
            !_isMappingMethod
            && owner.TryHeap<MappingValue>(out var mapping)
            && mapping.TryGet(name, _hash, out var value)
        )
        {
            return value;
        }

        frame.Run.Current = this;
        return Access.Attribute(frame.Run, owner, name);
    }
}

internal sealed class ItemAccess(SourceText source, int position, Expression target, Expression key)
    : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var owner = target.Evaluate(frame);
        var keyValue = key.Evaluate(frame);
        frame.Run.Current = this;
        return Access.Item(frame.Run, owner, keyValue);
    }
}

internal sealed class SliceAccess(
    SourceText source,
    int position,
    Expression target,
    Expression? start,
    Expression? stop,
    Expression? step
) : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var owner = target.Evaluate(frame);
        var from = start?.Evaluate(frame) ?? Value.None;
        var to = stop?.Evaluate(frame) ?? Value.None;
        var by = step?.Evaluate(frame) ?? Value.None;
        frame.Run.Current = this;
        return Access.Slice(frame.Run, owner, from, to, by);
    }
}
