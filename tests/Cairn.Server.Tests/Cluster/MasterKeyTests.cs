using System.Security.Cryptography;
using Cairn.Core.Cryptography;
using Cairn.Node.Settings;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Cluster;

/// <summary>A new master key for nodes that serve meanwhile, as the operations guide says.</summary>
public sealed class MasterKeyTests : IDisposable
{
    private const string Path = "/api/v1/configs/payments/database";
    private static readonly string Old = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string New = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(120));

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task Nodes_that_are_restarted_one_after_the_other_go_from_one_master_key_to_the_next()
    {
        using var engine = await SharedEngine.StartAsync("etcd");
        await using var first = await CairnServer.StartAsync(With(engine, "n1", Old));
        await using var second = await CairnServer.StartAsync(With(engine, "n2", Old));
        int pool = 0;
        await first.Admin.PutJsonAsync(Path, $$"""{"pool":{{++pool}}}""");

        foreach (string keys in (string[])[$"{Old},{New}", $"{New},{Old}", New])
        {
            foreach (var (node, other) in ((CairnServer, CairnServer)[])[(first, second), (second, first)])
            {
                node.Configure = With(engine, node.Node.Options.NodeId, keys);
                await node.RestartAsync();
                using var written = await node.Admin.SendAsync(HttpMethod.Put, Path, $$"""{"pool":{{++pool}}}""");
                written.EnsureSuccessStatusCode();
                string revision = written.Headers.GetValues("Cairn-Revision").Single();
                var read = await other.Admin.SendJsonAsync(
                    HttpMethod.Get,
                    Path,
                    null,
                    ("Cairn-Min-Revision", revision)
                );
                ((int)read["pool"]!).ShouldBe(pool);
            }
        }

        await second.StopAsync();
        second.Configure = With(engine, "n2", Old);
        (await Should.ThrowAsync<MasterKeyException>(async () => await second.InitializeAsync())).Message.ShouldContain(
            "master key"
        );
        second.Configure = With(engine, "n2", New);
        await second.InitializeAsync();
    }

    [Fact]
    public async Task A_node_with_a_newer_master_key_starts_from_its_snapshot_while_the_store_is_away()
    {
        using var engine = await SharedEngine.StartAsync("etcd");
        await using var node = await CairnServer.StartAsync(With(engine, "n1", Old));
        await node.Admin.PutJsonAsync(Path, """{"pool":1}""");
        await node.Node.Cluster!.WriteSnapshotAsync(_deadline.Token);
        await engine.TakeAwayAsync();

        node.Configure = With(engine, "n1", $"{New},{Old}");
        await node.RestartAsync();
        ((int)(await node.Admin.GetJsonAsync(Path))["pool"]!).ShouldBe(1);

        await engine.BringBackAsync();
        await node.RestartAsync();
        node.Configure = With(engine, "n1", New);
        await node.RestartAsync();
        ((int)(await node.Admin.GetJsonAsync(Path))["pool"]!).ShouldBe(1);
    }

    private static Action<ServeOptions> With(SharedEngine engine, string id, string keys) =>
        options =>
        {
            options.Node.Store = engine.Store;
            options.Node.NodeId = id;
            options.Node.MasterKey = keys;
        };
}
