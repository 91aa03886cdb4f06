using Cairn.Templates.Builtins;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>What the host lends to one render.</summary>
internal sealed class HostScope(
    TemplateEnvironment environment,
    TemplateVariables variables,
    IReadOnlyDictionary<string, TemplateFunction>? functions
)
{
    public Value Variable(string name) => variables.TryGet(name, out var value) ? value : default;

    /// <summary>What is there with and without context: functions and globals, the host's before the built-in
    /// ones.</summary>
    public Value Global(string name)
    {
        if (
            functions is not null && functions.TryGetValue(name, out var function)
            || environment.Functions.TryGetValue(name, out function)
        )
        {
            return new HostFunctionValue(name, function);
        }
        return environment.Globals.TryGet(name, out var value) ? value : Globals.Find(name);
    }
}

/// <summary>
/// The names a running template can see from outside its own scopes, and the blocks it may be asked for.
/// A template and those it extends share one; an included or imported template gets its own.
/// </summary>
internal sealed class RenderContext
{
    private Dictionary<string, Value>? _inherited;
    private Dictionary<string, Value>? _variables;
    private HashSet<string>? _exported;

    private RenderContext(Run run, bool seesVariables, bool tracksVariables, bool autoEscape)
    {
        Run = run;
        SeesVariables = seesVariables;
        TracksVariables = tracksVariables;
        AutoEscape = autoEscape;
    }

    public Run Run { get; }

    /// <summary>False in a template imported without context, which sees only globals.</summary>
    public bool SeesVariables { get; }

    /// <summary>Whether anything can ask this context for what its template set at the top level.</summary>
    public bool TracksVariables { get; }

    public bool AutoEscape { get; set; }

    /// <summary>For each block name the block of the template itself, then of the one it extends, and so on.</summary>
    public required Dictionary<string, List<CompiledBlock>> Blocks { get; init; }

    public static RenderContext Root(Run run, Template template) =>
        new(run, seesVariables: true, template.ReadsContext, run.Environment.AutoEscape)
        {
            Blocks = template.OwnBlocks(),
        };

    /// <summary>For an included template, or one imported with context: it sees what the includer sees now.</summary>
    public RenderContext ForOther(Template template, Dictionary<string, Value>? locals, bool isModule) =>
        new(Run, SeesVariables, isModule || template.ReadsContext, Run.Environment.AutoEscape)
        {
            Blocks = template.OwnBlocks(),
            _inherited = Visible(locals),
        };

    public static RenderContext Isolated(Run run, Template template) =>
        new(run, seesVariables: false, tracksVariables: true, run.Environment.AutoEscape)
        {
            Blocks = template.OwnBlocks(),
        };

    /// <summary>For a scoped block: the same template's blocks with the local names of where it stands.</summary>
    public RenderContext Derived(Dictionary<string, Value>? locals) =>
        new(Run, SeesVariables, TracksVariables, AutoEscape) { Blocks = Blocks, _inherited = Visible(locals) };

    private Dictionary<string, Value>? Visible(Dictionary<string, Value>? locals)
    {
        if (_variables is null && locals is null)
            return _inherited;
        var visible = _inherited is null ? [] : new Dictionary<string, Value>(_inherited);
        foreach (var (name, value) in (_variables ?? []).Concat(locals ?? []))
            visible[name] = value;
        Run.ChargeItems(visible.Count);
        return visible;
    }

    /// <summary>The value of a name, or a missing value.</summary>
    public Value Resolve(string name)
    {
        if (
            _variables is not null && _variables.TryGetValue(name, out var value)
            || _inherited is not null && _inherited.TryGetValue(name, out value)
        )
        {
            return value;
        }
        value = SeesVariables ? Run.Host.Variable(name) : default;
        return value.IsMissing ? Run.Host.Global(name) : value;
    }

    public void SetVariable(string name, Value value, bool exported)
    {
        (_variables ??= [])[name] = value;
        if (exported && !name.StartsWith('_'))
            (_exported ??= []).Add(name);
        else
            _exported?.Remove(name);
    }

    public Dictionary<string, Value> Exported() =>
        (_exported ?? []).ToDictionary(name => name, name => _variables![name]);
}

/// <summary>The variables of one running function: a template's body, a block, a macro, a recursive loop.</summary>
internal sealed class Frame(RenderContext context, int slots, Frame? outer)
{
    public readonly Value[] Slots = slots == 0 ? [] : new Value[slots];

    public readonly Run Run = context.Run;

    public RenderContext Context => context;

    /// <summary>The frame whose variables this one sees too: where the macro or loop was defined.</summary>
    public Frame? Outer => outer;

    /// <summary>Set by <c>extends</c>, in the frame of a template's body.</summary>
    public Template? Parent { get; set; }

    public Frame Root
    {
        get
        {
            var frame = this;
            while (frame.Outer is { } next)
                frame = next;
            return frame;
        }
    }

    public Frame Up(int depth)
    {
        var frame = this;
        for (; depth > 0; depth--)
            frame = frame.Outer!;
        return frame;
    }
}

/// <summary>How a slot starts when its scope is entered.</summary>
internal enum SlotStart : byte
{
    /// <summary>Whoever enters the scope has set it: a loop variable, an argument.</summary>
    Given,

    /// <summary>From the context, by name.</summary>
    Context,

    /// <summary>As a copy of the variable of an outer scope that it will hide.</summary>
    Outer,

    /// <summary>Unset.</summary>
    Unset,
}

internal readonly record struct SlotEntry(int Slot, SlotStart Start, string Name, int OuterDepth, int OuterSlot);

/// <summary>The variables of one scope: what to set when it is entered, and to unset when it is left.</summary>
internal sealed class ScopeEntry(SlotEntry[] entries)
{
    private readonly SlotEntry[] _started = Array.FindAll(entries, e => e.Start != SlotStart.Given);

    public void Enter(Frame frame)
    {
        if (_started.Length > 0)
            Start(frame);
    }

    private void Start(Frame frame)
    {
        foreach (ref readonly var entry in _started.AsSpan())
        {
            frame.Slots[entry.Slot] = entry.Start switch
            {
                SlotStart.Context => frame.Context.Resolve(entry.Name),
                SlotStart.Outer => frame.Up(entry.OuterDepth).Slots[entry.OuterSlot],
                _ => default,
            };
        }
    }

    public void Leave(Frame frame)
    {
        foreach (ref readonly var entry in entries.AsSpan())
            frame.Slots[entry.Slot] = default;
    }
}
