using System.Collections;

namespace Cairn.Rego.Values;

/// <summary>A collection without repetition; enumerated in Rego's order of values.</summary>
public sealed class RegoSet : RegoValue, IReadOnlyCollection<RegoValue>
{
    private readonly ValueTable _table;
    private RegoValue[]? _sorted;
    private int _hash;

    internal RegoSet(ValueTable table) => _table = table;

    /// <summary>The set without elements: <c>set()</c>.</summary>
    public static RegoSet Empty { get; } = new(new ValueTable(0));

    /// <inheritdoc/>
    public override RegoKind Kind => RegoKind.Set;

    /// <inheritdoc/>
    public int Count => _table.Count;

    /// <summary>The elements in Rego's order.</summary>
    public ReadOnlySpan<RegoValue> AsSpan() => Sorted;

    /// <summary>The elements in no particular order, without the price of sorting.</summary>
    internal ReadOnlySpan<RegoValue> Unordered => _table.Span;

    /// <summary>A set of these values; repetitions count once.</summary>
    public static RegoSet Of(params ReadOnlySpan<RegoValue> items)
    {
        var builder = new RegoSetBuilder(items.Length);
        foreach (var item in items)
            builder.Add(item);
        return builder.Build();
    }

    /// <summary>A set of these values; repetitions count once.</summary>
    public static RegoSet Of(IEnumerable<RegoValue> items)
    {
        var builder = new RegoSetBuilder();
        foreach (var item in items)
            builder.Add(item);
        return builder.Build();
    }

    /// <summary>Whether the value is an element.</summary>
    public bool Contains(RegoValue value) => _table.Find(value) >= 0;

    /// <summary>The element that equals the value, or null. It may be written differently (<c>1.0</c> and
    /// <c>1</c>).</summary>
    internal RegoValue? Find(RegoValue value) => _table.Find(value) is >= 0 and var place ? _table.Keys[place] : null;

    /// <inheritdoc/>
    public override bool Equals(RegoValue? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is not RegoSet set || set.Count != Count || GetHashCode() != set.GetHashCode())
            return false;
        ValueWork.Visit(_table.Count);
        foreach (var item in _table.Span)
        {
            if (!set.Contains(item))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            ValueWork.Visit(_table.Count);
            int hash = 0x5e7;
            foreach (var item in _table.Span)
                hash += item.GetHashCode() * 31;
            _hash = hash | 1;
        }

        return _hash;
    }

    /// <inheritdoc/>
    public IEnumerator<RegoValue> GetEnumerator() => ((IEnumerable<RegoValue>)Sorted).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected override int CompareSameKind(RegoValue other) =>
        RegoArray.Compare(Sorted, ((RegoSet)other).Sorted);

    private RegoValue[] Sorted
    {
        get
        {
            if (_sorted is null)
            {
                var sorted = _table.Span.ToArray();
                ValueWork.Sort(sorted, static (a, b) => a.CompareTo(b));
                _sorted = sorted;
            }

            return _sorted;
        }
    }
}

/// <summary>Collects the elements of a <see cref="RegoSet"/>. For one thread; dead after <see cref="Build"/>.</summary>
public sealed class RegoSetBuilder
{
    private ValueTable? _table;

    /// <summary>A builder with room for this many elements.</summary>
    public RegoSetBuilder(int capacity = 0) => _table = new ValueTable(capacity);

    /// <summary>How many different elements there are so far.</summary>
    public int Count => Table.Count;

    private ValueTable Table => _table ?? throw new InvalidOperationException("The set is built already.");

    /// <summary>Adds an element; false when an equal one is there.</summary>
    public bool Add(RegoValue value) => Table.Add(value, out _);

    /// <summary>Whether an equal element is there.</summary>
    public bool Contains(RegoValue value) => Table.Find(value) >= 0;

    /// <summary>The set.</summary>
    public RegoSet Build()
    {
        var table = Table;
        _table = null;
        return table.Count == 0 ? RegoSet.Empty : new RegoSet(table);
    }
}
