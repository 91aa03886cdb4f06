namespace Cairn.Rego.Text;

/// <summary>
/// Whether some text matches two globs of <c>regex.globs_match</c>: characters, <c>.</c>, lists such as
/// <c>[a-z0-9]</c>, each with <c>+</c> or <c>*</c> behind it. Walks both at once and remembers which pairs of places it
/// has seen.
/// </summary>
internal static class GlobIntersection
{
    /// <summary>Whether the intersection is not empty.</summary>
    /// <exception cref="FormatException">A glob is malformed.</exception>
    public static bool IsNotEmpty(string a, string b, Action<long> charge)
    {
        var (left, right) = (Parse(a), Parse(b));
        charge((left.Count + 1L) * (right.Count + 1));
        var seen = new HashSet<(int, int)>();
        var open = new Stack<(int I, int J)>();
        open.Push((0, 0));
        while (open.TryPop(out var place))
        {
            if (!seen.Add(place))
                continue;
            var (i, j) = place;
            charge(1);
            if (i == left.Count && j == right.Count)
                return true;
            if (i < left.Count && left[i].Repeats)
                open.Push((i + 1, j));
            if (j < right.Count && right[j].Repeats)
                open.Push((i, j + 1));
            if (i < left.Count && j < right.Count && Meet(left[i], right[j]))
                open.Push((left[i].Repeats ? i : i + 1, right[j].Repeats ? j : j + 1));
        }

        return false;
    }

    /// <param name="Ranges">The characters it takes; null for any.</param>
    /// <param name="Repeats">Whether it may stand for none and for many.</param>
    private sealed record Item(IReadOnlyList<(char From, char To)>? Ranges, bool Repeats);

    private static bool Meet(Item a, Item b) =>
        a.Ranges is null || b.Ranges is null || a.Ranges.Any(x => b.Ranges.Any(y => x.From <= y.To && y.From <= x.To));

    private static List<Item> Parse(string glob)
    {
        var items = new List<Item>();
        int i = 0;
        while (i < glob.Length)
        {
            IReadOnlyList<(char, char)>? ranges;
            switch (glob[i])
            {
                case '.':
                    ranges = null;
                    i++;
                    break;
                case '[':
                    ranges = Set(glob, ref i);
                    break;
                case ']':
                    throw Error(glob, i + 1, "set-close ']' with no preceding '['");
                case '+' or '*':
                    throw Error(glob, i + 1, $"flag '{glob[i]}' must be preceded by a non-flag");
                default:
                    char c = Character(glob, ref i);
                    ranges = [(c, c)];
                    break;
            }

            char flag = i < glob.Length ? glob[i] : '\0';
            if (flag is '+' or '*')
                i++;
            if (flag != '*')
                items.Add(new Item(ranges, Repeats: false));
            if (flag is '+' or '*')
                items.Add(new Item(ranges, Repeats: true));
        }

        return items;
    }

    private static List<(char, char)> Set(string glob, ref int i)
    {
        var ranges = new List<(char, char)>();
        i++;
        while (i < glob.Length && glob[i] != ']')
        {
            char from = Character(glob, ref i),
                to = from;
            if (i + 1 < glob.Length && glob[i] == '-' && glob[i + 1] != ']')
            {
                i++;
                to = Character(glob, ref i);
            }

            if (to < from)
                throw Error(glob, i, $"range '{from}-{to}' is reverse");
            ranges.Add((from, to));
        }

        if (i >= glob.Length)
            throw Error(glob, i, "found [ without matching ]");
        i++;
        return ranges;
    }

    private static char Character(string glob, ref int i)
    {
        if (glob[i] == '\\' && ++i >= glob.Length)
            throw Error(glob, i, "no character after escape");
        return glob[i++];
    }

    private static FormatException Error(string glob, int position, string what) =>
        new($"input:{glob}, pos:{position}, {what}: the input provided is invalid");
}
