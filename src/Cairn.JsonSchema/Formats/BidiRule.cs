using System.Globalization;

namespace Cairn.JsonSchema.Formats;

/// <summary>The Bidi rule for host names with right-to-left labels (RFC 5893 section 2).</summary>
internal static class BidiRule
{
    private enum Direction
    {
        LeftToRight,
        RightToLeft,
        EuropeanNumber,
        ArabicNumber,
        Mark,
        Neutral,
    }

    public static bool Holds(IReadOnlyList<int[]> labels) =>
        !labels.Any(label => label.Any(c => Of(c) is Direction.RightToLeft or Direction.ArabicNumber))
        || labels.All(Holds);

    private static bool Holds(int[] label)
    {
        var directions = label.Select(Of).ToArray();
        int last = Array.FindLastIndex(directions, direction => direction != Direction.Mark);
        if (last < 0)
            return false;

        switch (directions[0])
        {
            case Direction.RightToLeft:
                bool mixesNumbers =
                    directions.Contains(Direction.EuropeanNumber) && directions.Contains(Direction.ArabicNumber);
                return !mixesNumbers
                    && !directions.Contains(Direction.LeftToRight)
                    && directions[last] is Direction.RightToLeft or Direction.EuropeanNumber or Direction.ArabicNumber;
            case Direction.LeftToRight:
                return !directions.Contains(Direction.RightToLeft)
                    && !directions.Contains(Direction.ArabicNumber)
                    && directions[last] is Direction.LeftToRight or Direction.EuropeanNumber;
            default:
                return false;
        }
    }

    /// <summary>.NET keeps no Bidi classes; these are those of the characters a label may hold.</summary>
    private static Direction Of(int c) =>
        c switch
        {
            >= '0' and <= '9' or >= 0x06F0 and <= 0x06F9 => Direction.EuropeanNumber,
            >= 0x0660 and <= 0x0669 or >= 0x10D30 and <= 0x10D39 => Direction.ArabicNumber,
            '-' or 0x00B7 or 0x30FB or 0x200C or 0x200D => Direction.Neutral,
            _ when CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark => Direction.Mark,
            >= 0x0590
            and <= 0x08FF
            or >= 0xFB1D
            and <= 0xFDFF
            or >= 0xFE70
            and <= 0xFEFF
            or >= 0x10800
            and <= 0x10FFF
            or >= 0x1E800
            and <= 0x1EFFF => Direction.RightToLeft,
            _ => Direction.LeftToRight,
        };
}
