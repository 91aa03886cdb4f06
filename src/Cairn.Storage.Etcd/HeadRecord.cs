using Cairn.Storage.Etcd.Wire;
using Google.Protobuf;

namespace Cairn.Storage.Etcd;

/// <summary>The record that each commit puts: see <see cref="KeySpace"/>.</summary>
internal sealed class HeadRecord(EtcdClient client, KeySpace keys)
{
    /// <summary>As of now, linearizable.</summary>
    /// <exception cref="StoreUnavailableException">Nobody answers, or somebody has deleted it.</exception>
    public async Task<KeyValue> ReadAsync(CancellationToken ct) =>
        await FindAsync(ct)
        ?? throw new StoreUnavailableException(
            $"The record '{keys.Head.ToStringUtf8()}' is gone from etcd: somebody deleted the store's keys."
        );

    public async Task<KeyValue> ReadOrMakeAsync(CancellationToken ct)
    {
        while (true)
        {
            if (await FindAsync(ct) is { } head)
                return head;
            var make = new TxnRequest();
            make.Compare.Add(
                new Compare
                {
                    Key = keys.Head,
                    Target = Compare.Types.Target.Create,
                    CreateRevision = 0,
                }
            );
            make.Success.Add(
                new RequestOp
                {
                    Put = new PutRequest
                    {
                        Key = keys.Head,
                        Value = ByteString.CopyFromUtf8(Guid.NewGuid().ToString("N")),
                    },
                }
            );
            // It may be sent twice: it is made only once.
            await client.ReadAsync("etcdserverpb.KV/Txn", make, TxnResponse.Parser, ct);
        }
    }

    private async Task<KeyValue?> FindAsync(CancellationToken ct)
    {
        var reply = await client.ReadAsync(
            "etcdserverpb.KV/Range",
            new RangeRequest { Key = keys.Head },
            RangeResponse.Parser,
            ct
        );
        return reply.Kvs is [var head] ? head : null;
    }
}
