using Cairn.Templates.Builtins;
using Cairn.Templates.Syntax;
using Cairn.Templates.Values;
using static Cairn.Templates.Evaluation.Run;

namespace Cairn.Templates.Evaluation;

/// <summary>Evaluated arguments.</summary>
internal readonly struct Arguments(Value[] positional, KeyValuePair<string, Value>[] named)
{
    public static readonly Arguments None = new([], []);

    public Value[] Positional => positional;

    public KeyValuePair<string, Value>[] Named => named;

    public bool IsEmpty => positional.Length == 0 && named.Length == 0;

    public static Arguments Of(params Value[] positional) => new(positional, []);

    public Arguments With(string name, Value value) => new(positional, [.. named, KeyValuePair.Create(name, value)]);

    /// <summary>Without the first positional arguments.</summary>
    public Arguments Skip(int count) => new(positional[count..], named);
}

/// <summary>The arguments of a call as they stand in the template.</summary>
internal sealed class ArgumentList(
    Expression[] positional,
    (string Name, Expression Value)[] named,
    Expression? spread,
    Expression? spreadNamed
)
{
    private readonly bool _isConstant =
        spread is null
        && spreadNamed is null
        && Array.TrueForAll(positional, p => p is Constant)
        && Array.TrueForAll(named, n => n.Value is Constant);

    // Found by whichever thread comes first; all find the same.
    private Value[]? _constants;
    private Value[]? _bound;

    public Arguments Evaluate(Frame frame)
    {
        if (!_isConstant || named.Length > 0)
            return EvaluateAll(frame);
        return new Arguments(_constants ??= EvaluateAll(frame).Positional, []);
    }

    /// <summary>The values by the builtin's parameters. Each list is part of one call, and so always of one
    /// builtin.</summary>
    public Value[] Bind(Builtin builtin, Arguments values) =>
        _isConstant ? _bound ??= builtin.Bind(values) : builtin.Bind(values);

    private Arguments EvaluateAll(Frame frame)
    {
        var values = positional.Length == 0 ? [] : new Value[positional.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = positional[i].Evaluate(frame);
        var namedValues = named.Length == 0 ? [] : new KeyValuePair<string, Value>[named.Length];
        for (int i = 0; i < namedValues.Length; i++)
            namedValues[i] = KeyValuePair.Create(named[i].Name, named[i].Value.Evaluate(frame));
        if (spread is not null)
        {
            var more = spread.Evaluate(frame);
            frame.Run.Current = spread;
            values = [.. values, .. frame.Run.ToList(more)];
        }
        return new Arguments(values, spreadNamed is null ? namedValues : Spread(frame, namedValues));
    }

    private KeyValuePair<string, Value>[] Spread(Frame frame, KeyValuePair<string, Value>[] first)
    {
        var more = spreadNamed!.Evaluate(frame);
        frame.Run.Current = spreadNamed;
        if (!more.TryHeap<MappingValue>(out var mapping))
            throw Errors.Undefined(more, more) ?? Errors.Type($"'**' needs a mapping, not '{more.TypeName}'");
        frame.Run.ChargeItems(mapping.Length);
        var all = new List<KeyValuePair<string, Value>>(first);
        for (int i = 0; i < mapping.Length; i++)
        {
            var (key, value) = mapping[i];
            if (!key.TryString(out string? name))
                throw Errors.Type("the names of arguments must be strings");
            if (Array.Exists(first, a => a.Key == name))
                throw Errors.Type($"the argument '{name}' is given twice");
            all.Add(KeyValuePair.Create(name, value));
        }
        return [.. all];
    }
}

internal sealed class Call(SourceText source, int position, Expression callee, ArgumentList arguments)
    : Expression(source, position)
{
    public override Value Evaluate(Frame frame) => Evaluate(frame, caller: default);

    /// <summary>With the macro of a <c>call</c> block as the argument <c>caller</c>.</summary>
    public Value Evaluate(Frame frame, Value caller)
    {
        var function = callee.Evaluate(frame);
        var values = arguments.Evaluate(frame);
        frame.Run.Current = this;
        // For the arguments, and the method bound to its object.
        frame.Run.ChargeItems(ObjectItems + 1 + values.Positional.Length);
        if (function.Heap is not { } heap)
            throw Errors.Type($"a '{function.TypeName}' cannot be called");
        return heap.Call(frame.Context, caller.IsMissing ? values : values.With("caller", caller));
    }
}

/// <summary>A filter; without an input of its own it filters the text of the block around it.</summary>
internal sealed class FilterCall(
    SourceText source,
    int position,
    string name,
    Builtin? filter,
    Expression? input,
    ArgumentList arguments
) : Expression(source, position)
{
    public override Value Evaluate(Frame frame) => Apply(frame, blockText: default);

    public Value Apply(Frame frame, Value blockText)
    {
        var value = input switch
        {
            null => blockText,
            FilterCall inner => inner.Apply(frame, blockText),
            _ => input.Evaluate(frame),
        };
        var values = arguments.Evaluate(frame);
        frame.Run.Current = this;
        return filter is null
            ? throw Errors.Type($"there is no filter '{name}'")
            : filter.Invoke(frame.Context, value, values, arguments.Bind(filter, values));
    }
}

internal sealed class TestCall(
    SourceText source,
    int position,
    string name,
    Builtin? test,
    Expression input,
    ArgumentList arguments
) : Expression(source, position)
{
    public override Value Evaluate(Frame frame)
    {
        var value = input.Evaluate(frame);
        var values = arguments.Evaluate(frame);
        frame.Run.Current = this;
        return test is null
            ? throw Errors.Type($"there is no test '{name}'")
            : test.Invoke(frame.Context, value, values, arguments.Bind(test, values));
    }
}
