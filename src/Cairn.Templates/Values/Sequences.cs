using Cairn.Templates.Builtins;
using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Values;

/// <summary>Lists, tuples and ranges: a length, items by index, slices.</summary>
internal abstract class SequenceValue : HeapValue
{
    public abstract Value this[int index] { get; }

    public override bool IsTrue => Length > 0;

    public override IEnumerator<Value> Iterate()
    {
        // The length is asked for again each time: a list may grow while a loop runs over it.
        for (int i = 0; i < Length; i++)
            yield return this[i];
    }

    public override bool TryItem(Run run, Value key, out Value item)
    {
        item = default;
        if (!key.TrySmall(out long index))
            return false;
        index += index < 0 ? Length : 0;
        if (index < 0 || index >= Length)
            return false;
        item = this[(int)index];
        return true;
    }

    public bool Contains(Run run, Value item)
    {
        for (int i = 0; i < Length; i++)
        {
            run.Step();
            if (Comparison.AreEqual(run, this[i], item))
                return true;
        }
        return false;
    }
}

internal sealed class ListValue(List<Value> items, bool frozen = false) : SequenceValue
{
    public List<Value> Items => items;

    /// <summary>Whether the list is the host's, which templates cannot change.</summary>
    public bool Frozen => frozen;

    public override ValueKind Kind => ValueKind.List;

    public override string TypeName => "list";

    public override int Length => items.Count;

    public override Value this[int index] => items[index];

    public override bool TryAttribute(string name, out Value attribute) =>
        Methods.TryBind(Methods.List, name, this, out attribute);

    public override void Write(TextBuffer output, bool asRepr) => Repr.WriteItems(output, this, '[', ']');
}

internal class TupleValue(Value[] items) : SequenceValue
{
    public static readonly TupleValue Empty = new([]);

    public Value[] Items => items;

    public override ValueKind Kind => ValueKind.Tuple;

    public override string TypeName => "tuple";

    public override int Length => items.Length;

    public override Value this[int index] => items[index];

    public override bool TryAttribute(string name, out Value attribute) =>
        Methods.TryBind(Methods.Tuple, name, this, out attribute);

    public override void Write(TextBuffer output, bool asRepr)
    {
        if (items.Length == 1)
        {
            output.Append('(');
            Repr.Write(output, items[0]);
            output.Append(",)");
            return;
        }
        Repr.WriteItems(output, this, '(', ')');
    }
}

/// <summary>What <c>groupby</c> yields: a pair that also has the names <c>grouper</c> and <c>list</c>.</summary>
internal sealed class GroupValue(Value grouper, ListValue list) : TupleValue([grouper, list])
{
    public override bool TryAttribute(string name, out Value attribute)
    {
        attribute = name switch
        {
            "grouper" => Items[0],
            "list" => Items[1],
            _ => default,
        };
        return !attribute.IsMissing || base.TryAttribute(name, out attribute);
    }
}

internal sealed class RangeValue(long start, long stop, long step, int length) : SequenceValue
{
    public long Start => start;

    public long Step => step;

    public override string TypeName => "range";

    public override int Length => length;

    public override Value this[int index] => Value.Int(start + (index * step));

    public override bool TryAttribute(string name, out Value attribute)
    {
        attribute = name switch
        {
            "start" => Value.Int(start),
            "stop" => Value.Int(stop),
            "step" => Value.Int(step),
            _ => default,
        };
        return !attribute.IsMissing || Methods.TryBind(Methods.Tuple, name, this, out attribute);
    }

    public override void Write(TextBuffer output, bool asRepr)
    {
        output.Append("range(").Append(start).Append(", ").Append(stop);
        if (step != 1)
            output.Append(", ").Append(step);
        output.Append(')');
    }

    /// <summary>The range's length by Python's rule, in 128 bits because the ends may be far apart.</summary>
    public static Int128 CountOf(long start, long stop, long step)
    {
        var distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var stride = step > 0 ? step : -(Int128)step;
        return distance <= 0 ? 0 : ((distance - 1) / stride) + 1;
    }
}

/// <summary>A one-shot iterator: what <c>map</c>, <c>select</c>, <c>reverse</c> and their like give.</summary>
internal sealed class IteratorValue(IEnumerator<Value> items, string typeName = "generator") : HeapValue
{
    public override string TypeName => typeName;

    public override IEnumerator<Value> Iterate() => items;
}
