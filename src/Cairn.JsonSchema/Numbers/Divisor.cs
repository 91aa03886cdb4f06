using System.Globalization;
using System.Numerics;

namespace Cairn.JsonSchema.Numbers;

/// <summary>
/// The value of <c>multipleOf</c>. Decides divisibility of decimals exactly: x = a·10^i is a multiple of d = b·10^j
/// when b divides a·10^(i−j), which needs only remainders and never the quotient.
/// </summary>
internal sealed class Divisor
{
    /// <summary>Below this, a remainder × 10 + 9 still fits 64 bits.</summary>
    private const ulong SmallLimit = ulong.MaxValue / 10 - 1;

    private readonly BigInteger _digits;
    private readonly ulong _small;
    private readonly long _scale;

    /// <param name="number">Greater than zero.</param>
    public Divisor(JsonNumber number)
    {
        var digits = BigInteger.Zero;
        foreach (int digit in number)
            digits = digits * 10 + digit;

        _digits = digits;
        _scale = number.Scale;
        _small = digits < SmallLimit ? (ulong)digits : 0;
    }

    public bool Divides(JsonNumber value)
    {
        if (value.Sign == 0)
            return true;

        // With a negative shift the divisor would have to contain a power of ten that the value, whose last
        // significant digit is not 0, lacks.
        long shift = value.Scale - _scale;
        if (shift < 0)
            return false;

        return _small != 0 ? RemainderSmall(value, shift) == 0 : RemainderBig(value, shift).IsZero;
    }

    private ulong RemainderSmall(JsonNumber value, long shift)
    {
        ulong remainder = 0;
        foreach (int digit in value)
            remainder = (remainder * 10 + (ulong)digit) % _small;

        UInt128 result = remainder;
        UInt128 power = 10 % _small;
        for (long bits = shift; bits > 0 && result != 0; bits >>= 1)
        {
            if ((bits & 1) != 0)
                result = result * power % _small;

            power = power * power % _small;
        }

        return (ulong)result;
    }

    private BigInteger RemainderBig(JsonNumber value, long shift)
    {
        // Nine digits at a time: long numbers then cost a ninth of the long divisions.
        const uint full = 1_000_000_000;
        var remainder = BigInteger.Zero;
        var (chunk, weight) = (0u, 1u);
        foreach (int digit in value)
        {
            (chunk, weight) = (chunk * 10 + (uint)digit, weight * 10);
            if (weight == full)
            {
                remainder = (remainder * full + chunk) % _digits;
                (chunk, weight) = (0, 1);
            }
        }

        remainder = (remainder * weight + chunk) % _digits;
        return remainder * BigInteger.ModPow(10, shift, _digits) % _digits;
    }

    /// <summary>Whether every multiple of this is a multiple of <paramref name="other"/>.</summary>
    public bool IsMultipleOf(Divisor other) =>
        _scale >= other._scale
        && (_digits * BigInteger.ModPow(10, _scale - other._scale, other._digits) % other._digits).IsZero;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_digits}e{_scale}");
}
