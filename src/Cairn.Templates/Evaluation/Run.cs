using System.Numerics;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>
/// One render: what the host gave, what is left of the budget, and which node is at work (for error positions).
/// Used by one thread.
/// </summary>
internal sealed class Run
{
    // Cancellation is looked at once per this many steps.
    private const int Chunk = 1024;
    private const int BytesPerItem = 16;

    /// <summary>What a list or mapping costs before it has items, in items.</summary>
    public const int ObjectItems = 4;
    private const int CharactersPerStep = 64;

    // Python's own limit is about the same.
    private const int MaxValueDepth = 1000;
    private const int ItemsPerStep = 8;

    private readonly TemplateBudget _budget;
    private Stack<TextBuffer>? _buffers;
    private Dictionary<string, Template?>? _loaded;
    private Dictionary<Template, ModuleValue>? _modules;
    private int _fuel;
    private long _stepsLeft;
    private long _bytesLeft;
    private int _depth;
    private int _valueDepth;

    public Run(TemplateEnvironment environment, HostScope host, CancellationToken cancellationToken)
    {
        Environment = environment;
        Host = host;
        CancellationToken = cancellationToken;
        _budget = environment.Budget;
        _stepsLeft = _budget.MaxSteps;
        _bytesLeft = _budget.MaxValueBytes;
    }

    public TemplateEnvironment Environment { get; }

    public HostScope Host { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>The node whose work is under way; errors are reported there.</summary>
    public Node? Current { get; set; }

    /// <summary>Modules imported without context, one per template and render.</summary>
    public Dictionary<Template, ModuleValue> Modules => _modules ??= [];

    public void Step(int steps = 1)
    {
        if ((_fuel -= steps) < 0)
            Refuel();
    }

    /// <summary>Pays if that needs no look at the budget or for cancellation; if not, nothing has happened yet. For
    /// those who name the node at work only when something is to be said of it.</summary>
    public bool TryStep(int steps)
    {
        if (_fuel < steps)
            return false;
        _fuel -= steps;
        return true;
    }

    private void Refuel()
    {
        CancellationToken.ThrowIfCancellationRequested();
        long take = Math.Min(Chunk, _stepsLeft + _fuel);
        if (take < 0)
            throw Errors.Budget($"the template takes more than {_budget.MaxSteps} steps");
        _stepsLeft -= take - _fuel;
        _fuel = (int)take;
    }

    private void StepLong(long steps) => Step((int)Math.Min(steps, int.MaxValue / 2));

    /// <summary>Pays for arithmetic on two integers of that many bits.</summary>
    public void StepForBits(long a, long b) => StepLong((a / 64 * (b / 64) / 8) + 1);

    /// <summary>Pays for an integer's digits being written.</summary>
    public void StepForDigits(BigInteger value) => StepForDigits(value.GetBitLength());

    /// <summary>Pays for an integer of that many bits being written or read as digits, which takes as long as
    /// multiplying.</summary>
    public void StepForDigits(long bits) => StepForBits(bits, bits);

    /// <summary>Pays for reading a string, or for work of about that size.</summary>
    public void StepForText(int length)
    {
        if (length >= CharactersPerStep)
            Step(length / CharactersPerStep);
    }

    /// <summary>Pays for looking for one string in another. Where almost every place looks like the beginning, each is
    /// compared to the end: that takes as long as both lengths together make it, if sixteen times as fast.</summary>
    public void StepForSearch(int text, int part)
    {
        StepForText(text);
        StepLong(Math.Max(0, text - (long)part) * part / (16 * CharactersPerStep));
    }

    /// <summary>Pays for a string of that many UTF-16 units before it is made.</summary>
    public void ChargeText(long length)
    {
        Charge(length * sizeof(char));
        StepLong(length / CharactersPerStep);
    }

    /// <summary>Pays for a list or mapping of that many items before it is made.</summary>
    public void ChargeItems(long count)
    {
        Charge(count > long.MaxValue / BytesPerItem ? long.MaxValue : count * BytesPerItem);
        StepLong(count / ItemsPerStep);
    }

    private void Charge(long bytes)
    {
        if (bytes < 0 || (_bytesLeft -= Math.Min(bytes, long.MaxValue / 2)) < 0)
            throw Errors.Budget($"the template makes more than {_budget.MaxValueBytes} bytes of values");
    }

    public void CheckBits(long bits)
    {
        if (bits > _budget.MaxIntegerBits)
            throw Errors.Budget($"the integer has more than {_budget.MaxIntegerBits} bits");
    }

    public Value Checked(BigInteger value)
    {
        CheckBits(value.GetBitLength());
        return Value.Int(value);
    }

    /// <summary>Goes one call deeper. An error ends the whole render, so only the normal way out calls
    /// <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > _budget.MaxRecursion)
            throw Errors.Budget($"calls are nested more than {_budget.MaxRecursion} levels deep");
        StackGuard.Check();
        Step();
    }

    public void Leave() => _depth--;

    /// <summary>Goes one level deeper into a value, to print or compare it. Left as <see cref="Enter"/> is.</summary>
    public void EnterValue()
    {
        if (++_valueDepth > MaxValueDepth)
            throw Errors.Budget($"values are nested more than {MaxValueDepth} levels deep");
        StackGuard.Check();
        Step();
    }

    public void LeaveValue() => _valueDepth--;

    public TextBuffer RentBuffer() =>
        _buffers is not null && _buffers.TryPop(out var buffer)
            ? buffer
            : new TextBuffer(this, _budget.MaxOutputLength);

    /// <summary>Gives the memory of the buffers back, at the end of a render without error.</summary>
    public void FreeBuffers()
    {
        while (_buffers is not null && _buffers.TryPop(out var buffer))
            buffer.Free();
    }

    /// <summary>The buffer's text; the buffer is empty again and can be rented.</summary>
    public string ReturnBuffer(TextBuffer buffer)
    {
        ChargeText(buffer.Length);
        string text = buffer.ToText();
        buffer.Clear();
        (_buffers ??= new Stack<TextBuffer>()).Push(buffer);
        return text;
    }

    public Value Undefined(string name) => new UndefinedValue(Environment.Undefined, name, ownerType: null, hint: null);

    public Value UndefinedMember(Value owner, string name) =>
        new UndefinedValue(Environment.Undefined, name, owner.IsNone ? "None" : owner.TypeName, hint: null);

    public Value UndefinedBecause(string hint, string name = "") =>
        new UndefinedValue(Environment.Undefined, name, ownerType: null, hint);

    /// <summary>The items of an iterable value; the caller pays for each.</summary>
    public IEnumerator<Value> Iterate(Value value)
    {
        if (value.TryString(out string? text))
            return Text.Characters(text).Select(Value.String).GetEnumerator();
        return value.Heap?.Iterate() ?? throw Errors.Type($"a '{value.TypeName}' is not iterable");
    }

    /// <summary>The items of an iterable value, each paid for.</summary>
    public PaidItems Each(Value value) =>
        value.TryHeap<SequenceValue>(out var sequence)
            ? new PaidItems(this, sequence)
            : new PaidItems(this, Iterate(value));

    public List<Value> ToList(Value value)
    {
        int known = value.Heap switch
        {
            SequenceValue sequence => sequence.Length,
            MappingView view => view.Length,
            _ => 0,
        };
        Charge((long)known * BytesPerItem);
        var list = new List<Value>(known);
        foreach (var item in Each(value))
        {
            Charge(list.Count < known ? 0 : BytesPerItem);
            list.Add(item);
        }
        return list;
    }

    /// <summary>The template of that name, or null.</summary>
    public Template? Load(string name)
    {
        _loaded ??= [];
        if (!_loaded.TryGetValue(name, out var template))
        {
            string? source = Environment.Loader?.Invoke(name);
            template = source is null ? null : Environment.Parse(source, name);
            _loaded.Add(name, template);
        }
        return template;
    }
}

/// <summary>Items in a row, each paid for with a step. Lists, tuples and ranges are run through without an
/// enumerator.</summary>
internal struct PaidItems
{
    private readonly Run _run;
    private readonly SequenceValue? _sequence;
    private readonly IEnumerator<Value>? _items;
    private int _next;

    public PaidItems(Run run, SequenceValue sequence)
    {
        _run = run;
        _sequence = sequence;
    }

    public PaidItems(Run run, IEnumerator<Value> items)
    {
        _run = run;
        _items = items;
    }

    public Value Current { get; private set; }

    public readonly PaidItems GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_sequence is null)
        {
            if (!_items!.MoveNext())
                return false;
            Current = _items.Current;
        }
        else
        {
            if (_next >= _sequence.Length)
                return false;
            Current = _sequence[_next++];
        }
        _run.Step();
        return true;
    }
}
