using System.Runtime.CompilerServices;
using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;
using Cairn.Storage.Watching;
using Google.Protobuf;

namespace Cairn.Storage.Etcd;

/// <summary>What etcd keeps of former revisions: states, and the changes that led to them.</summary>
internal sealed class History(EtcdClient client, KeySpace keys, Follower follower)
{
    private const int PageSets = 4096;
    private const int PageBytes = 8 << 20;
    private const int LongestPage = 8192;

    public async IAsyncEnumerable<StoreRecord> ListAsync(
        string prefix,
        string? after,
        long atRevision,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var (from, end) = keys.Range(prefix, after);
        int limit = 256;
        while (true)
        {
            // At etcd's own first revision there is nothing; its 0 means now.
            var request = new RangeRequest
            {
                Key = from,
                RangeEnd = end,
                Limit = limit,
                Revision = Math.Max(1, atRevision),
            };
            RangeResponse page;
            try
            {
                page = await client.ReadAsync("etcdserverpb.KV/Range", request, RangeResponse.Parser, ct);
            }
            catch (GrpcException e) when (IsCompacted(e))
            {
                throw new RevisionCompactedException(atRevision, await OldestAsync(ct));
            }
            catch (GrpcException e) when (IsFuture(e))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(atRevision),
                    atRevision,
                    "That revision is still in the future."
                );
            }

            long bytes = 1;
            foreach (var kv in page.Kvs)
            {
                ct.ThrowIfCancellationRequested();
                bytes += kv.Key.Length + kv.Value.Length;
                yield return keys.Record(kv);
            }
            if (!page.More)
                yield break;
            from = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]); // the smallest key behind it
            limit = (int)Math.Clamp((long)limit * PageBytes / bytes, 1, Math.Min(LongestPage, limit * 4L));
        }
    }

    /// <summary>Whole change sets from a revision on.</summary>
    /// <param name="prefix">What they touch.</param>
    /// <param name="fromRevision">The first.</param>
    /// <param name="head">A revision of this store that is known to be there, at or after the first.</param>
    /// <param name="ct">Ends the reading.</param>
    public async ValueTask<HistoryPage> ReadAsync(string prefix, long fromRevision, long head, CancellationToken ct)
    {
        await CheckKeptAsync(fromRevision, ct);
        var stream = await follower.StreamAsync(ct);
        using var watch = stream.Begin(keys.Head, keys.End, fromRevision);
        Func<string, bool>? belongs =
            prefix.Length == 0 ? null : key => key.StartsWith(prefix, StringComparison.Ordinal);
        var sets = new List<ChangeSet>();
        var (through, bytes) = (fromRevision - 1, 0L);
        try
        {
            while (
                through < head && sets.Count < PageSets && bytes < PageBytes && await watch.Messages.WaitToReadAsync(ct)
            )
            {
                while (watch.Messages.TryRead(out var events))
                {
                    through = events[^1].Kv.ModRevision;
                    bytes += events.Sum(item => (long)item.Kv.Value.Length);
                    sets.AddRange(ChangeSets.From(keys, events, belongs));
                }
            }
        }
        catch (RevisionCompactedException e)
        {
            throw new RevisionCompactedException(fromRevision, e.OldestRevision);
        }
        return new HistoryPage(sets, through);
    }

    /// <summary>The revision between two at which the head record was put with this value; null when it was
    /// not.</summary>
    public async Task<long?> FindHeadAsync(string value, long fromRevision, long throughRevision)
    {
        if (fromRevision > throughRevision)
            return null;
        using var limit = new CancellationTokenSource(client.Options.Timeout);
        try
        {
            var stream = await follower.StreamAsync(limit.Token);
            using var watch = stream.Begin(keys.Head, ByteString.Empty, fromRevision);
            while (await watch.Messages.WaitToReadAsync(limit.Token))
            {
                while (watch.Messages.TryRead(out var events))
                {
                    foreach (var item in events)
                    {
                        if (item.Kv.Value.ToStringUtf8() == value)
                            return item.Kv.ModRevision;
                        if (item.Kv.ModRevision >= throughRevision)
                            return null;
                    }
                }
            }

            return null;
        }
        catch (OperationCanceledException e)
        {
            throw new StoreUnavailableException("etcd did not tell its recent history in time.", e);
        }
    }

    public static bool IsCompacted(GrpcException e) =>
        e.Code is GrpcCode.OutOfRange && e.Message.Contains("compacted", StringComparison.Ordinal);

    public static bool IsFuture(GrpcException e) =>
        e.Code is GrpcCode.OutOfRange && e.Message.Contains("future revision", StringComparison.Ordinal);

    /// <summary>etcd lets a watch begin at the very revision that was compacted, where deletions may be missing
    /// already.</summary>
    private async Task CheckKeptAsync(long revision, CancellationToken ct)
    {
        try
        {
            var request = new RangeRequest
            {
                Key = keys.Head,
                KeysOnly = true,
                Revision = Math.Max(1, revision - 1),
            };
            await client.ReadAsync("etcdserverpb.KV/Range", request, RangeResponse.Parser, ct);
        }
        catch (GrpcException e) when (IsCompacted(e))
        {
            throw new RevisionCompactedException(revision, await OldestAsync(ct));
        }
    }

    /// <summary>The compacted revision, which etcd tells only to watches that ask for more.</summary>
    private async Task<long> OldestAsync(CancellationToken ct)
    {
        var stream = await follower.StreamAsync(ct);
        using var watch = stream.Begin(keys.Head, ByteString.Empty, startRevision: 1);
        try
        {
            await watch.Messages.WaitToReadAsync(ct);
            return 0;
        }
        catch (RevisionCompactedException e)
        {
            return e.OldestRevision;
        }
    }
}
