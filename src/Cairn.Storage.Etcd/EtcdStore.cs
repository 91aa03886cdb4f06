using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;
using Cairn.Storage.Watching;

namespace Cairn.Storage.Etcd;

/// <summary>A store in an etcd cluster of version 3.4 or later, shared by any number of nodes.</summary>
/// <remarks>Revisions are etcd's own, so a cluster that others write to as well leaves gaps in them. Commits of one
/// node that are independent of each other and under way at the same time may share a revision. Reads are linearizable.
/// Compaction is the cluster's: it forgets the history of all keys.</remarks>
public sealed class EtcdStore : IStore, IChangeHistory, IEngineHealth
{
    private readonly EtcdClient _client;
    private readonly KeySpace _keys;
    private readonly Transactions _transactions;
    private readonly Committer _committer;
    private readonly GroupCommit _group;
    private readonly History _history;
    private readonly ChangeFeed _feed;
    private readonly StoreMetrics _metrics;
    private readonly Follower _follower;
    private int _disposed;

    private EtcdStore(EtcdStoreOptions options, EtcdClient client, KeySpace keys, HeadRecord headRecord, KeyValue head)
    {
        (_client, _keys) = (client, keys);
        _feed = new ChangeFeed(head.ModRevision, 0, options.WatchBuffer, options.WatchBufferBytes, dense: false);
        _metrics = new StoreMetrics("etcd", _feed);
        _follower = new Follower(client, keys, _feed, head, headRecord.ReadAsync);
        _history = new History(client, keys, _follower);
        _transactions = new Transactions(keys, options);
        _committer = new Committer(client, keys, _transactions, headRecord, _history);
        _group = new GroupCommit(_committer, options, _metrics, () => _feed.Head);
        Head = headRecord;
        Limits = new StoreLimits(
            MaxKeyBytes: 4096,
            MaxValueBytes: options.MaxRequestBytes - (256 << 10),
            MaxOperations: options.MaxTransactionOperations - CommitBatch.OwnOperations,
            MaxTransactionBytes: options.MaxRequestBytes - (128 << 10)
        );
    }

    /// <inheritdoc/>
    public StoreLimits Limits { get; }

    private HeadRecord Head { get; }

    /// <summary>Connects to a cluster, and begins the store there when its prefix is empty.</summary>
    /// <exception cref="StoreUnavailableException">No member answers.</exception>
    /// <exception cref="StoreUnusableException">A certificate cannot be read.</exception>
    public static async Task<EtcdStore> OpenAsync(EtcdStoreOptions options, CancellationToken ct)
    {
        var client = new EtcdClient(options);
        try
        {
            var keys = new KeySpace(options.Prefix);
            var head = new HeadRecord(client, keys);
            return new EtcdStore(options, client, keys, head, await head.ReadOrMakeAsync(ct));
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> GetRevisionAsync(CancellationToken ct)
    {
        ThrowIfUnusable();
        return (await Head.ReadAsync(ct)).ModRevision;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreRecord?> GetAsync(string key, CancellationToken ct)
    {
        TransactionRules.CheckUnicode(key);
        ThrowIfUnusable();
        if (key.Length == 0)
            return null;
        var reply = await _client.ReadAsync(
            "etcdserverpb.KV/Range",
            new RangeRequest { Key = _keys.Of(key) },
            RangeResponse.Parser,
            ct
        );
        return reply.Kvs is [var kv] ? _keys.Record(kv) : null;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreRecord> ListAsync(string prefix, string? after, long atRevision, CancellationToken ct)
    {
        TransactionRules.CheckUnicode(prefix);
        ArgumentOutOfRangeException.ThrowIfNegative(atRevision);
        ThrowIfUnusable();
        return _history.ListAsync(prefix, after, atRevision, ct);
    }

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(Transaction transaction, CancellationToken ct)
    {
        int bytes = TransactionRules.Check(transaction, Limits);
        ct.ThrowIfCancellationRequested();
        ThrowIfUnusable();
        var commit = _transactions.Commit(transaction, bytes, ct);
        if (transaction.Writes.Any(write => write is Write.Put))
            return await _group.CommitAsync(commit);
        var result = commit.SurelyChanges
            ? (await _committer.CommitAsync([commit], _feed.Head))[0]
            : await _committer.DeleteAsync(commit, _feed.Head);
        _metrics.Count(result);
        return result;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ChangeSet> WatchAsync(string prefix, long afterRevision, CancellationToken ct)
    {
        ThrowIfUnusable();
        return _feed.WatchAsync(prefix, afterRevision, this, ct);
    }

    /// <inheritdoc/>
    public async ValueTask CompactAsync(long throughRevision, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(throughRevision);
        ThrowIfUnusable();
        try
        {
            var request = new CompactionRequest { Revision = throughRevision };
            await _client.ReadAsync("etcdserverpb.KV/Compact", request, CompactionResponse.Parser, ct);
        }
        catch (GrpcException e) when (History.IsFuture(e))
        {
            throw new ArgumentOutOfRangeException(
                nameof(throughRevision),
                throughRevision,
                "That revision is still in the future."
            );
        }
        catch (GrpcException e) when (History.IsCompacted(e))
        {
            // It was done before, or by somebody else.
        }
        _feed.Compact(throughRevision);
        _metrics.CountCompaction();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EngineMember>> MembersAsync(CancellationToken ct)
    {
        ThrowIfUnusable();
        return await Task.WhenAll(_client.Endpoints.All.Select(endpoint => Members.AskAsync(endpoint, ct)));
    }

    /// <summary>Ends the watches and the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _feed.Close(new ObjectDisposedException(nameof(EtcdStore)));
        await _follower.DisposeAsync();
        _metrics.Dispose();
        _client.Dispose();
    }

    ValueTask<HistoryPage> IChangeHistory.ReadAsync(string prefix, long fromRevision, CancellationToken ct) =>
        _history.ReadAsync(prefix, fromRevision, _feed.Head, ct);

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        _follower.ThrowIfGoneBack();
    }
}
