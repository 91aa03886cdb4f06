namespace Cairn.Storage.Catalogs;

/// <summary>
/// A link in the chain of what the catalogs have taken in. Each link is published once and never changes; whoever
/// holds one can walk to all that came after it, at its own pace, without the publisher knowing of it.
/// </summary>
/// <remarks>A reader that stops walking keeps the links after its own alive: compare <see cref="Snapshot"/>'s revision
/// with the newest and give up when too far behind.</remarks>
public sealed class CatalogFeed
{
    private readonly TaskCompletionSource<CatalogFeed> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CatalogFeed(CatalogSnapshot snapshot, IReadOnlyList<CatalogChange> changes, bool gap)
    {
        Snapshot = snapshot;
        Changes = changes;
        Gap = gap;
    }

    /// <summary>The state after these changes.</summary>
    public CatalogSnapshot Snapshot { get; }

    /// <summary>The changes that led here from the link before: of one commit, or of several in a row.</summary>
    public IReadOnlyList<CatalogChange> Changes { get; }

    /// <summary>Whether changes were missed because the store had compacted them: the state had to be listed
    /// anew.</summary>
    public bool Gap { get; }

    /// <summary>Completes with the following link once there is one.</summary>
    public Task<CatalogFeed> NextAsync => _next.Task;

    internal void Link(CatalogFeed next) => _next.SetResult(next);
}
