using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Filters that pick values, or apply other filters and tests to each item. All are lazy and
/// one-shot.</summary>
internal static class SelectionFilters
{
    public static void Register(BuiltinTable table)
    {
        table.Add(
            "default d",
            ["default_value?", "boolean?"],
            (in c) =>
                c.Input.IsUndefined || (c.Flag(1) && !c.Input.IsTrue)
                    ? c.Has(0)
                        ? c[0]
                        : Value.EmptyString
                    : c.Input
        );
        table.Add("attr", ["name"], (in c) => Access.AttributeOnly(c.Run, c.Input, c.String(0)));
        table.Add("map", ["*"], (in c) => new IteratorValue(Map(c.Context, c.Input, c.Raw)));
        table.Add(
            "select",
            ["*"],
            (in c) => new IteratorValue(Select(c.Context, c.Input, c.Raw, wanted: true, byAttribute: false))
        );
        table.Add(
            "reject",
            ["*"],
            (in c) => new IteratorValue(Select(c.Context, c.Input, c.Raw, wanted: false, byAttribute: false))
        );
        table.Add(
            "selectattr",
            ["*"],
            (in c) => new IteratorValue(Select(c.Context, c.Input, c.Raw, wanted: true, byAttribute: true))
        );
        table.Add(
            "rejectattr",
            ["*"],
            (in c) => new IteratorValue(Select(c.Context, c.Input, c.Raw, wanted: false, byAttribute: true))
        );
    }

    private static IEnumerator<Value> Map(RenderContext context, Value input, Arguments arguments)
    {
        if (!input.IsTrue)
            yield break;
        var mapping = Mapping(context, arguments);
        foreach (var item in context.Run.Each(input))
            yield return mapping(item);
    }

    private static Func<Value, Value> Mapping(RenderContext context, Arguments arguments)
    {
        if (arguments.Positional.Length == 0 && Array.Exists(arguments.Named, n => n.Key == "attribute"))
        {
            Value Named(string name) => Array.Find(arguments.Named, n => n.Key == name).Value;
            if (Array.Find(arguments.Named, n => n.Key is not ("attribute" or "default")).Key is { } unknown)
                throw Errors.Type($"the filter 'map' has no argument '{unknown}'");
            return Sorting.Key(context.Run, Named("attribute"), caseSensitive: true, Named("default"));
        }
        if (arguments.Positional.Length == 0)
            throw Errors.Type("the filter 'map' needs the name of a filter or 'attribute'");
        // Looked up with the first item: where there is none, nobody misses it.
        Builtin? filter = null;
        var rest = arguments.Skip(1);
        return item =>
            (filter ??= Find(BuiltinTables.Filters, arguments.Positional[0], "filter")).Invoke(context, item, rest);
    }

    private static Builtin Find(IReadOnlyDictionary<string, Builtin> table, Value name, string kind)
    {
        if (!name.TryString(out string? text))
            throw BuiltinCall.Mismatch(name, $"the name of a {kind}");
        return table.TryGetValue(text, out var builtin) ? builtin : throw Errors.Type($"there is no {kind} '{text}'");
    }

    private static IEnumerator<Value> Select(
        RenderContext context,
        Value input,
        Arguments arguments,
        bool wanted,
        bool byAttribute
    )
    {
        if (!input.IsTrue)
            yield break;
        int skipped = 0;
        Func<Value, Value>? key = null;
        if (byAttribute)
        {
            if (arguments.Positional.Length == 0)
                throw Errors.Type("the name of an attribute is needed");
            key = Sorting.Key(context.Run, arguments.Positional[skipped++], caseSensitive: true);
        }
        var name = arguments.Positional.Length > skipped ? arguments.Positional[skipped++] : default(Value?);
        Builtin? test = null;
        var rest = arguments.Skip(skipped);
        foreach (var item in context.Run.Each(input))
        {
            test ??= name is { } wantedTest ? Find(BuiltinTables.Tests, wantedTest, "test") : null;
            var value = key is null ? item : key(item);
            if ((test?.Invoke(context, value, rest) ?? value).IsTrue == wanted)
                yield return item;
        }
    }
}
