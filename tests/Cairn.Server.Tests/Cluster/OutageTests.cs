using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Cluster;

/// <summary>The engine going away, and coming back.</summary>
public sealed class OutageTests : IDisposable
{
    private const string Path = "/api/v1/configs/payments/database";

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    private CancellationToken Ct => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Theory]
    [InlineData("etcd")]
    [InlineData("postgres")]
    public async Task While_the_engine_is_away_reads_go_on_marked_stale_and_all_recovers_by_itself(string kind)
    {
        using var engine = await SharedEngine.StartAsync(kind);
        await using var node = await ReplicaTests.StartAsync(engine, "n1");
        await node.Admin.PutJsonAsync(Path, """{"pool":1}""");
        await node.Node.Cluster!.WriteSnapshotAsync(Ct);

        await engine.TakeAwayAsync();
        using var refused = await node.Admin.SendAsync(HttpMethod.Put, Path, """{"pool":2}""");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        await StaleAsync(node);
        await node.Admin.RefusedAsync(HttpStatusCode.ServiceUnavailable, HttpMethod.Get, Path + "?consistency=strong");

        // Nor does a restart need the engine.
        await node.StopAsync();
        node.Time.Offset = TimeSpan.FromDays(7);
        await node.InitializeAsync();
        await StaleAsync(node);
        using var old = await node.Admin.GetAsync(Path, Ct);
        long.Parse(old.Headers.GetValues("Cairn-Stale").Single(), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeInRange(7 * 24 * 3600, 7 * 24 * 3600 + 600, "what it has is as old as its snapshot");
        ((string?)(await node.Admin.GetJsonAsync("/api/v1/cluster"))["leader"]).ShouldBeNull();

        await engine.BringBackAsync();
        await UntilAsync(
            () => node.Admin.SendAsync(HttpMethod.Get, Path),
            response => !response.Headers.Contains("Cairn-Stale")
        );
        (await node.Client(null).GetStringAsync("/health/ready", Ct)).ShouldContain("\"ready\"");
        await node.Admin.PutJsonAsync(Path, """{"pool":3}""");
        ((int)(await node.Admin.GetJsonAsync(Path))["pool"]!).ShouldBe(3);
    }

    [Fact]
    public async Task Without_engine_and_snapshot_a_start_fails_with_a_sentence()
    {
        var failure = await Should.ThrowAsync<Storage.StoreUnavailableException>(() =>
            CairnServer.StartAsync(options => options.Node.Store = "etcd://127.0.0.1:1/cairn?timeout=1")
        );
        failure.Message.ShouldContain("etcd cannot be reached");
    }

    [Fact]
    public async Task A_snapshot_that_was_tampered_with_is_not_used()
    {
        using var engine = await SharedEngine.StartAsync("etcd");
        await using var node = await ReplicaTests.StartAsync(engine, "n1");
        await UntilAsync(() => Task.FromResult(File.Exists(Snapshot(node))), written => written);
        byte[] bytes = await File.ReadAllBytesAsync(Snapshot(node), Ct);
        System.Text.Encoding.UTF8.GetString(bytes).ShouldNotContain("environments/");
        await engine.TakeAwayAsync();
        await node.StopAsync();

        foreach (int at in (int[])[5, bytes.Length / 2, bytes.Length - 1])
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 1;
            await RefusesAsync(damaged);
        }
        await RefusesAsync(bytes[..^1]);
        await File.WriteAllBytesAsync(Snapshot(node), bytes, Ct);
        await node.InitializeAsync();

        async Task RefusesAsync(byte[] content)
        {
            await File.WriteAllBytesAsync(Snapshot(node), content, Ct);
            (
                await Should.ThrowAsync<Storage.StoreUnusableException>(async () => await node.InitializeAsync())
            ).Message.ShouldContain("snapshot");
        }
    }

    private static string Snapshot(CairnServer node) => System.IO.Path.Combine(node.Folder.Path, "snapshot.cairn");

    private async Task StaleAsync(CairnServer node)
    {
        using var read = await UntilAsync(
            () => node.Admin.SendAsync(HttpMethod.Get, Path),
            response => response.Headers.Contains("Cairn-Stale")
        );
        read.StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonNode.Parse(await read.Content.ReadAsStringAsync(Ct))!["pool"]!.GetValue<int>().ShouldBe(1);
        (await node.Client(null).GetStringAsync("/health/ready", Ct)).ShouldContain("degraded");
        (await node.Client(null).GetStringAsync("/health", Ct)).ShouldContain("not answering for");
    }

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
