using System.Buffers.Binary;
using System.Numerics;

namespace Cairn.Core.Keys.Bcrypt;

/// <summary>The digits of π after the point, from which Blowfish takes its first state.</summary>
internal static class PiFraction
{
    // Rounding spoils a few bits at the end of a sum of some thousand terms.
    private const int GuardBits = 64;

    /// <summary>As many 32-bit words as asked for, the most significant first.</summary>
    public static uint[] Words(int count)
    {
        int bits = count * 32 + GuardBits;
        // Machin's formula: π/4 = 4 arccot 5 − arccot 239.
        var pi = 4 * (4 * ArcCotangent(5, bits) - ArcCotangent(239, bits));
        byte[] digits = ((pi - (new BigInteger(3) << bits)) >> GuardBits).ToByteArray(
            isUnsigned: true,
            isBigEndian: true
        );
        byte[] padded = new byte[count * 4];
        digits.CopyTo(padded.AsSpan(padded.Length - digits.Length));
        uint[] words = new uint[count];
        for (int i = 0; i < count; i++)
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(padded.AsSpan(i * 4));
        return words;
    }

    private static BigInteger ArcCotangent(int x, int bits)
    {
        var term = (BigInteger.One << bits) / x;
        var sum = term;
        for (int n = 3; !term.IsZero; n += 2)
        {
            term /= x * x;
            sum += n % 4 == 1 ? term / n : -(term / n);
        }

        return sum;
    }
}
