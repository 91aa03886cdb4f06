using Cairn.Templates.Builtins;
using Cairn.Templates.Syntax;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>A compiled piece of a template: immutable, run by many threads at once.</summary>
internal abstract class Node(SourceText source, int position)
{
    public SourceText Source => source;

    public int Position => position;
}

internal abstract class Expression(SourceText source, int position) : Node(source, position)
{
    public abstract Value Evaluate(Frame frame);
}

/// <summary>How a statement ended: on to the next one, or out of the loop around it.</summary>
internal enum Flow : byte
{
    Next,
    Break,
    Continue,
}

internal abstract class Statement(SourceText source, int position) : Node(source, position)
{
    public abstract Flow Execute(Frame frame, TextBuffer output);
}

/// <summary>
/// Statements in a row. Their operations take <paramref name="steps"/> steps together, paid at once before the first;
/// what depends on values, and the bodies inside, is paid where it happens.
/// </summary>
internal sealed class Body(Statement[] statements, int steps)
{
    public IReadOnlyList<Statement> Statements => statements;

    public void Pay(Run run)
    {
        if (!run.TryStep(steps))
        {
            run.Current = statements.Length > 0 ? statements[0] : run.Current;
            run.Step(steps);
        }
    }

    public Flow Execute(Frame frame, TextBuffer output)
    {
        Pay(frame.Run);
        foreach (var statement in statements)
        {
            var flow = statement.Execute(frame, output);
            if (flow != Flow.Next)
                return flow;
        }
        return Flow.Next;
    }

    /// <summary>Runs the statements into a text of their own.</summary>
    public Flow Capture(Frame frame, out string text)
    {
        var buffer = frame.Run.RentBuffer();
        var flow = Execute(frame, buffer);
        text = frame.Run.ReturnBuffer(buffer);
        return flow;
    }
}

/// <summary>Something that can be assigned to.</summary>
internal abstract class Target
{
    public abstract void Assign(Frame frame, Value value);
}

internal sealed class VariableTarget(int slot) : Target
{
    public int Slot => slot;

    public override void Assign(Frame frame, Value value) => frame.Slots[slot] = value;
}

internal sealed class TupleTarget(Target[] items) : Target
{
    public override void Assign(Frame frame, Value value)
    {
        if (value.TryHeap<SequenceValue>(out var sequence))
        {
            Check(sequence.Length);
            for (int i = 0; i < items.Length; i++)
                items[i].Assign(frame, sequence[i]);
            return;
        }
        var list = frame.Run.ToList(value);
        Check(list.Count);
        for (int i = 0; i < items.Length; i++)
            items[i].Assign(frame, list[i]);
    }

    private void Check(int count)
    {
        if (count != items.Length)
            throw Errors.Type($"{items.Length} names cannot take {count} values");
    }
}

internal sealed class NamespaceTarget(Expression target, string attribute) : Target
{
    public override void Assign(Frame frame, Value value)
    {
        var holder = target.Evaluate(frame);
        frame.Run.Current = target;
        if (!holder.TryHeap<NamespaceValue>(out var space))
            throw Errors.Type("only a namespace has attributes that can be set");
        frame.Run.ChargeItems(1);
        space.Attributes.Set(frame.Run, Value.String(attribute), value);
    }
}
