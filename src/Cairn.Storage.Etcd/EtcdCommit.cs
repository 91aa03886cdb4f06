using Cairn.Storage.Etcd.Wire;

namespace Cairn.Storage.Etcd;

/// <summary>A transaction on its way, and what it is to etcd.</summary>
/// <param name="transaction">Its rules have been checked.</param>
/// <param name="bytes">Of its keys and values.</param>
/// <param name="request">The same without the head record.</param>
/// <param name="ct">Ends its waiting.</param>
internal sealed class EtcdCommit(Transaction transaction, int bytes, TxnRequest request, CancellationToken ct)
    : PendingCommit(transaction, bytes, ct)
{
    /// <summary>Its conditions, its writes, and what tells which condition failed.</summary>
    public TxnRequest Request => request;

    /// <summary>Of the request, on the wire.</summary>
    public int Size { get; } = request.CalculateSize();

    /// <summary>How many operations etcd counts: the longest of its three lists.</summary>
    public int Operations => Math.Max(request.Failure.Count, request.Success.Count);

    /// <summary>Whether it surely takes a revision when its conditions hold. Deletions of what is not there take
    /// none.</summary>
    public bool SurelyChanges { get; } =
        transaction.Writes.Any(write =>
            write is Write.Put
            || transaction.Conditions.Any(condition =>
                condition.Key == write.Key && condition is Condition.Exists or Condition.AtRevision { Revision: > 0 }
            )
        );
}
