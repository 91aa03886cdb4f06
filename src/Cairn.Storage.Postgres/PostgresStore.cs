using Cairn.Storage.Watching;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>A store in a PostgreSQL database of version 13 or later, shared by any number of nodes.</summary>
/// <remarks>Commits are as durable as the database makes them: with replicas, an acknowledged commit survives a
/// fail-over when <c>synchronous_standby_names</c> names them.</remarks>
public sealed class PostgresStore : IStore, IChangeHistory, IEngineHealth
{
    private readonly NpgsqlDataSource _source;
    private readonly Access _access;
    private readonly Queries _queries;
    private readonly Compactor _compactor;
    private readonly ChangeFeed _feed;
    private readonly StoreMetrics _metrics;
    private readonly Tail _tail;
    private readonly Writer _writer;
    private int _disposed;

    private PostgresStore(Access access, Queries queries, long head, long compacted)
    {
        (_source, _access, _queries, _compactor) = (access.Source, access, queries, new Compactor(access));
        _feed = new ChangeFeed(head, compacted, access.Options.WatchBuffer, access.Options.WatchBufferBytes);
        _metrics = new StoreMetrics("postgres", _feed);
        _tail = new Tail(access, queries, _feed);
        _writer = new Writer(access, _tail, _metrics);
    }

    /// <inheritdoc/>
    /// <remarks>A key is part of an index, where PostgreSQL takes a third of a page.</remarks>
    public StoreLimits Limits { get; } =
        new(MaxKeyBytes: 2048, MaxValueBytes: 16 << 20, MaxOperations: 10_000, MaxTransactionBytes: 32 << 20);

    /// <summary>Connects to a database, and makes or migrates the tables where needed.</summary>
    /// <exception cref="StoreUnavailableException">It does not answer.</exception>
    /// <exception cref="StoreUnusableException">The tables are of a newer format, or may not be made.</exception>
    public static async Task<PostgresStore> OpenAsync(PostgresStoreOptions options, CancellationToken ct)
    {
        var source = options.DataSource();
        try
        {
            var access = new Access(source, options);
            await access.ReadAsync(
                async (connection, ct) =>
                {
                    await Schema.MigrateAsync(connection, options.Schema, ct);
                    return true;
                },
                ct
            );
            var queries = new Queries(access);
            var (head, compacted) = await queries.StateAsync(ct);
            return new PostgresStore(access, queries, head, compacted);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> GetRevisionAsync(CancellationToken ct)
    {
        ThrowIfDisposed();
        long seen = _feed.Head;
        var (head, _) = await _queries.StateAsync(ct);
        Tail.CheckHead(head, seen);
        return head;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreRecord?> GetAsync(string key, CancellationToken ct)
    {
        TransactionRules.CheckUnicode(key);
        ThrowIfDisposed();
        return await _queries.GetAsync(key, ct);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreRecord> ListAsync(string prefix, string? after, long atRevision, CancellationToken ct)
    {
        TransactionRules.CheckUnicode(prefix);
        ArgumentOutOfRangeException.ThrowIfNegative(atRevision);
        ThrowIfDisposed();
        return _queries.ListAsync(prefix, after, atRevision, ct);
    }

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(Transaction transaction, CancellationToken ct)
    {
        int bytes = TransactionRules.Check(transaction, Limits);
        ct.ThrowIfCancellationRequested();
        ThrowIfDisposed();
        var request = new PendingCommit(transaction, bytes, ct);
        await _writer.EnqueueAsync(request, ct);
        return await request.Outcome;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ChangeSet> WatchAsync(string prefix, long afterRevision, CancellationToken ct)
    {
        ThrowIfDisposed();
        return _feed.WatchAsync(prefix, afterRevision, this, ct);
    }

    /// <inheritdoc/>
    public async ValueTask CompactAsync(long throughRevision, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(throughRevision);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(throughRevision, await GetRevisionAsync(ct));
        await _compactor.RaiseAsync(throughRevision, ct);
        _feed.Compact(throughRevision);
        while (await _compactor.SweepAsync(ct))
            ct.ThrowIfCancellationRequested();
        _metrics.CountCompaction();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EngineMember>> MembersAsync(CancellationToken ct)
    {
        ThrowIfDisposed();
        string hosts = new NpgsqlConnectionStringBuilder(_access.Options.ConnectionString).Host!;
        return await Task.WhenAll(hosts.Split(',').Select(host => Members.AskAsync(_access.Options, host, ct)));
    }

    /// <summary>Finishes the commits that wait, ends the watches, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _writer.StopAsync();
        _feed.Close(new ObjectDisposedException(nameof(PostgresStore)));
        await _tail.DisposeAsync();
        _metrics.Dispose();
        await _source.DisposeAsync();
    }

    ValueTask<HistoryPage> IChangeHistory.ReadAsync(string prefix, long fromRevision, CancellationToken ct) =>
        new(_queries.ReadHistoryAsync(prefix, fromRevision, ct));

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
