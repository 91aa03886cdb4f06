using System.Text;

namespace Cairn.JsonSchema.Formats;

/// <summary>
/// Host names: RFC 1123 section 2.1, where labels beginning in <c>xn--</c> must be valid A-labels; and
/// internationalized ones, RFC 5890.
/// </summary>
internal static class HostFormats
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;

    public static bool IsHostname(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > MaxName)
            return false;

        foreach (var range in text.Split((byte)'.'))
        {
            if (!IsAsciiLabel(text[range]))
                return false;
        }

        return true;
    }

    private static bool IsAsciiLabel(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-')
            return false;

        foreach (byte c in label)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c != '-')
                return false;
        }

        return !HasAcePrefix(label) || InternationalLabel.DecodeALabel(label) is not null;
    }

    private static bool HasAcePrefix(ReadOnlySpan<byte> label) =>
        label.Length >= 4 && (label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n' && label[2] == '-' && label[3] == '-';

    public static bool IsInternationalHostname(ReadOnlySpan<byte> text)
    {
        // The four full stops that separate labels (RFC 3490 section 3.1).
        string[] labels = Encoding.UTF8.GetString(text).Split('.', '\u3002', '\uFF0E', '\uFF61');
        int length = labels.Length - 1;
        var decoded = new List<int[]>();
        foreach (string label in labels)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(label);
            int[]? codePoints;
            if (Ascii.IsValid(label))
            {
                codePoints = IsAsciiLabel(utf8)
                    ? HasAcePrefix(utf8)
                        ? InternationalLabel.DecodeALabel(utf8)
                        : InternationalLabel.CodePoints(label)
                    : null;
                length += label.Length;
            }
            else
            {
                codePoints = InternationalLabel.CodePoints(label);
                int encoded = InternationalLabel.IsULabel(codePoints)
                    ? 4 + Punycode.Encode(codePoints).Length
                    : int.MaxValue;
                codePoints = encoded <= MaxLabel ? codePoints : null;
                length += Math.Min(encoded, MaxName);
            }

            if (codePoints is null)
                return false;

            decoded.Add(codePoints);
        }

        return length is > 0 and <= MaxName && BidiRule.Holds(decoded);
    }
}
