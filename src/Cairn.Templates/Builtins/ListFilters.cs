using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Filters for lists and mappings as a whole: size, ends, order, groups.</summary>
internal static class ListFilters
{
    public static void Register(BuiltinTable table)
    {
        table.Add("length count", (in c) => Value.Int(Length(c.Run, c.Input)));
        table.Add("list", (in c) => new ListValue(c.Run.ToList(c.Input)));
        table.Add("first", First);
        table.Add("last", Last);
        table.Add("random", Random);
        table.Add("reverse", Reverse);
        table.Add("join", ["d?", "attribute?"], Join);
        table.Add(
            "sort",
            ["reverse?", "case_sensitive?", "attribute?"],
            (in c) =>
                new ListValue(
                    Sorting.Sort(c.Run, c.Run.ToList(c.Input), Sorting.MultiKey(c.Run, At(c, 2), c.Flag(1)), c.Flag(0))
                )
        );
        table.Add("dictsort", ["case_sensitive?", "by?", "reverse?"], DictSort);
        table.Add("items", (in c) => new IteratorValue(Items(c.Input)));
        table.Add("min", ["case_sensitive?", "attribute?"], (in c) => Extreme(c, 1));
        table.Add("max", ["case_sensitive?", "attribute?"], (in c) => Extreme(c, -1));
        table.Add("sum", ["attribute?", "start?"], Sum);
        table.Add(
            "unique",
            ["case_sensitive?", "attribute?"],
            (in c) => new IteratorValue(Unique(c.Run, c.Input, Sorting.Key(c.Run, At(c, 1), c.Flag(0))))
        );
        table.Add("groupby", ["attribute", "default?", "case_sensitive?"], GroupBy);
        table.Add(
            "batch",
            ["linecount", "fill_with?"],
            (in c) => new IteratorValue(Batch(c.Run, c.Input, c.Integer(0), At(c, 1)))
        );
        table.Add(
            "slice",
            ["slices", "fill_with?"],
            (in c) => new IteratorValue(Slice(c.Run, c.Input, c.Integer(0), At(c, 1)))
        );
    }

    private static Value At(in BuiltinCall call, int index) => call.Has(index) ? call[index] : Value.None;

    public static int Length(Run run, Value value)
    {
        if (value.TryString(out string? text))
        {
            run.Step(text.Length / 64);
            return Text.Length(text);
        }
        int length = value.Heap?.Length ?? -1;
        return length >= 0 ? length : throw Errors.Type($"a '{value.TypeName}' has no length");
    }

    private static Value First(in BuiltinCall call)
    {
        var items = call.Run.Iterate(call.Input);
        return items.MoveNext()
            ? items.Current
            : call.Run.UndefinedBecause("there is no first item, the sequence is empty");
    }

    /// <summary>The items from the end, or null for what can only be run through forwards.</summary>
    private static IEnumerable<Value>? Reversed(Run run, Value value)
    {
        if (value.TryString(out string? text))
            return Text.Characters(Text.Reverse(text)).Select(c => Markups.Like(value, c));
        return value.Heap switch
        {
            SequenceValue sequence => Backwards(sequence.Length, i => sequence[i]),
            MappingValue mapping => Backwards(mapping.Length, i => mapping[i].Key),
            MappingView view => Backwards(view.Length, i => view[i]),
            UndefinedValue => run.ToList(value),
            _ => null,
        };
    }

    private static IEnumerable<Value> Backwards(int count, Func<int, Value> item)
    {
        for (int i = count - 1; i >= 0; i--)
            yield return item(i);
    }

    private static Value Last(in BuiltinCall call)
    {
        var items =
            Reversed(call.Run, call.Input)
            ?? throw Errors.Type($"a '{call.Input.TypeName}' has no last item; '|list' makes it a list");
        foreach (var item in items)
            return item;
        return call.Run.UndefinedBecause("there is no last item, the sequence is empty");
    }

    private static Value Random(in BuiltinCall call)
    {
        int length = Length(call.Run, call.Input);
        if (call.Input.Kind == ValueKind.Mapping && length > 0)
            throw BuiltinCall.Mismatch(call.Input, "a sequence");
        return length == 0
            ? call.Run.UndefinedBecause("there is no random item, the sequence is empty")
            : Access.Item(call.Run, call.Input, Value.Int(System.Random.Shared.Next(length)));
    }

    private static Value Reverse(in BuiltinCall call)
    {
        if (call.Input.TryString(out string? text))
        {
            call.Run.ChargeText(text.Length);
            return Markups.Like(call.Input, Text.Reverse(text));
        }
        if (Reversed(call.Run, call.Input) is { } items)
            return new IteratorValue(items.GetEnumerator(), "iterator");
        var list = call.Run.ToList(call.Input);
        list.Reverse();
        return new ListValue(list);
    }

    private static Value Join(in BuiltinCall call)
    {
        var run = call.Run;
        var separator = call.Has(0) ? call[0] : Value.EmptyString;
        var key = call.HasValue(1) ? Sorting.Key(run, call[1], caseSensitive: true) : null;
        string between = Repr.Str(run, separator);
        if (call.Context.AutoEscape)
            return JoinMarkup(run, call.Input, separator, between, key);
        var buffer = run.RentBuffer();
        bool first = true;
        foreach (var item in run.Each(call.Input))
        {
            buffer.Append(first ? "" : between);
            Repr.WriteStr(buffer, key is null ? item : key(item));
            first = false;
        }
        return Value.String(run.ReturnBuffer(buffer));
    }

    private static Value JoinMarkup(Run run, Value input, Value separator, string between, Func<Value, Value>? key)
    {
        var items = run.ToList(input);
        items = key is null ? items : items.ConvertAll(i => key(i));
        bool isMarkup = separator.IsMarkup || items.Exists(i => i.IsMarkup);
        string Part(Value value, string text) => isMarkup ? Markups.Escaped(value, text) : text;
        string escaped = Part(separator, between);
        var buffer = run.RentBuffer();
        for (int i = 0; i < items.Count; i++)
            buffer.Append(i == 0 ? "" : escaped).Append(Part(items[i], Repr.Str(run, items[i])));
        return Markups.Make(isMarkup, run.ReturnBuffer(buffer));
    }

    private static MappingValue Mapping(in BuiltinCall call) =>
        call.Input.TryHeap<MappingValue>(out var mapping)
            ? mapping
            : throw BuiltinCall.Mismatch(call.Input, "a mapping");

    private static Value DictSort(in BuiltinCall call)
    {
        var run = call.Run;
        string by = call.String(1, "key");
        if (by is not ("key" or "value"))
            throw Errors.Type("a mapping is sorted by 'key' or 'value'");
        var pairs = run.ToList(MappingView.Items(Mapping(call)));
        int position = by == "key" ? 0 : 1;
        bool caseSensitive = call.Flag(0);
        Value Key(Value pair)
        {
            pair.TryHeap<TupleValue>(out var tuple);
            return caseSensitive ? tuple![position] : Sorting.IgnoreCase(run, tuple![position]);
        }
        return new ListValue(Sorting.Sort(run, pairs, Key, call.Flag(2)));
    }

    private static IEnumerator<Value> Items(Value input)
    {
        if (input.IsUndefined)
            yield break;
        if (!input.TryHeap<MappingValue>(out var mapping))
            throw BuiltinCall.Mismatch(input, "a mapping");
        for (int i = 0; i < mapping.Length; i++)
            yield return MappingView.Pair(mapping[i]);
    }

    private static Value Extreme(in BuiltinCall call, int direction)
    {
        var run = call.Run;
        var key = Sorting.Key(run, At(call, 1), call.Flag(0));
        Value best = default;
        Value bestKey = default;
        foreach (var item in run.Each(call.Input))
        {
            var itemKey = key(item);
            if (best.IsMissing || Comparison.Compare(run, itemKey, bestKey, direction > 0 ? "<" : ">") * direction < 0)
            {
                best = item;
                bestKey = itemKey;
            }
        }
        return best.IsMissing ? run.UndefinedBecause("there is no item to choose, the sequence is empty") : best;
    }

    private static Value Sum(in BuiltinCall call)
    {
        var run = call.Run;
        var key = call.HasValue(0) ? Sorting.Key(run, call[0], caseSensitive: true) : null;
        var total = call.Has(1) ? call[1] : Value.Int(0);
        if (total.IsText)
            throw Errors.Type("strings cannot be summed; use 'join'");
        foreach (var item in run.Each(call.Input))
            total = Arithmetic.Apply(run, BinaryOperator.Add, total, key is null ? item : key(item));
        return total;
    }

    private static IEnumerator<Value> Unique(Run run, Value input, Func<Value, Value> key)
    {
        var seen = new MappingValue();
        foreach (var item in run.Each(input))
        {
            var itemKey = key(item);
            if (!seen.TryGet(run, itemKey, out _))
            {
                run.ChargeItems(2);
                seen.Set(run, itemKey, Value.None);
                yield return item;
            }
        }
    }

    private static Value GroupBy(in BuiltinCall call)
    {
        var run = call.Run;
        var otherwise = At(call, 1);
        bool caseSensitive = call.Flag(2);
        var key = Sorting.Key(run, call[0], caseSensitive, otherwise);
        var plainKey = Sorting.Key(run, call[0], caseSensitive: true, otherwise);
        var sorted = Sorting.Sort(run, run.ToList(call.Input), key, reverse: false);
        var groups = new List<Value>();
        int start = 0;
        while (start < sorted.Count)
        {
            var groupKey = key(sorted[start]);
            int end = start + 1;
            while (end < sorted.Count && Comparison.AreEqual(run, key(sorted[end]), groupKey))
            {
                run.Step();
                end++;
            }
            groups.Add(
                new GroupValue(caseSensitive ? groupKey : plainKey(sorted[start]), new ListValue(sorted[start..end]))
            );
            start = end;
        }
        run.ChargeItems((groups.Count * 4L) + sorted.Count);
        return new ListValue(groups);
    }

    private static IEnumerator<Value> Batch(Run run, Value input, int size, Value fill)
    {
        var batch = new List<Value>();
        foreach (var item in run.Each(input))
        {
            if (batch.Count == size)
            {
                yield return new ListValue(batch);
                run.ChargeItems(Run.ObjectItems);
                batch = [];
            }
            run.ChargeItems(1);
            batch.Add(item);
        }
        if (batch.Count == 0)
            yield break;
        if (!fill.IsNone && batch.Count < size)
        {
            run.ChargeItems(size - batch.Count);
            batch.AddRange(Enumerable.Repeat(fill, size - batch.Count));
        }
        yield return new ListValue(batch);
    }

    private static IEnumerator<Value> Slice(Run run, Value input, int slices, Value fill)
    {
        var items = run.ToList(input);
        if (slices == 0)
            throw Errors.Type("there must be at least one slice");
        int offset = 0;
        for (int i = 0; i < slices; i++)
        {
            run.ChargeItems(Run.ObjectItems + (items.Count / slices));
            bool isLonger = i < items.Count % slices;
            int count = (items.Count / slices) + (isLonger ? 1 : 0);
            var slice = items.GetRange(offset, count);
            offset += count;
            if (!fill.IsNone && !isLonger)
                slice.Add(fill);
            yield return new ListValue(slice);
        }
    }
}
