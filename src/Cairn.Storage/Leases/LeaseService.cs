using System.Collections.Concurrent;

namespace Cairn.Storage.Leases;

/// <summary>Named leases, each held by at most one at a time, on any engine: for electing a leader, for jobs that only
/// one node may run.</summary>
/// <remarks>
/// <para>A lease is taken over when its record has not changed for its whole time to live as measured here, whatever
/// the clocks say, so nodes' clocks need not agree. A caller that has not been watching long enough to know may also
/// take over what expired by <see cref="ClockTolerance"/> or more.</para>
/// <para>A holder can be paused for longer than its lease lives. Where that matters, pass <see cref="Lease.Fence"/>
/// along and refuse a smaller one than was seen before.</para>
/// </remarks>
/// <param name="store">Where the records are.</param>
/// <param name="holder">Who acquires, as others will read it: a node's name.</param>
/// <param name="time">The clock and the timers.</param>
public sealed class LeaseService(IStore store, string holder, TimeProvider time)
{
    /// <summary>By how much the clocks of two nodes are trusted to agree.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Sighting> _sightings = new(StringComparer.Ordinal);

    /// <summary>Takes the lease if nobody holds it.</summary>
    /// <param name="name">Which lease; <c>/</c> may separate groups.</param>
    /// <param name="ttl">How long it outlives a holder that is gone. It is renewed three times as often.</param>
    /// <param name="ct">Ends the attempt.</param>
    /// <returns>Null when somebody else holds it.</returns>
    public async Task<Lease?> TryAcquireAsync(string name, TimeSpan ttl, CancellationToken ct) =>
        (await AttemptAsync(name, ttl, ct)).Lease;

    /// <summary>Waits until the lease is free, and takes it.</summary>
    /// <inheritdoc cref="TryAcquireAsync"/>
    public async Task<Lease> AcquireAsync(string name, TimeSpan ttl, CancellationToken ct)
    {
        while (true)
        {
            var (lease, sighting) = await AttemptAsync(name, ttl, ct);
            if (lease is not null)
                return lease;
            if (sighting is not null)
                await WaitForChangeAsync(name, sighting, ct);
        }
    }

    /// <summary>The lease as it is stored, held or expired; null when nobody holds it.</summary>
    public async Task<LeaseRecord?> FindAsync(string name, CancellationToken ct) =>
        await store.GetAsync(LeaseRecord.Key(name), ct) is { } record ? LeaseRecord.Parse(record) : null;

    /// <returns>The lease, or else who was seen with it, or else neither: somebody was faster.</returns>
    private async Task<(Lease? Lease, Sighting? Sighting)> AttemptAsync(string name, TimeSpan ttl, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        string key = LeaseRecord.Key(name);
        Condition condition = new Condition.Absent(key);
        if (await store.GetAsync(key, ct) is { } current)
        {
            var sighting = See(name, current);
            if (Remaining(sighting) > TimeSpan.Zero)
                return (null, sighting);
            condition = new Condition.AtRevision(key, current.Revision);
        }

        long began = time.GetTimestamp();
        var record = new LeaseRecord(holder, Guid.NewGuid(), ttl.TotalSeconds, time.GetUtcNow() + ttl);
        var result = await store.CommitAsync(
            new Transaction([condition], [new Write.Put(key, record.Serialize())]),
            ct
        );
        long revision = result switch
        {
            CommitResult.Committed committed => committed.Revision,
            // The token tells whether it arrived after all.
            CommitResult.Unknown
                when await store.GetAsync(key, ct) is { } stored && LeaseRecord.Parse(stored).Token == record.Token =>
                stored.Revision,
            _ => 0,
        };
        return (revision == 0 ? null : new Lease(store, time, name, record, revision, began), null);
    }

    /// <summary>Remembers since when a record has been as it is.</summary>
    private Sighting See(string name, StoreRecord current) =>
        _sightings.AddOrUpdate(
            name,
            static (_, now) => now,
            static (_, before, now) => before.Revision == now.Revision ? before : now,
            new Sighting(current.Revision, LeaseRecord.Parse(current), time.GetTimestamp())
        );

    private TimeSpan Remaining(Sighting sighting)
    {
        var byOurTimer = sighting.Record.Ttl - time.GetElapsedTime(sighting.FirstSeen);
        var byTheirClock = sighting.Record.ExpiresAt + ClockTolerance - time.GetUtcNow();
        return byOurTimer < byTheirClock ? byOurTimer : byTheirClock;
    }

    private async Task WaitForChangeAsync(string name, Sighting sighting, CancellationToken ct)
    {
        var remaining = Remaining(sighting);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var expiry = Task.Delay(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, time, either.Token);
        var change = NextChangeAsync(LeaseRecord.Key(name), sighting.Revision, either.Token);
        var first = await Task.WhenAny(expiry, change);
        await either.CancelAsync();
        await Task.WhenAll(expiry, change)
            .ContinueWith(
                static _ => { },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            ); // the other one was cancelled
        ct.ThrowIfCancellationRequested();
        await first;
    }

    private async Task NextChangeAsync(string key, long afterRevision, CancellationToken ct)
    {
        try
        {
            await foreach (var _ in store.WatchAsync(key, afterRevision, ct))
                return;
        }
        catch (RevisionCompactedException)
        {
            // Then the record may have changed: look again.
        }
    }

    private sealed record Sighting(long Revision, LeaseRecord Record, long FirstSeen);
}
