using System.Collections.Immutable;

namespace Cairn.Storage.Catalogs;

/// <summary>One kind of record held in memory, decoded and indexed. This object only says how; the values are in the
/// <see cref="CatalogView{T}"/> of a <see cref="CatalogSnapshot"/>.</summary>
public abstract class Catalog
{
    private protected Catalog(string prefix) => Prefix = prefix;

    /// <summary>The store keys this catalog follows, such as <c>configs/</c>. A value's key in the catalog is what
    /// comes after it.</summary>
    public string Prefix { get; }

    internal int Slot { get; set; }

    internal abstract CatalogView EmptyView { get; }
    internal abstract object Decode(StoreRecord record);
    internal abstract string? Refuse(object? before, object after);
    internal abstract CatalogView Load(IReadOnlyList<(string Key, object Value)> values);
    internal abstract CatalogView Apply(CatalogView view, IReadOnlyList<CatalogChange> changes);
}

/// <inheritdoc/>
/// <typeparam name="T">The decoded value, immutable.</typeparam>
public sealed class Catalog<T> : Catalog
    where T : class
{
    private readonly Func<StoreRecord, T> _decode;
    private readonly Func<T, T, string?>? _refuse;
    private readonly List<CatalogIndex<T>> _indexes = [];

    /// <summary>Describes a catalog.</summary>
    /// <param name="prefix">The store keys it follows; not empty, ends in a slash.</param>
    /// <param name="decode">Makes the value of a record; called once a commit, in revision order, but by several
    /// threads at once while the catalog is loaded. What it throws stops the <see cref="CatalogSet"/>, except for a
    /// <see cref="RecordRefusedException"/>.</param>
    /// <param name="refuse">Says why a value cannot follow the one before it at the same key; null when it can. What is
    /// refused leaves the one before in place.</param>
    public Catalog(string prefix, Func<StoreRecord, T> decode, Func<T, T, string?>? refuse = null)
        : base(prefix) => (_decode, _refuse) = (decode, refuse);

    /// <summary>Adds a secondary index. To be called before the catalog is given to a
    /// <see cref="CatalogSet"/>.</summary>
    /// <param name="keys">The index keys of a value: none, one or several.</param>
    public CatalogIndex<T, TKey> AddIndex<TKey>(Func<T, IEnumerable<TKey>> keys)
        where TKey : notnull
    {
        var index = new CatalogIndex<T, TKey>(_indexes.Count, keys);
        _indexes.Add(index);
        return index;
    }

    /// <summary>Adds another order. To be called before the catalog is given to a <see cref="CatalogSet"/>.</summary>
    /// <param name="keys">The places of a value: none, one or several.</param>
    public CatalogOrder<T, TKey> AddOrder<TKey>(Func<T, IEnumerable<TKey>> keys)
        where TKey : IComparable<TKey>
    {
        var order = new CatalogOrder<T, TKey>(_indexes.Count, keys);
        _indexes.Add(order);
        return order;
    }

    internal override CatalogView EmptyView =>
        new CatalogView<T>(CatalogView<T>.NoItems, [.. _indexes.Select(index => index.Empty)]);

    internal override object Decode(StoreRecord record) => _decode(record);

    internal override string? Refuse(object? before, object after) =>
        before is null ? null : _refuse?.Invoke((T)before, (T)after);

    internal override CatalogView Load(IReadOnlyList<(string Key, object Value)> values)
    {
        var items = ImmutableSortedSet.Create(
            CatalogItemComparer<T>.Instance,
            values.Select(value => new CatalogItem<T>(value.Key, (T)value.Value)).ToArray()
        );
        object[] indexes = new object[_indexes.Count];
        for (int i = 0; i < indexes.Length; i++)
        {
            indexes[i] = _indexes[i]
                .Apply(_indexes[i].Empty, [.. values.Select(value => (value.Key, (T?)null, (T?)value.Value))]);
        }

        return new CatalogView<T>(items, indexes);
    }

    internal override CatalogView Apply(CatalogView view, IReadOnlyList<CatalogChange> changes)
    {
        var before = (CatalogView<T>)view;
        var items = before.Items.ToBuilder();
        var moves = new List<(string Key, T? Before, T? After)>(changes.Count);
        foreach (var change in changes)
        {
            if (change.Before is not null)
                items.Remove(new CatalogItem<T>(change.Key, null));
            if (change.After is not null)
                items.Add(new CatalogItem<T>(change.Key, (T)change.After));
            moves.Add((change.Key, (T?)change.Before, (T?)change.After));
        }

        object[] indexes = new object[_indexes.Count];
        for (int i = 0; i < indexes.Length; i++)
            indexes[i] = _indexes[i].Apply(before.Indexes[i], moves);
        return new CatalogView<T>(items.ToImmutable(), indexes);
    }
}

/// <summary>What one commit did to one value of a catalog.</summary>
/// <param name="Revision">The commit.</param>
/// <param name="Catalog">Where.</param>
/// <param name="Key">The value's key in that catalog.</param>
/// <param name="Before">What was there; null when it is new.</param>
/// <param name="After">What is there now; null when it was deleted.</param>
public sealed record CatalogChange(long Revision, Catalog Catalog, string Key, object? Before, object? After);
