using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Cairn.Rego.Crypto;

/// <summary>
/// A public key of Ed25519 (RFC 8032, section 5.1), which .NET does not have. It verifies only: nothing secret takes
/// part in that, so arithmetic whose time depends on the numbers gives nothing away. Signing would.
/// </summary>
internal sealed class Ed25519Key : AsymmetricAlgorithm
{
    /// <summary>The object identifier of the key's kind in certificates and public keys (RFC 8410).</summary>
    public const string Oid = "1.3.101.112";

    private const int Size = 32;

    private static readonly BigInteger P = (BigInteger.One << 255) - 19;
    private static readonly BigInteger Order =
        (BigInteger.One << 252)
        + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    private static readonly Point Base = Decode([0x58, .. Enumerable.Repeat((byte)0x66, 31)])!.Value;

    private readonly byte[] _encoded;
    private readonly Point _point;

    private Ed25519Key(byte[] encoded, Point point) => (_encoded, _point) = (encoded, point);

    // x/z, y/z and x*y/z: the extended coordinates of section 5.1.4.
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        public static Point Zero { get; } = new(0, 1, 1, 0);

        public static Point operator +(Point a, Point b)
        {
            var (m, n) = (Mod((a.Y - a.X) * (b.Y - b.X)), Mod((a.Y + a.X) * (b.Y + b.X)));
            var (c, d) = (Mod(2 * a.T * b.T % P * D), Mod(2 * a.Z * b.Z));
            var (e, f, g, h) = (n - m, d - c, d + c, n + m);
            return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
        }

        public static Point operator -(Point a) => new(Mod(-a.X), a.Y, a.Z, Mod(-a.T));

        public static Point operator *(BigInteger scalar, Point a)
        {
            var result = Zero;
            for (long bit = (long)scalar.GetBitLength() - 1; bit >= 0; bit--)
            {
                result += result;
                if (!((scalar >> (int)bit) & BigInteger.One).IsZero)
                    result += a;
            }

            return result;
        }

        public byte[] Encode()
        {
            var inverse = Inverse(Z);
            var (x, y) = (Mod(X * inverse), Mod(Y * inverse));
            byte[] bytes = new byte[Size];
            y.TryWriteBytes(bytes, out _, isUnsigned: true);
            bytes[^1] |= (byte)(x.IsEven ? 0 : 0x80);
            return bytes;
        }
    }

    /// <summary>The key of 32 bytes; null when they are no point of the curve.</summary>
    public static Ed25519Key? From(ReadOnlySpan<byte> encoded) =>
        encoded.Length == Size && Decode(encoded) is { } point ? new Ed25519Key(encoded.ToArray(), point) : null;

    /// <summary>Whether the signature of 64 bytes is the one of this key (section 5.1.7, without the cofactor, as Go
    /// has it).</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * Size)
            return false;
        var s = new BigInteger(signature[Size..], isUnsigned: true);
        if (s >= Order)
            return false;
        byte[] hash = SHA512.HashData([.. signature[..Size], .. _encoded, .. message]);
        var k = new BigInteger(hash, isUnsigned: true) % Order;
        return (s * Base + (k * -_point)).Encode().AsSpan().SequenceEqual(signature[..Size]);
    }

    private static Point? Decode(ReadOnlySpan<byte> encoded)
    {
        byte[] bytes = encoded.ToArray();
        bool odd = (bytes[^1] & 0x80) != 0;
        bytes[^1] &= 0x7F;
        var y = new BigInteger(bytes, isUnsigned: true);
        if (y >= P)
            return null;
        var square = Mod((y * y - 1) * Inverse(Mod((D * y % P * y) + 1)));
        var x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x) != square)
            x = Mod(x * RootOfMinusOne);
        if (Mod(x * x) != square || (x.IsZero && odd))
            return null;
        if (x.IsEven == odd)
            x = P - x;
        return new Point(x, y, 1, Mod(x * y));
    }

    private static BigInteger Inverse(BigInteger a) => BigInteger.ModPow(a, P - 2, P);

    private static BigInteger Mod(BigInteger a)
    {
        var rest = BigInteger.Remainder(a, P);
        return rest.Sign < 0 ? rest + P : rest;
    }
}
