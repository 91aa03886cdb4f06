namespace Cairn.Storage.Leases;

/// <summary>A lease that is held, and renewed in the background until it is disposed of or lost.</summary>
public sealed class Lease : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly string _key;
    private readonly LeaseRecord _record;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _deadline;
    private readonly Task _renewing;
    private long _revision;
    private int _disposed;

    internal Lease(IStore store, TimeProvider time, string name, LeaseRecord record, long revision, long began)
    {
        (_store, _time, Name, _record, _revision) = (store, time, name, record, revision);
        _key = LeaseRecord.Key(name);
        Fence = revision;
        Lost = _lost.Token;
        _deadline = time.CreateTimer(static self => ((Lease)self!).Lose(), this, Left(began), Timeout.InfiniteTimeSpan);
        _renewing = RenewUntilStoppedAsync();
    }

    /// <summary>Which lease.</summary>
    public string Name { get; }

    /// <summary>Greater than that of every holder before: the revision at which it was acquired.</summary>
    public long Fence { get; }

    /// <summary>Cancelled when the lease was taken away, or could not be renewed for its whole time to live, and before
    /// anybody else can have it (as long as this process is not paused). Also cancelled by disposal.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Why the last renewal did not succeed; null when it did.</summary>
    public Exception? RenewalError { get; private set; }

    /// <summary>Makes it valid for its whole time to live from now on. The background does so by itself.</summary>
    /// <returns>False when it is lost.</returns>
    /// <exception cref="StoreException">The store could not be reached; the lease lasts until it expires.</exception>
    public async Task<bool> RenewAsync(CancellationToken ct)
    {
        while (!Lost.IsCancellationRequested)
        {
            long began = _time.GetTimestamp();
            var renewed = _record with { ExpiresAt = _time.GetUtcNow() + _record.Ttl };
            switch (await CommitAsync(new Write.Put(_key, renewed.Serialize()), ct))
            {
                case CommitResult.Committed committed:
                    Volatile.Write(ref _revision, committed.Revision);
                    _deadline.Change(Left(began), Timeout.InfiniteTimeSpan);
                    return true;
                case CommitResult.Unknown unknown:
                    throw new StoreUnavailableException(
                        $"Whether the lease {Name} was renewed is not known.",
                        unknown.Cause
                    );
                default:
                    if (!await FollowAsync(ct))
                        Lose();
                    break;
            }
        }
        return false;
    }

    /// <summary>Gives it back, so that others need not wait for its expiry. Without a store it expires by
    /// itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _renewing;
        await _deadline.DisposeAsync();
        Lose();
        try
        {
            while (
                await CommitAsync(new Write.Delete(_key), CancellationToken.None) is CommitResult.Refused
                && await FollowAsync(CancellationToken.None)
            ) { }
        }
        catch (StoreException e)
        {
            RenewalError = e;
        }
        _stopping.Dispose();
    }

    private ValueTask<CommitResult> CommitAsync(Write write, CancellationToken ct) =>
        _store.CommitAsync(
            new Transaction([new Condition.AtRevision(_key, Volatile.Read(ref _revision))], [write]),
            ct
        );

    /// <summary>A refusal may come from a renewal of our own whose answer was lost: then goes on from that
    /// one.</summary>
    private async Task<bool> FollowAsync(CancellationToken ct)
    {
        if (await _store.GetAsync(_key, ct) is not { } stored || LeaseRecord.Parse(stored).Token != _record.Token)
            return false;
        Volatile.Write(ref _revision, stored.Revision);
        return true;
    }

    private async Task RenewUntilStoppedAsync()
    {
        using var ticks = new PeriodicTimer(_record.Ttl / 3, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, Lost);
        try
        {
            while (await ticks.WaitForNextTickAsync(end.Token))
            {
                try
                {
                    await RenewAsync(end.Token);
                    RenewalError = null;
                }
                catch (Exception e) when (e is StoreException or ObjectDisposedException)
                {
                    RenewalError = e; // the next tick tries again, until the deadline
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Released or lost.
        }
    }

    private void Lose() => _lost.Cancel();

    private TimeSpan Left(long began)
    {
        var left = _record.Ttl - _time.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
