using Cairn.Servers;

namespace Cairn.Server.Tests.Cluster;

/// <summary>A real engine that nodes share, which can be taken away and brought back.</summary>
public abstract class SharedEngine : IDisposable
{
    public abstract string Store { get; }

    public abstract Task TakeAwayAsync();

    public abstract Task BringBackAsync();

    public abstract void Dispose();

    public static async Task<SharedEngine> StartAsync(string kind)
    {
        string? missing = kind == "etcd" ? EtcdCluster.Missing : PostgresServer.Missing;
        Assert.SkipWhen(missing is not null, missing ?? "");
        return kind == "etcd"
            ? new Etcd(await EtcdCluster.StartAsync(1))
            : new Postgres(await PostgresServer.StartAsync());
    }

    private sealed class Etcd(EtcdCluster cluster) : SharedEngine
    {
        public override string Store => $"etcd://{cluster.Endpoints[0]}/cairn?timeout=2";

        public override Task TakeAwayAsync()
        {
            cluster.Kill(0);
            return Task.CompletedTask;
        }

        public override Task BringBackAsync() => cluster.RestartAsync(0);

        public override void Dispose() => cluster.Dispose();
    }

    private sealed class Postgres(PostgresServer server) : SharedEngine
    {
        public override string Store => server.Address() + "&timeout=2";

        public override Task TakeAwayAsync() => server.StopAsync();

        public override Task BringBackAsync() => server.StartAgainAsync();

        public override void Dispose() => server.Dispose();
    }
}
