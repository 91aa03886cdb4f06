using System.Collections;

namespace Cairn.Rego.Values;

/// <summary>An ordered list of values.</summary>
public sealed class RegoArray : RegoValue, IReadOnlyList<RegoValue>
{
    private readonly RegoValue[] _items;
    private int _hash;

    private RegoArray(RegoValue[] items) => _items = items;

    /// <summary>The array without elements.</summary>
    public static RegoArray Empty { get; } = new([]);

    /// <inheritdoc/>
    public override RegoKind Kind => RegoKind.Array;

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public RegoValue this[int index] => _items[index];

    /// <summary>An array of copies of these references.</summary>
    public static RegoArray Of(params ReadOnlySpan<RegoValue> items) =>
        items.IsEmpty ? Empty : new RegoArray(items.ToArray());

    /// <summary>An array of these values.</summary>
    public static RegoArray Of(IEnumerable<RegoValue> items) => Own([.. items]);

    /// <summary>An array that takes this storage over; nobody may write to it any more.</summary>
    internal static RegoArray Own(RegoValue[] items) => items.Length == 0 ? Empty : new RegoArray(items);

    /// <summary>The elements.</summary>
    public ReadOnlySpan<RegoValue> AsSpan() => _items;

    /// <inheritdoc/>
    public override bool Equals(RegoValue? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (
            other is not RegoArray array
            || array._items.Length != _items.Length
            || (_hash != 0 && array._hash != 0 && _hash != array._hash)
        )
        {
            return false;
        }

        ValueWork.Visit(_items.Length);
        for (int i = 0; i < _items.Length; i++)
        {
            if (!_items[i].Equals(array._items[i]))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            ValueWork.Visit(_items.Length);
            int hash = 17;
            foreach (var item in _items)
                hash = (hash * 31) + item.GetHashCode();
            _hash = hash | 1;
        }

        return _hash;
    }

    /// <inheritdoc/>
    public IEnumerator<RegoValue> GetEnumerator() => ((IEnumerable<RegoValue>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    private protected override int CompareSameKind(RegoValue other) => Compare(_items, ((RegoArray)other)._items);

    internal static int Compare(ReadOnlySpan<RegoValue> a, ReadOnlySpan<RegoValue> b)
    {
        ValueWork.Visit(Math.Min(a.Length, b.Length));
        for (int i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i].CompareTo(b[i]) is not 0 and var order)
                return order;
        }

        return a.Length - b.Length;
    }
}
