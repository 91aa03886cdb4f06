using System.Diagnostics;
using Cairn.Storage.Etcd.Wire;
using Google.Protobuf;

namespace Cairn.Storage.Etcd;

/// <summary>Transactions of the contract as etcd's, and its answers as results.</summary>
internal sealed class Transactions(KeySpace keys, EtcdStoreOptions options)
{
    /// <summary>What etcd adds to a request in its log: an identifier, the user, the revision of its rights.</summary>
    private const int LogEntryBytes = 1024;

    /// <summary>The head record takes one operation of each transaction.</summary>
    public const int OwnOperations = 1;

    /// <param name="transaction">What is to be done; its rules have been checked.</param>
    /// <param name="identifier">Of this commit.</param>
    /// <exception cref="TransactionTooLargeException">etcd would refuse it.</exception>
    public TxnRequest Build(Transaction transaction, Guid identifier)
    {
        var request = new TxnRequest();
        request.Failure.Add(Read(keys.Head));
        foreach (var condition in transaction.Conditions)
        {
            var key = keys.Of(condition.Key);
            request.Compare.Add(Compare(condition, key));
            request.Failure.Add(Read(key));
        }

        foreach (var write in transaction.Writes)
            request.Success.Add(write switch
            {
                Write.Put put => new RequestOp
                {
                    Put = new PutRequest { Key = keys.Of(put.Key), Value = UnsafeByteOperations.UnsafeWrap(put.Value) },
                },
                Write.Delete => new RequestOp { Delete = new DeleteRangeRequest { Key = keys.Of(write.Key) } },
                _ => throw new UnreachableException($"{write}"),
            });
        request.Success.Add(PutHead(identifier));
        var bytes = request.CalculateSize() + LogEntryBytes;
        return bytes <= options.MaxRequestBytes
            ? request
            : throw new TransactionTooLargeException(
                $"The transaction would be a request of {bytes} bytes; etcd takes {options.MaxRequestBytes} at most.");
    }

    public RequestOp PutHead(Guid identifier) => new()
    {
        Put = new PutRequest { Key = keys.Head, Value = ByteString.CopyFromUtf8(identifier.ToString("N")) },
    };

    /// <summary>The first condition that did not hold, by what the failure branch read.</summary>
    public static CommitResult.Refused Refusal(Transaction transaction, TxnResponse response)
    {
        var head = response.Responses[0].Range.Kvs is [var record] ? record.ModRevision : response.Header.Revision;
        for (var i = 0; i < transaction.Conditions.Count; i++)
            if (!Holds(transaction.Conditions[i], response.Responses[i + 1].Range.Kvs is [var kv] ? kv : null))
                return new CommitResult.Refused(i, head);
        throw new StoreException("etcd refused a transaction whose conditions all held.");
    }

    private static RequestOp Read(ByteString key) => new() { Range = new RangeRequest { Key = key, KeysOnly = true } };

    private static Compare Compare(Condition condition, ByteString key) => condition switch
    {
        Condition.Absent => new Compare { Key = key, Target = Wire.Compare.Types.Target.Create, CreateRevision = 0 },
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
        Condition.AtRevision at => new Compare { Key = key, Target = Wire.Compare.Types.Target.Mod, ModRevision = at.Revision },
        _ => throw new UnreachableException($"{condition}"),
    };

    private static bool Holds(Condition condition, KeyValue? kv) => condition switch
    {
        Condition.Absent => kv is null,
        Condition.Exists => kv is not null,
        Condition.AtRevision at => kv is not null && kv.ModRevision == at.Revision,
        _ => throw new UnreachableException($"{condition}"),
    };
}
