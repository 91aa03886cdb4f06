using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>The operators &amp; | - on sets, and union and intersection of many.</summary>
internal static class SetBuiltins
{
    private static readonly RegoType AnySet = RegoType.Set(RegoType.Any);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("and", [AnySet, AnySet], AnySet, (context, args) => And(context, (RegoSet)args[0], (RegoSet)args[1]))
        {
            Infix = "&",
        },
        new("or", [AnySet, AnySet], AnySet, (context, args) => Or(context, args)) { Infix = "|" },
        new("intersection", [RegoType.Set(AnySet)], AnySet, Intersection),
        new("union", [RegoType.Set(AnySet)], AnySet, (context, args) => Or(context, Sets(args[0]))),
    ];

    public static RegoSet Minus(BuiltinContext context, RegoSet a, RegoSet b)
    {
        context.ChargeSteps(a.Count);
        var result = new RegoSetBuilder();
        foreach (var item in a.Unordered)
        {
            if (!b.Contains(item))
                result.Add(item);
        }

        return result.Build();
    }

    private static RegoSet And(BuiltinContext context, RegoSet a, RegoSet b)
    {
        context.ChargeSteps(a.Count);
        var result = new RegoSetBuilder();
        foreach (var item in a.Unordered)
        {
            if (b.Contains(item))
                result.Add(item);
        }

        return result.Build();
    }

    private static RegoSet Or(BuiltinContext context, ReadOnlySpan<RegoValue> sets)
    {
        var result = new RegoSetBuilder();
        foreach (var value in sets)
        {
            var set = (RegoSet)value;
            context.ChargeSteps(set.Count);
            context.ChargeMemory(set.Count * 32L);
            foreach (var item in set.Unordered)
                result.Add(item);
        }

        return result.Build();
    }

    private static RegoSet Intersection(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        RegoSet? result = null;
        foreach (var set in Sets(args[0]))
            result = result is null ? (RegoSet)set : And(context, result, (RegoSet)set);
        return result ?? RegoSet.Empty;
    }

    private static ReadOnlySpan<RegoValue> Sets(RegoValue sets)
    {
        foreach (var item in ((RegoSet)sets).AsSpan())
        {
            if (item is not RegoSet)
                throw BuiltinException.Element(1, sets, item, "set");
        }

        return ((RegoSet)sets).AsSpan();
    }
}
