using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Stable sorting by keys, and the ways in which filters get keys from items.</summary>
internal static class Sorting
{
    /// <summary>The items in the order of their keys; items with equal keys keep their order, also in
    /// reverse.</summary>
    public static List<Value> Sort(Run run, IReadOnlyList<Value> items, Func<Value, Value> key, bool reverse)
    {
        run.ChargeItems(items.Count * 3L);
        var keyed = new (Value Key, Value Item)[items.Count];
        for (int i = 0; i < keyed.Length; i++)
            keyed[i] = (key(items[i]), items[i]);
        MergeSort(run, keyed, new (Value, Value)[keyed.Length], 0, keyed.Length, reverse);
        var sorted = new List<Value>(keyed.Length);
        foreach (var (_, item) in keyed)
            sorted.Add(item);
        return sorted;
    }

    // Not Array.Sort: that is unstable, and it wraps what the comparison throws in an exception of its own.
    private static void MergeSort(
        Run run,
        (Value Key, Value Item)[] items,
        (Value Key, Value Item)[] scratch,
        int start,
        int end,
        bool reverse
    )
    {
        if (end - start < 2)
            return;
        int middle = (start + end) / 2;
        MergeSort(run, items, scratch, start, middle, reverse);
        MergeSort(run, items, scratch, middle, end, reverse);
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++)
        {
            bool takesRight = left == middle;
            if (!takesRight && right < end)
            {
                run.Step();
                takesRight = reverse
                    ? Comparison.Compare(run, items[left].Key, items[right].Key) < 0
                    : Comparison.Compare(run, items[right].Key, items[left].Key) < 0;
            }
            scratch[i] = takesRight ? items[right++] : items[left++];
        }
        Array.Copy(scratch, start, items, start, end - start);
    }

    /// <summary>
    /// A key from an attribute path: <c>a.b.0</c>, an integer index, or none for the item itself. Strings are
    /// lowered unless case counts; a missing attribute gives the default, if there is one.
    /// </summary>
    public static Func<Value, Value> Key(Run run, Value attribute, bool caseSensitive, Value otherwise = default)
    {
        var parts = Parts(attribute);
        return item =>
        {
            foreach (var part in parts)
            {
                item = Access.Item(run, item, part);
                if (item.IsUndefined && !otherwise.IsMissing && !otherwise.IsNone)
                    item = otherwise;
            }
            return caseSensitive ? item : IgnoreCase(run, item);
        };
    }

    public static Value IgnoreCase(Run run, Value value)
    {
        if (!value.TryString(out string? text))
            return value;
        run.ChargeText(text.Length);
        return Markups.Like(value, CaseMapping.Lower(text));
    }

    /// <summary>A key from several attributes, <c>a,b.c</c>, which sorts by the first, then the next.</summary>
    public static Func<Value, Value> MultiKey(Run run, Value attribute, bool caseSensitive)
    {
        string[] paths = attribute.TryString(out string? path) ? path.Split(',') : [];
        if (paths.Length < 2)
        {
            var key = Key(run, attribute, caseSensitive);
            // A tuple also where it has one item: its order never asks which of two equal items is less, so that
            // values without an order can be sorted as long as all are equal.
            return item => key(item) is var value && (value.IsNumber || value.IsText) ? value : new TupleValue([value]);
        }
        var keys = paths.Select(p => Key(run, Value.String(p), caseSensitive)).ToArray();
        return item => new TupleValue(Array.ConvertAll(keys, k => k(item)));
    }

    private static Value[] Parts(Value attribute)
    {
        if (attribute.IsMissing || attribute.IsNone)
            return [];
        return attribute.TryString(out string? path)
            ?
            [
                .. path.Split('.')
                    .Select(p =>
                        p.Length > 0 && p.All(char.IsAsciiDigit) && long.TryParse(p, out long index)
                            ? Value.Int(index)
                            : Value.String(p)
                    ),
            ]
            : [attribute];
    }
}
