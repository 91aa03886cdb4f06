namespace Cairn.JsonSchema.Formats;

/// <summary>Mailboxes of RFC 5321 section 4.1.2, and with the wider alphabet of RFC 6531.</summary>
internal static class EmailFormats
{
    private const int MaxLocalPart = 64;

    public static bool IsEmail(ReadOnlySpan<byte> text) => IsMailbox(text, international: false);

    public static bool IsInternationalEmail(ReadOnlySpan<byte> text) => IsMailbox(text, international: true);

    private static bool IsMailbox(ReadOnlySpan<byte> text, bool international)
    {
        int at = text.LastIndexOf((byte)'@');
        if (at is < 1 or > MaxLocalPart)
            return false;

        var local = text[..at];
        var domain = text[(at + 1)..];
        bool localIsValid = local[0] == '"' ? IsQuoted(local, international) : IsDotted(local, international);
        return localIsValid
            && (
                domain.Length > 0 && domain[0] == '[' ? IsAddressLiteral(domain)
                : international ? HostFormats.IsInternationalHostname(domain)
                : HostFormats.IsHostname(domain)
            );
    }

    private static bool IsDotted(ReadOnlySpan<byte> local, bool international)
    {
        if (local[0] == '.' || local[^1] == '.' || local.IndexOf(".."u8) >= 0)
            return false;

        foreach (byte c in local)
        {
            bool isAtom =
                c < 0x80 ? char.IsAsciiLetterOrDigit((char)c) || "!#$%&'*+-/=?^_`{|}~."u8.Contains(c) : international;
            if (!isAtom)
                return false;
        }

        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<byte> local, bool international)
    {
        if (local.Length < 2 || local[^1] != '"')
            return false;

        var inner = local[1..^1];
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && ++i == inner.Length)
                return false;

            bool isEscaped = i > 0 && inner[i - 1] == '\\';
            bool isText =
                inner[i] < 0x80 ? inner[i] is >= 0x20 and < 0x7F && (isEscaped || inner[i] != '"') : international;
            if (!isText)
                return false;
        }

        return true;
    }

    private static bool IsAddressLiteral(ReadOnlySpan<byte> domain)
    {
        if (domain[^1] != ']')
            return false;

        var address = domain[1..^1];
        return address.StartsWith("IPv6:"u8) ? AddressFormats.IsIPv6(address[5..]) : AddressFormats.IsIPv4(address);
    }
}
