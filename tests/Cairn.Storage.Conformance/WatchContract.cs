namespace Cairn.Storage.Conformance;

/// <summary>Watching: whole change sets, in order, each once, from any revision that is kept.</summary>
public abstract class WatchContract(StoreFixture fixture) : StoreContract(fixture)
{
    [Fact]
    public async Task A_watch_yields_what_is_committed_after_it_began()
    {
        var watch = WatchAsync("", Start, 2);
        long first = await CommitAsync(Put("a", "1"));
        long second = await CommitAsync(Delete("a"));

        var sets = await watch;
        sets.Select(s => s.Revision).ShouldBe([first, second]);
        var record = sets[0].Changes.Single().Record!;
        (record.Key, Text(record), record.CreatedRevision, record.Revision).ShouldBe(("a", "1", first, first));
        sets[1].Changes.ShouldBe([new StoreChange("a", null)]);
    }

    [Fact]
    public async Task A_watch_can_resume_from_every_revision()
    {
        for (int i = 1; i <= 20; i++)
            await CommitAsync(Put($"k{i}", $"{i}"));

        for (long after = Start; after < Start + 20; after++)
        {
            var sets = await WatchAsync("", after, (int)(Start + 20 - after));
            sets.Select(s => s.Revision).ShouldBe(Range(after + 1, Start + 20));
        }
    }

    [Fact]
    public async Task A_change_set_holds_all_of_a_commit_in_the_order_of_its_writes()
    {
        await CommitAsync(Put("x", "0"));
        await CommitAsync(Put("c", "1"), Delete("x"), Put("a", "1"), Put("b", "1"));

        var set = (await WatchAsync("", Start + 1, 1)).Single();
        set.Changes.Select(c => c.Key).ShouldBe(["c", "x", "a", "b"]);
        set.Changes.Select(c => c.Record is null).ShouldBe([false, true, false, false]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_of_a_prefix_sees_its_part_of_each_commit_and_nothing_of_others(bool beforeTheCommits)
    {
        var early = beforeTheCommits ? WatchAsync("a/", Start, 2) : null;
        await CommitAsync(Put("a", "1"), Put("b/", "1"));
        long second = await CommitAsync(Put("a/1", "1"), Put("b", "1"), Put("a/2", "1"));
        await CommitAsync(Put("b", "1"));
        long fourth = await CommitAsync(Delete("a/1"), Delete("b"));

        var sets = await (early ?? WatchAsync("a/", Start, 2));

        sets.Select(s => s.Revision).ShouldBe([second, fourth]);
        sets[0].Changes.Select(c => c.Key).ShouldBe(["a/1", "a/2"]);
        sets[1].Changes.Select(c => c.Key).ShouldBe(["a/1"]);
    }

    [Fact]
    public async Task Watches_that_begin_while_others_write_miss_nothing_and_see_nothing_twice()
    {
        const int commits = 1000;
        var writing = Task.Run(async () =>
        {
            for (int i = 0; i < commits; i++)
                await CommitAsync(Put("a", $"{i}"));
        });

        var watches = new List<Task<List<ChangeSet>>>();
        while (!writing.IsCompleted)
        {
            long after = Math.Max(Start, await Store.GetRevisionAsync(Ct) - 20);
            watches.Add(WatchAsync("", after, (int)Math.Min(200, Start + commits - after)));
            if (watches.Count > 200)
                await writing;
        }
        await writing;

        foreach (var sets in await Task.WhenAll(watches))
            sets.Select(s => s.Revision).ShouldBe(Range(sets[0].Revision, sets[^1].Revision));
    }

    [Fact]
    public async Task A_slow_watcher_gets_everything_though_it_falls_far_behind()
    {
        const int commits = 20_000;
        await using var watch = Store.WatchAsync("", Start, Ct).GetAsyncEnumerator(Ct);
        await CommitAsync(Put("first", "0"));
        (await watch.MoveNextAsync()).ShouldBeTrue();
        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async writer =>
                {
                    for (int i = 0; i < commits / 20; i++)
                        await CommitAsync(Put($"{writer}", $"{i}"));
                })
        );

        int[] next = new int[20];
        for (var (seen, revision) = (0, watch.Current.Revision); seen < commits; revision = watch.Current.Revision)
        {
            (await watch.MoveNextAsync()).ShouldBeTrue();
            if (watch.Current.Revision <= revision)
                throw new ShouldAssertException($"Revision {watch.Current.Revision} came after {revision}.");
            foreach (var change in watch.Current.Changes)
            {
                var (writer, value) = (int.Parse(change.Key), Text(change.Record!));
                if (value != $"{next[writer]++}")
                {
                    throw new ShouldAssertException(
                        $"Writer {writer}'s value {value} came in place of {next[writer] - 1}."
                    );
                }

                seen++;
            }
        }
    }

    [Fact]
    public async Task Ten_thousand_watchers_each_see_their_own_changes()
    {
        const int watchers = 10_000;
        var watches = Enumerable.Range(0, watchers).Select(i => WatchAsync($"k/{i % 100}/", Start, 2)).ToList();
        for (int i = 0; i < 100; i++)
            await CommitAsync(Put($"k/{i}/a", "1"));
        for (int i = 0; i < 100; i++)
            await CommitAsync(Put($"k/{i}/b", "1"));

        var seen = await Task.WhenAll(watches);
        for (int i = 0; i < watchers; i++)
            seen[i].Select(s => s.Revision - Start).ShouldBe([(i % 100) + 1, (i % 100) + 101]);
    }

    [Fact]
    public async Task A_watch_from_the_future_waits_for_it()
    {
        var watch = WatchAsync("", Start + 2, 1);
        for (int i = 0; i < 3; i++)
            await CommitAsync(Put("a", $"{i}"));
        (await watch).Single().Revision.ShouldBe(Start + 3);
    }

    [Fact]
    public async Task A_cancelled_watch_ends_as_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        await using var watch = Store.WatchAsync("", Start, cancellation.Token).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().AsTask();
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task A_watch_ends_with_its_store()
    {
        await using var watch = Store.WatchAsync("", Start, Ct).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().AsTask();
        await Store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => next);
        await Should.ThrowAsync<ObjectDisposedException>(async () => await Store.GetAsync("a", Ct));
        await Should.ThrowAsync<ObjectDisposedException>(async () =>
            await Store.CommitAsync(Transact(Put("a", "1")), Ct)
        );
    }

    private static IEnumerable<long> Range(long first, long last)
    {
        for (long revision = first; revision <= last; revision++)
            yield return revision;
    }
}
