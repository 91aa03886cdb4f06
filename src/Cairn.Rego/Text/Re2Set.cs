using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Cairn.Rego.Text;

/// <summary>
/// A set of code points as a piece of a .NET pattern. .NET matches UTF-16 units: what lies above U+FFFF becomes pairs
/// of surrogates beside a class, and a lone half never matches.
/// </summary>
internal sealed class Re2Set
{
    private const string AnyPair = @"[\ud800-\udbff][\udc00-\udfff]";
    private const int FirstPair = 0x10000,
        Last = 0x10FFFF;

    private static readonly Lazy<FrozenDictionary<string, (int From, int To)[]>> Categories = new(PairsByCategory);

    private readonly StringBuilder _units = new();
    private readonly List<(int From, int To)> _pairs = [];

    /// <summary>Any code point, or any but a newline.</summary>
    public static string Any(bool newline) => $@"(?:[^{(newline ? "" : @"\n")}\ud800-\udfff]|{AnyPair})";

    public void Add(int from, int to)
    {
        if (from < FirstPair)
            _units.Append(CultureInfo.InvariantCulture, $@"\u{from:x4}-\u{Math.Min(to, 0xFFFF):x4}");
        if (to >= FirstPair)
            _pairs.Add((Math.Max(from, FirstPair), to));
    }

    /// <summary>The insides of a .NET class, with everything above U+FFFF or nothing.</summary>
    public void Add(string units, bool pairs)
    {
        _units.Append(units);
        if (pairs)
            _pairs.Add((FirstPair, Last));
    }

    /// <summary>A general category or script; false when there is none of the name.</summary>
    public bool TryAdd(string name, bool negated)
    {
        // Go counts no unassigned code points among C.
        const string Others = @"\p{Cc}\p{Cf}\p{Cs}\p{Co}",
            NotOthers = @"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{Cn}";
        const string Names =
            " C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs ";
        (int From, int To)[]? ranges;
        if (name.Length is 1 or 2 && Names.Contains($" {name} ", StringComparison.Ordinal))
        {
            _units.Append(
                name == "C"
                    ? negated
                        ? NotOthers
                        : Others
                    : $@"\{(negated ? 'P' : 'p')}{{{name}}}"
            );
            ranges =
            [
                .. Categories
                    .Value.Where(category => category.Key.StartsWith(name, StringComparison.Ordinal))
                    .SelectMany(category => category.Value),
            ];
            _pairs.AddRange(negated ? Complement(ranges, FirstPair) : ranges);
            return true;
        }

        ranges = Re2Scripts.Find(name);
        if (ranges is null)
            return false;
        foreach (var (from, to) in negated ? [.. Complement(ranges, 0)] : ranges)
            Add(from, to);
        return true;
    }

    /// <summary>The pattern of one code point that is in the set, or is not.</summary>
    public string Build(bool negated)
    {
        var alternatives = new List<string>();
        if (negated)
            alternatives.Add($@"[^{_units}\ud800-\udfff]");
        else if (_units.Length > 0)
            alternatives.Add($@"[{_units}-[\ud800-\udfff]]");
        alternatives.AddRange(
            Pairs(negated ? Complement(_pairs, FirstPair) : Complement(Complement(_pairs, FirstPair), FirstPair))
        );
        return alternatives.Count switch
        {
            0 => @"[^\0-\uffff]",
            1 => alternatives[0],
            _ => $"(?:{string.Join('|', alternatives)})",
        };
    }

    private static IEnumerable<string> Pairs(IEnumerable<(int From, int To)> ranges)
    {
        foreach (var (from, to) in ranges)
        {
            if (from == FirstPair && to == Last)
            {
                yield return AnyPair;
                continue;
            }

            var (high, low, lastHigh, lastLow) = (High(from), Low(from), High(to), Low(to));
            if (high == lastHigh)
            {
                yield return Pair(high, high, low, lastLow);
                continue;
            }

            if (low != 0xDC00)
                yield return Pair(high, high++, low, 0xDFFF);
            if (lastLow != 0xDFFF)
                yield return Pair(lastHigh, lastHigh--, 0xDC00, lastLow);
            if (high <= lastHigh)
                yield return Pair(high, lastHigh, 0xDC00, 0xDFFF);
        }
    }

    private static string Pair(int high, int lastHigh, int low, int lastLow) =>
        string.Create(CultureInfo.InvariantCulture, $@"[\u{high:x4}-\u{lastHigh:x4}][\u{low:x4}-\u{lastLow:x4}]");

    private static int High(int c) => 0xD800 + ((c - FirstPair) >> 10);

    private static int Low(int c) => 0xDC00 + (c & 0x3FF);

    private static List<(int From, int To)> Complement(IEnumerable<(int From, int To)> ranges, int first)
    {
        var others = new List<(int, int)>();
        int at = first;
        foreach (var (from, to) in ranges.OrderBy(range => range.From))
        {
            if (from > at)
                others.Add((at, from - 1));
            at = Math.Max(at, to + 1);
        }

        if (at <= Last)
            others.Add((at, Last));
        return others;
    }

    // .NET's classes know categories of UTF-16 units only.
    private static FrozenDictionary<string, (int From, int To)[]> PairsByCategory()
    {
        const string Short = "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSoCn";
        var found = new Dictionary<UnicodeCategory, List<(int From, int To)>>();
        for (int c = FirstPair; c <= Last; c++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(c);
            if (!found.TryGetValue(category, out var ranges))
                found.Add(category, ranges = []);
            if (ranges.Count > 0 && ranges[^1].To == c - 1)
                ranges[^1] = (ranges[^1].From, c);
            else
                ranges.Add((c, c));
        }

        return found.ToFrozenDictionary(
            category => Short.Substring((int)category.Key * 2, 2),
            category => category.Value.ToArray()
        );
    }
}
