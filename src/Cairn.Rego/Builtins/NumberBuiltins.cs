using System.Numerics;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>numbers.range, numbers.range_step, rand.intn.</summary>
internal static class NumberBuiltins
{
    private static readonly RegoType Numbers = RegoType.Array(RegoType.Number);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new(
            "numbers.range",
            [RegoType.Number, RegoType.Number],
            Numbers,
            (context, args) => Range(context, args.Whole(0), args.Whole(1), BigInteger.One)
        ),
        new(
            "numbers.range_step",
            [RegoType.Number, RegoType.Number, RegoType.Number],
            Numbers,
            (context, args) =>
            {
                var step = args.Whole(2);
                return step.Sign > 0
                    ? Range(context, args.Whole(0), args.Whole(1), step)
                    : throw new BuiltinException("step must be a positive integer");
            }
        ),
        new("rand.intn", [RegoType.String, RegoType.Number], RegoType.Number, RandomInteger)
        {
            Traits = BuiltinTraits.Nondeterministic,
        },
    ];

    private static RegoArray Range(BuiltinContext context, BigInteger from, BigInteger to, BigInteger step)
    {
        var count = (BigInteger.Abs(to - from) / step) + 1;
        long items = count > long.MaxValue / 64 ? long.MaxValue / 64 : (long)count;
        context.ChargeSteps(items);
        context.ChargeMemory(items * 40);
        var range = new RegoValue[(int)items];
        var signed = to < from ? -step : step;
        for (int i = 0; i < range.Length; i++)
            range[i] = RegoNumber.Of(from + (signed * i));
        return RegoArray.Of(range.AsSpan());
    }

    private static RegoValue? RandomInteger(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var limit = BigInteger.Abs(args.Whole(1));
        if (limit.IsZero)
            return RegoNumber.Of(0);
        long bound = limit > long.MaxValue ? long.MaxValue : (long)limit;
        var key = RegoArray.Of(args[0], RegoNumber.Of(bound));
        return context.Once("rand.intn", key, () => RegoNumber.Of(context.Random.NextInt64(bound)));
    }
}
