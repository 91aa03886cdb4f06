using System.Numerics;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Bits of integers of any size, negative ones in two's complement.</summary>
internal static class BitsBuiltins
{
    private const int MaxShift = 65_536;

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        Binary("bits.and", (a, b) => a & b),
        Binary("bits.or", (a, b) => a | b),
        Binary("bits.xor", (a, b) => a ^ b),
        new("bits.negate", [RegoType.Number], RegoType.Number, (_, args) => RegoNumber.Of(-args.Whole(0) - 1)),
        new(
            "bits.lsh",
            [RegoType.Number, RegoType.Number],
            RegoType.Number,
            (_, args) => RegoNumber.Of(args.Whole(0) << Shift(args))
        ),
        new(
            "bits.rsh",
            [RegoType.Number, RegoType.Number],
            RegoType.Number,
            (_, args) => RegoNumber.Of(args.Whole(0) >> Shift(args))
        ),
    ];

    private static BuiltinDefinition Binary(string name, Func<BigInteger, BigInteger, BigInteger> operation) =>
        new(
            name,
            [RegoType.Number, RegoType.Number],
            RegoType.Number,
            (_, args) => RegoNumber.Of(operation(args.Whole(0), args.Whole(1)))
        );

    private static int Shift(ReadOnlySpan<RegoValue> args)
    {
        var shift = args.Whole(1);
        if (shift.Sign < 0)
            throw BuiltinException.Value(2, "must be an unsigned integer number but got a negative integer");
        return shift <= MaxShift ? (int)shift : throw BuiltinException.Value(2, $"must be at most {MaxShift}");
    }
}
