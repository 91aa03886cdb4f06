using System.Collections;

namespace Cairn.Rego.Values;

/// <summary>A map from values to values; enumerated in Rego's order of keys.</summary>
public sealed class RegoObject : RegoValue, IReadOnlyCollection<KeyValuePair<RegoValue, RegoValue>>
{
    private readonly ValueTable _keys;
    private readonly RegoValue[] _values;
    private KeyValuePair<RegoValue, RegoValue>[]? _sorted;
    private int _hash;

    internal RegoObject(ValueTable keys, RegoValue[] values)
    {
        _keys = keys;
        _values = values;
    }

    /// <summary>The object without members.</summary>
    public static RegoObject Empty { get; } = new(new ValueTable(0), []);

    /// <inheritdoc/>
    public override RegoKind Kind => RegoKind.Object;

    /// <inheritdoc/>
    public int Count => _keys.Count;

    /// <summary>The members in Rego's order of keys.</summary>
    public ReadOnlySpan<KeyValuePair<RegoValue, RegoValue>> AsSpan() => Sorted;

    /// <summary>The keys in no particular order; <see cref="UnorderedValues"/> has theirs at the same places.</summary>
    internal ReadOnlySpan<RegoValue> UnorderedKeys => _keys.Span;

    internal ReadOnlySpan<RegoValue> UnorderedValues => _values.AsSpan(0, _keys.Count);

    /// <summary>The keys in Rego's order.</summary>
    public IEnumerable<RegoValue> Keys => Sorted.Select(member => member.Key);

    /// <summary>The values in Rego's order of their keys.</summary>
    public IEnumerable<RegoValue> Values => Sorted.Select(member => member.Value);

    /// <summary>The value of a key, or null.</summary>
    public RegoValue? this[RegoValue key] => _keys.Find(key) is >= 0 and var place ? _values[place] : null;

    /// <summary>An object of these members; of equal keys the last counts.</summary>
    public static RegoObject Of(params ReadOnlySpan<(RegoValue Key, RegoValue Value)> members)
    {
        var builder = new RegoObjectBuilder(members.Length);
        foreach (var (key, value) in members)
            builder.Set(key, value);
        return builder.Build();
    }

    /// <summary>Whether there is a member of this key.</summary>
    public bool ContainsKey(RegoValue key) => _keys.Find(key) >= 0;

    /// <inheritdoc/>
    public override bool Equals(RegoValue? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is not RegoObject o || o.Count != Count || (_hash != 0 && o._hash != 0 && _hash != o._hash))
            return false;
        ValueWork.Visit(_keys.Count);
        for (int i = 0; i < _keys.Count; i++)
        {
            if (o[_keys.Keys[i]] is not { } value || !value.Equals(_values[i]))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            ValueWork.Visit(_keys.Count);
            int hash = 0x0b7;
            for (int i = 0; i < _keys.Count; i++)
                hash += (_keys.Keys[i].GetHashCode() * 31) ^ _values[i].GetHashCode();
            _hash = hash | 1;
        }

        return _hash;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<RegoValue, RegoValue>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<RegoValue, RegoValue>>)Sorted).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected override int CompareSameKind(RegoValue other)
    {
        var (a, b) = (Sorted, ((RegoObject)other).Sorted);
        ValueWork.Visit(Math.Min(a.Length, b.Length));
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i].Key.CompareTo(b[i].Key) is not 0 and var keys)
                return keys;
            if (a[i].Value.CompareTo(b[i].Value) is not 0 and var values)
                return values;
        }

        return a.Length - b.Length;
    }

    private KeyValuePair<RegoValue, RegoValue>[] Sorted
    {
        get
        {
            if (_sorted is null)
            {
                var sorted = new KeyValuePair<RegoValue, RegoValue>[_keys.Count];
                for (int i = 0; i < sorted.Length; i++)
                    sorted[i] = new(_keys.Keys[i], _values[i]);
                ValueWork.Sort(sorted, static (a, b) => a.Key.CompareTo(b.Key));
                _sorted = sorted;
            }

            return _sorted;
        }
    }
}

/// <summary>Collects the members of a <see cref="RegoObject"/>. For one thread; dead after
/// <see cref="Build"/>.</summary>
public sealed class RegoObjectBuilder
{
    private ValueTable? _keys;
    private RegoValue[] _values;

    /// <summary>A builder with room for this many members.</summary>
    public RegoObjectBuilder(int capacity = 0)
    {
        _keys = new ValueTable(capacity);
        _values = capacity == 0 ? [] : new RegoValue[capacity];
    }

    /// <summary>How many members there are so far.</summary>
    public int Count => Table.Count;

    /// <summary>The value of a key so far, or null.</summary>
    public RegoValue? this[RegoValue key] => Table.Find(key) is >= 0 and var place ? _values[place] : null;

    private ValueTable Table => _keys ?? throw new InvalidOperationException("The object is built already.");

    /// <summary>Adds a member, or replaces the value of an equal key.</summary>
    public void Set(RegoValue key, RegoValue value)
    {
        if (Table.Add(key, out int place) && place >= _values.Length)
            Array.Resize(ref _values, Table.Keys.Length);
        _values[place] = value;
    }

    /// <summary>Adds a member; false, and nothing changed, when there is an equal key.</summary>
    public bool TryAdd(RegoValue key, RegoValue value)
    {
        if (!Table.Add(key, out int place))
            return false;
        if (place >= _values.Length)
            Array.Resize(ref _values, Table.Keys.Length);
        _values[place] = value;
        return true;
    }

    /// <summary>Adds or replaces all members of an object.</summary>
    public void SetAll(RegoObject members)
    {
        ValueWork.Visit(members.Count);
        for (int i = 0; i < members.Count; i++)
            Set(members.UnorderedKeys[i], members.UnorderedValues[i]);
    }

    /// <summary>The object.</summary>
    public RegoObject Build()
    {
        var table = Table;
        _keys = null;
        return table.Count == 0 ? RegoObject.Empty : new RegoObject(table, _values);
    }
}
