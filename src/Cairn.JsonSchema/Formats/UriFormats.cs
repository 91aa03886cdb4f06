using System.Buffers;
using System.Text;

namespace Cairn.JsonSchema.Formats;

/// <summary>URIs and URI references (RFC 3986), IRIs and IRI references (RFC 3987).</summary>
internal static class UriFormats
{
    private const string Unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    private const string SubDelims = "!$&'()*+,;=";

    private static readonly SearchValues<byte> UserInfo = Set(Unreserved + SubDelims + ":");
    private static readonly SearchValues<byte> RegName = Set(Unreserved + SubDelims);
    private static readonly SearchValues<byte> Path = Set(Unreserved + SubDelims + ":@/");
    private static readonly SearchValues<byte> Query = Set(Unreserved + SubDelims + ":@/?");
    private static readonly SearchValues<byte> Digits = Set("0123456789");

    private static SearchValues<byte> Set(string characters) =>
        SearchValues.Create(Encoding.ASCII.GetBytes(characters));

    public static bool IsUri(ReadOnlySpan<byte> text) => IsValid(text, needsScheme: true, international: false);

    public static bool IsUriReference(ReadOnlySpan<byte> text) =>
        IsValid(text, needsScheme: false, international: false);

    public static bool IsIri(ReadOnlySpan<byte> text) => IsValid(text, needsScheme: true, international: true);

    public static bool IsIriReference(ReadOnlySpan<byte> text) =>
        IsValid(text, needsScheme: false, international: true);

    private static bool IsValid(ReadOnlySpan<byte> text, bool needsScheme, bool international)
    {
        int hash = text.IndexOf((byte)'#');
        if (hash >= 0)
        {
            if (!IsMadeOf(text[(hash + 1)..], Query, international))
                return false;

            text = text[..hash];
        }

        int mark = text.IndexOf((byte)'?');
        if (mark >= 0)
        {
            if (!IsMadeOf(text[(mark + 1)..], Query, international, allowPrivate: true))
                return false;

            text = text[..mark];
        }

        int colon = text.IndexOf((byte)':');
        int slash = text.IndexOf((byte)'/');
        bool hasScheme = colon >= 0 && (slash < 0 || colon < slash);
        if (hasScheme)
        {
            if (!IsScheme(text[..colon]))
            {
                return false; // nor may the first segment of a relative path hold a colon
            }

            text = text[(colon + 1)..];
        }
        else if (needsScheme)
        {
            return false;
        }

        if (text.StartsWith("//"u8))
        {
            int end = text[2..].IndexOf((byte)'/');
            var authority = end < 0 ? text[2..] : text.Slice(2, end);
            return IsAuthority(authority, international)
                && IsMadeOf(text[(2 + authority.Length)..], Path, international);
        }

        return IsMadeOf(text, Path, international);
    }

    private static bool IsScheme(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter((char)text[0]))
            return false;

        foreach (byte c in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'+' or (byte)'-' or (byte)'.'))
                return false;
        }

        return true;
    }

    private static bool IsAuthority(ReadOnlySpan<byte> authority, bool international)
    {
        int at = authority.IndexOf((byte)'@');
        if (at >= 0)
        {
            if (!IsMadeOf(authority[..at], UserInfo, international))
                return false;

            authority = authority[(at + 1)..];
        }

        ReadOnlySpan<byte> port;
        if (authority.Length > 0 && authority[0] == '[')
        {
            int close = authority.IndexOf((byte)']');
            if (close < 0 || !IsLiteralHost(authority[1..close]))
                return false;

            port = authority[(close + 1)..];
            return port.Length == 0 || (port[0] == ':' && !port[1..].ContainsAnyExcept(Digits));
        }

        int colon = authority.IndexOf((byte)':');
        port = colon < 0 ? default : authority[(colon + 1)..];
        return !port.ContainsAnyExcept(Digits)
            && IsMadeOf(colon < 0 ? authority : authority[..colon], RegName, international);
    }

    private static bool IsLiteralHost(ReadOnlySpan<byte> host)
    {
        if (host.Length < 4 || (host[0] | 0x20) != 'v')
            return AddressFormats.IsIPv6(host);

        int point = host.IndexOf((byte)'.');
        if (point < 2 || point + 1 == host.Length || host[(point + 1)..].ContainsAnyExcept(UserInfo))
            return false;

        foreach (byte c in host[1..point])
        {
            if (!char.IsAsciiHexDigit((char)c))
                return false;
        }

        return true;
    }

    private static bool IsMadeOf(
        ReadOnlySpan<byte> text,
        SearchValues<byte> allowed,
        bool international,
        bool allowPrivate = false
    )
    {
        while (true)
        {
            int at = text.IndexOfAnyExcept(allowed);
            if (at < 0)
                return true;

            text = text[at..];
            if (text[0] == '%')
            {
                if (text.Length < 3 || !char.IsAsciiHexDigit((char)text[1]) || !char.IsAsciiHexDigit((char)text[2]))
                    return false;

                text = text[3..];
            }
            else if (
                international
                && Rune.DecodeFromUtf8(text, out var rune, out int length) == OperationStatus.Done
                && (IsUcsCharacter(rune.Value) || (allowPrivate && IsPrivate(rune.Value)))
            )
            {
                text = text[length..];
            }
            else
            {
                return false;
            }
        }
    }

    private static bool IsUcsCharacter(int c) =>
        c is (>= 0xA0 and <= 0xD7FF) or (>= 0xF900 and <= 0xFDCF) or (>= 0xFDF0 and <= 0xFFEF)
        || (c is >= 0x10000 and < 0xF0000 && (c & 0xFFFF) < 0xFFFE && c is not (>= 0xE0000 and < 0xE1000));

    private static bool IsPrivate(int c) => c is (>= 0xE000 and <= 0xF8FF) || (c >= 0xF0000 && (c & 0xFFFF) < 0xFFFE);
}
