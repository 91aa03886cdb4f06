using System.Globalization;
using System.Text;

namespace Cairn.JsonSchema.Patterns;

/// <summary>A set of Unicode code points as sorted, disjoint, inclusive ranges.</summary>
internal sealed class CodePointSet
{
    public const int Last = 0x10FFFF;

    private readonly List<(int From, int To)> _ranges;

    private CodePointSet(List<(int From, int To)> ranges) => _ranges = ranges;

    public static CodePointSet Of(params IEnumerable<(int From, int To)> ranges)
    {
        var merged = new List<(int From, int To)>();
        foreach (var (from, to) in ranges.OrderBy(range => range.From))
        {
            if (merged.Count > 0 && from <= merged[^1].To + 1)
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, to));
            else
                merged.Add((from, to));
        }

        return new CodePointSet(merged);
    }

    public static CodePointSet Union(IEnumerable<CodePointSet> sets) => Of(sets.SelectMany(set => set._ranges));

    public bool Contains(int codePoint)
    {
        int low = 0;
        int high = _ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < _ranges[middle].From)
                high = middle - 1;
            else if (codePoint > _ranges[middle].To)
                low = middle + 1;
            else
                return true;
        }

        return false;
    }

    public CodePointSet Complement()
    {
        var rest = new List<(int, int)>();
        int next = 0;
        foreach (var (from, to) in _ranges)
        {
            if (from > next)
                rest.Add((next, from - 1));

            next = to + 1;
        }

        if (next <= Last)
            rest.Add((next, Last));

        return new CodePointSet(rest);
    }

    /// <summary>
    /// Writes a .NET expression that matches exactly one of the code points, as one UTF-16 unit or as a pair: .NET
    /// itself knows only units. Halves of pairs are never matched on their own.
    /// </summary>
    public void AppendTo(StringBuilder pattern)
    {
        var single = new StringBuilder();
        var pairs = new List<string>();
        foreach (var (from, to) in _ranges)
        {
            AppendUnits(single, from, Math.Min(to, 0xD7FF));
            AppendUnits(single, Math.Max(from, 0xE000), Math.Min(to, 0xFFFF));
            AddPairs(pairs, Math.Max(from, 0x10000), to);
        }

        if (pairs.Count == 0)
        {
            pattern.Append(single.Length == 0 ? "[^\\u0000-\\uFFFF]" : $"[{single}]");
            return;
        }

        pattern.Append("(?:");
        if (single.Length > 0)
            pattern.Append('[').Append(single).Append("]|");

        pattern.AppendJoin('|', pairs).Append(')');
    }

    private static void AppendUnits(StringBuilder units, int from, int to)
    {
        if (from <= to)
        {
            units.Append(Unit(from));
            if (to > from)
                units.Append('-').Append(Unit(to));
        }
    }

    private static void AddPairs(List<string> pairs, int from, int to)
    {
        while (from <= to)
        {
            // As far as one high surrogate reaches, or, from the start of one, over as many as are whole.
            int high = High(from);
            bool startsWhole = Low(from) == 0xDC00;
            int lastWhole = Low(to) == 0xDFFF ? High(to) : High(to) - 1;
            if (startsWhole && lastWhole >= high)
            {
                pairs.Add($"[{Unit(high)}-{Unit(lastWhole)}][\\uDC00-\\uDFFF]");
                from = 0x10000 + ((lastWhole - 0xD800 + 1) << 10);
                continue;
            }

            int end = Math.Min(to, 0x10000 + ((high - 0xD800) << 10) + 0x3FF);
            pairs.Add($"{Unit(high)}[{Unit(Low(from))}-{Unit(Low(end))}]");
            from = end + 1;
        }
    }

    private static int High(int codePoint) => 0xD800 + ((codePoint - 0x10000) >> 10);

    private static int Low(int codePoint) => 0xDC00 + ((codePoint - 0x10000) & 0x3FF);

    private static string Unit(int unit) => "\\u" + unit.ToString("X4", CultureInfo.InvariantCulture);
}
