using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>Which resources of a kind have something in common, such as a variable they use.</summary>
/// <remarks>Whoever comes to an index key leaves a mark in the store at <c>{index}/{key}/{path}</c>, and takes it away
/// when leaving. So a change that was planned on who was there can be refused when somebody has come since: see
/// <see cref="Storage.Condition.Unchanged"/>. Each has a mark of its own, so those who come do not stand in each
/// other's way.</remarks>
public abstract class ResourceIndex<TState>
    where TState : class
{
    /// <summary>The keys in the store, of all index keys that a state is under, without the path at their
    /// end.</summary>
    internal abstract IEnumerable<string> PrefixesOf(TState? state);
}

/// <inheritdoc/>
public sealed class ResourceIndex<TState, TKey> : ResourceIndex<TState>
    where TState : class
    where TKey : notnull
{
    private readonly ResourceKind<TState> _kind;
    private readonly string _name;
    private readonly Func<TState, IEnumerable<TKey>> _keys;
    private readonly Func<TKey, string> _text;
    private readonly CatalogIndex<Versioned<TState>, TKey>? _memory;

    internal ResourceIndex(
        ResourceKind<TState> kind,
        string name,
        Func<TState, IEnumerable<TKey>> keys,
        Func<TKey, string> text,
        bool inMemory
    )
    {
        (_kind, _name, _keys, _text) = (kind, name, keys, text);
        if (inMemory)
            _memory = kind.Catalog.AddIndex<TKey>(version => version.State is { } state ? keys(state) : []);
    }

    /// <summary>What the marks of those under a key start with.</summary>
    internal string PrefixOf(TKey key) => $"{_name}/{_text(key)}/";

    internal override IEnumerable<string> PrefixesOf(TState? state) =>
        state is null ? [] : _keys(state).Select(PrefixOf);

    /// <summary>Whether a state is under a key.</summary>
    internal bool Has(TState? state, TKey key) => state is not null && _keys(state).Contains(key);

    /// <summary>Who is under a key in a snapshot.</summary>
    internal IEnumerable<string> Find(CatalogSnapshot snapshot, TKey key) =>
        _memory is { } memory
            ? snapshot.Of(_kind.Catalog).Lookup(memory, key).Select(version => version.Path)
            : snapshot.Of(_kind.Catalog).Range("").Where(pair => Has(pair.Value.State, key)).Select(pair => pair.Key);

    internal ResourceKind<TState> Kind => _kind;
}
