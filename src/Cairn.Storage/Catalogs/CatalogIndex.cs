using System.Collections;
using System.Collections.Immutable;

namespace Cairn.Storage.Catalogs;

/// <summary>A secondary index of a catalog.</summary>
public abstract class CatalogIndex<T>
    where T : class
{
    internal abstract object Empty { get; }
    internal abstract object Apply(object index, IReadOnlyList<(string Key, T? Before, T? After)> moves);
}

/// <inheritdoc/>
/// <remarks>A change costs the logarithm of what its index keys hold, so that an index of few keys, such as "is bound
/// to a schema", is as good as one of many.</remarks>
public sealed class CatalogIndex<T, TKey> : CatalogIndex<T>
    where T : class
    where TKey : notnull
{
    private readonly Func<T, IEnumerable<TKey>> _keys;

    internal CatalogIndex(int slot, Func<T, IEnumerable<TKey>> keys) => (Slot, _keys) = (slot, keys);

    internal int Slot { get; }

    internal override object Empty => ImmutableDictionary<TKey, CatalogBucket<T>>.Empty;

    internal override object Apply(object index, IReadOnlyList<(string Key, T? Before, T? After)> moves)
    {
        var map = (ImmutableDictionary<TKey, CatalogBucket<T>>)index;
        return map.IsEmpty && moves.All(move => move.Before is null) ? Load(map, moves) : Change(map, moves);
    }

    // The first load is of everything at once: sorting each bucket once is cheaper than adding one by one.
    private ImmutableDictionary<TKey, CatalogBucket<T>> Load(
        ImmutableDictionary<TKey, CatalogBucket<T>> empty,
        IReadOnlyList<(string Key, T? Before, T? After)> moves
    )
    {
        var buckets = new Dictionary<TKey, List<CatalogItem<T>>>();
        foreach (var (key, _, after) in moves)
        {
            foreach (var indexKey in _keys(after!))
            {
                if (!buckets.TryGetValue(indexKey, out var items))
                    buckets[indexKey] = items = [];
                items.Add(new CatalogItem<T>(key, after));
            }
        }

        return empty.AddRange(
            buckets.Select(bucket =>
                KeyValuePair.Create(
                    bucket.Key,
                    new CatalogBucket<T>(ImmutableSortedSet.Create(CatalogItemComparer<T>.Instance, [.. bucket.Value]))
                )
            )
        );
    }

    private ImmutableDictionary<TKey, CatalogBucket<T>> Change(
        ImmutableDictionary<TKey, CatalogBucket<T>> map,
        IReadOnlyList<(string Key, T? Before, T? After)> moves
    )
    {
        var opened = new Dictionary<TKey, ImmutableSortedSet<CatalogItem<T>>.Builder>();
        foreach (var (key, before, after) in moves)
        {
            if (before is not null)
            {
                foreach (var indexKey in _keys(before))
                    Open(indexKey).Remove(new CatalogItem<T>(key, null));
            }

            if (after is not null)
            {
                foreach (var indexKey in _keys(after))
                    Open(indexKey).Add(new CatalogItem<T>(key, after));
            }
        }

        var changed = map.ToBuilder();
        foreach (var (indexKey, items) in opened)
        {
            if (items.Count == 0)
                changed.Remove(indexKey);
            else
                changed[indexKey] = new CatalogBucket<T>(items.ToImmutable());
        }

        return changed.ToImmutable();

        ImmutableSortedSet<CatalogItem<T>>.Builder Open(TKey indexKey)
        {
            if (!opened.TryGetValue(indexKey, out var items))
            {
                opened[indexKey] = items = (
                    map.GetValueOrDefault(indexKey) ?? CatalogBucket<T>.Empty
                ).Items.ToBuilder();
            }

            return items;
        }
    }
}

/// <summary>The values that an index has under one key, by the ordinal order of their own keys. The same object as long
/// as none of them changes.</summary>
public sealed class CatalogBucket<T> : IReadOnlyList<T>
    where T : class
{
    /// <summary>No values.</summary>
    public static readonly CatalogBucket<T> Empty = new(CatalogView<T>.NoItems);

    internal CatalogBucket(ImmutableSortedSet<CatalogItem<T>> items) => Items = items;

    internal ImmutableSortedSet<CatalogItem<T>> Items { get; }

    /// <inheritdoc/>
    public int Count => Items.Count;

    /// <inheritdoc/>
    public T this[int index] => Items[index].Value!;

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        foreach (var item in Items)
            yield return item.Value!;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
