using System.Collections.Concurrent;
using System.Text;
using Cairn.Servers;

namespace Cairn.Storage.Etcd.Tests;

/// <summary>Three members, and what happens when one of them does not.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _deadline = new(Deadline);
    private EtcdCluster _cluster = null!;

    private CancellationToken Ct => _deadline.Token;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(EtcdCluster.Missing is not null, EtcdCluster.Missing ?? "");
        _cluster = await EtcdCluster.StartAsync(members: 3);
    }

    public ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        _deadline.Dispose();
        return ValueTask.CompletedTask;
    }

    public enum Fault
    {
        LeaderKilled,
        FollowerKilled,
        LeaderPaused,
        MemberInUsePaused,
    }

    [Theory]
    [InlineData(Fault.LeaderKilled)]
    [InlineData(Fault.FollowerKilled)]
    [InlineData(Fault.LeaderPaused)]
    [InlineData(Fault.MemberInUsePaused)]
    public async Task Nothing_acknowledged_is_lost_and_every_watcher_sees_it_once_when_a_member_fails(Fault fault)
    {
        await using var store = await OpenAsync(_cluster.Endpoints);
        long start = await store.GetRevisionAsync(Ct);
        var acknowledged = new ConcurrentDictionary<string, long>();
        var refused = new ConcurrentBag<string>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writers = Enumerable
            .Range(0, 4)
            .Select(writer => WriteAsync(store, writer, acknowledged, refused, enough.Token))
            .ToList();
        await UntilAsync(() => acknowledged.Count > 100);

        int leader = await _cluster.LeaderAsync();
        int target = fault is Fault.LeaderKilled or Fault.LeaderPaused ? leader : (leader + 1) % 3;
        if (fault is Fault.LeaderPaused or Fault.MemberInUsePaused)
            _cluster.Member(target).Pause();
        else
            _cluster.Kill(target);
        int before = acknowledged.Count;
        await UntilAsync(() => acknowledged.Count > before + 200);
        if (fault is Fault.LeaderPaused or Fault.MemberInUsePaused)
            _cluster.Member(target).Continue();
        else
            await _cluster.RestartAsync(target);
        await UntilAsync(() => acknowledged.Count > before + 300);
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        long head = await store.GetRevisionAsync(Ct);
        var listed = new Dictionary<string, long>();
        await foreach (var record in store.ListAsync("k/", head, Ct))
            listed.Add(record.Key, record.Revision);
        acknowledged.Where(entry => listed.GetValueOrDefault(entry.Key) != entry.Value).ShouldBeEmpty();
        refused.Where(listed.ContainsKey).ShouldBeEmpty();
        var watched = new Dictionary<string, long>();
        await foreach (var set in store.WatchAsync("k/", start, Ct))
        {
            foreach (var change in set.Changes)
                watched.Add(change.Key, set.Revision);
            if (set.Revision >= head)
                break;
        }
        watched.ShouldBe(listed, ignoreOrder: true);
    }

    [Fact]
    public async Task A_store_opens_and_serves_with_the_first_endpoint_dead()
    {
        _cluster.Kill(0);
        for (int i = 0; i < 5; i++)
        {
            await using var store = await OpenAsync(_cluster.Endpoints, $"p{i}");
            (await store.CommitAsync(Put("a"), Ct)).ShouldBeOfType<CommitResult.Committed>();
        }
    }

    [Fact]
    public async Task Without_a_quorum_commits_and_reads_fail_in_time_and_work_again_afterwards()
    {
        await using var store = await OpenAsync(_cluster.Endpoints);
        var watch = NextAsync(store, await store.GetRevisionAsync(Ct));
        _cluster.Kill(0);
        _cluster.Kill(1);

        await Should.ThrowAsync<StoreUnavailableException>(async () => await store.GetRevisionAsync(Ct));
        await Task.WhenAll(_cluster.RestartAsync(0), _cluster.RestartAsync(1));

        await UntilAsync(async () => await CommitsAsync(store));
        (await watch).Changes.Single().Key.ShouldBe("a");
        var members = await store.MembersAsync(Ct);
        members.ShouldAllBe(member => member.Problem == null && member.Version.StartsWith('3'));
        members.Count(member => member.Role == "leader").ShouldBe(1);
    }

    private Task<EtcdStore> OpenAsync(IReadOnlyList<string> endpoints, string prefix = "fail") =>
        EtcdStore.OpenAsync(new EtcdStoreOptions { Endpoints = endpoints, Prefix = prefix }, Ct);

    /// <summary>Every key is written once, on condition that it is not there: an answer can be checked.</summary>
    private static async Task WriteAsync(
        EtcdStore store,
        int writer,
        ConcurrentDictionary<string, long> acknowledged,
        ConcurrentBag<string> refused,
        CancellationToken enough
    )
    {
        for (int i = 0; !enough.IsCancellationRequested; i++)
        {
            string key = $"k/{writer}/{i}";
            try
            {
                switch (
                    await store.CommitAsync(
                        new Transaction([new Condition.Absent(key)], [new Write.Put(key, "x"u8.ToArray())]),
                        CancellationToken.None
                    )
                )
                {
                    case CommitResult.Committed committed:
                        acknowledged[key] = committed.Revision;
                        break;
                    case CommitResult.Refused:
                        refused.Add(key);
                        break;
                }
            }
            catch (StoreUnavailableException)
            {
                // Not sent, or refused by all: the next key.
            }
        }
    }

    private static Transaction Put(string key) => new([], [new Write.Put(key, Encoding.UTF8.GetBytes(key))]);

    private async Task<bool> CommitsAsync(EtcdStore store)
    {
        try
        {
            return await store.CommitAsync(Put("a"), Ct) is CommitResult.Committed;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private async Task<ChangeSet> NextAsync(EtcdStore store, long after)
    {
        await foreach (var set in store.WatchAsync("", after, Ct))
            return set;
        throw new InvalidOperationException("The watch ended.");
    }

    private Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
            await Task.Delay(10, Ct);
    }
}
