using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>The resources there are: in a snapshot, or in a change that is being planned. What operations, rules and
/// renderings look at; a planned change remembers what it was asked, and its commit depends on that.</summary>
public interface IResourceView
{
    /// <summary>A resource's state; null when there is none, or it is deleted.</summary>
    TState? Get<TState>(ResourceKind<TState> kind, string path)
        where TState : class;

    /// <summary>The resources whose path starts with a prefix, by path.</summary>
    IEnumerable<(string Path, TState State)> Range<TState>(ResourceKind<TState> kind, string prefix)
        where TState : class;

    /// <summary>The paths of the resources that an index has under a key.</summary>
    IEnumerable<string> Lookup<TState, TKey>(ResourceIndex<TState, TKey> index, TKey key)
        where TState : class
        where TKey : notnull;
}

/// <summary>The resources of a snapshot.</summary>
public sealed class SnapshotView(CatalogSnapshot snapshot) : IResourceView
{
    /// <summary>The snapshot.</summary>
    public CatalogSnapshot Snapshot => snapshot;

    /// <inheritdoc/>
    public TState? Get<TState>(ResourceKind<TState> kind, string path)
        where TState : class => snapshot.Of(kind.Catalog).Get(path)?.State;

    /// <inheritdoc/>
    public IEnumerable<(string Path, TState State)> Range<TState>(ResourceKind<TState> kind, string prefix)
        where TState : class =>
        snapshot
            .Of(kind.Catalog)
            .Range(prefix)
            .Where(pair => pair.Value.State is not null)
            .Select(pair => (pair.Key, pair.Value.State!));

    /// <inheritdoc/>
    public IEnumerable<string> Lookup<TState, TKey>(ResourceIndex<TState, TKey> index, TKey key)
        where TState : class
        where TKey : notnull => index.Find(snapshot, key);
}
