using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>One value out of a collection: count, sum, product, max, min, sort; and all, any of older
/// policies.</summary>
internal static class AggregateBuiltins
{
    private static readonly RegoType Collection = RegoType.AnyOf(
        RegoType.Array(RegoType.Any),
        RegoType.Set(RegoType.Any)
    );
    private static readonly RegoType Numbers = RegoType.AnyOf(
        RegoType.Array(RegoType.Number),
        RegoType.Set(RegoType.Number)
    );

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "count",
            [
                RegoType.AnyOf(
                    RegoType.Array(RegoType.Any),
                    RegoType.Object(RegoType.Any, RegoType.Any),
                    RegoType.Set(RegoType.Any),
                    RegoType.String
                ),
            ],
            RegoType.Number,
            (_, args) => Count(args[0])
        ),
        new("sum", [Numbers], RegoType.Number, (context, args) => Fold(context, args, 0, RegoArithmetic.Add)),
        new("product", [Numbers], RegoType.Number, (context, args) => Fold(context, args, 1, RegoArithmetic.Multiply)),
        new("max", [Collection], RegoType.Any, (context, args) => Extreme(context, args[0], 1)),
        new("min", [Collection], RegoType.Any, (context, args) => Extreme(context, args[0], -1)),
        new("sort", [Collection], RegoType.Array(RegoType.Any), Sort),
        new(
            "all",
            [Collection],
            RegoType.Boolean,
            (_, args) => Operands.Items(args[0]).IndexOfAnyExcept(RegoBoolean.True) < 0
        )
        {
            Traits = BuiltinTraits.Deprecated,
        },
        new("any", [Collection], RegoType.Boolean, (_, args) => Operands.Items(args[0]).Contains(RegoBoolean.True))
        {
            Traits = BuiltinTraits.Deprecated,
        },
    ];

    private static RegoNumber Count(RegoValue value) =>
        value switch
        {
            RegoArray array => RegoNumber.Of(array.Count),
            RegoObject members => RegoNumber.Of(members.Count),
            RegoSet set => RegoNumber.Of(set.Count),
            _ => RegoNumber.Of(CodePoints.Length(((RegoString)value).Value)),
        };

    private static RegoNumber Fold(
        BuiltinContext context,
        ReadOnlySpan<RegoValue> args,
        long start,
        Func<RegoNumber, RegoNumber, RegoNumber> combine
    )
    {
        var items = args.Items(0);
        context.ChargeSteps(items.Length);
        var result = RegoNumber.Of(start);
        try
        {
            foreach (var item in items)
            {
                result = combine(
                    result,
                    item as RegoNumber ?? throw BuiltinException.Element(1, args[0], item, "number")
                );
                if (!result.IsSmall)
                    context.ChargeSteps(1 + (result.Scaled.Digits / 16));
            }
        }
        catch (OverflowException e)
        {
            throw new BuiltinException(e.Message, e);
        }

        return result;
    }

    private static RegoValue? Extreme(BuiltinContext context, RegoValue collection, int sign)
    {
        var items = Operands.Items(collection);
        context.ChargeSteps(items.Length);
        RegoValue? best = null;
        foreach (var item in items)
        {
            if (best is null || item.CompareTo(best) * sign > 0)
                best = item;
        }

        return best;
    }

    private static RegoArray Sort(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var items = args.Items(0).ToArray();
        context.ChargeMemory(items.Length * 32L);
        // Of equal numbers that are written differently the first stays first.
        var places = items.Select((item, i) => (Item: item, Place: i)).ToArray();
        ValueWork.Sort(
            places,
            static (a, b) => a.Item.CompareTo(b.Item) is not 0 and var order ? order : a.Place - b.Place
        );
        return RegoArray.Of(places.Select(place => place.Item));
    }
}
