using Cairn.Servers;
using Cairn.Storage.Conformance;

namespace Cairn.Storage.Postgres.Tests;

/// <summary>One server, and a schema for each store.</summary>
public class PostgresFixture : StoreFixture, IAsyncLifetime
{
    private int _count;

    public override string? Missing => PostgresServer.Missing;

    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Missing is null)
            Server = await PostgresServer.StartAsync("-c", "max_connections=200");
    }

    public override async ValueTask<IStore> OpenEmptyAsync() =>
        await PostgresStore.OpenAsync(
            Configure(PostgresStoreOptions.Parse(Server.Address(NewSchema()))),
            CancellationToken.None
        );

    public string NewSchema() => $"test{Interlocked.Increment(ref _count)}";

    public ValueTask DisposeAsync()
    {
        Server?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected virtual PostgresStoreOptions Configure(PostgresStoreOptions options) => options;
}

/// <summary>Hardly any memory for watchers, so that they live from the table, and three connections for all.</summary>
public sealed class TightPostgresFixture : PostgresFixture
{
    protected override PostgresStoreOptions Configure(PostgresStoreOptions options) =>
        options with
        {
            WatchBuffer = 3,
            WatchBufferBytes = 100,
            MaxConnections = 3,
        };
}
