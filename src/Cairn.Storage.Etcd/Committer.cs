using System.Diagnostics;
using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;

namespace Cairn.Storage.Etcd;

/// <summary>Sends transactions, and finds out what became of those that were not answered.</summary>
internal sealed class Committer(
    EtcdClient client,
    KeySpace keys,
    Transactions transactions,
    HeadRecord headRecord,
    History history
)
{
    private const string Txn = "etcdserverpb.KV/Txn";
    private static readonly TimeSpan ResolutionPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Commits transactions that are independent of each other: see <see cref="CommitBatch"/>.</summary>
    /// <param name="batch">One, or several that each put something.</param>
    /// <param name="knownRevision">A revision before the commit.</param>
    /// <returns>The outcome of each.</returns>
    /// <exception cref="TransactionTooLargeException">etcd's own limits are below those it was said to
    /// have.</exception>
    public async Task<CommitResult[]> CommitAsync(IReadOnlyList<EtcdCommit> batch, long knownRevision)
    {
        var identifier = Guid.NewGuid();
        try
        {
            // Once it is sent its outcome is worth waiting for; the client's timeout bounds that.
            var reply = await client.WriteAsync(
                Txn,
                transactions.Request(batch, identifier),
                TxnResponse.Parser,
                CancellationToken.None
            );
            return Transactions.Results(batch, reply);
        }
        catch (OutcomeUnknownException e)
        {
            return await ResolveAsync(batch, identifier, knownRevision, e);
        }
        catch (GrpcException e) when (e.Code is GrpcCode.InvalidArgument)
        {
            throw new TransactionTooLargeException(
                $"etcd refuses the transaction: {e.Message}. Do max-txn-ops and max-request-bytes fit the server's own?"
            );
        }
    }

    /// <summary>Deletions that may all be of what is not there must not put the head record: they take no revision
    /// then. So it is looked up first what there is, and committed on condition that it is so still.</summary>
    public async Task<CommitResult> DeleteAsync(EtcdCommit commit, long knownRevision)
    {
        var transaction = commit.Transaction;
        while (true)
        {
            var look = commit.Request.Clone();
            look.Success.Clear();
            look.Success.Add(
                new RequestOp
                {
                    Range = new RangeRequest { Key = keys.Head, KeysOnly = true },
                }
            );
            foreach (var write in transaction.Writes)
            {
                look.Success.Add(
                    new RequestOp
                    {
                        Range = new RangeRequest { Key = keys.Of(write.Key), KeysOnly = true },
                    }
                );
            }

            var seen = await client.ReadAsync(Txn, look, TxnResponse.Parser, CancellationToken.None);
            if (!seen.Succeeded)
                return Transactions.Refusal(transaction, seen);

            var assumptions = transaction
                .Writes.Select(
                    (write, i) =>
                        seen.Responses[i + 1].Range.Kvs is [var kv]
                            ? (Condition)new Condition.AtRevision(write.Key, kv.ModRevision)
                            : new Condition.Absent(write.Key)
                )
                .ToList();
            if (assumptions.All(assumption => assumption is Condition.Absent))
            {
                return new CommitResult.Committed(
                    seen.Responses[0].Range.Kvs is [var head] ? head.ModRevision : seen.Header.Revision
                );
            }

            var exact = transactions.Commit(
                new Transaction([.. transaction.Conditions, .. assumptions], transaction.Writes),
                commit.Bytes,
                CancellationToken.None
            );
            var result = (await CommitAsync([exact], knownRevision))[0];
            if (result is not CommitResult.Refused refused || refused.Condition < transaction.Conditions.Count)
                return result;
        }
    }

    /// <summary>The head record tells: it was put with this request's identifier, now or at an earlier revision. Where
    /// it was not, the request may still be on its way, unless it is certain that it can no longer be
    /// applied.</summary>
    private async Task<CommitResult[]> ResolveAsync(
        IReadOnlyList<EtcdCommit> batch,
        Guid identifier,
        long knownRevision,
        OutcomeUnknownException cause
    )
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var head = await headRecord.ReadAsync(CancellationToken.None);
                long? applied = await FindAsync(identifier.ToString("N"), knownRevision, head);
                var results = new CommitResult[batch.Count];
                for (int i = 0; i < results.Length; i++)
                {
                    results[i] =
                        applied is not { } revision ? await LookAsync(batch[i], head, cause)
                        : batch.Count == 1 || await IsOfAsync(batch[i], revision) ? new CommitResult.Committed(revision)
                        // It was refused, so it is safe to ask again for the reason.
                        : (await CommitAsync([batch[i]], revision))[0];
                }

                return results;
            }
            catch (RevisionCompactedException)
            {
                return AllUnknown();
            }
            catch (GrpcException e) when (History.IsCompacted(e))
            {
                return AllUnknown();
            }
            catch (StoreUnavailableException)
                when (Stopwatch.GetElapsedTime(began) + ResolutionPause >= client.Options.Timeout)
            {
                return AllUnknown();
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(ResolutionPause);
            }
        }

        CommitResult[] AllUnknown() => [.. batch.Select(_ => new CommitResult.Unknown(cause))];
    }

    private async Task<long?> FindAsync(string identifier, long knownRevision, KeyValue head) =>
        head.Value.ToStringUtf8() == identifier
            ? head.ModRevision
            : await history.FindHeadAsync(identifier, knownRevision + 1, head.ModRevision);

    /// <summary>Whether a transaction of a batch was among those the batch committed: nobody else wrote its keys
    /// then.</summary>
    private async Task<bool> IsOfAsync(EtcdCommit commit, long revision)
    {
        var put = commit.Transaction.Writes.OfType<Write.Put>().First();
        var request = new RangeRequest
        {
            Key = keys.Of(put.Key),
            KeysOnly = true,
            Revision = revision,
        };
        var reply = await client.ReadAsync(
            "etcdserverpb.KV/Range",
            request,
            RangeResponse.Parser,
            CancellationToken.None
        );
        return reply.Kvs is [var kv] && kv.ModRevision == revision;
    }

    /// <summary>The outcome of a transaction that is not there: refused for good, or not known.</summary>
    private async Task<CommitResult> LookAsync(EtcdCommit commit, KeyValue head, OutcomeUnknownException cause)
    {
        var look = commit.Request.Clone();
        look.Success.Clear();
        var reply = await client.ReadAsync(Txn, look, TxnResponse.Parser, CancellationToken.None);
        // A key's revision only grows: whoever was faster was faster for good. But it must have been somebody else.
        return
            !reply.Succeeded
            && Transactions.Refusal(commit.Transaction, reply) is var refused
            && commit.Transaction.Conditions[refused.Condition] is Condition.AtRevision
            && refused.HeadRevision == head.ModRevision
            ? refused
            : new CommitResult.Unknown(cause);
    }
}
