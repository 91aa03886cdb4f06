using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Methods of lists, mappings and tuples. Those that change them refuse to change what the host
/// gave.</summary>
internal static class CollectionMethods
{
    public static void RegisterTuple(BuiltinTable table)
    {
        table.Add("count", ["value"], Count);
        table.Add("index", ["value", "start?", "stop?"], Index);
    }

    public static void RegisterList(BuiltinTable table)
    {
        RegisterTuple(table);
        table.Add("copy", (in c) => new ListValue(c.Run.ToList(c.Input)));
        table.Add("append", ["object"], (in c) => Add(c, Writable(c), [c[0]]));
        table.Add("extend", ["iterable"], (in c) => Add(c, Writable(c), c.Run.ToList(c[0])));
        table.Add("insert", ["index", "object"], Insert);
        table.Add("pop", ["index?"], Pop);
        table.Add(
            "remove",
            ["value"],
            (in c) =>
            {
                int index = IndexOf(c, 0, int.MaxValue);
                c.Run.Step(Sequence(c).Length / 8);
                Writable(c).RemoveAt(index);
                return Value.None;
            }
        );
        table.Add(
            "clear",
            (in c) =>
            {
                Writable(c).Clear();
                return Value.None;
            }
        );
        table.Add(
            "reverse",
            (in c) =>
            {
                var items = Writable(c);
                c.Run.ChargeItems(items.Count);
                items.Reverse();
                return Value.None;
            }
        );
        table.Add(
            "sort",
            ["reverse?"],
            (in c) =>
            {
                var items = Writable(c);
                var sorted = Sorting.Sort(c.Run, items, v => v, c.Flag(0));
                items.Clear();
                items.AddRange(sorted);
                return Value.None;
            }
        );
    }

    public static void RegisterMapping(BuiltinTable table)
    {
        table.Add("keys", (in c) => MappingView.Keys(Mapping(c)));
        table.Add("values", (in c) => MappingView.Values(Mapping(c)));
        table.Add("items", (in c) => MappingView.Items(Mapping(c)));
        table.Add(
            "get",
            ["key", "default?"],
            (in c) =>
                Mapping(c).TryGet(c.Run, c[0], out var value) ? value
                : c.Has(1) ? c[1]
                : Value.None
        );
        table.Add("copy", (in c) => Copy(c, Mapping(c)));
        table.Add(
            "setdefault",
            ["key", "default?"],
            (in c) =>
            {
                var mapping = WritableMapping(c);
                if (!mapping.TryGet(c.Run, c[0], out var value))
                {
                    value = c.Has(1) ? c[1] : Value.None;
                    c.Run.ChargeItems(2);
                    mapping.Set(c.Run, c[0], value);
                }
                return value;
            }
        );
        table.Add(
            "pop",
            ["key", "default?"],
            (in c) =>
                WritableMapping(c).Remove(c.Run, c[0], out var value) ? value
                : c.Has(1) ? c[1]
                : throw Errors.Type($"the mapping has no key {Repr.Of(c.Run, c[0])}")
        );
        table.Add(
            "popitem",
            (in c) =>
            {
                var mapping = WritableMapping(c);
                if (mapping.Length == 0)
                    throw Errors.Type("the mapping is empty");
                var last = mapping[mapping.Length - 1];
                mapping.Remove(c.Run, last.Key, out _);
                return MappingView.Pair(last);
            }
        );
        table.Add(
            "clear",
            (in c) =>
            {
                WritableMapping(c).Clear();
                return Value.None;
            }
        );
        table.Add(
            "update",
            ["*"],
            (in c) =>
            {
                Globals.Fill(c.Run, WritableMapping(c), c.Raw, "update()");
                return Value.None;
            }
        );
    }

    private static SequenceValue Sequence(in BuiltinCall call) => (SequenceValue)call.Input.Heap!;

    private static MappingValue Mapping(in BuiltinCall call) => (MappingValue)call.Input.Heap!;

    private static List<Value> Writable(in BuiltinCall call)
    {
        var list = (ListValue)call.Input.Heap!;
        return list.Frozen ? throw Errors.Security("the host's data cannot be changed") : list.Items;
    }

    private static MappingValue WritableMapping(in BuiltinCall call)
    {
        var mapping = Mapping(call);
        return mapping.Frozen ? throw Errors.Security("the host's data cannot be changed") : mapping;
    }

    private static MappingValue Copy(in BuiltinCall call, MappingValue mapping)
    {
        call.Run.ChargeItems(mapping.Length * 2L);
        var copy = new MappingValue(mapping.Length);
        for (int i = 0; i < mapping.Length; i++)
            copy.Set(call.Run, mapping[i].Key, mapping[i].Value);
        return copy;
    }

    private static Value Count(in BuiltinCall call)
    {
        var items = Sequence(call);
        int count = 0;
        for (int i = 0; i < items.Length; i++)
        {
            call.Run.Step();
            count += Comparison.AreEqual(call.Run, items[i], call[0]) ? 1 : 0;
        }
        return Value.Int(count);
    }

    private static Value Index(in BuiltinCall call) =>
        Value.Int(IndexOf(call, call.Integer(1, 0), call.Integer(2, int.MaxValue)));

    private static int IndexOf(in BuiltinCall call, int start, int stop)
    {
        var items = Sequence(call);
        start = Math.Max(0, start < 0 ? start + items.Length : start);
        stop = Math.Min(items.Length, stop < 0 ? stop + items.Length : stop);
        for (int i = start; i < stop; i++)
        {
            call.Run.Step();
            if (Comparison.AreEqual(call.Run, items[i], call[0]))
                return i;
        }
        throw Errors.Type($"{Repr.Of(call.Run, call[0])} is not in the {call.Input.TypeName}");
    }

    // A list that grows one by one is copied, doubled, again and again: all its copies are three times as long as it
    // is.
    private const long GrowthFactor = 3;

    private static Value Add(in BuiltinCall call, List<Value> items, List<Value> more)
    {
        call.Run.ChargeItems(more.Count * GrowthFactor);
        items.AddRange(more);
        return Value.None;
    }

    private static Value Insert(in BuiltinCall call)
    {
        var items = Writable(call);
        call.Run.ChargeItems(GrowthFactor);
        call.Run.Step(items.Count / 8);
        int index = call.Integer(0);
        items.Insert(Math.Clamp(index < 0 ? index + items.Count : index, 0, items.Count), call[1]);
        return Value.None;
    }

    private static Value Pop(in BuiltinCall call)
    {
        var items = Writable(call);
        int index = call.Integer(0, -1);
        index += index < 0 ? items.Count : 0;
        if (index < 0 || index >= items.Count)
            throw Errors.Type(items.Count == 0 ? "the list is empty" : "the list has no such index");
        call.Run.Step(items.Count / 8);
        var value = items[index];
        items.RemoveAt(index);
        return value;
    }
}
