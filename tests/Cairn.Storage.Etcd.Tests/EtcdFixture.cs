using Cairn.Servers;
using Cairn.Storage.Conformance;

namespace Cairn.Storage.Etcd.Tests;

/// <summary>One member, and a prefix for each store.</summary>
public class EtcdFixture : StoreFixture, IAsyncLifetime
{
    private int _count;
    private EtcdCluster? _cluster;

    public override string? Missing => EtcdCluster.Missing;

    public async ValueTask InitializeAsync()
    {
        if (Missing is null)
            _cluster = await EtcdCluster.StartAsync(members: 1);
    }

    public override async ValueTask<IStore> OpenEmptyAsync() =>
        await EtcdStore.OpenAsync(
            Configure(
                new EtcdStoreOptions
                {
                    Endpoints = _cluster!.Endpoints,
                    Prefix = $"test{Interlocked.Increment(ref _count)}",
                }
            ),
            CancellationToken.None
        );

    public ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected virtual EtcdStoreOptions Configure(EtcdStoreOptions options) => options;
}

/// <summary>Hardly any memory for watchers, so that they live from etcd's history.</summary>
public sealed class TightEtcdFixture : EtcdFixture
{
    protected override EtcdStoreOptions Configure(EtcdStoreOptions options) =>
        options with
        {
            WatchBuffer = 3,
            WatchBufferBytes = 100,
        };
}
