using Cairn.Templates.Evaluation;
using Cairn.Templates.Syntax;

namespace Cairn.Templates.Compilation;

/// <summary>Syntax of statements to nodes that execute, in source order: an <c>extends</c> changes what comes after
/// it.</summary>
internal sealed class StatementCompiler(SourceText source)
{
    private readonly ExpressionCompiler _expressions = new(source);
    private bool _surelyExtends;
    private bool _mayExtend;

    // A character of text costs less than an operation.
    private const int CharactersPerStep = 64;

    /// <summary>The statements as a body, which takes a step each time it runs and one for each of its
    /// operations.</summary>
    public Body Compile(IReadOnlyList<StatementSyntax> statements, CompileFrame frame)
    {
        int outside = _expressions.Steps;
        _expressions.Steps = 1;
        var compiled = new List<Statement>(statements.Count);
        foreach (var statement in statements)
            Compile(statement, frame, compiled);
        var body = new Body([.. compiled], _expressions.Steps + compiled.Count);
        _expressions.Steps = outside;
        return body;
    }

    private void Compile(StatementSyntax syntax, CompileFrame frame, List<Statement> into)
    {
        int position = syntax.Position;
        switch (syntax)
        {
            case TextSyntax text:
                _expressions.Steps += text.Text.Length / CharactersPerStep;
                AddOutput(new TextOutput(source, position, text.Text), frame, into);
                break;
            case OutputSyntax output:
                foreach (var expression in output.Expressions)
                {
                    int start = expression.Position;
                    AddOutput(
                        _expressions.Compile(expression, frame) is var value && value is ArithmeticExpression arithmetic
                            ? new ArithmeticOutput(source, start, arithmetic, frame.AutoEscape)
                            : new ValueOutput(source, start, value, frame.AutoEscape),
                        frame,
                        into
                    );
                }
                break;
            case IfSyntax statement:
                into.Add(If(statement, frame.Conditional()));
                break;
            case ForSyntax loop:
                into.Add(For(loop, frame));
                break;
            case SetSyntax set:
                into.Add(
                    new Set(
                        source,
                        position,
                        _expressions.CompileTarget(set.Target, frame),
                        _expressions.Compile(set.Value, frame),
                        TopLevelNames(set.Target, frame)
                    )
                );
                break;
            case SetBlockSyntax set:
                into.Add(SetBlock(set, frame));
                break;
            case FilterBlockSyntax block:
                into.Add(FilterBlock(block, frame));
                break;
            case WithSyntax with:
                into.Add(With(with, frame));
                break;
            case AutoEscapeSyntax block:
                into.Add(AutoEscape(block, frame));
                break;
            case MacroSyntax macro:
                var code = Macro(macro.Name, macro.Signature, macro.Body, position, frame);
                into.Add(
                    new MacroDefinition(source, position, code, frame.Symbols.Find(macro.Name)!.Slot, frame.IsTopLevel)
                );
                break;
            case CallBlockSyntax block:
                var caller = Macro("caller", block.Signature, block.Body, position, frame) with { IsAnonymous = true };
                into.Add(new CallBlock(source, position, caller, _expressions.CompileCall(block.Call, frame)));
                break;
            case BlockSyntax block:
                Block(block, frame, into);
                break;
            case ExtendsSyntax extends:
                into.Add(Extends(extends, frame));
                break;
            case IncludeSyntax include:
                into.Add(
                    new Include(
                        source,
                        position,
                        _expressions.Compile(include.Template, frame),
                        include.IgnoreMissing,
                        include.WithContext,
                        Locals(frame)
                    )
                );
                break;
            case ImportSyntax import:
                into.Add(
                    new Import(
                        source,
                        position,
                        _expressions.Compile(import.Template, frame),
                        [.. import.Names.Select(n => (n.Name, n.Alias, frame.Symbols.Find(n.Alias)!.Slot))],
                        import.WithContext,
                        frame.IsTopLevel,
                        Locals(frame)
                    )
                );
                break;
            case DoSyntax statement:
                into.Add(new Do(source, position, _expressions.Compile(statement.Expression, frame)));
                break;
            case LoopControlSyntax control:
                into.Add(LoopControl(control, frame));
                break;
            default:
                throw new InvalidOperationException($"no compilation for {syntax.GetType().Name}");
        }
    }

    private void AddOutput(Statement statement, CompileFrame frame, List<Statement> into)
    {
        if (!frame.ChecksExtends)
            into.Add(statement);
        else if (!_surelyExtends)
            into.Add(new UnlessExtended(statement));
    }

    private If If(IfSyntax statement, CompileFrame frame) =>
        new(
            source,
            statement.Position,
            [.. statement.Branches.Select(b => (_expressions.Compile(b.Test, frame), Compile(b.Body, frame)))],
            Compile(statement.Otherwise, frame)
        );

    private Statement For(ForSyntax loop, CompileFrame outer)
    {
        loop.Any(node =>
            node is NameSyntax { Use: NameUse.Store, Name: "loop" }
                ? throw _expressions.Error("the name 'loop' cannot be set in a loop", node.Position)
                : false
        );
        var frame = (loop.Recursive ? outer.InnerFunction() : outer.Inner()) with { IsInLoop = true };
        bool usesLoop =
            loop.Recursive
            || UndeclaredNames.In(loop.Body, "loop").Count > 0
            || loop.Any(node => node is BlockSyntax { Scoped: true });
        int loopSlot = usesLoop ? frame.Symbols.Parameter("loop").Slot : -1;
        SymbolVisitor.CollectTarget(frame.Symbols, loop.Target);
        SymbolVisitor.Collect(frame.Symbols, loop.Body);
        var iterable = _expressions.Compile(loop.Iterable, outer);
        var filter = LoopFilter(loop, frame, outer);
        var target = _expressions.CompileTarget(loop.Target, frame);
        var body = Compile(loop.Body, frame);

        // The else branch is outside the loop: a break there is one of the loop around.
        var elseFrame = new CompileFrame(new Symbols(frame.Function, outer.Symbols))
        {
            ChecksExtends = frame.ChecksExtends,
            AutoEscape = frame.AutoEscape,
            IsInLoop = !loop.Recursive && outer.IsInLoop,
        };
        SymbolVisitor.Collect(elseFrame.Symbols, loop.Otherwise);
        var otherwise = Compile(loop.Otherwise, elseFrame);
        var elseScope = loop.Otherwise.Count > 0 ? elseFrame.Symbols.Entry() : null;
        LoopBody Loop() => new(iterable, target, loopSlot, filter, frame.Symbols.Entry(), body, elseScope, otherwise);
        return loop.Recursive
            ? new RecursiveFor(source, loop.Position, iterable, frame.Function.Slots) { Loop = Loop() }
            : new For(source, loop.Position, iterable) { Loop = Loop() };
    }

    private LoopFilter? LoopFilter(ForSyntax loop, CompileFrame loopFrame, CompileFrame outer)
    {
        if (loop.Test is null)
            return null;
        // It sees the names around the loop and sets the loop's own once more; what the body sets is not there yet.
        var frame = new CompileFrame(new Symbols(new FunctionScope(loopFrame.Function), outer.Symbols));
        SymbolVisitor.CollectTarget(frame.Symbols, loop.Target);
        SymbolVisitor.Collect(frame.Symbols, [loop.Test]);
        return new LoopFilter(
            _expressions.CompileTarget(loop.Target, frame),
            _expressions.CompileApart(loop.Test, frame),
            frame.Symbols.Entry(),
            frame.Function.Slots
        );
    }

    private TopLevelName[] TopLevelNames(ExpressionSyntax target, CompileFrame frame) =>
        !frame.IsTopLevel
            ? []
            : target switch
            {
                NameSyntax name => [new TopLevelName(name.Name, frame.Symbols.Find(name.Name)!.Slot)],
                SequenceSyntax sequence => [.. sequence.Items.SelectMany(i => TopLevelNames(i, frame))],
                _ => [],
            };

    private SetBlock SetBlock(SetBlockSyntax set, CompileFrame frame)
    {
        var inner = frame.Inner() with { ChecksExtends = false };
        SymbolVisitor.Collect(inner.Symbols, [.. set.Body, set.Filter]);
        var body = Compile(set.Body, inner);
        var filter = set.Filter is null ? null : _expressions.CompileFilter(set.Filter, inner);
        return new SetBlock(
            source,
            set.Position,
            inner.Symbols.Entry(),
            body,
            _expressions.CompileTarget(set.Target, frame),
            filter,
            TopLevelNames(set.Target, frame)
        );
    }

    private FilterBlock FilterBlock(FilterBlockSyntax block, CompileFrame frame)
    {
        var inner = frame.Inner();
        SymbolVisitor.Collect(inner.Symbols, [.. block.Body, block.Filter]);
        var body = Compile(block.Body, inner);
        return new FilterBlock(
            source,
            block.Position,
            inner.Symbols.Entry(),
            body,
            _expressions.CompileFilter(block.Filter, inner)
        );
    }

    private With With(WithSyntax with, CompileFrame frame)
    {
        var inner = frame.Inner();
        SymbolVisitor.Collect(inner.Symbols, [.. with.Bindings.Select(b => b.Target), .. with.Body]);
        var bindings = with
            .Bindings.Select(b => (_expressions.CompileTarget(b.Target, inner), _expressions.Compile(b.Value, frame)))
            .ToArray();
        return new With(source, with.Position, bindings, inner.Symbols.Entry(), Compile(with.Body, inner));
    }

    private AutoEscape AutoEscape(AutoEscapeSyntax block, CompileFrame frame)
    {
        var inner = frame.Inner();
        SymbolVisitor.Collect(inner.Symbols, [block.Value, .. block.Body]);
        var value = _expressions.Compile(block.Value, inner);
        inner = inner with { AutoEscape = value is Constant constant ? constant.Value.IsTrue : null };
        return new AutoEscape(source, block.Position, value, inner.Symbols.Entry(), Compile(block.Body, inner));
    }

    private MacroCode Macro(
        string name,
        SignatureSyntax signature,
        IReadOnlyList<StatementSyntax> statements,
        int position,
        CompileFrame outer
    )
    {
        var frame = outer.InnerFunction() with { ChecksExtends = false };
        string[] parameters = signature.Parameters.Select(p => p.Name).ToArray();
        int firstDefault = parameters.Length - signature.Defaults.Count;
        var special = UndeclaredNames.In(statements, "caller", "kwargs", "varargs");
        int explicitCaller = Array.IndexOf(parameters, "caller");
        if (explicitCaller >= 0 && explicitCaller < firstDefault && special.Contains("caller"))
            throw _expressions.Error("the parameter 'caller' must have a default", position);
        SymbolVisitor.Collect(frame.Symbols, signature.Parameters);
        int Slot(string specialName) =>
            special.Contains(specialName) && Array.IndexOf(parameters, specialName) < 0
                ? frame.Symbols.Parameter(specialName).Slot
                : -1;
        int callerSlot = Slot("caller");
        int namedSlot = Slot("kwargs");
        int restSlot = Slot("varargs");
        SymbolVisitor.Collect(frame.Symbols, [.. signature.Defaults, .. statements]);
        int[] slots = parameters.Select(p => frame.Symbols.Find(p)!.Slot).ToArray();
        var defaults = parameters
            .Select(
                (_, i) =>
                    i < firstDefault ? null : _expressions.CompileApart(signature.Defaults[i - firstDefault], frame)
            )
            .ToArray();
        var body = Compile(statements, frame);
        return new MacroCode(
            name,
            parameters,
            slots,
            defaults,
            frame.Symbols.Entry(),
            frame.Function.Slots,
            callerSlot,
            namedSlot,
            restSlot
        )
        {
            Body = body,
        };
    }

    private void Block(BlockSyntax block, CompileFrame frame, List<Statement> into)
    {
        if (frame.IsTopLevel && _surelyExtends)
            return;
        var place = new BlockPlace(
            source,
            block.Position,
            block.Name,
            block.Required,
            block.Scoped ? Locals(frame) : null
        );
        into.Add(frame.IsTopLevel && _mayExtend ? new UnlessExtended(place) : place);
    }

    private Extends Extends(ExtendsSyntax extends, CompileFrame frame)
    {
        if (!frame.IsTopLevel)
            throw _expressions.Error("'extends' must stand at the top level of the template", extends.Position);
        _mayExtend = true;
        _surelyExtends = _surelyExtends || frame.IsRootLevel;
        return new Extends(source, extends.Position, _expressions.Compile(extends.Template, frame));
    }

    private LoopControl LoopControl(LoopControlSyntax control, CompileFrame frame) =>
        frame.IsInLoop
            ? new LoopControl(source, control.Position, control.IsBreak ? Flow.Break : Flow.Continue)
            : throw _expressions.Error(
                $"'{(control.IsBreak ? "break" : "continue")}' is not in a loop",
                control.Position
            );

    private static LocalNames Locals(CompileFrame frame) =>
        new([.. frame.Symbols.Stored().Select(v => (v.Name, frame.Function.Depth - v.Function.Depth, v.Slot))]);
}
