using Cairn.Templates.Values;

namespace Cairn.Templates.Syntax;

internal abstract class ExpressionSyntax(int position) : SyntaxNode(position)
{
    /// <summary>The greatest number of expressions inside each other here; set by the parser, which limits
    /// it.</summary>
    public int Height { get; set; } = 1;
}

internal sealed class LiteralSyntax(int position, Value value) : ExpressionSyntax(position)
{
    public Value Value => value;
}

internal enum NameUse
{
    Load,
    Store,

    /// <summary>A store into a name that belongs to the scope it opens: macro arguments, <c>with</c> names.</summary>
    Parameter,
}

internal sealed class NameSyntax(int position, string name) : ExpressionSyntax(position)
{
    public string Name => name;

    public NameUse Use { get; set; }
}

/// <summary>The target <c>name.attribute</c> of a <c>set</c>.</summary>
internal sealed class NamespaceTargetSyntax(int position, string name, string attribute) : ExpressionSyntax(position)
{
    public string Name => name;

    public string Attribute => attribute;
}

internal sealed class SequenceSyntax(int position, IReadOnlyList<ExpressionSyntax> items, bool isTuple)
    : ExpressionSyntax(position)
{
    public IReadOnlyList<ExpressionSyntax> Items => items;

    public bool IsTuple => isTuple;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, items);
}

internal sealed class MappingSyntax(int position, IReadOnlyList<(ExpressionSyntax Key, ExpressionSyntax Value)> entries)
    : ExpressionSyntax(position)
{
    public IReadOnlyList<(ExpressionSyntax Key, ExpressionSyntax Value)> Entries => entries;

    public override void ForEachChild(Action<SyntaxNode> visit)
    {
        foreach (var (key, value) in entries)
        {
            visit(key);
            visit(value);
        }
    }
}

internal sealed class ConditionalSyntax(
    int position,
    ExpressionSyntax test,
    ExpressionSyntax then,
    ExpressionSyntax? otherwise
) : ExpressionSyntax(position)
{
    public ExpressionSyntax Test => test;

    public ExpressionSyntax Then => then;

    public ExpressionSyntax? Otherwise => otherwise;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [test, then, otherwise]);
}

internal sealed class LogicalSyntax(int position, bool isAnd, ExpressionSyntax left, ExpressionSyntax right)
    : ExpressionSyntax(position)
{
    public bool IsAnd => isAnd;

    public ExpressionSyntax Left => left;

    public ExpressionSyntax Right => right;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [left, right]);
}

internal enum UnaryOperator
{
    Not,
    Negate,
    Plus,
}

internal sealed class UnarySyntax(int position, UnaryOperator op, ExpressionSyntax operand) : ExpressionSyntax(position)
{
    public UnaryOperator Operator => op;

    public ExpressionSyntax Operand => operand;

    public override void ForEachChild(Action<SyntaxNode> visit) => visit(operand);
}

internal sealed class BinarySyntax(int position, BinaryOperator op, ExpressionSyntax left, ExpressionSyntax right)
    : ExpressionSyntax(position)
{
    public BinaryOperator Operator => op;

    public ExpressionSyntax Left => left;

    public ExpressionSyntax Right => right;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [left, right]);
}

internal sealed class ConcatSyntax(int position, IReadOnlyList<ExpressionSyntax> parts) : ExpressionSyntax(position)
{
    public IReadOnlyList<ExpressionSyntax> Parts => parts;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, parts);
}

/// <summary>A chain such as <c>1 &lt; x &lt;= 5</c>: each operand is evaluated once.</summary>
internal sealed class ComparisonSyntax(
    int position,
    ExpressionSyntax first,
    IReadOnlyList<(ComparisonOperator Operator, ExpressionSyntax Operand)> rest
) : ExpressionSyntax(position)
{
    public ExpressionSyntax First => first;

    public IReadOnlyList<(ComparisonOperator Operator, ExpressionSyntax Operand)> Rest => rest;

    public override void ForEachChild(Action<SyntaxNode> visit)
    {
        visit(first);
        Each(visit, rest.Select(r => r.Operand));
    }
}

internal sealed class AttributeSyntax(int position, ExpressionSyntax target, string name) : ExpressionSyntax(position)
{
    public ExpressionSyntax Target => target;

    public string Name => name;

    public override void ForEachChild(Action<SyntaxNode> visit) => visit(target);
}

internal sealed class ItemSyntax(int position, ExpressionSyntax target, ExpressionSyntax key)
    : ExpressionSyntax(position)
{
    public ExpressionSyntax Target => target;

    public ExpressionSyntax Key => key;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [target, key]);
}

/// <summary><c>start:stop:step</c>, only as the key of an <see cref="ItemSyntax"/>.</summary>
internal sealed class SliceSyntax(int position, ExpressionSyntax? start, ExpressionSyntax? stop, ExpressionSyntax? step)
    : ExpressionSyntax(position)
{
    public ExpressionSyntax? Start => start;

    public ExpressionSyntax? Stop => stop;

    public ExpressionSyntax? Step => step;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [start, stop, step]);
}

/// <summary>The arguments of a call, filter or test.</summary>
internal sealed record ArgumentsSyntax(
    IReadOnlyList<ExpressionSyntax> Positional,
    IReadOnlyList<(string Name, ExpressionSyntax Value)> Named,
    ExpressionSyntax? Spread,
    ExpressionSyntax? SpreadNamed
)
{
    public static readonly ArgumentsSyntax None = new([], [], null, null);

    public IEnumerable<ExpressionSyntax?> Expressions =>
        [.. Positional, .. Named.Select(n => n.Value), Spread, SpreadNamed];
}

internal sealed class CallSyntax(int position, ExpressionSyntax callee, ArgumentsSyntax arguments)
    : ExpressionSyntax(position)
{
    public ExpressionSyntax Callee => callee;

    public ArgumentsSyntax Arguments => arguments;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [callee, .. arguments.Expressions]);
}

/// <summary>A filter; <see cref="Input"/> is null where the input is a block's text.</summary>
internal sealed class FilterSyntax(int position, ExpressionSyntax? input, string name, ArgumentsSyntax arguments)
    : ExpressionSyntax(position)
{
    public ExpressionSyntax? Input => input;

    public string Name => name;

    public ArgumentsSyntax Arguments => arguments;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [input, .. arguments.Expressions]);
}

internal sealed class TestSyntax(int position, ExpressionSyntax input, string name, ArgumentsSyntax arguments)
    : ExpressionSyntax(position)
{
    public ExpressionSyntax Input => input;

    public string Name => name;

    public ArgumentsSyntax Arguments => arguments;

    public override void ForEachChild(Action<SyntaxNode> visit) => Each(visit, [input, .. arguments.Expressions]);
}
