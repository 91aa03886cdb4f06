using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Cluster;

/// <summary>Several nodes on one engine.</summary>
public sealed class ReplicaTests : IDisposable
{
    private const string MasterKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private const string Path = "/api/v1/configs/payments/database";

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Ct => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Theory]
    [InlineData("etcd")]
    [InlineData("postgres")]
    public async Task Any_node_answers_for_all_and_knows_the_others(string kind)
    {
        using var engine = await SharedEngine.StartAsync(kind);
        // All at once on an empty store: the first records are made once.
        var nodes = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => StartAsync(engine, $"n{i}")));
        try
        {
            // A session that goes from node to node never goes back.
            for (int i = 1; i <= 30; i++)
            {
                using var written = await nodes[i % 3].Admin.SendAsync(HttpMethod.Put, Path, $$"""{"pool":{{i}}}""");
                written.EnsureSuccessStatusCode();
                string revision = written.Headers.GetValues("Cairn-Revision").Single();
                var read = await nodes[(i + 1) % 3]
                    .Admin.SendJsonAsync(HttpMethod.Get, Path, null, ("Cairn-Min-Revision", revision));
                ((int)read["pool"]!).ShouldBe(i);
            }

            var cluster = await UntilAsync(
                () => nodes[0].Admin.GetJsonAsync("/api/v1/cluster"),
                view =>
                    view["nodes"]!.AsArray().Count == 3
                    && view["leader"] is not null
                    && view["nodes"]!.AsArray().All(node => (string?)node!["status"] == "up")
            );
            ((string?)cluster["mode"], (string?)cluster["engine"], (string?)cluster["node"]).ShouldBe(
                ("replica", kind, "n1")
            );
            cluster["nodes"]!.AsArray().Count(node => (bool)node!["leader"]!).ShouldBe(1);
            cluster["members"]!.AsArray().ShouldAllBe(member => (string?)member!["status"] == "healthy");
            nodes.Count(node => node.Node.Cluster!.IsLeader).ShouldBe(1);

            // The leader leaves: another one leads, and it is no longer shown.
            var leader = nodes.Single(node => node.Node.Cluster!.IsLeader);
            var others = nodes.Where(node => node != leader).ToList();
            await leader.StopAsync();
            await UntilAsync(
                () => others[0].Admin.GetJsonAsync("/api/v1/cluster"),
                view =>
                    view["nodes"]!.AsArray().Count == 2
                    && others.Any(node => node.Node.Options.NodeId == (string?)view["leader"])
            );
            leader.Folder.Dispose();
            nodes = [.. others];
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_that_does_not_get_there_says_how_far_it_is()
    {
        await using var node = await CairnServer.StartAsync();
        var problem = await node.Admin.RefusedAsync(
            HttpStatusCode.ServiceUnavailable,
            HttpMethod.Get,
            "/api/v1/environments/dev",
            headers: ("Cairn-Min-Revision", "999999")
        );
        ((string?)problem["detail"]).ShouldBe(
            $"This node is at revision {node.Node.Catalogs.Current.Revision} and has not reached 999999 within "
                + "10 seconds."
        );
    }

    [Fact]
    public async Task A_node_on_its_own_store_is_a_cluster_of_one()
    {
        await using var node = await CairnServer.StartAsync();
        var view = await node.Admin.GetJsonAsync("/api/v1/cluster");
        ((string?)view["mode"], (string?)view["engine"], (string?)view["leader"]).ShouldBe(
            ("standalone", "sqlite", node.Node.Options.NodeId)
        );
        view["nodes"]!.AsArray().Count.ShouldBe(1);
    }

    internal static Task<CairnServer> StartAsync(SharedEngine engine, string id) =>
        CairnServer.StartAsync(options =>
        {
            options.Node.Store = engine.Store;
            options.Node.NodeId = id;
            options.Node.MasterKey = MasterKey;
        });

    private async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> holds)
    {
        while (true)
        {
            var answer = await ask();
            if (holds(answer))
                return answer;
            await Task.Delay(50, Ct);
        }
    }
}
