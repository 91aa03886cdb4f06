using System.Diagnostics;
using Cairn.Storage.Etcd.Wire;
using Google.Protobuf;

namespace Cairn.Storage.Etcd;

/// <summary>Transactions of the contract as etcd's, and its answers as results.</summary>
internal sealed class Transactions(KeySpace keys, EtcdStoreOptions options)
{
    /// <summary>A transaction without the head record.</summary>
    /// <exception cref="TransactionTooLargeException">etcd would refuse it.</exception>
    public EtcdCommit Commit(Transaction transaction, int bytes, CancellationToken ct)
    {
        var request = new TxnRequest();
        request.Failure.Add(Read(keys.Head));
        foreach (var condition in transaction.Conditions)
        {
            if (condition is Condition.Unchanged unchanged)
            {
                var (from, end) = keys.Range(unchanged.Prefix);
                request.Compare.Add(
                    new Compare
                    {
                        Key = from,
                        RangeEnd = end,
                        Target = Wire.Compare.Types.Target.Mod,
                        Result = Wire.Compare.Types.Result.Less,
                        ModRevision = unchanged.Revision + 1,
                    }
                );
                request.Failure.Add(
                    new RequestOp
                    {
                        Range = new RangeRequest
                        {
                            Key = from,
                            RangeEnd = end,
                            MinModRevision = unchanged.Revision + 1,
                            Limit = 1,
                            KeysOnly = true,
                        },
                    }
                );
                continue;
            }

            var key = keys.Of(condition.Key);
            request.Compare.Add(Compare(condition, key));
            request.Failure.Add(Read(key));
        }

        foreach (var write in transaction.Writes)
        {
            request.Success.Add(
                write switch
                {
                    Write.Put put => new RequestOp
                    {
                        Put = new PutRequest
                        {
                            Key = keys.Of(put.Key),
                            Value = UnsafeByteOperations.UnsafeWrap(put.Value),
                        },
                    },
                    Write.Delete => new RequestOp { Delete = new DeleteRangeRequest { Key = keys.Of(write.Key) } },
                    _ => throw new UnreachableException($"{write}"),
                }
            );
        }

        var commit = new EtcdCommit(transaction, bytes, request, ct);
        return commit.Size + CommitBatch.OverheadBytes <= options.MaxRequestBytes
            ? commit
            : throw new TransactionTooLargeException(
                $"The transaction would be a request of {commit.Size + CommitBatch.OverheadBytes} bytes; etcd "
                    + $"takes {options.MaxRequestBytes} at most."
            );
    }

    /// <summary>What is sent: the one transaction, or all of them as parts of one; and the head record.</summary>
    public TxnRequest Request(IReadOnlyList<EtcdCommit> batch, Guid identifier)
    {
        var request = batch is [var single]
            ? new TxnRequest
            {
                Compare = { single.Request.Compare },
                Success = { single.Request.Success },
                Failure = { single.Request.Failure },
            }
            : new TxnRequest { Success = { batch.Select(commit => new RequestOp { Txn = commit.Request }) } };
        request.Success.Add(PutHead(identifier));
        return request;
    }

    /// <summary>The outcome of each transaction of a batch.</summary>
    public static CommitResult[] Results(IReadOnlyList<EtcdCommit> batch, TxnResponse response)
    {
        if (batch is [var single])
            return [Result(single, response)];
        var results = new CommitResult[batch.Count];
        for (int i = 0; i < results.Length; i++)
            results[i] = Result(batch[i], response.Responses[i].Txn);
        return results;

        CommitResult Result(EtcdCommit commit, TxnResponse own) =>
            own.Succeeded ? new CommitResult.Committed(response.Header.Revision) : Refusal(commit.Transaction, own);
    }

    private RequestOp PutHead(Guid identifier) =>
        new()
        {
            Put = new PutRequest { Key = keys.Head, Value = ByteString.CopyFromUtf8(identifier.ToString("N")) },
        };

    /// <summary>The first condition that did not hold, by what the failure branch read.</summary>
    public static CommitResult.Refused Refusal(Transaction transaction, TxnResponse response)
    {
        long head = response.Responses[0].Range.Kvs is [var record]
            ? record.ModRevision
            : response.Header?.Revision ?? 0;
        for (int i = 0; i < transaction.Conditions.Count; i++)
        {
            if (!Holds(transaction.Conditions[i], response.Responses[i + 1].Range.Kvs is [var kv] ? kv : null))
                return new CommitResult.Refused(i, head);
        }

        throw new StoreException("etcd refused a transaction whose conditions all held.");
    }

    private static RequestOp Read(ByteString key) =>
        new()
        {
            Range = new RangeRequest { Key = key, KeysOnly = true },
        };

    private static Compare Compare(Condition condition, ByteString key) =>
        condition switch
        {
            Condition.Absent => new Compare
            {
                Key = key,
                Target = Wire.Compare.Types.Target.Create,
                CreateRevision = 0,
            },
            Condition.Exists => new Compare
            {
                Key = key,
                Target = Wire.Compare.Types.Target.Create,
                Result = Wire.Compare.Types.Result.Greater,
                CreateRevision = 0,
            },
            // To etcd a key that is not there was written at revision 0; here there is no such record.
            Condition.AtRevision { Revision: <= 0 } => new Compare
            {
                Key = key,
                Target = Wire.Compare.Types.Target.Version,
                Result = Wire.Compare.Types.Result.Less,
                Version = 0,
            },
            Condition.AtRevision at => new Compare
            {
                Key = key,
                Target = Wire.Compare.Types.Target.Mod,
                ModRevision = at.Revision,
            },
            _ => throw new UnreachableException($"{condition}"),
        };

    private static bool Holds(Condition condition, KeyValue? kv) =>
        condition switch
        {
            Condition.Absent => kv is null,
            Condition.Exists => kv is not null,
            Condition.AtRevision at => kv is not null && kv.ModRevision == at.Revision,
            // Only what was written since is read.
            Condition.Unchanged => kv is null,
            _ => throw new UnreachableException($"{condition}"),
        };
}
