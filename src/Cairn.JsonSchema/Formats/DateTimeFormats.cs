namespace Cairn.JsonSchema.Formats;

/// <summary>Dates and times of RFC 3339, durations of its appendix A.</summary>
internal static class DateTimeFormats
{
    private const int MinutesPerDay = 24 * 60;

    public static bool IsDateTime(ReadOnlySpan<byte> text) =>
        text.Length > 11 && text[10] is (byte)'T' or (byte)'t' && IsDate(text[..10]) && IsTime(text[11..]);

    public static bool IsDate(ReadOnlySpan<byte> text)
    {
        if (
            text.Length != 10
            || text[4] != '-'
            || text[7] != '-'
            || !TryNumber(text[..4], out int year)
            || !TryNumber(text[5..7], out int month)
            || !TryNumber(text[8..], out int day)
        )
        {
            return false;
        }

        // Year 0000 exists in RFC 3339 and is a leap year, unlike in DateTime.
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year == 0 ? 4 : year, month);
    }

    public static bool IsTime(ReadOnlySpan<byte> text)
    {
        if (
            text.Length < 9
            || text[2] != ':'
            || text[5] != ':'
            || !TryNumber(text[..2], out int hour)
            || !TryNumber(text[3..5], out int minute)
            || !TryNumber(text[6..8], out int second)
            || hour > 23
            || minute > 59
            || second > 60
        )
        {
            return false;
        }

        text = text[8..];
        if (text[0] == '.')
        {
            int digits = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits < 1)
                return false;

            text = text[(digits + 1)..];
        }

        if (!TryOffset(text, out int offset))
            return false;

        // Leap seconds are inserted at the end of a UTC day.
        int minuteInUtc = (hour * 60 + minute - offset + 2 * MinutesPerDay) % MinutesPerDay;
        return second < 60 || minuteInUtc == MinutesPerDay - 1;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
            return text[0] is (byte)'Z' or (byte)'z';

        if (
            text.Length != 6
            || text[0] is not ((byte)'+' or (byte)'-')
            || text[3] != ':'
            || !TryNumber(text[1..3], out int hour)
            || !TryNumber(text[4..], out int minute)
            || hour > 23
            || minute > 59
        )
        {
            return false;
        }

        minutes = (hour * 60 + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;

            value = value * 10 + (digit - '0');
        }

        return true;
    }

    public static bool IsDuration(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[0] != 'P')
            return false;

        text = text[1..];
        if (text[^1] == 'W')
            return text[..^1].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

        int time = text.IndexOf((byte)'T');
        return time < 0
            ? AreUnits(text, "YMD"u8)
            : (time == 0 || AreUnits(text[..time], "YMD"u8)) && AreUnits(text[(time + 1)..], "HMS"u8);
    }

    /// <summary>Numbers with units, at least one, in order and without leaving one out in between.</summary>
    private static bool AreUnits(ReadOnlySpan<byte> text, ReadOnlySpan<byte> units)
    {
        int previous = -1;
        do
        {
            int digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            int unit = digits < 1 ? -1 : units.IndexOf(text[digits]);
            if (unit < 0 || (previous >= 0 && unit != previous + 1))
                return false;

            previous = unit;
            text = text[(digits + 1)..];
        } while (text.Length > 0);

        return true;
    }
}
