namespace Cairn.Core.Keys.Bcrypt;

/// <summary>Blowfish with the expensive key schedule of bcrypt (Provos and Mazières, "A Future-Adaptable Password
/// Scheme", 1999).</summary>
internal sealed class Blowfish
{
    private const int Rounds = 16;
    private const int BoxSize = 256;

    private static readonly Lazy<uint[]> Initial = new(() => PiFraction.Words(Rounds + 2 + 4 * BoxSize));

    private readonly uint[] _keys = Initial.Value[..(Rounds + 2)];
    private readonly uint[] _boxes = Initial.Value[(Rounds + 2)..];

    /// <summary>The state after the schedule.</summary>
    /// <param name="cost">The schedule is repeated two to the power of this.</param>
    /// <param name="salt">16 bytes.</param>
    /// <param name="key">1 to 72 bytes.</param>
    public Blowfish(int cost, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        Expand(salt, key);
        for (long round = 1L << cost; round > 0; round--)
        {
            Expand([], key);
            Expand([], salt);
        }
    }

    /// <summary>Encrypts a block of 64 bits in place.</summary>
    public void Encrypt(ref uint left, ref uint right)
    {
        var (keys, boxes) = (_keys, _boxes);
        uint l = left ^ keys[0],
            r = right;
        for (int round = 1; round <= Rounds; round += 2)
        {
            r ^= Mix(boxes, l) ^ keys[round];
            l ^= Mix(boxes, r) ^ keys[round + 1];
        }

        (left, right) = (r ^ keys[Rounds + 1], l);
    }

    private static uint Mix(uint[] boxes, uint x) =>
        ((boxes[x >> 24] + boxes[BoxSize + (int)((x >> 16) & 0xFF)]) ^ boxes[2 * BoxSize + (int)((x >> 8) & 0xFF)])
        + boxes[3 * BoxSize + (int)(x & 0xFF)];

    private void Expand(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        int place = 0;
        for (int i = 0; i < _keys.Length; i++)
            _keys[i] ^= NextWord(key, ref place);
        uint left = 0,
            right = 0;
        place = 0;
        foreach (uint[] target in new[] { _keys, _boxes })
        {
            for (int i = 0; i < target.Length; i += 2)
            {
                if (!salt.IsEmpty)
                {
                    left ^= NextWord(salt, ref place);
                    right ^= NextWord(salt, ref place);
                }

                Encrypt(ref left, ref right);
                (target[i], target[i + 1]) = (left, right);
            }
        }
    }

    // Four bytes as a word, from the beginning again after the end.
    private static uint NextWord(ReadOnlySpan<byte> bytes, ref int place)
    {
        uint word = 0;
        for (int i = 0; i < 4; i++)
        {
            word = (word << 8) | bytes[place];
            place = place + 1 == bytes.Length ? 0 : place + 1;
        }

        return word;
    }
}
