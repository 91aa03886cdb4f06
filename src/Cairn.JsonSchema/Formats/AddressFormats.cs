namespace Cairn.JsonSchema.Formats;

/// <summary>IPv4 addresses as four decimals (RFC 2673 section 3.2) and IPv6 addresses (RFC 4291 section 2.2).</summary>
internal static class AddressFormats
{
    public static bool IsIPv4(ReadOnlySpan<byte> text)
    {
        int parts = 0;
        foreach (var range in text.Split((byte)'.'))
        {
            var part = text[range];
            if (
                ++parts > 4
                || part.Length is 0 or > 3
                || (part.Length > 1 && part[0] == '0')
                || part.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
                || (part.Length == 3 && part.SequenceCompareTo("255"u8) > 0)
            )
            {
                return false;
            }
        }

        return parts == 4;
    }

    public static bool IsIPv6(ReadOnlySpan<byte> text)
    {
        int gap = text.IndexOf("::"u8);
        if (gap < 0)
            return CountGroups(text, mayEndInIPv4: true) == 8;

        int before = gap == 0 ? 0 : CountGroups(text[..gap], mayEndInIPv4: false);
        int after = gap + 2 == text.Length ? 0 : CountGroups(text[(gap + 2)..], mayEndInIPv4: true);
        return before >= 0 && after >= 0 && before + after <= 7;
    }

    /// <summary>Groups of 16 bits, an IPv4 address counting as two; -1 when malformed.</summary>
    private static int CountGroups(ReadOnlySpan<byte> text, bool mayEndInIPv4)
    {
        int groups = 0;
        while (true)
        {
            int colon = text.IndexOf((byte)':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && mayEndInIPv4 && IsIPv4(group))
                return groups + 2;

            if (group.Length is 0 or > 4 || !IsHex(group))
                return -1;

            groups++;
            if (colon < 0)
                return groups;

            text = text[(colon + 1)..];
        }
    }

    private static bool IsHex(ReadOnlySpan<byte> text)
    {
        foreach (byte c in text)
        {
            if (!char.IsAsciiHexDigit((char)c))
                return false;
        }

        return true;
    }
}
