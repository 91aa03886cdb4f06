using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Cairn.Rego.Text;

/// <summary>A civil time with nanoseconds, and its distance from UTC: what a Go layout reads and writes.</summary>
internal readonly record struct GoTime(DateTime Civil, int Nanoseconds, TimeSpan Offset, string ZoneName);

/// <summary>Time layouts of Go's package <c>time</c>: the reference time Mon Jan 2 15:04:05 MST 2006 written as the
/// wanted form.</summary>
internal static class GoTimeLayout
{
    private static readonly FrozenDictionary<string, string> Known = new Dictionary<string, string>
    {
        ["ANSIC"] = "Mon Jan _2 15:04:05 2006",
        ["UnixDate"] = "Mon Jan _2 15:04:05 MST 2006",
        ["RubyDate"] = "Mon Jan 02 15:04:05 -0700 2006",
        ["RFC822"] = "02 Jan 06 15:04 MST",
        ["RFC822Z"] = "02 Jan 06 15:04 -0700",
        ["RFC850"] = "Monday, 02-Jan-06 15:04:05 MST",
        ["RFC1123"] = "Mon, 02 Jan 2006 15:04:05 MST",
        ["RFC1123Z"] = "Mon, 02 Jan 2006 15:04:05 -0700",
        ["RFC3339"] = "2006-01-02T15:04:05Z07:00",
        ["RFC3339Nano"] = Nanoseconds,
    }.ToFrozenDictionary();

    /// <summary>RFC 3339 with as many decimals as there are.</summary>
    public const string Nanoseconds = "2006-01-02T15:04:05.999999999Z07:00";

    // Longer elements before those they begin with.
    private static readonly string[] Elements =
    [
        "January",
        "Jan",
        "Monday",
        "Mon",
        "MST",
        "2006",
        "002",
        "__2",
        "-07:00:00",
        "-070000",
        "-07:00",
        "-0700",
        "-07",
        "Z07:00:00",
        "Z070000",
        "Z07:00",
        "Z0700",
        "Z07",
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "15",
        "_2",
        "PM",
        "pm",
        "1",
        "2",
        "3",
        "4",
        "5",
    ];

    /// <summary>The layout of a name such as <c>RFC1123</c>; else the text itself.</summary>
    public static string Resolve(string layout) => Known.GetValueOrDefault(layout, layout);

    /// <summary>Writes a time.</summary>
    public static string Format(string layout, GoTime time)
    {
        var text = new StringBuilder();
        int i = 0;
        while (i < layout.Length)
        {
            string? element = ElementAt(layout, i);
            if (element is null)
            {
                text.Append(layout[i++]);
            }
            else
            {
                Append(text, element, time);
                i += element.Length;
            }
        }

        return text.ToString();
    }

    /// <summary>Reads a time.</summary>
    /// <exception cref="FormatException">The text is not of the layout.</exception>
    public static GoTime Parse(string layout, string value) => new Reader(layout, value).Read();

    private static string? ElementAt(string layout, int position)
    {
        var rest = layout.AsSpan(position);
        foreach (string element in Elements)
        {
            if (rest.StartsWith(element))
            {
                // "Jan" in "Janet" is a word of its own, as are longer runs.
                if (element is "Jan" or "Mon" && rest.Length > 3 && char.IsAsciiLetterLower(rest[3]))
                    continue;
                return element;
            }
        }

        // .000 and ,999: decimals of a second, when no other digit follows.
        if (rest.Length > 1 && rest[0] is '.' or ',' && rest[1] is '0' or '9')
        {
            int length = 1;
            while (length < rest.Length && rest[length] == rest[1])
                length++;
            if (length == rest.Length || !char.IsAsciiDigit(rest[length]))
                return rest[..length].ToString();
        }

        return null;
    }

    private static void Append(StringBuilder text, string element, GoTime time)
    {
        var civil = time.Civil;
        int hour12 = civil.Hour % 12 == 0 ? 12 : civil.Hour % 12;
        string Number(int value, int digits, char pad = '0') =>
            value.ToString(CultureInfo.InvariantCulture).PadLeft(digits, pad);
        text.Append(
            element switch
            {
                "January" => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(civil.Month),
                "Jan" => CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(civil.Month),
                "Monday" => civil.DayOfWeek.ToString(),
                "Mon" => civil.DayOfWeek.ToString()[..3],
                "MST" => time.ZoneName,
                "2006" => Number(civil.Year, 4),
                "06" => Number(civil.Year % 100, 2),
                "01" => Number(civil.Month, 2),
                "1" => Number(civil.Month, 1),
                "02" => Number(civil.Day, 2),
                "_2" => Number(civil.Day, 2, ' '),
                "2" => Number(civil.Day, 1),
                "002" => Number(civil.DayOfYear, 3),
                "__2" => Number(civil.DayOfYear, 3, ' '),
                "15" => Number(civil.Hour, 2),
                "03" => Number(hour12, 2),
                "3" => Number(hour12, 1),
                "04" => Number(civil.Minute, 2),
                "4" => Number(civil.Minute, 1),
                "05" => Number(civil.Second, 2),
                "5" => Number(civil.Second, 1),
                "PM" => civil.Hour < 12 ? "AM" : "PM",
                "pm" => civil.Hour < 12 ? "am" : "pm",
                ['.' or ',', ..] => Fraction(element, time.Nanoseconds),
                _ => Zone(element, time.Offset),
            }
        );
    }

    private static string Fraction(string element, int nanoseconds)
    {
        string digits = nanoseconds.ToString("D9", CultureInfo.InvariantCulture)[..Math.Min(9, element.Length - 1)];
        if (element[1] == '9')
            digits = digits.TrimEnd('0');
        return digits.Length == 0 ? "" : element[0] + digits;
    }

    private static string Zone(string element, TimeSpan offset)
    {
        if (element[0] == 'Z' && offset == TimeSpan.Zero)
            return "Z";
        string colon = element.Contains(':', StringComparison.Ordinal) ? ":" : "";
        var size = offset.Duration();
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{(offset < TimeSpan.Zero ? '-' : '+')}{(int)size.TotalHours:00}"
        );
        int digits = element.Count(char.IsAsciiDigit);
        if (digits >= 4)
            text += string.Create(CultureInfo.InvariantCulture, $"{colon}{size.Minutes:00}");
        return digits == 6 ? text + string.Create(CultureInfo.InvariantCulture, $"{colon}{size.Seconds:00}") : text;
    }

    private sealed class Reader(string layout, string value)
    {
        private int _position;
        private int _year = 1;
        private int _month = 1;
        private int _day = 1;
        private int _dayOfYear;
        private int _hour;
        private int _minute;
        private int _second;
        private int _nanoseconds;
        private bool? _afternoon;
        private TimeSpan _offset;
        private string _zone = "UTC";

        public GoTime Read()
        {
            int i = 0;
            while (i < layout.Length)
            {
                if (ElementAt(layout, i) is { } element)
                {
                    Element(element);
                    i += element.Length;
                    // Decimals may follow the seconds though the layout has none.
                    if (element is "05" or "5" && (i >= layout.Length || ElementAt(layout, i) is not ['.' or ',', ..]))
                        Fraction(required: 0);
                }
                else if (_position < value.Length && value[_position] == layout[i])
                {
                    _position++;
                    i++;
                }
                else
                {
                    throw Error();
                }
            }

            if (_position < value.Length)
                throw new FormatException($"parsing time \"{value}\": extra text: \"{value[_position..]}\"");
            if (_afternoon is { } afternoon)
                _hour = (_hour % 12) + (afternoon ? 12 : 0);
            if (
                _month is < 1 or > 12
                || _year is < 1 or > 9999
                || _day < 1
                || _day > DateTime.DaysInMonth(_year, _month)
                || _hour > 23
                || _minute > 59
                || _second > 59
            )
            {
                throw new FormatException($"parsing time \"{value}\": out of range");
            }

            var civil = new DateTime(_year, _month, _day, _hour, _minute, _second, DateTimeKind.Unspecified);
            return new GoTime(
                _dayOfYear > 0 ? civil.AddDays(_dayOfYear - civil.DayOfYear) : civil,
                _nanoseconds,
                _offset,
                _zone
            );
        }

        private FormatException Error() =>
            new(
                $"parsing time \"{value}\" as \"{layout}\": cannot parse "
                    + $"\"{value[Math.Min(_position, value.Length)..]}\""
            );

        private void Element(string element)
        {
            switch (element)
            {
                case "January":
                    _month = Name(CultureInfo.InvariantCulture.DateTimeFormat.MonthNames);
                    break;
                case "Jan":
                    _month = Name(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames);
                    break;
                case "Monday":
                    Name(CultureInfo.InvariantCulture.DateTimeFormat.DayNames);
                    break;
                case "Mon":
                    Name(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames);
                    break;
                case "2006":
                    _year = Number(4, 4);
                    break;
                case "06":
                    int year = Number(2, 2);
                    _year = year >= 69 ? 1900 + year : 2000 + year;
                    break;
                case "01" or "1":
                    _month = Number(element.Length, 2);
                    break;
                case "02" or "_2" or "2":
                    if (element == "_2" && _position < value.Length && value[_position] == ' ')
                        _position++;
                    _day = Number(element == "02" ? 2 : 1, 2);
                    break;
                case "002" or "__2":
                    while (element == "__2" && _position < value.Length && value[_position] == ' ')
                        _position++;
                    _dayOfYear = Number(element == "002" ? 3 : 1, 3);
                    break;
                case "15" or "03" or "3":
                    _hour = Number(element.Length, 2);
                    break;
                case "04" or "4":
                    _minute = Number(element.Length, 2);
                    break;
                case "05" or "5":
                    _second = Number(element.Length, 2);
                    break;
                case "PM" or "pm":
                    string half = _position + 2 <= value.Length ? value.Substring(_position, 2) : "";
                    _afternoon = half.ToUpperInvariant() switch
                    {
                        "AM" => false,
                        "PM" => true,
                        _ => throw Error(),
                    };
                    _position += 2;
                    break;
                case "MST":
                    ZoneName();
                    break;
                case ['.' or ',', ..]:
                    Fraction(element[1] == '0' ? element.Length - 1 : 0);
                    break;
                default:
                    Zone(element);
                    break;
            }
        }

        private int Number(int least, int most)
        {
            int start = _position;
            while (_position < value.Length && _position - start < most && char.IsAsciiDigit(value[_position]))
                _position++;
            return _position - start >= least
                ? int.Parse(value.AsSpan(start, _position - start), CultureInfo.InvariantCulture)
                : throw Error();
        }

        private int Name(string[] names)
        {
            for (int i = 0; i < names.Length; i++)
            {
                if (
                    names[i].Length > 0
                    && value.AsSpan(_position).StartsWith(names[i], StringComparison.OrdinalIgnoreCase)
                )
                {
                    _position += names[i].Length;
                    return i + 1;
                }
            }

            throw Error();
        }

        private void Fraction(int required)
        {
            if (
                _position + 1 >= value.Length
                || value[_position] is not ('.' or ',')
                || !char.IsAsciiDigit(value[_position + 1])
            )
            {
                if (required > 0)
                    throw Error();
                return;
            }

            int start = ++_position;
            while (_position < value.Length && char.IsAsciiDigit(value[_position]))
                _position++;
            if (required > 0 && _position - start != required)
                throw Error();
            string digits = value[start.._position];
            _nanoseconds = int.Parse(digits.PadRight(9, '0')[..9], CultureInfo.InvariantCulture);
        }

        private void Zone(string element)
        {
            if (element[0] == 'Z' && _position < value.Length && value[_position] == 'Z')
            {
                _position++;
                return;
            }

            if (_position >= value.Length || value[_position] is not ('+' or '-'))
                throw Error();
            bool negative = value[_position++] == '-';
            int[] parts = [0, 0, 0];
            for (int i = 0; i < element.Count(char.IsAsciiDigit) / 2; i++)
            {
                if (
                    i > 0
                    && element.Contains(':', StringComparison.Ordinal)
                    && (_position >= value.Length || value[_position++] != ':')
                )
                {
                    throw Error();
                }

                parts[i] = Number(2, 2);
            }

            var size = new TimeSpan(parts[0], parts[1], parts[2]);
            _offset = negative ? -size : size;
            _zone = "";
        }

        // An abbreviation says nothing about the distance from UTC; Go takes an unknown one as none.
        private void ZoneName()
        {
            int start = _position;
            while (_position < value.Length && _position - start < 5 && char.IsAsciiLetterUpper(value[_position]))
                _position++;
            if (_position - start < 3)
                throw Error();
            _zone = value[start.._position];
        }
    }
}
