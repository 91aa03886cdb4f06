using System.Collections.Concurrent;
using System.Text;
using Cairn.Cluster.Tests.Running;
using Cairn.Servers;

namespace Cairn.Cluster.Tests;

/// <summary>The shipped HAProxy settings before three nodes.</summary>
public sealed class HaproxyTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task A_node_killed_under_load_fails_no_request_but_the_writes_it_had_in_hand()
    {
        string? missing = ServerProcess.Missing("haproxy") ?? EtcdCluster.Missing;
        Assert.SkipWhen(missing is not null, missing ?? "");
        using var etcd = await EtcdCluster.StartAsync(1);
        using var nodes = await CairnNodes.StartAsync(3, $"etcd://{etcd.Endpoints[0]}/cairn");
        int port = FreePort.Next();
        using var haproxy = new ServerProcess(
            ServerProcess.Find("haproxy")!,
            ["-db", "-f", Repository.Find("deploy/haproxy/haproxy.cfg")],
            new Dictionary<string, string>
            {
                ["CAIRN_BIND"] = $"127.0.0.1:{port}",
                ["CAIRN_NODE1"] = nodes.Urls[0].Authority,
                ["CAIRN_NODE2"] = nodes.Urls[1].Authority,
                ["CAIRN_NODE3"] = nodes.Urls[2].Authority,
            }
        );
        using var http = CairnNodes.Client(TimeSpan.FromSeconds(20));
        http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        await haproxy.WaitUntilAsync(async () => await IsUpAsync(http));

        const int writers = 4;
        var failures = new ConcurrentBag<string>();
        using var stopping = new CancellationTokenSource();
        int answers = 0;
        var clients = Enumerable
            .Range(0, 8)
            .Select(client =>
                Task.Run(async () =>
                {
                    for (int i = 0; !stopping.IsCancellationRequested; i++)
                    {
                        string path = $"/api/v1/configs/load/c{client}";
                        try
                        {
                            using var response =
                                client < writers
                                    ? await http.PutAsync(
                                        path,
                                        new StringContent($"{{\"i\":{i}}}", Encoding.UTF8, "application/json")
                                    )
                                    : await http.GetAsync("/api/v1/environments/dev");
                            if (!response.IsSuccessStatusCode)
                                failures.Add($"{(client < writers ? "PUT" : "GET")} {(int)response.StatusCode}");
                        }
                        catch (HttpRequestException e)
                        {
                            failures.Add($"{(client < writers ? "PUT" : "GET")} {e.Message}");
                        }
                        Interlocked.Increment(ref answers);
                    }
                })
            )
            .ToList();

        await ProgressAsync(300);
        nodes.Kill(1);
        await ProgressAsync(600);
        await nodes.StartAsync(1);
        await ProgressAsync(300);
        await stopping.CancelAsync();
        await Task.WhenAll(clients);

        failures.Where(failure => failure.StartsWith("GET", StringComparison.Ordinal)).ShouldBeEmpty();
        // Each writer has one request under way; each of them may have been in the dead node's hands.
        failures.Count.ShouldBeLessThanOrEqualTo(writers, string.Join(", ", failures));

        async Task ProgressAsync(int more)
        {
            int until = Volatile.Read(ref answers) + more;
            while (Volatile.Read(ref answers) < until)
                await Task.Delay(20, _deadline.Token);
        }
    }

    private static async Task<bool> IsUpAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync("/health/ready");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
