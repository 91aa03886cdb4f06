using System.Security.Cryptography;
using System.Text;

namespace Cairn.Core.Keys;

/// <summary>
/// The text of an API key: <c>cairn_live_</c>, 43 characters of base62 that hold 256 random bits, and 6 more that are a
/// CRC-32 of all before them, so that a typo can be told from a wrong key, and a key from other text, without asking.
/// </summary>
public static class ApiKeyText
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int RandomLength = 43;
    private const int ChecksumLength = 6;

    /// <summary>A new key.</summary>
    /// <param name="prefix">Such as <c>cairn_live</c>.</param>
    public static string Generate(string prefix)
    {
        // 62^43 > 2^256, and every character is drawn alike.
        string body = prefix + "_" + RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return body + Checksum(body);
    }

    /// <summary>Whether the text has the form and the checksum of a key.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        if (text.Length <= RandomLength + ChecksumLength + 1 || text.Length > 128 || !Ascii.IsValid(text))
            return false;
        return text[^ChecksumLength..].SequenceEqual(Checksum(text[..^ChecksumLength]));
    }

    /// <summary>What is stored and looked up instead of the key.</summary>
    public static KeyHash Hash(ReadOnlySpan<char> text)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var utf8 = most <= 1024 ? stackalloc byte[1024] : new byte[most];
        int length = Encoding.UTF8.GetBytes(text, utf8);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..length], hash);
        return new KeyHash(hash);
    }

    private static string Checksum(ReadOnlySpan<char> body)
    {
        Span<byte> ascii = stackalloc byte[body.Length];
        Encoding.ASCII.GetBytes(body, ascii);
        uint crc = Crc32(ascii);
        Span<char> digits = stackalloc char[ChecksumLength];
        for (int i = ChecksumLength - 1; i >= 0; i--, crc /= 62)
            digits[i] = Alphabet[(int)(crc % 62)];
        return new string(digits);
    }

    // The CRC-32 of ISO 3309, bit by bit: a key is short and made or first seen rarely.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}

/// <summary>A SHA-256 as a dictionary key.</summary>
public readonly struct KeyHash : IEquatable<KeyHash>
{
    private readonly ulong _a,
        _b,
        _c,
        _d;

    public KeyHash(ReadOnlySpan<byte> hash)
    {
        _a = BitConverter.ToUInt64(hash);
        _b = BitConverter.ToUInt64(hash[8..]);
        _c = BitConverter.ToUInt64(hash[16..]);
        _d = BitConverter.ToUInt64(hash[24..]);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static KeyHash Parse(string hex) => new(Convert.FromHexString(hex));

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[32];
        BitConverter.TryWriteBytes(bytes, _a);
        BitConverter.TryWriteBytes(bytes[8..], _b);
        BitConverter.TryWriteBytes(bytes[16..], _c);
        BitConverter.TryWriteBytes(bytes[24..], _d);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>In constant time: whether it is equal says nothing of how nearly it is.</summary>
    public bool Equals(KeyHash other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KeyHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _a.GetHashCode();
}
