using Cairn.Templates.Syntax;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>
/// A macro or the body of a <c>call</c> block, compiled. The slots of <c>caller</c>, <c>kwargs</c> and
/// <c>varargs</c> are -1 where the body does not use them.
/// </summary>
internal sealed record MacroCode(
    string Name,
    string[] Parameters,
    int[] ParameterSlots,
    Expression?[] Defaults,
    ScopeEntry Scope,
    int Slots,
    int CallerSlot,
    int NamedSlot,
    int RestSlot
)
{
    public required Body Body { get; init; }

    /// <summary>Whether it is the body of a <c>call</c> block, which has no name.</summary>
    public bool IsAnonymous { get; init; }

    public bool UsesCaller => CallerSlot >= 0 || Array.IndexOf(Parameters, "caller") >= 0;
}

/// <summary>A macro together with the frame it was defined in, whose variables it sees as they are when it
/// runs.</summary>
internal sealed class MacroValue(MacroCode code, Frame definedIn) : HeapValue
{
    public override string TypeName => "Macro";

    public override bool IsCallable => true;

    public override bool TryAttribute(string name, out Value attribute)
    {
        attribute = name switch
        {
            "name" => code.IsAnonymous ? Value.None : Value.String(code.Name),
            "arguments" => new TupleValue(Array.ConvertAll(code.Parameters, Value.String)),
            "caller" => Value.Bool(code.UsesCaller),
            "catch_kwargs" => Value.Bool(code.NamedSlot >= 0),
            "catch_varargs" => Value.Bool(code.RestSlot >= 0),
            _ => default,
        };
        return !attribute.IsMissing;
    }

    public override void Write(TextBuffer output, bool asRepr)
    {
        output.Append("<Macro ");
        if (code.IsAnonymous)
            output.Append("anonymous");
        else
            Repr.WriteString(output, code.Name);
        output.Append('>');
    }

    public override Value Call(RenderContext context, Arguments arguments)
    {
        var run = context.Run;
        run.Enter();
        run.ChargeItems(Run.ObjectItems + code.Slots);
        var frame = new Frame(definedIn.Context, code.Slots, definedIn);
        Bind(frame, arguments);
        code.Scope.Enter(frame);
        for (int i = 0; i < code.Parameters.Length; i++)
        {
            ref var slot = ref frame.Slots[code.ParameterSlots[i]];
            if (slot.IsMissing)
            {
                slot =
                    code.Defaults[i]?.Evaluate(frame)
                    ?? run.UndefinedBecause($"the parameter '{code.Parameters[i]}' was not given", code.Parameters[i]);
            }
        }
        code.Body.Capture(frame, out string text);
        run.Leave();
        return Markups.Make(context.AutoEscape, text);
    }

    private void Bind(Frame frame, Arguments arguments)
    {
        int given = Math.Min(arguments.Positional.Length, code.Parameters.Length);
        for (int i = 0; i < given; i++)
            frame.Slots[code.ParameterSlots[i]] = arguments.Positional[i];
        var rest = code.NamedSlot >= 0 ? new MappingValue() : null;
        foreach (var (name, value) in arguments.Named)
        {
            int index = Array.IndexOf(code.Parameters, name, given);
            if (index >= 0)
            {
                frame.Slots[code.ParameterSlots[index]] = value;
            }
            else if (name == "caller" && code.CallerSlot >= 0)
            {
                frame.Slots[code.CallerSlot] = value;
            }
            else if (rest is not null)
            {
                rest.Set(frame.Run, Value.String(name), value);
            }
            else
            {
                throw Errors.Type(
                    Array.IndexOf(code.Parameters, name) >= 0
                        ? $"the macro '{code.Name}' gets the argument '{name}' twice"
                        : $"the macro '{code.Name}' has no parameter '{name}'"
                );
            }
        }
        if (code.CallerSlot >= 0 && frame.Slots[code.CallerSlot].IsMissing)
        {
            frame.Slots[code.CallerSlot] = frame.Run.UndefinedBecause(
                "the macro was not called by a 'call' block",
                "caller"
            );
        }

        if (rest is not null)
            frame.Slots[code.NamedSlot] = rest;
        if (code.RestSlot >= 0)
        {
            frame.Slots[code.RestSlot] = new TupleValue(arguments.Positional[given..]);
        }
        else if (arguments.Positional.Length > code.Parameters.Length)
        {
            throw Errors.Type(
                $"the macro '{code.Name}' takes {code.Parameters.Length} arguments, not {arguments.Positional.Length}"
            );
        }
    }
}

internal sealed class MacroDefinition(SourceText source, int position, MacroCode code, int slot, bool isTopLevel)
    : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        frame.Slots[slot] = new MacroValue(code, frame);
        if (isTopLevel)
            new TopLevelName(code.Name, slot).Publish(frame);
        return Flow.Next;
    }
}

internal sealed class CallBlock(SourceText source, int position, MacroCode code, Call call)
    : Statement(source, position)
{
    public override Flow Execute(Frame frame, TextBuffer output)
    {
        var value = call.Evaluate(frame, new MacroValue(code, frame));
        frame.Run.Current = this;
        Repr.WriteStr(output, value);
        return Flow.Next;
    }
}
