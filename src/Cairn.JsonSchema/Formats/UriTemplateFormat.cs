namespace Cairn.JsonSchema.Formats;

/// <summary>URI templates (RFC 6570 section 2).</summary>
internal static class UriTemplateFormat
{
    public static bool IsUriTemplate(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            byte c = text[0];
            if (c == '{')
            {
                int close = text.IndexOf((byte)'}');
                if (close < 0 || !IsExpression(text[1..close]))
                    return false;

                text = text[(close + 1)..];
            }
            else if (c == '%')
            {
                if (!StartsWithTriplet(text))
                    return false;

                text = text[3..];
            }
            else if (c is <= 0x20 or 0x7F || "\"<>\\^`|}"u8.Contains(c))
            {
                return false;
            }
            else
            {
                text = text[1..];
            }
        }

        return true;
    }

    private static bool StartsWithTriplet(ReadOnlySpan<byte> text) =>
        text.Length >= 3 && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2]);

    private static bool IsExpression(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && "+#./;?&=,!@|"u8.Contains(text[0]))
            text = text[1..];

        foreach (var range in text.Split((byte)','))
        {
            if (!IsVariable(text[range]))
                return false;
        }

        return text.Length > 0;
    }

    private static bool IsVariable(ReadOnlySpan<byte> text)
    {
        int colon = text.IndexOf((byte)':');
        if (colon >= 0)
        {
            var length = text[(colon + 1)..];
            if (
                length.Length is 0 or > 4
                || length[0] == '0'
                || length.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
            )
            {
                return false;
            }

            text = text[..colon];
        }
        else if (text.EndsWith("*"u8))
        {
            text = text[..^1];
        }

        bool mayDot = false;
        while (text.Length > 0)
        {
            if (text[0] == '%' && StartsWithTriplet(text))
            {
                text = text[3..];
                mayDot = true;
            }
            else if (char.IsAsciiLetterOrDigit((char)text[0]) || text[0] == '_')
            {
                text = text[1..];
                mayDot = true;
            }
            else if (text[0] == '.' && mayDot)
            {
                text = text[1..];
                mayDot = false;
            }
            else
            {
                return false;
            }
        }

        return mayDot;
    }
}
