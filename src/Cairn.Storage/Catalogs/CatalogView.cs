using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cairn.Storage.Catalogs;

/// <summary>The state of all catalogs right after one commit. Immutable: whoever holds one sees a single point in time,
/// across all kinds of record.</summary>
public sealed class CatalogSnapshot
{
    private readonly CatalogView[] _views;

    internal CatalogSnapshot(long revision, CatalogView[] views) => (Revision, _views) = (revision, views);

    /// <summary>The newest commit that is in it.</summary>
    public long Revision { get; }

    /// <summary>The values of one catalog.</summary>
    public CatalogView<T> Of<T>(Catalog<T> catalog)
        where T : class => (CatalogView<T>)_views[catalog.Slot];

    internal CatalogView[] CopyViews() => [.. _views];

    internal CatalogView View(Catalog catalog) => _views[catalog.Slot];
}

/// <summary>The values of one catalog at one point in time.</summary>
public abstract class CatalogView
{
    private protected CatalogView() { }

    /// <summary>How many values there are.</summary>
    public abstract int Count { get; }

    internal abstract object? Find(string key);
}

/// <inheritdoc/>
public sealed class CatalogView<T> : CatalogView
    where T : class
{
    internal static readonly ImmutableSortedSet<CatalogItem<T>> NoItems = ImmutableSortedSet.Create<CatalogItem<T>>(
        CatalogItemComparer<T>.Instance
    );

    internal CatalogView(ImmutableSortedSet<CatalogItem<T>> items, object[] indexes) =>
        (Items, Indexes) = (items, indexes);

    internal ImmutableSortedSet<CatalogItem<T>> Items { get; }
    internal object[] Indexes { get; }

    /// <inheritdoc/>
    public override int Count => Items.Count;

    /// <summary>The value at <paramref name="key"/>.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out T? value)
    {
        bool found = Items.TryGetValue(new CatalogItem<T>(key, null), out var item);
        value = found ? item.Value : null;
        return found;
    }

    /// <summary>The value at <paramref name="key"/>, or null.</summary>
    public T? Get(string key) => TryGet(key, out var value) ? value : null;

    /// <summary>The values whose key starts with <paramref name="prefix"/>, in ordinal key order.</summary>
    /// <param name="prefix">Empty for all.</param>
    /// <param name="after">Where an earlier listing stopped: only keys greater than this one; null from the
    /// start.</param>
    public IEnumerable<KeyValuePair<string, T>> Range(string prefix, string? after = null)
    {
        string start = after is not null && string.CompareOrdinal(after, prefix) > 0 ? after : prefix;
        int position = Items.IndexOf(new CatalogItem<T>(start, null));
        position =
            position < 0 ? ~position
            : after == start ? position + 1
            : position;
        for (; position < Items.Count; position++)
        {
            var item = Items[position];
            if (!item.Key.StartsWith(prefix, StringComparison.Ordinal))
                yield break;
            yield return new(item.Key, item.Value!);
        }
    }

    /// <summary>The values that an index has under <paramref name="key"/>.</summary>
    public CatalogBucket<T> Lookup<TKey>(CatalogIndex<T, TKey> index, TKey key)
        where TKey : notnull =>
        ((ImmutableDictionary<TKey, CatalogBucket<T>>)Indexes[index.Slot]).TryGetValue(key, out var values)
            ? values
            : CatalogBucket<T>.Empty;

    /// <summary>The values of an order from one place up to, but not including, another, without the first
    /// few.</summary>
    public IEnumerable<T> Range<TKey>(CatalogOrder<T, TKey> order, TKey from, TKey to, int skip = 0)
        where TKey : IComparable<TKey> => order.Range(Indexes[order.Slot], from, to, skip);

    /// <summary>How many they are.</summary>
    public int CountRange<TKey>(CatalogOrder<T, TKey> order, TKey from, TKey to)
        where TKey : IComparable<TKey> => order.Count(Indexes[order.Slot], from, to);

    internal override object? Find(string key) => Get(key);
}

/// <summary>A key with its value, ordered by key alone so that a key is enough to search with.</summary>
internal readonly record struct CatalogItem<T>(string Key, T? Value)
    where T : class;

internal sealed class CatalogItemComparer<T> : IComparer<CatalogItem<T>>
    where T : class
{
    public static readonly CatalogItemComparer<T> Instance = new();

    public int Compare(CatalogItem<T> x, CatalogItem<T> y) => string.CompareOrdinal(x.Key, y.Key);
}
