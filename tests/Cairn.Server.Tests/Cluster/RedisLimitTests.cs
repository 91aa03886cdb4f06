using Cairn.Core.Access;
using Cairn.Node.Limits;
using Cairn.Server.Tests.Support;
using Cairn.Servers;

namespace Cairn.Server.Tests.Cluster;

/// <summary>Rate limits that nodes share, against a real Redis.</summary>
public sealed class RedisLimitTests : IAsyncLifetime
{
    private static readonly RateLimit Limit = new(10, TimeSpan.FromHours(1));

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));
    private readonly int _port = FreePort.Next();
    private ServerProcess? _redis;

    private string Address => $"redis://:secret@127.0.0.1:{_port}/3";

    public async ValueTask InitializeAsync()
    {
        string? missing = ServerProcess.Missing("redis-server");
        Assert.SkipWhen(missing is not null, missing ?? "");
        await StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        _redis?.Dispose();
        _deadline.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Two_nodes_have_one_limit_between_them()
    {
        using var one = Limiter();
        using var two = Limiter();
        for (int i = 1; i <= 10; i++)
        {
            (await (i % 2 == 0 ? one : two).TakeAsync("key:a", "read", Limit)).ShouldSatisfyAllConditions(
                decision => decision.Allowed.ShouldBeTrue(),
                decision => decision.Remaining.ShouldBe(10 - i)
            );
        }

        foreach (var limiter in new[] { one, two })
        {
            var refused = await limiter.TakeAsync("key:a", "read", Limit);
            refused.Allowed.ShouldBeFalse();
            refused.Reset.ShouldBeInRange(1, 7200);
        }
        (await one.TakeAsync("key:a", "write", Limit)).Allowed.ShouldBeTrue();
        (await one.TakeAsync("key:b", "read", Limit)).Allowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Requests_at_once_are_never_more_than_the_limit()
    {
        using var one = Limiter();
        using var two = Limiter();
        var decisions = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? one : two).TakeAsync("key:a", "read", Limit).AsTask())
        );
        decisions.Count(decision => decision.Allowed).ShouldBe(10);
    }

    [Fact]
    public async Task Without_redis_each_node_counts_for_itself_and_says_so_until_it_is_back()
    {
        await using var node = await CairnServer.StartAsync(options =>
        {
            options.Node.Redis = Address;
            options.Node.ReadLimit = new RateLimit(1000, TimeSpan.FromHours(1));
        });
        await UntilAsync(node, "\"rate_limits\":\"healthy\"");
        _redis!.Kill();
        await UntilAsync(node, "Redis does not answer");
        (await node.Client(null).GetStringAsync("/metrics")).ShouldContain("cairn_rate_shared 0");
        await StartAsync();
        await UntilAsync(node, "\"rate_limits\":\"healthy\"");
        (await node.Client(null).GetStringAsync("/metrics")).ShouldContain("cairn_rate_shared 1");
    }

    [Theory]
    [InlineData("redis:6379")]
    [InlineData("http://redis:6379")]
    [InlineData("redis://redis/first")]
    [InlineData("redis://redis/0?password=secret")]
    [InlineData("redis://secret@redis")]
    [InlineData("redis://cairn:@redis")]
    public void An_address_that_is_none_is_refused(string address) =>
        Should.Throw<FormatException>(() => RedisWindows.Parse(address));

    [Theory]
    [InlineData("redis://cairn", null, null)]
    [InlineData("redis://:secret@cairn:1/2", null, "secret")]
    [InlineData("rediss://ca%3Airn:p%40ss:w%2Ford@[::1]", "ca:irn", "p@ss:w/ord")]
    public void User_and_password_are_those_of_the_address(string address, string? user, string? password)
    {
        var options = RedisWindows.Parse(address);
        options.User.ShouldBe(user);
        options.Password.ShouldBe(password);
    }

    [Fact]
    public async Task A_user_needs_no_more_rights_than_the_documentation_says()
    {
        using var one = Limiter($"redis://limits:p%40ss%3Aword@127.0.0.1:{_port}/3");
        for (int left = 9; left >= 0; left--)
            (await one.TakeAsync("key:c", "read", Limit)).Remaining.ShouldBe(left);
        using var two = Limiter();
        (await two.TakeAsync("key:c", "read", Limit)).Allowed.ShouldBeFalse();
        one.Shared!.IsAnswering.ShouldBeTrue();
    }

    [Fact]
    public async Task A_wrong_password_is_told_as_redis_that_does_not_answer()
    {
        using var limiter = Limiter($"redis://limits:secret@127.0.0.1:{_port}/3");
        (await limiter.TakeAsync("key:c", "read", Limit)).Allowed.ShouldBeTrue();
        limiter.Shared!.IsAnswering.ShouldBeFalse();
    }

    private RateLimiter Limiter(string? address = null) =>
        new(TimeProvider.System) { Shared = new RedisWindows(address ?? Address, TimeProvider.System) };

    // As it stands in docs/scaling.md.
    private static string[] Rights()
    {
        string line = Repository
            .Read("docs/scaling.md")
            .Split('\n')
            .Single(line => line.StartsWith("user limits ", StringComparison.Ordinal));
        return line.Replace(">PASSWORD", ">p@ss:word", StringComparison.Ordinal).Split(' ')[1..];
    }

    /// <summary>Reads go on meanwhile, all of them.</summary>
    private async Task UntilAsync(CairnServer node, string health)
    {
        using var anonymous = node.Client(null);
        while (true)
        {
            await node.Admin.GetJsonAsync("/api/v1/environments");
            if ((await anonymous.GetStringAsync("/health", _deadline.Token)).Contains(health, StringComparison.Ordinal))
                return;
            await Task.Delay(50, _deadline.Token);
        }
    }

    private async Task StartAsync()
    {
        _redis?.Dispose();
        _redis = new ServerProcess(
            "redis-server",
            [
                "--port",
                $"{_port}",
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--requirepass",
                "secret",
                "--user",
                .. Rights(),
            ]
        );
        await _redis.WaitUntilAsync(() =>
            Task.FromResult(_redis.Output.Contains("Ready to accept", StringComparison.Ordinal))
        );
    }
}
