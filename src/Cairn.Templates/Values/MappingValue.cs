using Cairn.Templates.Builtins;
using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Values;

/// <summary>
/// A dict: keys in the order they came. Up to <see cref="ScanLimit"/> entries are found by looking at each one,
/// which beats hashing; above that there is an index from hash to the first entry with it.
/// </summary>
internal sealed class MappingValue : HeapValue
{
    private const int ScanLimit = 8;

    private readonly List<Entry> _entries;
    private Dictionary<int, int>? _firstByHash;

    public MappingValue(int capacity = 0, bool frozen = false)
    {
        _entries = new List<Entry>(capacity);
        Frozen = frozen;
    }

    // Next is the index of the next entry with the same hash, -1 at the end of that chain.
    private record struct Entry(Value Key, Value Value, int Hash, int Next);

    /// <summary>Whether the mapping is the host's, which templates cannot change.</summary>
    public bool Frozen { get; private set; }

    public override ValueKind Kind => ValueKind.Mapping;

    public override string TypeName => "dict";

    public override bool IsTrue => _entries.Count > 0;

    public override int Length => _entries.Count;

    public (Value Key, Value Value) this[int index] => (_entries[index].Key, _entries[index].Value);

    public MappingValue Freeze()
    {
        Frozen = true;
        return this;
    }

    public override IEnumerator<Value> Iterate()
    {
        for (int i = 0; i < _entries.Count; i++)
            yield return _entries[i].Key;
    }

    /// <summary>Looks a string up without the cost of other kinds of keys.</summary>
    public bool TryGet(string key, out Value value) => TryGet(key, Comparison.HashOf(key), out value);

    /// <summary>With the hash of the string, from <see cref="Comparison.HashOf(string)"/>.</summary>
    public bool TryGet(string key, int hash, out Value value)
    {
        if (_firstByHash is null)
        {
            foreach (ref readonly var entry in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_entries))
            {
                if (entry.Hash == hash && entry.Key.TryString(out string? text) && text == key)
                {
                    value = entry.Value;
                    return true;
                }
            }
        }
        else if (_firstByHash.TryGetValue(hash, out int index))
        {
            for (; index >= 0; index = _entries[index].Next)
            {
                if (_entries[index].Key.TryString(out string? text) && text == key)
                {
                    value = _entries[index].Value;
                    return true;
                }
            }
        }
        value = default;
        return false;
    }

    public bool TryGet(Run run, Value key, out Value value)
    {
        if (key.TryString(out string? text))
        {
            run?.StepForText(text.Length);
            return TryGet(text, out value);
        }
        int index = Find(run, key, Comparison.HashOf(run, key));
        value = index < 0 ? default : _entries[index].Value;
        return index >= 0;
    }

    private int Find(Run? run, Value key, int hash)
    {
        if (_firstByHash is null)
        {
            for (int i = 0; i < _entries.Count; i++)
            {
                if (_entries[i].Hash == hash && Comparison.AreEqual(run, _entries[i].Key, key))
                    return i;
            }
            return -1;
        }
        if (!_firstByHash.TryGetValue(hash, out int index))
            return -1;
        while (index >= 0 && !Comparison.AreEqual(run, _entries[index].Key, key))
        {
            run?.Step();
            index = _entries[index].Next;
        }
        return index;
    }

    /// <summary>Adds the entry or replaces the value of the key, which keeps its place.</summary>
    public void Set(Run? run, Value key, Value value)
    {
        int hash = Comparison.HashOf(run, key);
        int index = Find(run, key, hash);
        if (index >= 0)
        {
            _entries[index] = _entries[index] with { Value = value };
            return;
        }
        _entries.Add(new Entry(key, value, hash, -1));
        if (_firstByHash is not null)
            Link(_entries.Count - 1);
        else if (_entries.Count > ScanLimit)
            BuildIndex();
    }

    private void BuildIndex()
    {
        _firstByHash = new Dictionary<int, int>(_entries.Count * 2);
        for (int i = 0; i < _entries.Count; i++)
            Link(i);
    }

    private void Link(int index)
    {
        int hash = _entries[index].Hash;
        int next = _firstByHash!.TryGetValue(hash, out int first) ? first : -1;
        _entries[index] = _entries[index] with { Next = next };
        _firstByHash[hash] = index;
    }

    public bool Remove(Run run, Value key, out Value value)
    {
        int index = Find(run, key, Comparison.HashOf(run, key));
        value = index < 0 ? default : _entries[index].Value;
        if (index < 0)
            return false;
        run.Step(1 + (_entries.Count / 8));
        _entries.RemoveAt(index);
        if (_firstByHash is not null)
            BuildIndex();
        return true;
    }

    public void Clear()
    {
        _entries.Clear();
        _firstByHash = null;
    }

    public override bool TryItem(Run run, Value key, out Value item) => TryGet(run, key, out item);

    public override bool TryAttribute(string name, out Value attribute) =>
        Methods.TryBind(Methods.Mapping, name, this, out attribute);

    public override void Write(TextBuffer output, bool asRepr)
    {
        output.Run.EnterValue();
        output.Append('{');
        for (int i = 0; i < _entries.Count; i++)
        {
            output.Append(i == 0 ? "" : ", ");
            Repr.Write(output, _entries[i].Key);
            output.Append(": ");
            Repr.Write(output, _entries[i].Value);
        }
        output.Append('}');
        output.Run.LeaveValue();
    }
}

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> give: a look at the dict, not a copy.</summary>
internal sealed class MappingView(MappingValue mapping, string name, Func<(Value Key, Value Value), Value> item)
    : HeapValue
{
    public static Value Keys(MappingValue mapping) => new MappingView(mapping, "dict_keys", e => e.Key);

    public static Value Values(MappingValue mapping) => new MappingView(mapping, "dict_values", e => e.Value);

    public static Value Items(MappingValue mapping) => new MappingView(mapping, "dict_items", Pair);

    public static Value Pair((Value Key, Value Value) entry) => new TupleValue([entry.Key, entry.Value]);

    public override string TypeName => name;

    public override bool IsTrue => mapping.Length > 0;

    public override int Length => mapping.Length;

    public override IEnumerator<Value> Iterate()
    {
        for (int i = 0; i < mapping.Length; i++)
            yield return item(mapping[i]);
    }

    public Value this[int index] => item(mapping[index]);

    public override void Write(TextBuffer output, bool asRepr)
    {
        output.Append(name).Append('(');
        Repr.WriteItems(output, new ListValue([.. Enumerable.Range(0, mapping.Length).Select(i => this[i])]), '[', ']');
        output.Append(')');
    }
}
