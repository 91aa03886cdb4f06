using System.Numerics;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Methods of integers, floats and booleans.</summary>
internal static class NumberMethods
{
    public static void Register(BuiltinTable table)
    {
        table.Add(
            "is_integer",
            (in c) =>
                Value.Bool(
                    !c.Input.IsFloat
                        || (double.IsFinite(c.Input.AsFloat) && Math.Floor(c.Input.AsFloat) == c.Input.AsFloat)
                )
        );
        table.Add("conjugate", (in c) => c.Input.TryBigInteger(out var integer) ? Value.Int(integer) : c.Input);
        table.Add(
            "bit_length",
            (in c) => Value.Int(Integer(c).GetBitLength() is var bits && Integer(c).IsZero ? 0 : bits)
        );
        table.Add("bit_count", (in c) => Value.Int((long)BigInteger.PopCount(Integer(c))));
    }

    // Of the amount without its sign, as Python counts bits.
    private static BigInteger Integer(in BuiltinCall call) =>
        call.Input.TryBigInteger(out var integer)
            ? BigInteger.Abs(integer)
            : throw Errors.Type($"a '{call.Input.TypeName}' has no bits to count");
}
