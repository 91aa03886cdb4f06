using System.Diagnostics;
using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;

namespace Cairn.Storage.Etcd;

/// <summary>Sends transactions, and finds out what became of those that were not answered.</summary>
internal sealed class Committer(EtcdClient client, KeySpace keys, HeadRecord headRecord, History history)
{
    private static readonly TimeSpan ResolutionPause = TimeSpan.FromMilliseconds(100);

    /// <param name="transaction">Its rules have been checked.</param>
    /// <param name="transactions">Makes etcd's requests of it.</param>
    /// <param name="knownRevision">A revision before the commit.</param>
    public Task<CommitResult> CommitAsync(Transaction transaction, Transactions transactions, long knownRevision)
    {
        var surelyChanges = transaction.Writes.Any(write => write is Write.Put || transaction.Conditions.Any(condition =>
            condition.Key == write.Key && condition is Condition.Exists or Condition.AtRevision { Revision: > 0 }));
        return surelyChanges
            ? SendAsync(transaction, transactions, knownRevision)
            : DeleteAsync(transaction, transactions, knownRevision);
    }

    private async Task<CommitResult> SendAsync(Transaction transaction, Transactions transactions, long knownRevision)
    {
        var identifier = Guid.NewGuid();
        var request = transactions.Build(transaction, identifier);
        try
        {
            // Once it is sent its outcome is worth waiting for; the client's timeout bounds that.
            var reply = await client.WriteAsync("etcdserverpb.KV/Txn", request, TxnResponse.Parser, CancellationToken.None);
            return reply.Succeeded
                ? new CommitResult.Committed(reply.Header.Revision)
                : Transactions.Refusal(transaction, reply);
        }
        catch (OutcomeUnknownException e)
        {
            return await ResolveAsync(transaction, transactions, identifier, knownRevision, e);
        }
        catch (GrpcException e) when (e.Code is GrpcCode.InvalidArgument)
        {
            throw new TransactionTooLargeException(
                $"etcd refuses the transaction: {e.Message}. Do max-txn-ops and max-request-bytes fit the server's own?");
        }
    }

    /// <summary>Deletions that may all be of what is not there must not put the head record: they take no revision then.
    /// So it is looked up first what there is, and committed on condition that it is so still.</summary>
    private async Task<CommitResult> DeleteAsync(Transaction transaction, Transactions transactions, long knownRevision)
    {
        while (true)
        {
            var look = transactions.Build(transaction, Guid.Empty);
            look.Success.Clear();
            look.Success.Add(new RequestOp { Range = new RangeRequest { Key = keys.Head, KeysOnly = true } });
            foreach (var write in transaction.Writes)
                look.Success.Add(new RequestOp { Range = new RangeRequest { Key = keys.Of(write.Key), KeysOnly = true } });
            var seen = await client.ReadAsync("etcdserverpb.KV/Txn", look, TxnResponse.Parser, CancellationToken.None);
            if (!seen.Succeeded)
                return Transactions.Refusal(transaction, seen);

            var assumptions = transaction.Writes
                .Select((write, i) => seen.Responses[i + 1].Range.Kvs is [var kv]
                    ? (Condition)new Condition.AtRevision(write.Key, kv.ModRevision)
                    : new Condition.Absent(write.Key))
                .ToList();
            if (assumptions.All(assumption => assumption is Condition.Absent))
                return new CommitResult.Committed(seen.Responses[0].Range.Kvs is [var head] ? head.ModRevision : seen.Header.Revision);
            var exact = new Transaction([.. transaction.Conditions, .. assumptions], transaction.Writes);
            var result = await SendAsync(exact, transactions, knownRevision);
            if (result is not CommitResult.Refused refused || refused.Condition < transaction.Conditions.Count)
                return result;
        }
    }

    /// <summary>The head record tells: it was put with this commit's identifier, now or at an earlier revision. Where it
    /// was not, the commit may still be on its way, unless it is certain that it can no longer be applied.</summary>
    private async Task<CommitResult> ResolveAsync(
        Transaction transaction, Transactions transactions, Guid identifier, long knownRevision, OutcomeUnknownException cause)
    {
        var began = Stopwatch.GetTimestamp();
        var value = identifier.ToString("N");
        while (true)
        {
            try
            {
                var head = await headRecord.ReadAsync(CancellationToken.None);
                if (head.Value.ToStringUtf8() == value)
                    return new CommitResult.Committed(head.ModRevision);
                if (await history.FindHeadAsync(value, knownRevision + 1, head.ModRevision) is { } revision)
                    return new CommitResult.Committed(revision);

                var look = transactions.Build(transaction, identifier);
                look.Success.Clear();
                var reply = await client.ReadAsync("etcdserverpb.KV/Txn", look, TxnResponse.Parser, CancellationToken.None);
                // A key's revision only grows: whoever was faster was faster for good. But it must have been somebody else.
                if (!reply.Succeeded && Transactions.Refusal(transaction, reply) is var refused
                    && transaction.Conditions[refused.Condition] is Condition.AtRevision
                    && refused.HeadRevision == head.ModRevision)
                    return refused;
                return new CommitResult.Unknown(cause);
            }
            catch (RevisionCompactedException)
            {
                return new CommitResult.Unknown(cause);
            }
            catch (StoreUnavailableException) when (Stopwatch.GetElapsedTime(began) > client.Options.Timeout)
            {
                return new CommitResult.Unknown(cause);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(ResolutionPause);
            }
        }
    }
}
