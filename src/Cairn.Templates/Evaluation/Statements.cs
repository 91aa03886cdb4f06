using System.Runtime.CompilerServices;
using Cairn.Templates.Syntax;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

internal sealed class TextOutput(SourceText source, int position, string text) : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        output.Append(text);
        return Flow.Next;
    }
}

/// <summary>Prints a value; <paramref name="escape"/> is null where only the running template can tell.</summary>
internal class ValueOutput(SourceText source, int position, Expression expression, bool? escape)
    : Statement(source, position)
{
    public Expression Expression => expression;

    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var value = expression.Evaluate(frame);
        if (value.IsSmallInteger)
        {
            output.Append(value.Bits);
            return Flow.Next;
        }
        Write(frame, output, value);
        return Flow.Next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    protected void Write(Frame frame, TextBuffer output, Value value)
    {
        frame.Run.Current = expression;
        if (!(escape ?? frame.Context.AutoEscape) || value.IsMarkup)
            Repr.WriteStr(output, value);
        else
            output.Append(Text.EscapeHtml(Repr.Str(frame.Run, value)));
    }
}

/// <summary>Prints the result of arithmetic, most often an integer.</summary>
internal sealed class ArithmeticOutput(SourceText source, int position, ArithmeticExpression expression, bool? escape)
    : ValueOutput(source, position, expression, escape)
{
    // The same steps once more: what the runtime learns of this one's expressions is not mixed with what it learns of
    // others.
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var value = expression.Evaluate(frame);
        if (value.IsSmallInteger)
            output.Append(value.Bits);
        else
            Write(frame, output, value);
        return Flow.Next;
    }
}

/// <summary>Runs only as long as no <c>extends</c> has been met: output of a child template is dropped.</summary>
internal sealed class UnlessExtended(Statement statement) : Statement(statement.Source, statement.Position)
{
    public override Flow Execute(Frame frame, TextBuffer output) =>
        frame.Root.Parent is null ? statement.Execute(frame, output) : Flow.Next;
}

internal sealed class If(SourceText source, int position, (Expression Test, Body Body)[] branches, Body otherwise)
    : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        foreach (var (test, body) in branches)
        {
            var value = test.Evaluate(frame);
            frame.Run.Current = test;
            if (value.IsTrue)
                return body.Execute(frame, output);
        }
        return otherwise.Execute(frame, output);
    }
}

/// <summary>A name set at the top level, which blocks, includes and importers can see.</summary>
internal readonly record struct TopLevelName(string Name, int Slot)
{
    public void Publish(Frame frame)
    {
        if (frame.Context.TracksVariables)
            frame.Context.SetVariable(Name, frame.Slots[Slot], exported: true);
    }
}

internal sealed class Set(SourceText source, int position, Target target, Expression value, TopLevelName[] names)
    : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var result = value.Evaluate(frame);
        frame.Run.Current = this;
        target.Assign(frame, result);
        foreach (var name in names)
            name.Publish(frame);
        return Flow.Next;
    }
}

/// <summary>Runs its body in a scope of its own and gives the text to something else.</summary>
internal abstract class CapturingStatement(SourceText source, int position, ScopeEntry scope, Body body)
    : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        scope.Enter(frame);
        var flow = body.Capture(frame, out string text);
        if (flow == Flow.Next)
            Finish(frame, output, Markups.Make(frame.Context.AutoEscape, text));
        scope.Leave(frame);
        return flow;
    }

    protected abstract void Finish(Frame frame, TextBuffer output, Value text);
}

internal sealed class SetBlock(
    SourceText source,
    int position,
    ScopeEntry scope,
    Body body,
    Target target,
    FilterCall? filter,
    TopLevelName[] names
) : CapturingStatement(source, position, scope, body)
{
    protected override void Finish(Frame frame, TextBuffer output, Value text)
    {
        var value = filter?.Apply(frame, text) ?? text;
        frame.Run.Current = this;
        target.Assign(
            frame,
            frame.Context.AutoEscape && value.TryString(out string? markup) ? Value.Markup(markup) : value
        );
        foreach (var name in names)
            name.Publish(frame);
    }
}

internal sealed class FilterBlock(SourceText source, int position, ScopeEntry scope, Body body, FilterCall filter)
    : CapturingStatement(source, position, scope, body)
{
    protected override void Finish(Frame frame, TextBuffer output, Value text)
    {
        var value = filter.Apply(frame, text);
        frame.Run.Current = this;
        Repr.WriteStr(output, value);
    }
}

internal sealed class With(
    SourceText source,
    int position,
    (Target Target, Expression Value)[] bindings,
    ScopeEntry scope,
    Body body
) : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        scope.Enter(frame);
        foreach (var (target, value) in bindings)
        {
            var result = value.Evaluate(frame);
            frame.Run.Current = value;
            target.Assign(frame, result);
        }
        var flow = body.Execute(frame, output);
        scope.Leave(frame);
        return flow;
    }
}

internal sealed class AutoEscape(SourceText source, int position, Expression value, ScopeEntry scope, Body body)
    : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        scope.Enter(frame);
        bool before = frame.Context.AutoEscape;
        var on = value.Evaluate(frame);
        frame.Run.Current = value;
        frame.Context.AutoEscape = on.IsTrue;
        var flow = body.Execute(frame, output);
        frame.Context.AutoEscape = before;
        scope.Leave(frame);
        return flow;
    }
}

internal sealed class Do(SourceText source, int position, Expression expression) : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        expression.Evaluate(frame);
        return Flow.Next;
    }
}

internal sealed class LoopControl(SourceText source, int position, Flow flow) : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output) => flow;
}
