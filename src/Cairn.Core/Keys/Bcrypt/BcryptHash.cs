using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.Core.Keys.Bcrypt;

/// <summary>Checks texts against bcrypt hashes made elsewhere (<c>$2a$</c>, <c>$2b$</c>, <c>$2y$</c>). Cairn makes none
/// itself: its keys have full entropy, which a slow hash would not make safer.</summary>
public static partial class BcryptHash
{
    /// <summary>How many bytes of a text count; longer ones are valid under no hash.</summary>
    public const int MaxTextBytes = 72;

    /// <summary>Hashes that cost more are refused: a check would take longer than anybody waits.</summary>
    public const int MaxCost = 16;

    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int SaltBytes = 16;

    // The last of 24 bytes is left out, by an accident that became the format.
    private const int HashBytes = 23;

    /// <summary>Whether a text is a hash that can be checked against.</summary>
    public static bool IsSupported(string hash) =>
        Form().Match(hash) is { Success: true } match && CostOf(match) is >= 4 and <= MaxCost;

    /// <summary>Whether <paramref name="text"/> is what was hashed. Takes the time that the hash's cost asks for, a
    /// quarter of a second or so at cost 12.</summary>
    public static bool Verify(string text, string hash)
    {
        byte[] key = [.. Encoding.UTF8.GetBytes(text), 0];
        if (!IsSupported(hash) || key.Length - 1 > MaxTextBytes || text.Contains('\0'))
            return false;
        var match = Form().Match(hash);
        byte[] made = Hash(
            key.AsSpan(0, Math.Min(key.Length, MaxTextBytes)),
            Decode(match.Groups[2].Value, SaltBytes),
            CostOf(match)
        );
        return CryptographicOperations.FixedTimeEquals(made, Decode(match.Groups[3].Value, HashBytes));
    }

    private static byte[] Hash(ReadOnlySpan<byte> key, byte[] salt, int cost)
    {
        var cipher = new Blowfish(cost, salt, key);
        byte[] text = "OrpheanBeholderScryDoubt"u8.ToArray();
        for (int block = 0; block < text.Length; block += 8)
        {
            uint left = BinaryPrimitives.ReadUInt32BigEndian(text.AsSpan(block)),
                right = BinaryPrimitives.ReadUInt32BigEndian(text.AsSpan(block + 4));
            for (int i = 0; i < 64; i++)
                cipher.Encrypt(ref left, ref right);
            BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(block), left);
            BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(block + 4), right);
        }

        return text[..HashBytes];
    }

    private static byte[] Decode(string digits, int length)
    {
        byte[] bytes = new byte[length];
        int buffer = 0,
            bits = 0,
            count = 0;
        foreach (char digit in digits)
        {
            buffer = (buffer << 6) | Alphabet.IndexOf(digit, StringComparison.Ordinal);
            bits += 6;
            if (bits < 8 || count == length)
                continue;
            bits -= 8;
            bytes[count++] = (byte)(buffer >> bits);
        }

        return bytes;
    }

    private static int CostOf(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\$2[aby]\$([0-9]{2})\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})\z")]
    private static partial Regex Form();
}
