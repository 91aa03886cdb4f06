using System.Collections.Immutable;

namespace Cairn.Storage.Catalogs;

/// <summary>A catalog's values in another order than that of their keys. Finding a place, counting between two places
/// and skipping take logarithmic time.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <typeparam name="TKey">What it is ordered by; no two values at one time have the same.</typeparam>
public sealed class CatalogOrder<T, TKey> : CatalogIndex<T>
    where T : class
    where TKey : IComparable<TKey>
{
    private readonly Func<T, IEnumerable<TKey>> _keys;

    internal CatalogOrder(int slot, Func<T, IEnumerable<TKey>> keys) => (Slot, _keys) = (slot, keys);

    internal int Slot { get; }

    internal override object Empty => ImmutableSortedSet.Create<OrderedValue>(OrderedValueComparer.Instance);

    internal override object Apply(object index, IReadOnlyList<(string Key, T? Before, T? After)> moves)
    {
        var set = (ImmutableSortedSet<OrderedValue>)index;
        // The first load is of everything at once: sorting is cheaper then than adding one by one.
        if (set.IsEmpty && moves.All(move => move.Before is null))
        {
            return ImmutableSortedSet.Create(
                OrderedValueComparer.Instance,
                [.. moves.SelectMany(move => _keys(move.After!).Select(key => new OrderedValue(key, move.After)))]
            );
        }

        var builder = set.ToBuilder();
        foreach (var (_, before, after) in moves)
        {
            if (before is not null)
            {
                foreach (var key in _keys(before))
                    builder.Remove(new OrderedValue(key, null));
            }

            if (after is not null)
            {
                foreach (var key in _keys(after))
                    builder.Add(new OrderedValue(key, after));
            }
        }

        return builder.ToImmutable();
    }

    /// <summary>How many values are from one place up to, but not including, another.</summary>
    internal int Count(object index, TKey from, TKey to) => Math.Max(0, Position(index, to) - Position(index, from));

    /// <summary>The values from one place up to, but not including, another.</summary>
    internal IEnumerable<T> Range(object index, TKey from, TKey to, int skip)
    {
        var set = (ImmutableSortedSet<OrderedValue>)index;
        int end = Position(index, to);
        for (long position = (long)Position(index, from) + skip; position < end; position++)
            yield return set[(int)position].Value!;
    }

    private static int Position(object index, TKey key)
    {
        int position = ((ImmutableSortedSet<OrderedValue>)index).IndexOf(new OrderedValue(key, null));
        return position < 0 ? ~position : position;
    }

    internal readonly record struct OrderedValue(TKey Key, T? Value);

    private sealed class OrderedValueComparer : IComparer<OrderedValue>
    {
        public static readonly OrderedValueComparer Instance = new();

        public int Compare(OrderedValue x, OrderedValue y) => x.Key.CompareTo(y.Key);
    }
}
