using System.Runtime.CompilerServices;
using Cairn.Templates.Builtins;
using Cairn.Templates.Syntax;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>The <c>if</c> of a <c>for</c>: it runs in a frame of its own, where the loop's names are set to try
/// them.</summary>
internal sealed record LoopFilter(Target Target, Expression Test, ScopeEntry Scope, int Slots)
{
    public IEnumerator<Value> Apply(Frame outer, IEnumerator<Value> items)
    {
        var frame = new Frame(outer.Context, Slots, outer);
        Scope.Enter(frame);
        while (items.MoveNext())
        {
            Target.Assign(frame, items.Current);
            var value = Test.Evaluate(frame);
            outer.Run.Current = Test;
            if (value.IsTrue)
                yield return items.Current;
        }
    }
}

/// <summary>What a loop does once it has its items; <paramref name="loopSlot"/> is -1 where <c>loop</c> is not
/// used.</summary>
internal sealed class LoopBody(
    Node node,
    Target target,
    int loopSlot,
    LoopFilter? filter,
    ScopeEntry scope,
    Body body,
    ScopeEntry? elseScope,
    Body otherwise
)
{
    private readonly int _slot = target is VariableTarget variable ? variable.Slot : -1;

    public Flow Run(Frame frame, Frame outer, Value iterable, RecursiveFor? recursion, int depth, TextBuffer output)
    {
        frame.Run.Current = node;
        // As in Jinja, a round that 'break' or 'continue' ends early does not keep the else branch from running.
        bool any;
        if (loopSlot >= 0 || filter is not null)
        {
            any = RunOver(Items(frame, outer, iterable, recursion, depth), frame, output);
        }
        else
        {
            // The usual loop, without the cost of an enumerator.
            any = iterable.Heap switch
            {
                RangeValue range => RunOver(range, frame, output),
                SequenceValue sequence => RunOver(sequence, frame, output),
                _ => RunOver(frame.Run.Iterate(iterable), frame, output),
            };
        }
        scope.Leave(frame);
        if (any || elseScope is null)
            return Flow.Next;
        elseScope.Enter(frame);
        var flow = otherwise.Execute(frame, output);
        elseScope.Leave(frame);
        return flow;
    }

    private bool RunOver(RangeValue range, Frame frame, TextBuffer output)
    {
        bool any = false;
        for (int i = 0; i < range.Length && Next(frame, range[i], output, ref any); i++) { }
        return any;
    }

    private bool RunOver(SequenceValue sequence, Frame frame, TextBuffer output)
    {
        // The length is asked for again each time: a list may grow while the loop runs over it.
        bool any = false;
        for (int i = 0; i < sequence.Length && Next(frame, sequence[i], output, ref any); i++) { }
        return any;
    }

    private bool RunOver(IEnumerator<Value> items, Frame frame, TextBuffer output)
    {
        bool any = false;
        bool more = true;
        while (more && items.MoveNext())
        {
            if (items is LoopValue loop)
                frame.Slots[loopSlot] = loop;
            more = Next(frame, items.Current, output, ref any);
        }
        return any;
    }

    private IEnumerator<Value> Items(Frame frame, Frame outer, Value iterable, RecursiveFor? recursion, int depth)
    {
        var items = frame.Run.Iterate(iterable);
        items = filter is null ? items : filter.Apply(frame, items);
        if (loopSlot < 0)
            return items;
        int length =
            filter is not null ? -1
            : iterable.TryString(out string? text) ? Text.Length(text)
            : iterable.Heap!.Length;
        return new LoopValue(frame.Run, items, length, recursion, outer, depth);
    }

    /// <summary>One time through the body; false after a <c>break</c>. If it came to its end, <paramref name="any"/>
    /// becomes true.</summary>
    // Inlined whatever else has run before, so that each kind of loop keeps its speed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Next(Frame frame, Value item, TextBuffer output, ref bool any)
    {
        if (_slot >= 0)
        {
            frame.Slots[_slot] = item;
        }
        else
        {
            frame.Run.Current = node;
            target.Assign(frame, item);
        }
        scope.Enter(frame);
        var flow = body.Execute(frame, output);
        any |= flow == Flow.Next;
        return flow != Flow.Break;
    }
}

internal sealed class For(SourceText source, int position, Expression iterable) : Statement(source, position)
{
    public required LoopBody Loop { get; init; }

    public override Flow Execute(Frame frame, TextBuffer output)
    {
        StackGuard.Check();
        var value = iterable.Evaluate(frame);
        return Loop.Run(frame, frame, value, recursion: null, depth: 0, output);
    }
}

/// <summary>A loop whose body is a function, so that <c>loop(items)</c> can run it again inside itself.</summary>
internal sealed class RecursiveFor(SourceText source, int position, Expression iterable, int slots)
    : Statement(source, position)
{
    public required LoopBody Loop { get; init; }

    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var value = iterable.Evaluate(frame);
        var text = Invoke(frame, value, depth: 0);
        Repr.WriteStr(output, text);
        return Flow.Next;
    }

    public Value Invoke(Frame outer, Value value, int depth)
    {
        var run = outer.Run;
        run.Enter();
        var frame = new Frame(outer.Context, slots, outer);
        var buffer = run.RentBuffer();
        Loop.Run(frame, outer, value, this, depth, buffer);
        run.Leave();
        return Markups.Make(outer.Context.AutoEscape, run.ReturnBuffer(buffer));
    }
}

/// <summary>The variable <c>loop</c>, and the items themselves: it looks one ahead to know whether more come.</summary>
internal sealed class LoopValue(
    Run run,
    IEnumerator<Value> items,
    int knownLength,
    RecursiveFor? recursion,
    Frame outer,
    int depth
) : HeapValue, IEnumerator<Value>
{
    private IEnumerator<Value> _items = items;
    private int _length = knownLength;
    private long _index = -1;
    private Value _before;
    private Value _current;
    private Value _after;
    private Value[]? _lastChanged;

    public override string TypeName => "LoopContext";

    public override int Length
    {
        get
        {
            if (_length < 0)
            {
                var rest = new List<Value>();
                while (_items.MoveNext())
                {
                    run.ChargeItems(1);
                    run.Step();
                    rest.Add(_items.Current);
                }
                _items = rest.GetEnumerator();
                _length = (int)_index + 1 + rest.Count + (_after.IsMissing ? 0 : 1);
            }
            return _length;
        }
    }

    public override bool IsTrue => Length > 0;

    public override bool IsCallable => true;

    public Value Current => _current;

    object System.Collections.IEnumerator.Current => _current;

    public bool MoveNext()
    {
        var next = Peek();
        if (next.IsMissing)
            return false;
        _after = default;
        _before = _current;
        _current = next;
        _index++;
        return true;
    }

    private Value Peek()
    {
        if (_after.IsMissing && _items.MoveNext())
            _after = _items.Current;
        return _after;
    }

    public void Reset() => throw new NotSupportedException();

    public void Dispose() { }

    public override bool TryAttribute(string name, out Value attribute)
    {
        attribute = name switch
        {
            "index" => Value.Int(_index + 1),
            "index0" => Value.Int(_index),
            "first" => Value.Bool(_index == 0),
            "last" => Value.Bool(Peek().IsMissing),
            "length" => Value.Int(Length),
            "revindex" => Value.Int(Length - _index),
            "revindex0" => Value.Int(Length - _index - 1),
            "depth" => Value.Int(depth + 1),
            "depth0" => Value.Int(depth),
            "previtem" => _index == 0 ? run.UndefinedBecause("there is no previous item") : _before,
            "nextitem" => Peek() is { IsMissing: false } next ? next : run.UndefinedBecause("there is no next item"),
            "cycle" => new NativeFunction("cycle", Cycle),
            "changed" => new NativeFunction("changed", Changed),
            _ => default,
        };
        return !attribute.IsMissing;
    }

    private Value Cycle(RenderContext context, Arguments arguments) =>
        arguments.Positional.Length > 0
            ? arguments.Positional[_index % arguments.Positional.Length]
            : throw Errors.Type("loop.cycle() needs at least one value");

    private Value Changed(RenderContext context, Arguments arguments)
    {
        var values = arguments.Positional;
        bool same =
            _lastChanged is not null
            && Comparison.AreEqual(context.Run, new TupleValue(_lastChanged), new TupleValue(values));
        _lastChanged = values;
        return Value.Bool(!same);
    }

    public override Value Call(RenderContext context, Arguments arguments)
    {
        if (recursion is null)
            throw Errors.Type("the loop must be marked 'recursive' to be called");
        return arguments.Positional.Length == 1 && arguments.Named.Length == 0
            ? recursion.Invoke(outer, arguments.Positional[0], depth + 1)
            : throw Errors.Type("loop() takes one argument, the items");
    }

    public override void Write(TextBuffer output, bool asRepr) =>
        output.Append("<LoopContext ").Append(_index + 1).Append('/').Append(Length).Append('>');
}
