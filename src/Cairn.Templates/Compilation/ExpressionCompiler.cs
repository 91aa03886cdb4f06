using Cairn.Templates.Builtins;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Syntax;
using Cairn.Templates.Values;

namespace Cairn.Templates.Compilation;

/// <summary>Syntax of expressions to nodes that evaluate: names become slots, filters and tests are looked
/// up.</summary>
internal sealed class ExpressionCompiler(SourceText source)
{
    /// <summary>What has been compiled since this was last set to zero takes that many steps: one for each
    /// operation.</summary>
    public int Steps { get; set; }

    /// <summary>An expression that is not part of the statements around it and so pays for itself.</summary>
    public Expression CompileApart(ExpressionSyntax syntax, CompileFrame frame)
    {
        int outside = Steps;
        Steps = 1;
        var expression = Compile(syntax, frame);
        expression = new Paid(expression, Steps);
        Steps = outside;
        return expression;
    }

    public Expression Compile(ExpressionSyntax syntax, CompileFrame frame)
    {
        Steps += syntax is LiteralSyntax or NameSyntax ? 0 : 1;
        int position = syntax.Position;
        switch (syntax)
        {
            case LiteralSyntax literal:
                return new Constant(source, position, literal.Value);
            case NameSyntax name:
                return Name(name.Name, position, frame);
            case SequenceSyntax sequence:
                return new SequenceLiteral(source, position, All(sequence.Items, frame), sequence.IsTuple);
            case MappingSyntax mapping:
                return new MappingLiteral(
                    source,
                    position,
                    [.. mapping.Entries.Select(e => (Compile(e.Key, frame), Compile(e.Value, frame)))]
                );
            case ConditionalSyntax conditional:
                var branch = frame.Conditional();
                return new Conditional(
                    source,
                    position,
                    Compile(conditional.Test, branch),
                    Compile(conditional.Then, branch),
                    conditional.Otherwise is null ? null : Compile(conditional.Otherwise, branch)
                );
            case LogicalSyntax logical:
                return new Logical(
                    source,
                    position,
                    logical.IsAnd,
                    Compile(logical.Left, frame),
                    Compile(logical.Right, frame)
                );
            case UnarySyntax unary:
                return new Unary(source, position, unary.Operator, Compile(unary.Operand, frame));
            case BinarySyntax binary:
                return CompileBinary(binary, Compile(binary.Left, frame), Compile(binary.Right, frame));
            case ConcatSyntax concat:
                return new Concat(source, position, All(concat.Parts, frame));
            case ComparisonSyntax comparison:
                return new ComparisonChain(
                    source,
                    position,
                    Compile(comparison.First, frame),
                    [.. comparison.Rest.Select(r => (r.Operator, Compile(r.Operand, frame)))]
                );
            case AttributeSyntax attribute:
                return new AttributeAccess(source, position, Compile(attribute.Target, frame), attribute.Name);
            case ItemSyntax { Key: SliceSyntax slice } item:
                return new SliceAccess(
                    source,
                    position,
                    Compile(item.Target, frame),
                    Optional(slice.Start, frame),
                    Optional(slice.Stop, frame),
                    Optional(slice.Step, frame)
                );
            case ItemSyntax item:
                return new ItemAccess(source, position, Compile(item.Target, frame), Compile(item.Key, frame));
            case CallSyntax call:
                return CompileCall(call, frame);
            case FilterSyntax filter:
                return CompileFilter(filter, frame);
            case TestSyntax test:
                var found = Find(BuiltinTables.Tests, test.Name, "test", position, frame);
                return new TestCall(
                    source,
                    position,
                    test.Name,
                    found,
                    Compile(test.Input, frame),
                    Arguments(test.Arguments, frame)
                );
            default:
                throw Error("this is not an expression", position);
        }
    }

    private Expression CompileBinary(BinarySyntax binary, Expression left, Expression right)
    {
        return binary.Operator switch
        {
            BinaryOperator.Add => With<SmallAdd>(),
            BinaryOperator.Subtract => With<SmallSubtract>(),
            BinaryOperator.Multiply => With<SmallMultiply>(),
            BinaryOperator.Divide => With<SmallDivide>(),
            BinaryOperator.FloorDivide => With<SmallFloorDivide>(),
            BinaryOperator.Modulo => With<SmallModulo>(),
            _ => With<NoSmallOperator>(),
        };

        Expression With<TSmall>()
            where TSmall : ISmallOperator =>
            Leaf.Is(left) && Leaf.Is(right)
                ? new LeafBinary<TSmall>(source, binary.Position, binary.Operator, left, right)
                : new Binary<TSmall>(source, binary.Position, binary.Operator, left, right);
    }

    private Expression? Optional(ExpressionSyntax? syntax, CompileFrame frame) =>
        syntax is null ? null : Compile(syntax, frame);

    private Expression[] All(IReadOnlyList<ExpressionSyntax> syntaxes, CompileFrame frame) =>
        [.. syntaxes.Select(s => Compile(s, frame))];

    public Variable Name(string name, int position, CompileFrame frame)
    {
        var variable =
            frame.Symbols.Find(name) ?? throw new InvalidOperationException($"the name '{name}' was not collected");
        return new Variable(source, position, name, frame.Function.Depth - variable.Function.Depth, variable.Slot);
    }

    public Call CompileCall(CallSyntax call, CompileFrame frame) =>
        new(source, call.Position, Compile(call.Callee, frame), Arguments(call.Arguments, frame));

    public FilterCall CompileFilter(FilterSyntax filter, CompileFrame frame)
    {
        var found = Find(BuiltinTables.Filters, filter.Name, "filter", filter.Position, frame);
        return new FilterCall(
            source,
            filter.Position,
            filter.Name,
            found,
            filter.Input is null ? null : Compile(filter.Input, frame),
            Arguments(filter.Arguments, frame)
        );
    }

    private Builtin? Find(
        IReadOnlyDictionary<string, Builtin> table,
        string name,
        string kind,
        int position,
        CompileFrame frame
    ) =>
        table.TryGetValue(name, out var builtin) ? builtin
        : frame.IsConditional ? null
        : throw Error($"there is no {kind} '{name}'", position);

    private ArgumentList Arguments(ArgumentsSyntax arguments, CompileFrame frame) =>
        new(
            All(arguments.Positional, frame),
            [.. arguments.Named.Select(n => (n.Name, Compile(n.Value, frame)))],
            Optional(arguments.Spread, frame),
            Optional(arguments.SpreadNamed, frame)
        );

    public Target CompileTarget(ExpressionSyntax target, CompileFrame frame) =>
        target switch
        {
            NameSyntax name => new VariableTarget(frame.Symbols.Find(name.Name)!.Slot),
            SequenceSyntax sequence => new TupleTarget([.. sequence.Items.Select(i => CompileTarget(i, frame))]),
            NamespaceTargetSyntax member => new NamespaceTarget(
                Name(member.Name, member.Position, frame),
                member.Attribute
            ),
            _ => throw Error("only names can be assigned to", target.Position),
        };

    public TemplateException Error(string message, int position) =>
        new TemplateException(TemplateErrorKind.Syntax, message).At(source, position);
}
