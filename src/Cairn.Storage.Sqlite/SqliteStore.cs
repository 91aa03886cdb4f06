using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Storage.Sqlite.Native;
using Cairn.Storage.Watching;

namespace Cairn.Storage.Sqlite;

/// <summary>The embedded engine: one file, for one process at a time.</summary>
/// <remarks>Commits go through one <see cref="Writer"/>; reads use connections of their own and, thanks to SQLite's
/// write-ahead log, neither wait for writes nor hold them up. A commit that is acknowledged has been synced to the
/// disk.</remarks>
public sealed class SqliteStore : IStore, IChangeHistory
{
    private readonly StoreFile _file;
    private readonly ReaderPool _readers;
    private readonly ChangeFeed _feed;
    private readonly StoreMetrics _metrics;
    private readonly Database _database;
    private readonly Writer _writer;
    private readonly SemaphoreSlim _compacting = new(1);
    private int _disposed;

    private SqliteStore(StoreFile file, SqliteStoreOptions options)
    {
        _file = file;
        _readers = new ReaderPool(file, options.ReadConnections);
        _database = file.Connect(readOnly: false);
        long head,
            compacted;
        using (var database = new Reader(file.Connect(readOnly: true)))
            (compacted, head) = database.State();
        _feed = new ChangeFeed(head, compacted, options.WatchBuffer, options.WatchBufferBytes);
        _metrics = new StoreMetrics("sqlite", _feed);
        _writer = new Writer(file, _database, _feed, _metrics, options.MaxPendingCommits);
    }

    /// <inheritdoc/>
    public StoreLimits Limits { get; } =
        new(MaxKeyBytes: 4096, MaxValueBytes: 16 << 20, MaxOperations: 10_000, MaxTransactionBytes: 64 << 20);

    /// <summary>Opens the store at a path, and makes it when there is none.</summary>
    /// <exception cref="StoreUnusableException">The path is a folder, cannot be written, is in use by another process,
    /// is damaged, is not Cairn's, or is of a newer format: the message says which, and the cure.</exception>
    public static Task<SqliteStore> OpenAsync(SqliteStoreOptions options, CancellationToken ct) =>
        Task.Run(
            () =>
            {
                var file = StoreFile.Open(options);
                try
                {
                    return new SqliteStore(file, options);
                }
                catch (SqliteError e)
                {
                    file.Dispose();
                    throw e.ToStoreException(file.Path);
                }
            },
            ct
        );

    /// <inheritdoc/>
    public ValueTask<long> GetRevisionAsync(CancellationToken ct)
    {
        ThrowIfDisposed();
        return ValueTask.FromResult(_feed.Head);
    }

    /// <inheritdoc/>
    public ValueTask<StoreRecord?> GetAsync(string key, CancellationToken ct)
    {
        TransactionRules.CheckUnicode(key);
        return _readers.ReadAsync(static (reader, key) => reader.Get(key), key, ct);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreRecord> ListAsync(
        string prefix,
        string? after,
        long atRevision,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        TransactionRules.CheckUnicode(prefix);
        ArgumentOutOfRangeException.ThrowIfNegative(atRevision);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(atRevision, _feed.Head);
        byte[] prefixBytes = Encoding.UTF8.GetBytes(prefix);
        byte[]? from = Listing.Start(prefix, after);
        while (from is not null)
        {
            (var records, from) = await _readers.ReadAsync(
                static (reader, page) => reader.List(page.Prefix, page.From, page.At),
                (Prefix: prefixBytes, From: from, At: atRevision),
                ct
            );
            foreach (var record in records)
            {
                ct.ThrowIfCancellationRequested();
                yield return record;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(Transaction transaction, CancellationToken ct)
    {
        int bytes = TransactionRules.Check(transaction, Limits);
        ct.ThrowIfCancellationRequested();
        ThrowIfDisposed();
        var request = new CommitRequest(transaction, bytes, ct);
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
        ArgumentOutOfRangeException.ThrowIfGreaterThan(throughRevision, _feed.Head);
        await _compacting.WaitAsync(ct);
        try
        {
            await MaintainAsync(
                database =>
                {
                    Compactor.RaiseLimit(database, throughRevision);
                    _feed.Compact(throughRevision);
                    return true;
                },
                ct
            );
            while (await MaintainAsync(Compactor.Sweep, ct))
                ct.ThrowIfCancellationRequested();
            _metrics.CountCompaction();
        }
        finally
        {
            _compacting.Release();
        }
    }

    /// <summary>Checks every page and index of the file, and that no revision is missing. It reads the whole file,
    /// while the store goes on serving.</summary>
    /// <returns>What is wrong, a sentence each; empty when all is well.</returns>
    public async ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken ct)
    {
        ThrowIfDisposed();
        return await Task.Run(() => IntegrityCheck.Run(_file), ct);
    }

    /// <summary>Finishes the commits that wait, ends the watches, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _writer.StopAsync();
        _feed.Close(new ObjectDisposedException(nameof(SqliteStore)));
        _readers.Dispose();
        _database.Dispose(); // the last connection: SQLite copies the log into the database and removes it
        _metrics.Dispose();
        _file.Dispose();
    }

    ValueTask<HistoryPage> IChangeHistory.ReadAsync(string prefix, long fromRevision, CancellationToken ct) =>
        _readers.ReadAsync(
            static (reader, page) => reader.ReadHistory(page.Prefix, page.From),
            (Prefix: prefix, From: fromRevision),
            ct
        );

    private async Task<bool> MaintainAsync(Func<Database, bool> work, CancellationToken ct)
    {
        ThrowIfDisposed();
        var request = new MaintenanceRequest(work);
        await _writer.EnqueueAsync(request, ct);
        return await request.Outcome;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
