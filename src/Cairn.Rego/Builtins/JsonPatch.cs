using System.Globalization;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>RFC 6902 on Rego values. Paths may be arrays of keys, and lead into sets, whose elements are their own keys.</summary>
internal static class JsonPatch
{
    /// <summary>Applies the operations in order.</summary>
    /// <returns>The changed value; null (undefined) when an operation cannot be applied, a test among them.</returns>
    /// <exception cref="BuiltinException">An operation is malformed.</exception>
    public static RegoValue? Apply(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        RegoValue? value = args[0];
        foreach (var item in args.Items(1))
        {
            if (item is not RegoObject operation)
                throw BuiltinException.Element(2, args[1], item, "object");
            string name = operation["op"] is RegoString op ? op.Value : throw BuiltinException.Value(2, "must have the attribute op, a string");
            var path = Path(operation, "path");
            value = name switch
            {
                "add" => Change(context, value, path, 0, (parent, key) => Add(parent, key, Value(operation)), Value(operation)),
                "remove" => path.Length == 0 ? null : Change(context, value, path, 0, Remove, null),
                "replace" => Change(context, value, path, 0, (parent, key) => Find(parent, key) is null ? null : Replace(parent, key, Value(operation)), Value(operation)),
                "test" => Get(value, path) is { } found && found.Equals(Value(operation)) ? value : null,
                "copy" => Get(value, Path(operation, "from")) is { } source
                    ? Change(context, value, path, 0, (parent, key) => Add(parent, key, source), source)
                    : null,
                "move" => Move(context, value, Path(operation, "from"), path),
                _ => throw BuiltinException.Value(2, $"unrecognized op '{name}'"),
            };
            if (value is null)
                return null;
        }

        return value;
    }

    private static RegoValue[] Path(RegoObject operation, string name) => operation[name] switch
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
        var without = from.Length == 0 ? source : Change(context, value, from, 0, Remove, null);
        return without is null ? null : Change(context, without, to, 0, (parent, key) => Add(parent, key, source), source);
    }

    private static RegoValue? Get(RegoValue? value, RegoValue[] path)
    {
        foreach (var key in path)
            if (value is not null)
                value = Find(value, key);
        return value;
    }

    private static RegoValue? Find(RegoValue parent, RegoValue key) => parent switch
    {
        RegoObject members => members[key],
        RegoArray array => Index(key, array.Count - 1) is { } index ? array[index] : null,
        RegoSet set => set.Contains(key) ? key : null,
        _ => null,
    };

    // Walks down to the parent of the path's end, and puts what was changed back together on the way up.
    private static RegoValue? Change(
        BuiltinContext context, RegoValue value, RegoValue[] path, int depth, Func<RegoValue, RegoValue, RegoValue?> change, RegoValue? whole)
    {
        if (path.Length == 0)
            return whole;
        context.ChargeSteps(1);
        if (depth == path.Length - 1)
            return change(value, path[depth]);
        if (Find(value, path[depth]) is not { } child || Change(context, child, path, depth + 1, change, whole) is not { } changed)
            return null;
        return Replace(value, path[depth], changed);
    }

    private static RegoValue? Replace(RegoValue parent, RegoValue key, RegoValue value)
    {
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

    private static RegoValue? Add(RegoValue parent, RegoValue key, RegoValue value)
    {
        switch (parent)
        {
            case RegoObject:
                return Replace(parent, key, value);
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

    private static RegoValue? Remove(RegoValue parent, RegoValue key)
    {
        switch (parent)
        {
            case RegoObject members when members.ContainsKey(key):
                var builder = new RegoObjectBuilder(members.Count);
                foreach (var (name, value) in members)
                    if (!name.Equals(key))
                        builder.Set(name, value);
                return builder.Build();
            case RegoArray array when Index(key, array.Count - 1) is { } index:
                return RegoArray.Of([.. array.AsSpan()[..index], .. array.AsSpan()[(index + 1)..]]);
            case RegoSet set when set.Contains(key):
                return RegoSet.Of(set.Where(item => !item.Equals(key)));
            default:
                return null;
        }
    }

    private static int? Index(RegoValue key, int last) => key switch
    {
        RegoNumber number when number.TryToInt(out int index) && index >= 0 && index <= last => index,
        RegoString { Value: var text } when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && index <= last && (text.Length == 1 || text[0] != '0') => index,
        _ => null,
    };
}
