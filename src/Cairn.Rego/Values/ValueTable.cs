namespace Cairn.Rego.Values;

/// <summary>
/// Distinct values in the order they came, found by hash: what sets and objects are made of. Up to eight values are
/// searched one by one, more through open addressing. Grows only while its builder owns it.
/// </summary>
internal sealed class ValueTable
{
    private const int LinearLimit = 8;
    private int[]? _slots;

    public ValueTable(int capacity)
    {
        Keys = capacity == 0 ? [] : new RegoValue[capacity];
        if (capacity > LinearLimit)
            Rehash(capacity);
    }

    public RegoValue[] Keys { get; private set; }

    public int Count { get; private set; }

    public ReadOnlySpan<RegoValue> Span => Keys.AsSpan(0, Count);

    /// <summary>The place of a value, or -1.</summary>
    public int Find(RegoValue key)
    {
        if (_slots is null)
        {
            for (int i = 0; i < Count; i++)
            {
                if (ReferenceEquals(Keys[i], key))
                    return i;
            }

            for (int i = 0; i < Count; i++)
            {
                if (Keys[i].Equals(key))
                    return i;
            }

            return -1;
        }

        int mask = _slots.Length - 1;
        for (int slot = Spread(key.GetHashCode()) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            if (Keys[_slots[slot] - 1].Equals(key))
                return _slots[slot] - 1;
        }

        return -1;
    }

    /// <summary>Adds a value that is not there yet; else gives its place in <paramref name="place"/> and
    /// false.</summary>
    public bool Add(RegoValue key, out int place)
    {
        place = Find(key);
        if (place >= 0)
            return false;
        if (Count == Keys.Length)
        {
            var grown = new RegoValue[Math.Max(4, Count * 2)];
            Keys.AsSpan(0, Count).CopyTo(grown);
            Keys = grown;
        }

        place = Count;
        Keys[Count++] = key;
        if (_slots is not null || Count > LinearLimit)
        {
            if (_slots is null || Count * 2 > _slots.Length)
                Rehash(Count * 2);
            else
                Place(place);
        }

        return true;
    }

    private void Rehash(int capacity)
    {
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity * 2))];
        for (int i = 0; i < Count; i++)
            Place(i);
    }

    private void Place(int index)
    {
        int mask = _slots!.Length - 1;
        int slot = Spread(Keys[index].GetHashCode()) & mask;
        while (_slots[slot] != 0)
            slot = (slot + 1) & mask;
        _slots[slot] = index + 1;
    }

    // Integers hash to themselves; without this, multiples of a power of two would all collide.
    private static int Spread(int hash) => (int)((uint)hash * 0x9E3779B1u >> 7);
}
