using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task A_watcher_that_goes_away_is_no_error()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(
            folder.Path,
            ["--log-level", "warn"],
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key)
        );
        using (var client = new HttpClient { BaseAddress = new Uri(server.Url) })
        {
            client.DefaultRequestHeaders.Add("X-API-Key", ServerFixture.Key);
            using var watch = await client.GetAsync("/api/v1/watch", HttpCompletionOption.ResponseHeadersRead);
            watch.EnsureSuccessStatusCode();
        }

        using var other = new HttpClient { BaseAddress = new Uri(server.Url) };
        await CairnProcess.UntilAsync(
            async () =>
                (await other.GetStringAsync("/metrics")).Contains("\ncairn_watchers 0\n", StringComparison.Ordinal),
            "The place was not given back."
        );
        server.Terminate();
        (await server.ExitAsync()).ShouldBe(0);
        server.Error.Trim().ShouldBe("");
    }
}
