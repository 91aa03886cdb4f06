using System.Globalization;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>RFC 6902 on Rego values. Paths may be arrays of keys, and lead into sets, whose elements are their own
/// keys.</summary>
internal static class JsonPatch
{
    private const int BytesPerPart = 64;

    /// <summary>Applies the operations in order.</summary>
    /// <returns>The changed value; null (undefined) when an operation cannot be applied, a test among them.</returns>
    /// <exception cref="BuiltinException">An operation is malformed.</exception>
    public static RegoValue? Apply(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var value = args[0];
        foreach (var item in args.Items(1))
        {
            if (item is not RegoObject operation)
                throw BuiltinException.Element(2, args[1], item, "object");
            string name = operation["op"] is RegoString op
                ? op.Value
                : throw BuiltinException.Value(2, "must have the attribute op, a string");
            var path = Path(operation, "path");
            value = name switch
            {
                "add" => Change(
                    context,
                    value,
                    path,
                    0,
                    (parent, key) => Add(context, parent, key, Value(operation)),
                    Value(operation)
                ),
                "remove" => path.Length == 0
                    ? null
                    : Change(context, value, path, 0, (parent, key) => Remove(context, parent, key), null),
                "replace" => Change(
                    context,
                    value,
                    path,
                    0,
                    (parent, key) => Find(parent, key) is null ? null : Replace(context, parent, key, Value(operation)),
                    Value(operation)
                ),
                "test" => Get(value, path) is { } found && found.Equals(Value(operation)) ? value : null,
                "copy" => Copy(context, value, Path(operation, "from"), path),
                "move" => Move(context, value, Path(operation, "from"), path),
                _ => throw BuiltinException.Value(2, $"unrecognized op '{name}'"),
            };
            if (value is null)
                return null;
        }

        return value;
    }

    private static RegoValue[] Path(RegoObject operation, string name) =>
        operation[name] switch
        {
            RegoString { Value: "" } => [],
            RegoString or RegoArray => JsonPathBuiltins.KeysOf(operation[name]!),
            _ => throw BuiltinException.Value(2, $"must have the attribute {name}, a string or an array"),
        };

    private static RegoValue Value(RegoObject operation) =>
        operation["value"] ?? throw BuiltinException.Value(2, "missing required attribute 'value'");

    private static RegoValue? Move(BuiltinContext context, RegoValue value, RegoValue[] from, RegoValue[] to)
    {
        if (Get(value, from) is not { } source)
            return null;
        var without =
            from.Length == 0
                ? source
                : Change(context, value, from, 0, (parent, key) => Remove(context, parent, key), null);
        return without is null
            ? null
            : Change(context, without, to, 0, (parent, key) => Add(context, parent, key, source), source);
    }

    // What is copied shares its parts with the source, and still counts as large as it would be apart: copies of copies
    // grow without an end.
    private static RegoValue? Copy(BuiltinContext context, RegoValue value, RegoValue[] from, RegoValue[] to)
    {
        if (Get(value, from) is not { } source)
            return null;
        ValueWork.Copy(context.Budget, source, BytesPerPart, to.Length);
        return Change(context, value, to, 0, (parent, key) => Add(context, parent, key, source), source);
    }

    // The parent is made anew.
    private static void Charge(BuiltinContext context, RegoValue parent)
    {
        int count = parent switch
        {
            RegoObject members => members.Count,
            RegoArray array => array.Count,
            RegoSet set => set.Count,
            _ => 0,
        };
        context.ChargeSteps(1 + (count / 8));
        context.ChargeMemory(32 + (count * 24L));
    }

    private static RegoValue? Get(RegoValue? value, RegoValue[] path)
    {
        foreach (var key in path)
        {
            if (value is not null)
                value = Find(value, key);
        }

        return value;
    }

    private static RegoValue? Find(RegoValue parent, RegoValue key) =>
        parent switch
        {
            RegoObject members => members[key],
            RegoArray array => Index(key, array.Count - 1) is { } index ? array[index] : null,
            RegoSet set => set.Contains(key) ? key : null,
            _ => null,
        };

    // Walks down to the parent of the path's end, and puts what was changed back together on the way up.
    private static RegoValue? Change(
        BuiltinContext context,
        RegoValue value,
        RegoValue[] path,
        int depth,
        Func<RegoValue, RegoValue, RegoValue?> change,
        RegoValue? whole
    )
    {
        if (path.Length == 0)
            return whole;
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        context.ChargeSteps(1);
        if (depth == path.Length - 1)
            return change(value, path[depth]);
        if (
            Find(value, path[depth]) is not { } child
            || Change(context, child, path, depth + 1, change, whole) is not { } changed
        )
        {
            return null;
        }

        return Replace(context, value, path[depth], changed);
    }

    private static RegoValue? Replace(BuiltinContext context, RegoValue parent, RegoValue key, RegoValue value)
    {
        Charge(context, parent);
        switch (parent)
        {
            case RegoObject members:
                var builder = new RegoObjectBuilder(members.Count);
                builder.SetAll(members);
                builder.Set(key, value);
                return builder.Build();
            case RegoArray array when Index(key, array.Count - 1) is { } index:
                var items = array.AsSpan().ToArray();
                items[index] = value;
                return RegoArray.Of(items.AsSpan());
            case RegoSet set:
                return RegoSet.Of(set.Where(item => !item.Equals(key)).Append(value));
            default:
                return null;
        }
    }

    private static RegoValue? Add(BuiltinContext context, RegoValue parent, RegoValue key, RegoValue value)
    {
        Charge(context, parent);
        switch (parent)
        {
            case RegoObject:
                return Replace(context, parent, key, value);
            case RegoArray array:
                int? index = key is RegoString { Value: "-" } ? array.Count : Index(key, array.Count);
                if (index is null)
                    return null;
                var items = array.ToList();
                items.Insert(index.Value, value);
                return RegoArray.Of(items);
            case RegoSet set:
                // The key of an element is the element itself.
                return key.Equals(value) ? RegoSet.Of(set.Append(value)) : null;
            default:
                return null;
        }
    }

    private static RegoValue? Remove(BuiltinContext context, RegoValue parent, RegoValue key)
    {
        Charge(context, parent);
        switch (parent)
        {
            case RegoObject members when members.ContainsKey(key):
                var builder = new RegoObjectBuilder(members.Count);
                foreach (var (name, value) in members)
                {
                    if (!name.Equals(key))
                        builder.Set(name, value);
                }

                return builder.Build();
            case RegoArray array when Index(key, array.Count - 1) is { } index:
                return RegoArray.Of([.. array.AsSpan()[..index], .. array.AsSpan()[(index + 1)..]]);
            case RegoSet set when set.Contains(key):
                return RegoSet.Of(set.Where(item => !item.Equals(key)));
            default:
                return null;
        }
    }

    private static int? Index(RegoValue key, int last) =>
        key switch
        {
            RegoNumber number when number.TryToInt(out int index) && index >= 0 && index <= last => index,
            RegoString { Value: var text }
                when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                    && index <= last
                    && (text.Length == 1 || text[0] != '0') => index,
            _ => null,
        };
}
