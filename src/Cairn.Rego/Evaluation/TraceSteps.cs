using Cairn.Rego.Syntax;

namespace Cairn.Rego.Evaluation;

/// <summary>A place of the source that an instrumented policy reports: an expression, or the head of a rule.</summary>
/// <param name="Location">Where it stands; what coverage counts.</param>
/// <param name="Node">What a trace shows: an <see cref="Expression"/>, a body, or a <see cref="TracedRule"/>.</param>
/// <param name="Before">The variables bound when it is reached.</param>
/// <param name="After">The variables bound when it has held.</param>
internal sealed record TracePoint(SourceLocation Location, object Node, LocalSlots Before, LocalSlots After)
{
    /// <summary>Whether coverage counts it; the expression inside a <c>not</c> is counted with the whole.</summary>
    public bool Counted { get; init; } = true;
}

/// <summary>Variables with a name, and where their values are; the slots are known once the rule is compiled.</summary>
internal sealed class LocalSlots(IEnumerable<string> bound, IReadOnlyDictionary<string, int> slots)
{
    private readonly string[] _names = [.. bound.Where(name => name[0] != '$').Order(StringComparer.Ordinal)];

    public IReadOnlyList<KeyValuePair<string, Values.RegoValue>> Read(Frame frame)
    {
        var locals = new List<KeyValuePair<string, Values.RegoValue>>(_names.Length);
        foreach (string name in _names)
        {
            if (slots.TryGetValue(name, out int slot) && frame.Slots[slot] is { } value)
                locals.Add(new(Compilation.Variables.Shown(name), value));
        }

        return locals;
    }
}

/// <summary>A rule or body begins: what it does is a query of its own.</summary>
internal sealed class EnterStep(TracePoint point, bool reported = true) : Step
{
    public override bool Run(Frame frame)
    {
        if (frame.Evaluation.Trace is not { } trace)
            return Next.Run(frame);
        int outer = trace.Enter(point, frame, reported);
        bool stop = Next.Run(frame);
        trace.Leave(outer);
        return stop;
    }
}

/// <summary>A rule or body has a solution.</summary>
internal sealed class ExitStep(TracePoint point) : Step
{
    public override bool Run(Frame frame)
    {
        if (frame.Evaluation.Trace is not { } trace)
            return Next.Run(frame);
        trace.Add(TraceOperation.Exit, point, point.After, frame);
        bool stop = Next.Run(frame);
        trace.Add(TraceOperation.Redo, point, point.After, frame);
        return stop;
    }
}

/// <summary>An expression is reached.</summary>
internal sealed class EvalStep(TracePoint point) : Step
{
    public override bool Run(Frame frame)
    {
        if (point.Counted)
            frame.Evaluation.Coverage?.Reached(point, held: false);
        if (frame.Evaluation.Trace is not { } trace)
            return Next.Run(frame);
        trace.Add(TraceOperation.Eval, point, point.Before, frame);
        trace.Begin();
        bool stop = Next.Run(frame);
        if (!trace.End())
            trace.Add(TraceOperation.Fail, point, point.Before, frame);
        return stop;
    }
}

/// <summary>An expression has held.</summary>
internal sealed class HeldStep(TracePoint point) : Step
{
    public override bool Run(Frame frame)
    {
        if (point.Counted)
            frame.Evaluation.Coverage?.Reached(point, held: true);
        if (frame.Evaluation.Trace is not { } trace)
            return Next.Run(frame);
        trace.Held();
        bool stop = Next.Run(frame);
        trace.Add(TraceOperation.Redo, point, point.After, frame);
        return stop;
    }
}

/// <summary>The body of a rule has held: what coverage counts as its head.</summary>
internal sealed class RuleHeldStep(TracePoint point) : Step
{
    public override bool Run(Frame frame)
    {
        frame.Evaluation.Coverage?.Reached(point, held: true);
        return Next.Run(frame);
    }
}
