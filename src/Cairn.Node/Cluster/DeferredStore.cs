using System.Runtime.CompilerServices;
using Cairn.Core.Cluster;
using Cairn.Storage;

namespace Cairn.Node.Cluster;

/// <summary>A store whose engine is away when the node starts: until it answers, the node loads from its own snapshot;
/// everything else is unavailable.</summary>
internal sealed class DeferredStore : IStore, IEngineHealth
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Exception _cause;
    private readonly Task _opening;
    private LocalSnapshot? _snapshot;
    private volatile IStore? _inner;

    /// <param name="snapshot">What to load from.</param>
    /// <param name="cause">Why the engine could not be opened.</param>
    /// <param name="open">Tries again.</param>
    /// <param name="time">For the pauses between attempts.</param>
    public DeferredStore(
        LocalSnapshot snapshot,
        Exception cause,
        Func<CancellationToken, Task<IStore>> open,
        TimeProvider time
    )
    {
        (_snapshot, _cause, SnapshotAt) = (snapshot, cause, snapshot.WrittenAt);
        _opening = OpenAsync(open, time, _stopping.Token);
    }

    /// <summary>Those of the smallest engine, until it is known which one answers.</summary>
    public StoreLimits Limits => _inner?.Limits ?? new StoreLimits(2048, 1 << 20, 127, 1 << 20);

    private IStore Inner =>
        _inner
        ?? throw new StoreUnavailableException(
            $"The store has not answered since this node started: {_cause.Message}",
            _cause
        );

    /// <summary>When what it loads from was written.</summary>
    public DateTimeOffset SnapshotAt { get; }

    /// <summary>The node has loaded: from now on only the engine itself may answer.</summary>
    public void LeaveSnapshot() => _snapshot = null;

    public ValueTask<long> GetRevisionAsync(CancellationToken ct) =>
        _snapshot is { } snapshot ? ValueTask.FromResult(snapshot.Revision) : Inner.GetRevisionAsync(ct);

    public ValueTask<StoreRecord?> GetAsync(string key, CancellationToken ct) => Inner.GetAsync(key, ct);

    public async IAsyncEnumerable<StoreRecord> ListAsync(
        string prefix,
        string? after,
        long atRevision,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        if (_snapshot is { } snapshot)
        {
            foreach (
                var record in snapshot.Records.Where(record =>
                    record.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && (after is null || KeyOrder.Instance.Compare(record.Key, after) > 0)
                )
            )
            {
                yield return record;
            }

            yield break;
        }
        await foreach (var record in Inner.ListAsync(prefix, after, atRevision, ct))
            yield return record;
    }

    public ValueTask<CommitResult> CommitAsync(Transaction transaction, CancellationToken ct) =>
        Inner.CommitAsync(transaction, ct);

    public IAsyncEnumerable<ChangeSet> WatchAsync(string prefix, long afterRevision, CancellationToken ct) =>
        Inner.WatchAsync(prefix, afterRevision, ct);

    public ValueTask CompactAsync(long throughRevision, CancellationToken ct) =>
        Inner.CompactAsync(throughRevision, ct);

    public async Task<IReadOnlyList<EngineMember>> MembersAsync(CancellationToken ct) =>
        _inner is IEngineHealth health ? await health.MembersAsync(ct) : [];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _opening;
        if (_inner is not null)
            await _inner.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task OpenAsync(Func<CancellationToken, Task<IStore>> open, TimeProvider time, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                _inner = await open(ct);
                return;
            }
            catch (Exception e) when (e is StoreException or OperationCanceledException)
            {
                await Task.Delay(Pause, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
