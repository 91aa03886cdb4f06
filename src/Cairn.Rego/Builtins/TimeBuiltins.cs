using System.Globalization;
using System.Numerics;
using Cairn.Rego.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Times as nanoseconds since 1970, between 1677 and 2262, which is what 64 bits hold.</summary>
internal static class TimeBuiltins
{
    private static readonly RegoType Zoned = RegoType.AnyOf(
        RegoType.Number,
        RegoType.Tuple(RegoType.Number, RegoType.String)
    );
    private static readonly RegoType Formatted = RegoType.AnyOf(
        RegoType.Number,
        RegoType.Tuple(RegoType.Number, RegoType.String),
        RegoType.Tuple(RegoType.Number, RegoType.String, RegoType.String)
    );
    private static readonly RegoType ThreeNumbers = RegoType.Tuple(RegoType.Number, RegoType.Number, RegoType.Number);

    private static readonly (string Unit, decimal Nanoseconds)[] DurationUnits =
    [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
        ("w", 604_800_000_000_000),
    ];

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("time.now_ns", [], RegoType.Number, (context, _) => RegoNumber.Of(context.NowNanoseconds))
        {
            Traits = BuiltinTraits.Nondeterministic,
        },
        new(
            "time.parse_ns",
            [RegoType.String, RegoType.String],
            RegoType.Number,
            (_, args) => Parse(args.Text(0), args.Text(1))
        ),
        new("time.parse_rfc3339_ns", [RegoType.String], RegoType.Number, (_, args) => Parse("RFC3339", args.Text(0))),
        new("time.parse_duration_ns", [RegoType.String], RegoType.Number, (_, args) => ParseDuration(args.Text(0))),
        new("time.format", [Formatted], RegoType.String, (_, args) => Format(args[0])),
        new(
            "time.date",
            [Zoned],
            ThreeNumbers,
            (_, args) => Numbers(Civil(args, 0) is var time ? [time.Civil.Year, time.Civil.Month, time.Civil.Day] : [])
        ),
        new(
            "time.clock",
            [Zoned],
            ThreeNumbers,
            (_, args) =>
                Numbers(Civil(args, 0) is var time ? [time.Civil.Hour, time.Civil.Minute, time.Civil.Second] : [])
        ),
        new(
            "time.weekday",
            [Zoned],
            RegoType.String,
            (_, args) => RegoString.Of(Civil(args, 0).Civil.DayOfWeek.ToString())
        ),
        new(
            "time.add_date",
            [RegoType.Number, RegoType.Number, RegoType.Number, RegoType.Number],
            RegoType.Number,
            AddDate
        ),
        new("time.diff", [Zoned, Zoned], RegoType.Tuple([.. Enumerable.Repeat(RegoType.Number, 6)]), Difference),
    ];

    private static RegoArray Numbers(params int[] numbers) =>
        RegoArray.Of(numbers.Select(number => (RegoValue)RegoNumber.Of(number)));

    private static long Nanoseconds(RegoValue value, int operand)
    {
        if (value is not RegoNumber number)
            throw BuiltinException.Operand(operand, value, "number");
        if (!number.IsInteger)
            throw BuiltinException.Value(operand, "must be integer number but got floating-point number");
        return number.TryToLong(out long nanoseconds) ? nanoseconds : throw new BuiltinException("timestamp too big");
    }

    private static GoTime Civil(ReadOnlySpan<RegoValue> args, int index)
    {
        var (value, zone) = args[index] is RegoArray pair
            ? pair.Count is 2 or 3 && pair[1] is RegoString name
                ? (pair[0], name.Value)
                : throw BuiltinException.Value(
                    index + 1,
                    "must be either number or 2-element array of number and string"
                )
            : (args[index], "");
        return At(Nanoseconds(value, index + 1), Zone(zone));
    }

    private static TimeZoneInfo Zone(string name)
    {
        if (name is "" or "UTC")
            return TimeZoneInfo.Utc;
        if (name == "Local")
            return TimeZoneInfo.Local;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : throw new BuiltinException($"unknown time zone {name}");
    }

    private static GoTime At(long nanoseconds, TimeZoneInfo zone)
    {
        long seconds = Math.DivRem(nanoseconds, 1_000_000_000, out long rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + 1_000_000_000);
        var utc = DateTimeOffset.FromUnixTimeSeconds(seconds);
        var offset = zone.GetUtcOffset(utc);
        string name =
            zone == TimeZoneInfo.Utc
                ? "UTC"
                : Abbreviation(zone.IsDaylightSavingTime(utc) ? zone.DaylightName : zone.StandardName, offset);
        return new GoTime(utc.UtcDateTime + offset, (int)rest, offset, name);
    }

    private static string Abbreviation(string name, TimeSpan offset) =>
        name.Length is >= 3 and <= 5 && name.All(char.IsAsciiLetterUpper)
            ? name
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(offset < TimeSpan.Zero ? '-' : '+')}{(int)offset.Duration().TotalHours:00}{(offset.Minutes == 0 ? "" : Math.Abs(offset.Minutes).ToString("00", CultureInfo.InvariantCulture))}"
            );

    private static RegoNumber InRange(BigInteger nanoseconds) =>
        nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue
            ? RegoNumber.Of((long)nanoseconds)
            : throw new BuiltinException("time outside of valid range");

    private static RegoNumber Instant(GoTime time)
    {
        var since = time.Civil - DateTime.UnixEpoch - time.Offset;
        return InRange((new BigInteger(since.Ticks) * 100) + time.Nanoseconds);
    }

    private static RegoNumber Parse(string layout, string value)
    {
        try
        {
            return Instant(GoTimeLayout.Parse(GoTimeLayout.Resolve(layout), value));
        }
        catch (FormatException e)
        {
            throw new BuiltinException(e.Message, e);
        }
    }

    // A sum of numbers with units: 1h15m30.918s.
    private static RegoNumber ParseDuration(string text)
    {
        var rest = text.AsSpan().TrimStart("-+");
        if (text.Length - rest.Length > 1 || rest.Length == 0)
            throw new BuiltinException($"time: invalid duration \"{text}\"");
        decimal total = 0;
        while (rest.Length > 0 && rest is not "0")
        {
            int end = 0;
            while (end < rest.Length && (char.IsAsciiDigit(rest[end]) || rest[end] == '.'))
                end++;
            int unitEnd = end;
            while (unitEnd < rest.Length && rest[unitEnd] != '.' && !char.IsAsciiDigit(rest[unitEnd]))
                unitEnd++;
            string unit = rest[end..Math.Min(unitEnd, end + 16)].ToString();
            decimal factor = Array.Find(DurationUnits, known => known.Unit == unit).Nanoseconds;
            if (unit.Length == 0)
                throw new BuiltinException($"time: missing unit in duration \"{text}\"");
            if (factor == 0)
                throw new BuiltinException($"time: unknown unit \"{unit}\" in duration \"{text}\"");
            if (
                end is 0 or > 20
                || !decimal.TryParse(
                    rest[..end],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out decimal number
                )
                || number > long.MaxValue / factor
            )
            {
                throw new BuiltinException($"time: invalid duration \"{text}\"");
            }

            total += number * factor;
            rest = rest[unitEnd..];
        }

        return InRange(new BigInteger(text[0] == '-' ? -total : total));
    }

    private static RegoString Format(RegoValue operand)
    {
        string layout = GoTimeLayout.Nanoseconds;
        if (operand is RegoArray { Count: 3 } full)
        {
            layout = full[2] is RegoString text
                ? (text.Value.Length == 0 ? layout : GoTimeLayout.Resolve(text.Value))
                : throw BuiltinException.Operand(1, full[2], "string");
        }

        return RegoString.Of(GoTimeLayout.Format(layout, Civil([operand], 0)));
    }

    private static RegoValue AddDate(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var time = At(Nanoseconds(args[0], 1), TimeZoneInfo.Utc);
        long months = (time.Civil.Month - 1L) + args.Int(2) + (args.Int(1) * 12L);
        long year = time.Civil.Year + (long)Math.Floor(months / 12.0);
        if (year is < 1 or > 9999)
            throw new BuiltinException("time outside of valid range");
        // Days beyond a month's end run on into the next, as in Go: January 31 and a month is March 2 or 3.
        var first = new DateTime((int)year, (int)(((months % 12) + 12) % 12) + 1, 1, 0, 0, 0, DateTimeKind.Utc);
        double days = time.Civil.Day - 1.0 + args.Int(3);
        if (Math.Abs(days) > 4_000_000 || (first - DateTime.UnixEpoch).TotalDays + days is < -200_000 or > 200_000)
            throw new BuiltinException("time outside of valid range");
        return Instant(time with { Civil = first.AddDays(days) + time.Civil.TimeOfDay });
    }

    // The parts in which two times differ; months and days as a calendar counts them.
    private static RegoValue Difference(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        var (from, to) = (Civil(args, 0), Civil(args, 1));
        // Both in the first one's zone.
        to = to with
        {
            Civil = to.Civil - to.Offset + from.Offset,
        };
        if ((from.Civil, from.Nanoseconds).CompareTo((to.Civil, to.Nanoseconds)) > 0)
            (from, to) = (to, from);
        var (a, b) = (from.Civil, to.Civil);
        int year = b.Year - a.Year,
            month = b.Month - a.Month,
            day = b.Day - a.Day;
        int hour = b.Hour - a.Hour,
            minute = b.Minute - a.Minute,
            second = b.Second - a.Second;
        if (second < 0)
            (second, minute) = (second + 60, minute - 1);
        if (minute < 0)
            (minute, hour) = (minute + 60, hour - 1);
        if (hour < 0)
            (hour, day) = (hour + 24, day - 1);
        if (day < 0)
            (day, month) = (day + DateTime.DaysInMonth(a.Year, a.Month), month - 1);
        if (month < 0)
            (month, year) = (month + 12, year - 1);
        return Numbers(year, month, day, hour, minute, second);
    }
}
