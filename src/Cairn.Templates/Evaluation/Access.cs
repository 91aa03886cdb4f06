using System.Numerics;
using Cairn.Templates.Builtins;
using Cairn.Templates.Values;

namespace Cairn.Templates.Evaluation;

/// <summary>Attributes, items and slices of values.</summary>
internal static class Access
{
    /// <summary><c>owner.name</c>: an attribute or method first, then an item.</summary>
    public static Value Attribute(Run run, Value owner, string name)
    {
        if (TryAttribute(run, owner, name, out var value))
            return value;
        return owner.TryHeap<MappingValue>(out var mapping) && mapping.TryGet(name, out value)
            ? value
            : run.UndefinedMember(owner, name);
    }

    /// <summary><c>owner[key]</c>: an item first, then, for a string, an attribute or method.</summary>
    public static Value Item(Run run, Value owner, Value key)
    {
        if (owner.TryHeap<UndefinedValue>(out var undefined))
            return undefined.Mode == UndefinedMode.Chainable ? owner : throw undefined.Fail();
        if (owner.TryString(out string? text))
        {
            if (key.TrySmall(out long index))
                return Character(run, owner, text, index);
        }
        else if (owner.Heap is { } heap && IsHashable(key) && heap.TryItem(run, key, out var item))
        {
            return item;
        }

        if (key.TryString(out string? name))
            return TryAttribute(run, owner, name, out var value) ? value : run.UndefinedMember(owner, name);
        return run.UndefinedMember(owner, key.IsNumber ? Repr.Str(run, key) : key.TypeName);
    }

    private static bool IsHashable(Value key) => key.Kind is not (ValueKind.List or ValueKind.Mapping);

    private static Value Character(Run run, Value owner, string text, long index)
    {
        run.Step(text.Length / 64);
        int length = Text.Length(text);
        index += index < 0 ? length : 0;
        return index >= 0 && index < length
            ? Markups.Like(owner, Text.Substring(text, (int)index, (int)index + 1))
            : run.UndefinedMember(owner, index.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static bool TryAttribute(Run run, Value owner, string name, out Value value)
    {
        switch (owner.Heap)
        {
            case UndefinedValue undefined:
                value = owner;
                return undefined.Mode == UndefinedMode.Chainable ? true : throw undefined.Fail();
            case MarkupValue:
                return Methods.TryBind(Methods.String, name, owner, out value);
            case { } heap when !owner.IsNumber:
                return heap.TryAttribute(name, out value);
            default:
                if (owner.IsNumber)
                    return Methods.TryBind(Methods.Number, name, owner, out value);
                if (owner.Kind == ValueKind.String)
                    return Methods.TryBind(Methods.String, name, owner, out value);
                value = default;
                return false;
        }
    }

    /// <summary>Only a name's value under <c>attr</c>: never an item.</summary>
    public static Value AttributeOnly(Run run, Value owner, string name) =>
        TryAttribute(run, owner, name, out var value) ? value : run.UndefinedMember(owner, name);

    public static Value Slice(Run run, Value owner, Value start, Value stop, Value step)
    {
        if (owner.TryHeap<UndefinedValue>(out var undefined))
            return undefined.Mode == UndefinedMode.Chainable ? owner : throw undefined.Fail();
        int length =
            owner.TryString(out string? text) ? Text.Length(text)
            : owner.TryHeap<SequenceValue>(out var sequence) ? sequence.Length
            : throw Errors.Type($"a '{owner.TypeName}' cannot be sliced");
        long by = step.IsNone ? 1 : Bound(step);
        if (by == 0)
            throw Errors.Type("the step of a slice cannot be zero");
        long from = Clamp(start, by > 0 ? 0 : length - 1, length, by);
        long to = Clamp(stop, by > 0 ? length : -1, length, by);
        int count = (int)RangeValue.CountOf(from, to, by);
        owner.TryHeap<SequenceValue>(out sequence);
        if (text is not null)
        {
            run.ChargeText(count);
            run.Step(text.Length / 64);
            return Markups.Like(owner, SliceText(text, from, by, count));
        }
        if (sequence is RangeValue range)
        {
            return new RangeValue(
                range.Start + (from * range.Step),
                range.Start + (to * range.Step),
                range.Step * by,
                count
            );
        }

        run.ChargeItems(count);
        var items = new List<Value>(count);
        for (long i = 0; i < count; i++)
            items.Add(sequence![(int)(from + (i * by))]);
        return Arithmetic.Like(owner, items);
    }

    private static string SliceText(string text, long from, long by, int count)
    {
        if (by == 1)
            return Text.Substring(text, (int)from, (int)from + count);
        string[]? characters = Text.HasSurrogates(text) ? Text.Characters(text).ToArray() : null;
        return string.Concat(
            Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    int index = (int)(from + (i * by));
                    return characters?[index] ?? text[index].ToString();
                })
        );
    }

    private static long Clamp(Value bound, long none, int length, long step)
    {
        if (bound.IsNone)
            return none;
        long index = Bound(bound);
        index += index < 0 ? length : 0;
        return step > 0 ? Math.Clamp(index, 0, length) : Math.Clamp(index, -1, length - 1);
    }

    private static long Bound(Value value)
    {
        if (!value.TryBigInteger(out var integer))
            throw Errors.Undefined(value, value) ?? Errors.Type($"a slice needs integers, not '{value.TypeName}'");
        // Beyond any length all bounds are alike.
        return (long)BigInteger.Max(BigInteger.Min(integer, int.MaxValue), int.MinValue);
    }
}
