namespace Cairn.Storage.Conformance;

/// <summary>A store whose answers get lost: the commit happened, or it did not, and the caller is not told.</summary>
public sealed class FaultyStore(IStore inner, Random random) : IStore
{
    private readonly Lock _gate = new();
    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<
        Transaction,
        System.Runtime.CompilerServices.StrongBox<int>
    > _lost = [];

    /// <summary>The share of commits whose answer is lost after they were done.</summary>
    public double LostAnswers { get; set; }

    /// <summary>The share of commits that are lost on their way.</summary>
    public double LostRequests { get; set; }

    /// <summary>How often one transaction is lost, at most, however often it is sent. Chance alone would sooner or
    /// later lose all that a caller is prepared to send, and that caller then rightly says that it does not
    /// know.</summary>
    public int MostOfOne { get; set; } = int.MaxValue;

    /// <summary>When set, nothing works.</summary>
    public bool Down { get; set; }

    public StoreLimits Limits => inner.Limits;

    public async ValueTask<CommitResult> CommitAsync(Transaction transaction, CancellationToken ct)
    {
        ThrowIfDown();
        double fate;
        lock (_gate)
        {
            fate = random.NextDouble();
            if (fate < LostRequests + LostAnswers && ++_lost.GetOrCreateValue(transaction).Value > MostOfOne)
                fate = 1;
        }

        if (fate < LostRequests)
            return new CommitResult.Unknown(new IOException("The connection broke on the way."));
        var result = await inner.CommitAsync(transaction, ct);
        return fate < LostRequests + LostAnswers
            ? new CommitResult.Unknown(new IOException("The connection broke on the way back."))
            : result;
    }

    public ValueTask<long> GetRevisionAsync(CancellationToken ct)
    {
        ThrowIfDown();
        return inner.GetRevisionAsync(ct);
    }

    public ValueTask<StoreRecord?> GetAsync(string key, CancellationToken ct)
    {
        ThrowIfDown();
        return inner.GetAsync(key, ct);
    }

    public IAsyncEnumerable<StoreRecord> ListAsync(
        string prefix,
        string? after,
        long atRevision,
        CancellationToken ct
    ) => inner.ListAsync(prefix, after, atRevision, ct);

    public IAsyncEnumerable<ChangeSet> WatchAsync(string prefix, long afterRevision, CancellationToken ct) =>
        inner.WatchAsync(prefix, afterRevision, ct);

    public ValueTask CompactAsync(long throughRevision, CancellationToken ct) =>
        inner.CompactAsync(throughRevision, ct);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void ThrowIfDown()
    {
        if (Down)
            throw new StoreUnavailableException("The store is down.");
    }
}
