using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Compilation;

/// <summary>A piece of a template that runs in a <see cref="Frame"/> of its own.</summary>
internal sealed class FunctionScope(FunctionScope? parent)
{
    private readonly Dictionary<(int Level, string Name), VariableId> _variables = [];

    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    public int Slots => _variables.Count;

    /// <summary>The slot of a name in the scopes of that level; sibling scopes share it.</summary>
    public VariableId Variable(int level, string name)
    {
        if (!_variables.TryGetValue((level, name), out var variable))
        {
            variable = new VariableId(this, _variables.Count, name);
            _variables.Add((level, name), variable);
        }
        return variable;
    }
}

internal sealed class VariableId(FunctionScope function, int slot, string name)
{
    public FunctionScope Function => function;

    public int Slot => slot;

    public string Name => name;
}

/// <summary>
/// What one scope knows of names. A name that is only read comes from an outer scope or else from the context;
/// one that is set belongs to the scope, and starts as a copy of the outer one that it hides.
/// </summary>
internal sealed class Symbols
{
    private readonly record struct Load(SlotStart Start, VariableId? Outer);

    private readonly Symbols? _parent;
    private readonly int _level;
    private readonly Dictionary<string, VariableId> _references = [];
    private readonly Dictionary<VariableId, Load> _loads = [];
    private readonly HashSet<string> _stores = [];

    public Symbols(FunctionScope function, Symbols? parent)
    {
        Function = function;
        _parent = parent;
        _level = parent is null ? 0 : parent._level + 1;
    }

    private Symbols(Symbols original)
    {
        Function = original.Function;
        _parent = original._parent;
        _level = original._level;
        _references = new Dictionary<string, VariableId>(original._references);
        _loads = new Dictionary<VariableId, Load>(original._loads);
        _stores = [.. original._stores];
    }

    public FunctionScope Function { get; }

    public Symbols Copy() => new(this);

    public VariableId? Find(string name) =>
        _references.TryGetValue(name, out var variable) ? variable : _parent?.Find(name);

    private VariableId Define(string name, Load load)
    {
        var variable = Function.Variable(_level, name);
        _references[name] = variable;
        _loads[variable] = load;
        return variable;
    }

    public void Read(string name)
    {
        if (Find(name) is null)
            Define(name, new Load(SlotStart.Context, null));
    }

    public void Store(string name)
    {
        _stores.Add(name);
        if (!_references.ContainsKey(name))
        {
            var outer = _parent?.Find(name);
            Define(name, outer is null ? new Load(SlotStart.Unset, null) : new Load(SlotStart.Outer, outer));
        }
    }

    public VariableId Parameter(string name)
    {
        _stores.Add(name);
        return Define(name, new Load(SlotStart.Given, null));
    }

    /// <summary>
    /// Takes over what the branches of an <c>if</c> found. A name that only some of them set must start with
    /// what it was before, for the case that none of those runs.
    /// </summary>
    public void Merge(IReadOnlyList<Symbols> branches)
    {
        var stored = branches.SelectMany(b => b._stores).Where(n => !_stores.Contains(n)).ToHashSet();
        foreach (var branch in branches)
        {
            foreach (var (name, variable) in branch._references)
                _references[name] = variable;
            foreach (var (variable, load) in branch._loads)
                _loads[variable] = load;
            _stores.UnionWith(branch._stores);
        }
        foreach (string name in stored)
        {
            var outer = _parent?.Find(name);
            _loads[Find(name)!] = outer is null ? new Load(SlotStart.Context, null) : new Load(SlotStart.Outer, outer);
        }
    }

    /// <summary>The names set in this scope and those around it, each with its innermost variable.</summary>
    public IEnumerable<VariableId> Stored()
    {
        var seen = new HashSet<string>();
        for (var symbols = this; symbols is not null; symbols = symbols._parent)
        {
            foreach (string name in symbols._stores)
            {
                if (seen.Add(name))
                    yield return Find(name)!;
            }
        }
    }

    public ScopeEntry Entry() =>
        new([
            .. _loads.Select(load => new SlotEntry(
                load.Key.Slot,
                load.Value.Start,
                load.Key.Name,
                load.Value.Outer is { } outer ? Function.Depth - outer.Function.Depth : 0,
                load.Value.Outer?.Slot ?? 0
            )),
        ]);
}
