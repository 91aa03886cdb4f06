using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>array.concat, array.flatten, array.reverse, array.slice.</summary>
internal static class ArrayBuiltins
{
    private static readonly RegoType AnyArray = RegoType.Array(RegoType.Any);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "array.concat",
            [AnyArray, AnyArray],
            AnyArray,
            (context, args) =>
            {
                var (a, b) = ((RegoArray)args[0], (RegoArray)args[1]);
                Charge(context, a.Count + b.Count);
                return RegoArray.Of([.. a.AsSpan(), .. b.AsSpan()]);
            }
        ),
        new(
            "array.flatten",
            [AnyArray],
            AnyArray,
            (context, args) =>
            {
                var flat = new List<RegoValue>();
                foreach (var item in ((RegoArray)args[0]).AsSpan())
                {
                    var inner = item is RegoArray array ? array.AsSpan() : [item];
                    Charge(context, inner.Length);
                    flat.AddRange(inner);
                }

                return RegoArray.Of(flat);
            }
        ),
        new(
            "array.reverse",
            [AnyArray],
            AnyArray,
            (context, args) =>
            {
                var items = ((RegoArray)args[0]).AsSpan().ToArray();
                Charge(context, items.Length);
                items.AsSpan().Reverse();
                return RegoArray.Of(items.AsSpan());
            }
        ),
        new(
            "array.slice",
            [AnyArray, RegoType.Number, RegoType.Number],
            AnyArray,
            (context, args) =>
            {
                var items = ((RegoArray)args[0]).AsSpan();
                int start = Math.Clamp(args.Int(1), 0, items.Length);
                int stop = Math.Clamp(args.Int(2), 0, items.Length);
                Charge(context, Math.Max(0, stop - start));
                return stop <= start ? RegoArray.Empty : RegoArray.Of(items[start..stop]);
            }
        ),
    ];

    private static void Charge(BuiltinContext context, int items)
    {
        context.ChargeSteps(items);
        context.ChargeMemory(items * 8L);
    }
}
