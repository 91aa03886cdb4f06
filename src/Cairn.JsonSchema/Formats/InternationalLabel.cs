using System.Globalization;
using System.Text;

namespace Cairn.JsonSchema.Formats;

/// <summary>
/// Labels of internationalized host names: which characters they may hold (RFC 5892) and where (its appendix A).
/// </summary>
internal static class InternationalLabel
{
    /// <summary>Code points that are always or never allowed, whatever their properties (RFC 5892 section
    /// 2.6).</summary>
    private static readonly HashSet<int> AlwaysValid = [0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007];

    private static readonly HashSet<int> NeverValid =
    [
        0x640,
        0x7FA,
        0x302E,
        0x302F,
        0x3031,
        0x3032,
        0x3033,
        0x3034,
        0x3035,
        0x303B,
    ];

    public static int[] CodePoints(string label) => [.. label.EnumerateRunes().Select(rune => rune.Value)];

    /// <summary>What an A-label (<c>xn--…</c>) stands for; null unless it is the encoding of a valid U-label.</summary>
    public static int[]? DecodeALabel(ReadOnlySpan<byte> label)
    {
        string encoded = Encoding.ASCII.GetString(label)[4..].ToLowerInvariant();
        return
            Punycode.Decode(encoded) is { Length: > 0 } codePoints
            && codePoints.Any(c => c >= 0x80)
            && Punycode.Encode(codePoints) == encoded
            && IsULabel(codePoints)
            ? codePoints
            : null;
    }

    /// <summary>RFC 5891 section 4.2.3, all but the Bidi rule, which concerns whole names.</summary>
    public static bool IsULabel(int[] label)
    {
        if (
            label.Length == 0
            || label[0] == '-'
            || label[^1] == '-'
            || (label.Length > 3 && label[2] == '-' && label[3] == '-')
            || IsMark(label[0])
        )
        {
            return false;
        }

        for (int i = 0; i < label.Length; i++)
        {
            if (!IsAllowed(label, i))
                return false;
        }

        return true;
    }

    private static bool IsMark(int codePoint) =>
        CharUnicodeInfo.GetUnicodeCategory(codePoint)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;

    private static bool IsAllowed(int[] label, int i)
    {
        int c = label[i];
        int before = i > 0 ? label[i - 1] : -1;
        int after = i + 1 < label.Length ? label[i + 1] : -1;
        switch (c)
        {
            case 0x00B7: // middle dot, only between two l, for Catalan
                return before == 'l' && after == 'l';
            case 0x0375: // Greek keraia
                return IsGreek(after);
            case 0x05F3 or 0x05F4: // Hebrew geresh, gershayim
                return before is >= 0x0590 and <= 0x05FF;
            case 0x30FB: // Katakana middle dot
                return label.Any(IsKanaOrHan);
            case >= 0x0660 and <= 0x0669: // Arabic-Indic digits
                return !label.Any(other => other is >= 0x06F0 and <= 0x06F9);
            case >= 0x06F0 and <= 0x06F9:
                return !label.Any(other => other is >= 0x0660 and <= 0x0669);
            case 0x200D: // zero width joiner
                return IsVirama(before);
            case 0x200C: // zero width non-joiner
                return IsVirama(before) || ArabicJoining.AllowsNonJoiner(label, i);
            default:
                return IsProtocolValid(c);
        }
    }

    private static bool IsGreek(int c) => c is >= 0x0370 and <= 0x03FF or >= 0x1F00 and <= 0x1FFF;

    private static bool IsKanaOrHan(int c) =>
        c
            is (>= 0x3041 and <= 0x309F)
                or (>= 0x30A1 and <= 0x30FA)
                or (>= 0x30FC and <= 0x30FF)
                or (>= 0x31F0 and <= 0x31FF)
                or (>= 0x2E80 and <= 0x2FD5)
                or 0x3005
                or 0x3007
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x4E00 and <= 0x9FFF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Canonical combining class 9.</summary>
    private static bool IsVirama(int c) =>
        c
            is 0x094D
                or 0x09CD
                or 0x0A4D
                or 0x0ACD
                or 0x0B4D
                or 0x0BCD
                or 0x0C4D
                or 0x0CCD
                or 0x0D3B
                or 0x0D3C
                or 0x0D4D
                or 0x0DCA
                or 0x0E3A
                or 0x0EBA
                or 0x0F84
                or 0x1039
                or 0x103A
                or 0x1714
                or 0x1734
                or 0x17D2
                or 0x1A60
                or 0x1B44
                or 0x1BAA
                or 0x1BAB
                or 0x1BF2
                or 0x1BF3
                or 0x2D7F
                or 0xA806
                or 0xA82C
                or 0xA8C4
                or 0xA953
                or 0xA9C0
                or 0xAAF6
                or 0xABED
                or 0x10A3F
                or 0x11046
                or 0x1107F
                or 0x110B9
                or 0x11133
                or 0x11134
                or 0x111C0
                or 0x11235
                or 0x112EA
                or 0x1134D
                or 0x11442
                or 0x114C2
                or 0x115BF
                or 0x1163F
                or 0x116B6
                or 0x1172B
                or 0x11839
                or 0x1193D
                or 0x1193E
                or 0x119E0
                or 0x11A34
                or 0x11A47
                or 0x11A99
                or 0x11C3F
                or 0x11D44
                or 0x11D45
                or 0x11D97;

    private static bool IsProtocolValid(int c)
    {
        if (AlwaysValid.Contains(c))
            return true;

        if (NeverValid.Contains(c) || IsOldHangul(c))
            return false;

        if (c < 0x80)
            return char.IsAsciiLetterLower((char)c) || char.IsAsciiDigit((char)c) || c == '-';

        bool isLetterOrDigit =
            CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.LowercaseLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber;
        return isLetterOrDigit && IsStable(c);
    }

    private static bool IsOldHangul(int c) =>
        c is (>= 0x1100 and <= 0x11FF) or (>= 0xA960 and <= 0xA97F) or (>= 0xD7B0 and <= 0xD7FF);

    /// <summary>
    /// Not a compatibility form (ligature, full-width or mathematical letter), which is written another way. By range,
    /// as no normalization is to be had where the process runs without globalization data.
    /// </summary>
    private static bool IsStable(int c) =>
        c
            is not (
                0xAA
                or 0xBA
                or 0x17F
                or (>= 0x132 and <= 0x133)
                or (>= 0x13F and <= 0x140)
                or 0x149
                or (>= 0x1C4 and <= 0x1CC)
                or (>= 0x1F1 and <= 0x1F3)
                or (>= 0x2B0 and <= 0x2B8)
                or (>= 0x2E0 and <= 0x2E4)
                or (>= 0x1D2C and <= 0x1D6A)
                or 0x1D78
                or (>= 0x1D9B and <= 0x1DBF)
                or 0x2071
                or 0x207F
                or (>= 0x2090 and <= 0x209C)
                or (>= 0x2100 and <= 0x214F and not (0x214E or 0x2132))
                or (>= 0x2C7C and <= 0x2C7D)
                or 0x2D6F
                or (>= 0x3131 and <= 0x318E)
                or (>= 0xA69C and <= 0xA69D)
                or 0xA770
                or (>= 0xA7F2 and <= 0xA7F4)
                or (>= 0xA7F8 and <= 0xA7F9)
                or (>= 0xAB5C and <= 0xAB5F)
                or 0xAB69
                or (>= 0xF900 and <= 0xFA0D)
                or 0xFA10
                or 0xFA12
                or (>= 0xFA15 and <= 0xFA1E)
                or 0xFA20
                or 0xFA22
                or (>= 0xFA25 and <= 0xFA26)
                or (>= 0xFA2A and <= 0xFB1D)
                or (>= 0xFB1F and <= 0xFDFF)
                or (>= 0xFE70 and <= 0xFFEF)
                or (>= 0x1D400 and <= 0x1D7FF)
                or (>= 0x1EE00 and <= 0x1EEFF)
                or (>= 0x2F800 and <= 0x2FA1D)
            );
}
