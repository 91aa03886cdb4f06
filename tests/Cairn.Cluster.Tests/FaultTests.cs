using System.Diagnostics;
using Cairn.Cluster.Tests.Running;
using Cairn.Servers;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Cairn.Cluster.Tests;

/// <summary>Three nodes under load while one thing after the other fails: every answer must be explained by one order
/// of events, and no session may go back.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(120));

    private CancellationToken Ct => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task On_etcd_members_and_nodes_that_crash_hang_or_have_wrong_clocks_break_no_promise()
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        using var etcd = await EtcdCluster.StartAsync(members: 3);
        using var clock = new FakeClock();
        using var nodes = await CairnNodes.StartAsync(
            3,
            $"etcd://{string.Join(',', etcd.Endpoints)}/cairn",
            node => node == 2 ? clock.Environment : new Dictionary<string, string>()
        );
        await using var load = new Load(nodes);
        await load.ProgressAsync(100, Ct);

        int follower = (await etcd.LeaderAsync() + 1) % 3;
        etcd.Kill(follower);
        await load.ProgressAsync(100, Ct);
        await etcd.RestartAsync(follower);

        int leader = await etcd.LeaderAsync();
        etcd.Member(leader).Pause();
        await load.ProgressAsync(100, Ct);
        etcd.Member(leader).Continue();

        nodes.Kill(0);
        await load.ProgressAsync(50, Ct);
        await nodes.StartAsync(0);

        foreach (int hours in (int[])[30, -30, 0])
        {
            clock.Shift(hours);
            await load.ProgressAsync(50, Ct);
        }

        await load.VerifyAsync();
    }

    [Fact]
    public async Task On_etcd_a_leader_that_is_cut_off_from_everybody_breaks_no_promise()
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        using var network = IsolatedNetwork.TryCreate(hosts: 3, out string? reason);
        Assert.SkipWhen(network is null, reason ?? "");
        using var etcd = await EtcdCluster.StartAsync(network!);
        using var nodes = await CairnNodes.StartAsync(3, $"etcd://{string.Join(',', etcd.Endpoints)}/cairn");
        await using var load = new Load(nodes);
        await load.ProgressAsync(50, Ct);

        int leader = await etcd.LeaderAsync();
        network!.Cut(leader);
        await load.ProgressAsync(100, Ct);
        network.Heal(leader);
        await load.ProgressAsync(50, Ct);

        await load.VerifyAsync();
    }

    [Fact]
    public async Task On_etcd_disks_that_hang_under_the_leader_and_then_under_a_majority_break_no_promise()
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        using var etcd = await EtcdCluster.StartAsync(members: 3);
        using var nodes = await CairnNodes.StartAsync(3, $"etcd://{string.Join(',', etcd.Endpoints)}/cairn");
        await using var load = new Load(nodes);
        await load.ProgressAsync(50, Ct);

        int leader = await etcd.LeaderAsync();
        using (var disk = await DiskFault.HangAsync(etcd.Member(leader), TimeSpan.FromSeconds(2)))
        {
            Assert.SkipWhen(disk.Problem is not null, disk.Problem ?? "");
            await load.ProgressAsync(10, Ct);
        }
        await load.ProgressAsync(30, Ct);

        using (await DiskFault.HangAsync(etcd.Member(0), TimeSpan.FromMilliseconds(200)))
        using (await DiskFault.HangAsync(etcd.Member(1), TimeSpan.FromMilliseconds(200)))
            await load.ProgressAsync(10, Ct);
        await load.ProgressAsync(30, Ct);

        await load.VerifyAsync();
    }

    [Fact]
    public async Task On_sqlite_a_disk_that_hangs_and_one_that_fails_break_no_promise()
    {
        string folder = ServerProcess.TemporaryFolder("disk");
        try
        {
            using var nodes = await CairnNodes.StartAsync(1, $"sqlite:{Path.Combine(folder, "cairn.db")}");
            await using var load = new Load(nodes);
            await load.ProgressAsync(50, Ct);

            using (var disk = await DiskFault.HangAsync(nodes.Node(0), TimeSpan.FromMilliseconds(200)))
            {
                Assert.SkipWhen(disk.Problem is not null, disk.Problem ?? "");
                await load.ProgressAsync(10, Ct);
            }

            using (await DiskFault.FailAsync(nodes.Node(0)))
            {
                // Not one write is acknowledged, and reads go on.
                int refused = load.Unavailable;
                while (load.Unavailable < refused + 20)
                    await Task.Delay(20, Ct);
                int writes = load.Writes;
                refused = load.Unavailable;
                while (load.Unavailable < refused + 20)
                    await Task.Delay(20, Ct);
                load.Writes.ShouldBe(writes);
            }

            await load.ProgressAsync(50, Ct);
            nodes.Kill(0);
            await nodes.StartAsync(0);
            await load.ProgressAsync(20, Ct);
            await load.VerifyAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task On_postgres_broken_sessions_a_crashed_node_and_a_failover_break_no_promise()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        using var primary = await PostgresServer.StartAsync(
            "-c",
            "fsync=on",
            "-c",
            "synchronous_standby_names=standby"
        );
        using var replica = await PostgresServer.ReplicateAsync(primary, "standby");
        using var nodes = await CairnNodes.StartAsync(
            3,
            $"postgres://postgres@127.0.0.1:{primary.Port},127.0.0.1:{replica.Port}/postgres"
        );
        await using var load = new Load(nodes);
        await load.ProgressAsync(100, Ct);

        for (int i = 0; i < 3; i++)
        {
            using var psql = Process.Start(
                new ProcessStartInfo(
                    "psql",
                    [
                        "-qtA",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        $"{primary.Port}",
                        "-U",
                        "postgres",
                        "-c",
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name "
                            + "= 'cairn'",
                    ]
                )
                {
                    RedirectStandardOutput = true,
                }
            )!;
            await psql.WaitForExitAsync(Ct);
            await load.ProgressAsync(30, Ct);
        }

        nodes.Kill(1);
        await load.ProgressAsync(50, Ct);
        await nodes.StartAsync(1);

        using (var disk = await DiskFault.HangAsync(primary.Process, TimeSpan.FromMilliseconds(200)))
        {
            if (disk.Problem is null)
                await load.ProgressAsync(10, Ct);
        }

        primary.Kill();
        await replica.PromoteAsync();
        await load.ProgressAsync(100, Ct);

        await load.VerifyAsync();
    }
}
