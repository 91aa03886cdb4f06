using System.Text;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Formats;

/// <summary>JSON Pointers (RFC 6901, and relative ones), UUIDs (RFC 4122), regular expressions (ECMA-262).</summary>
internal static class IdentifierFormats
{
    public static bool IsJsonPointer(ReadOnlySpan<byte> text)
    {
        if (text.Length > 0 && text[0] != '/')
            return false;

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && (i + 1 == text.Length || text[i + 1] is not ((byte)'0' or (byte)'1')))
                return false;
        }

        return true;
    }

    public static bool IsRelativeJsonPointer(ReadOnlySpan<byte> text)
    {
        int digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? text.Length : digits;
        if (digits == 0 || (digits > 1 && text[0] == '0'))
            return false;

        var rest = text[digits..];
        return rest.SequenceEqual("#"u8) || IsJsonPointer(rest);
    }

    public static bool IsUuid(ReadOnlySpan<byte> text)
    {
        if (text.Length != 36)
            return false;

        for (int i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit((char)text[i]))
                return false;
        }

        return true;
    }

    public static bool IsRegex(ReadOnlySpan<byte> text)
    {
        try
        {
            EcmaPatternTranslator.Translate(Encoding.UTF8.GetString(text), strict: true);
            return true;
        }
        catch (EcmaPatternException)
        {
            return false;
        }
    }
}
