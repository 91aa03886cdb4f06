using System.Buffers.Text;

namespace Cairn.JsonSchema.Instances;

/// <summary>Resolves JSON's string escapes (RFC 8259 section 7).</summary>
internal static class StringEscapes
{
    /// <summary>
    /// Writes the characters of a well-formed JSON string body; returns how many bytes. A lone surrogate escape is
    /// kept as its own three bytes, so that two different ones stay different.
    /// </summary>
    public static int Resolve(ReadOnlySpan<byte> escaped, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int backslash = escaped.IndexOf((byte)'\\');
            if (backslash < 0)
            {
                escaped.CopyTo(target[written..]);
                return written + escaped.Length;
            }

            escaped[..backslash].CopyTo(target[written..]);
            written += backslash;
            escaped = escaped[(backslash + 1)..];
            if (escaped[0] == 'u')
            {
                int codePoint = Hex4(escaped[1..]);
                escaped = escaped[5..];
                if (
                    char.IsHighSurrogate((char)codePoint)
                    && escaped.StartsWith("\\u"u8)
                    && Hex4(escaped[2..]) is var low
                    && char.IsLowSurrogate((char)low)
                )
                {
                    codePoint = char.ConvertToUtf32((char)codePoint, (char)low);
                    escaped = escaped[6..];
                }

                written += Encode(codePoint, target[written..]);
                continue;
            }

            target[written++] = escaped[0] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var other => other,
            };
            escaped = escaped[1..];
        }
    }

    private static int Hex4(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits[..4], out int value, out _, 'x') ? value : 0;

    private static int Encode(int codePoint, Span<byte> target)
    {
        switch (codePoint)
        {
            case < 0x80:
                target[0] = (byte)codePoint;
                return 1;
            case < 0x800:
                target[0] = (byte)(0xC0 | (codePoint >> 6));
                target[1] = (byte)(0x80 | (codePoint & 0x3F));
                return 2;
            case < 0x10000:
                target[0] = (byte)(0xE0 | (codePoint >> 12));
                target[1] = (byte)(0x80 | ((codePoint >> 6) & 0x3F));
                target[2] = (byte)(0x80 | (codePoint & 0x3F));
                return 3;
            default:
                target[0] = (byte)(0xF0 | (codePoint >> 18));
                target[1] = (byte)(0x80 | ((codePoint >> 12) & 0x3F));
                target[2] = (byte)(0x80 | ((codePoint >> 6) & 0x3F));
                target[3] = (byte)(0x80 | (codePoint & 0x3F));
                return 4;
        }
    }
}
