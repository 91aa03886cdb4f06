namespace Cairn.Storage;

/// <summary>
/// A revisioned key-value store with etcd's data model: every commit is one atomic transaction, takes the next
/// global revision, and can be watched from any revision that is still kept.
/// </summary>
/// <remarks>
/// <para>Revisions start at 1 with the first commit. Revision 0 is the empty store. A commit that changes nothing (it
/// only deleted what was not there) takes no revision and reports the newest one. An engine may leave gaps, and may
/// give one revision to commits that were under way at the same time, if none of them reads or writes what another one
/// writes.</para>
/// <para>Keys are compared and ordered by their UTF-8 bytes. All members may be called by many threads at once.</para>
/// <para>Any member may throw <see cref="StoreUnavailableException"/> when the engine cannot be reached or can no
/// longer write, and <see cref="ObjectDisposedException"/> after disposal.</para>
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>What one transaction and one record may hold on this engine.</summary>
    StoreLimits Limits { get; }

    /// <summary>The revision of the newest commit, linearizable: every commit acknowledged before the call is in
    /// it.</summary>
    ValueTask<long> GetRevisionAsync(CancellationToken ct);

    /// <summary>The record at <paramref name="key"/> in the newest revision, or null when there is none.</summary>
    ValueTask<StoreRecord?> GetAsync(string key, CancellationToken ct);

    /// <summary>All records whose key starts with <paramref name="prefix"/>, in key order, as they were right after
    /// commit <paramref name="atRevision"/>.</summary>
    /// <param name="prefix">Empty for all records.</param>
    /// <param name="after">Only records behind this key, which need not be there; all when null.</param>
    /// <param name="atRevision">A revision from 0 to the newest.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <exception cref="RevisionCompactedException">The state at that revision is no longer kept.</exception>
    /// <exception cref="ArgumentOutOfRangeException">That revision is still in the future.</exception>
    IAsyncEnumerable<StoreRecord> ListAsync(string prefix, string? after, long atRevision, CancellationToken ct);

    /// <summary>Applies all writes as one commit if every condition holds, else none.</summary>
    /// <exception cref="TransactionTooLargeException">It exceeds <see cref="Limits"/>; nothing was sent.</exception>
    ValueTask<CommitResult> CommitAsync(Transaction transaction, CancellationToken ct);

    /// <summary>Yields each revision after <paramref name="afterRevision"/> that touches <paramref name="prefix"/>
    /// once, in order, with all of its changes below the prefix, then waits for more.</summary>
    /// <param name="prefix">Empty for every key.</param>
    /// <param name="afterRevision">The last revision already seen; 0 for all that is kept.</param>
    /// <param name="ct">Ends the watch with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="RevisionCompactedException">Its successor is no longer kept, or the reader fell so far behind
    /// that it is not: list the head again and resume from there.</exception>
    IAsyncEnumerable<ChangeSet> WatchAsync(string prefix, long afterRevision, CancellationToken ct);

    /// <summary>Forgets what was superseded or deleted at or before <paramref name="throughRevision"/>. Afterwards the
    /// oldest revision that can be listed is <paramref name="throughRevision"/>, and the oldest that can be watched
    /// is the one after it. Compacting what is already compacted does nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">That revision is still in the future.</exception>
    ValueTask CompactAsync(long throughRevision, CancellationToken ct);
}
