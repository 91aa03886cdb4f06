using System.Globalization;

namespace Cairn.JsonSchema.Formats;

/// <summary>
/// Where a zero width non-joiner keeps two letters of a cursive script apart (RFC 5892 appendix A.1): between a letter
/// that joins to its left and one that joins to its right, marks aside.
/// </summary>
internal static class ArabicJoining
{
    public static bool AllowsNonJoiner(int[] label, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsTransparent(label[before]))
            before--;

        int after = at + 1;
        while (after < label.Length && IsTransparent(label[after]))
            after++;

        return before >= 0
            && after < label.Length
            && IsCursive(label[before])
            && !JoinsOnlyRight(label[before])
            && IsCursive(label[after]);
    }

    private static bool IsTransparent(int c) =>
        CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
        && c != 0x200C;

    /// <summary>Letters of the scripts that join: Arabic, Syriac, N'Ko, Mandaic, Mongolian, Phags-pa.</summary>
    private static bool IsCursive(int c) =>
        c
            is (>= 0x0620 and <= 0x064A)
                or (>= 0x066E and <= 0x06D3)
                or 0x06D5
                or (>= 0x06EE and <= 0x06EF)
                or (>= 0x06FA and <= 0x06FF)
                or (>= 0x0710 and <= 0x072F)
                or (>= 0x074D and <= 0x077F)
                or (>= 0x07CA and <= 0x07EA)
                or (>= 0x0840 and <= 0x0858)
                or (>= 0x0860 and <= 0x086A)
                or (>= 0x08A0 and <= 0x08C9)
                or (>= 0x1820 and <= 0x1878)
                or (>= 0x1887 and <= 0x18AA)
                or (>= 0xA840 and <= 0xA872)
        && c is not (0x0621 or 0x0674);

    /// <summary>Alef, dal, reh, waw and their like, which never join to the letter behind them.</summary>
    private static bool JoinsOnlyRight(int c) =>
        c
            is (>= 0x0622 and <= 0x0625)
                or 0x0627
                or 0x0629
                or (>= 0x062F and <= 0x0632)
                or 0x0648
                or (>= 0x0671 and <= 0x0673)
                or (>= 0x0675 and <= 0x0677)
                or (>= 0x0688 and <= 0x0699)
                or 0x06C0
                or (>= 0x06C3 and <= 0x06CB)
                or 0x06CD
                or 0x06CF
                or 0x06D2
                or 0x06D3
                or 0x06D5
                or 0x06EE
                or 0x06EF
                or 0x0710
                or (>= 0x0715 and <= 0x0719)
                or 0x071E
                or 0x0728
                or 0x072A
                or 0x072C
                or 0x072F
                or 0x074D
                or (>= 0x0759 and <= 0x075B)
                or 0x076B
                or 0x076C
                or 0x0771
                or 0x0773
                or 0x0774
                or 0x0778
                or 0x0779
                or 0x0840
                or 0x0846
                or 0x0847
                or 0x0849
                or 0x0854
                or (>= 0x0856 and <= 0x0858)
                or (>= 0x0867 and <= 0x086A)
                or (>= 0x08AA and <= 0x08AC)
                or 0x08AE
                or 0x08B1
                or 0x08B2
                or 0x08B9;
}
