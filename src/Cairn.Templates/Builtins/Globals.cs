using System.Collections.Frozen;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>The functions of the language: <c>range</c>, <c>dict</c>, <c>namespace</c>, <c>cycler</c>,
/// <c>joiner</c>.</summary>
internal static class Globals
{
    private static readonly FrozenDictionary<string, Value> Functions = new Dictionary<string, Value>
    {
        ["range"] = new NativeFunction("range", Range),
        ["dict"] = new NativeFunction(
            "dict",
            (context, arguments) =>
            {
                var mapping = new MappingValue();
                Fill(context.Run, mapping, arguments, "dict()");
                return mapping;
            }
        ),
        ["namespace"] = new NativeFunction(
            "namespace",
            (context, arguments) =>
            {
                var space = new NamespaceValue();
                Fill(context.Run, space.Attributes, arguments, "namespace()");
                return space;
            }
        ),
        ["cycler"] = new NativeFunction(
            "cycler",
            (_, arguments) =>
                arguments.Positional.Length > 0 && arguments.Named.Length == 0
                    ? new CyclerValue(arguments.Positional)
                    : throw Errors.Type("cycler() needs at least one value")
        ),
        ["joiner"] = new NativeFunction("joiner", Joiner),
    }.ToFrozenDictionary();

    public static Value Find(string name) => Functions.TryGetValue(name, out var value) ? value : default;

    /// <summary>Fills a mapping as Python's <c>dict</c> does: from a mapping or pairs, then from named
    /// arguments.</summary>
    public static void Fill(Run run, MappingValue mapping, Arguments arguments, string function)
    {
        if (arguments.Positional.Length > 1)
            throw Errors.Type($"{function} takes at most one positional argument");
        if (arguments.Positional is [var source])
        {
            if (source.TryHeap<UndefinedValue>(out var undefined))
                throw undefined.Fail();
            var pairs = source.TryHeap<MappingValue>(out var other) ? MappingView.Items(other) : source;
            foreach (var pair in run.ToList(pairs))
            {
                var items = run.ToList(pair);
                if (items.Count != 2)
                    throw Errors.Type($"{function} needs pairs of a key and a value");
                mapping.Set(run, items[0], items[1]);
            }
        }
        run.ChargeItems((arguments.Named.Length + mapping.Length) * 2L);
        foreach (var (name, value) in arguments.Named)
            mapping.Set(run, Value.String(name), value);
    }

    private static Value Range(RenderContext context, Arguments arguments)
    {
        var values = arguments.Positional;
        if (values.Length is < 1 or > 3 || arguments.Named.Length > 0)
            throw Errors.Type("range() takes one to three positional arguments");
        long Bound(int index) =>
            values[index].TrySmall(out long bound)
                ? bound
                : throw BuiltinCall.Mismatch(values[index], "an integer of at most 64 bits");
        long start = values.Length > 1 ? Bound(0) : 0;
        long stop = Bound(values.Length > 1 ? 1 : 0);
        long step = values.Length > 2 ? Bound(2) : 1;
        if (step == 0)
            throw Errors.Type("the step of a range cannot be zero");
        var count = RangeValue.CountOf(start, stop, step);
        int most = context.Run.Environment.Budget.MaxRangeLength;
        return count <= most
            ? new RangeValue(start, stop, step, (int)count)
            : throw Errors.Budget($"the range has more than {most} items");
    }

    private static Value Joiner(RenderContext context, Arguments arguments)
    {
        var separator =
            arguments.Positional is [var given] ? given
            : arguments.Named is [{ Key: "sep" } named] ? named.Value
            : arguments.IsEmpty ? Value.String(", ")
            : throw Errors.Type("joiner() takes one argument, the separator");
        bool used = false;
        return new NativeFunction(
            "joiner",
            (_, _) =>
            {
                bool first = !used;
                used = true;
                return first ? Value.EmptyString : separator;
            }
        );
    }
}

/// <summary>Attributes that <c>set</c> can change from inside loops and blocks.</summary>
internal sealed class NamespaceValue : HeapValue
{
    public MappingValue Attributes { get; } = new();

    public override string TypeName => "Namespace";

    public override bool TryAttribute(string name, out Value attribute) => Attributes.TryGet(name, out attribute);

    public override void Write(TextBuffer output, bool asRepr)
    {
        output.Append("<Namespace ");
        Attributes.Write(output, asRepr: true);
        output.Append('>');
    }
}

internal sealed class CyclerValue(Value[] items) : HeapValue
{
    private int _position;

    public override string TypeName => "Cycler";

    public override bool TryAttribute(string name, out Value attribute)
    {
        attribute = name switch
        {
            "current" => items[_position],
            "next" => new NativeFunction(
                "next",
                (_, _) =>
                {
                    var current = items[_position];
                    _position = (_position + 1) % items.Length;
                    return current;
                }
            ),
            "reset" => new NativeFunction(
                "reset",
                (_, _) =>
                {
                    _position = 0;
                    return Value.None;
                }
            ),
            _ => default,
        };
        return !attribute.IsMissing;
    }
}
