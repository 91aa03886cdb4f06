namespace Cairn.Storage.Conformance;

/// <summary>What compaction takes away, and what it leaves.</summary>
public abstract class CompactionContract(StoreFixture fixture) : StoreContract(fixture)
{
    [Fact]
    public async Task Afterwards_the_oldest_listing_is_the_compacted_revision_and_the_oldest_watch_the_one_after_it()
    {
        for (int i = 1; i <= 10; i++)
            await CommitAsync(Put($"k{i % 3}", $"{i}"));
        await Store.CompactAsync(Start + 5, Ct);

        (await Should.ThrowAsync<RevisionCompactedException>(() => ListAsync("", Start + 4))).OldestRevision.ShouldBe(
            Start + 5
        );
        (await ListAsync("", Start + 5)).Select(Text).ShouldBe(["3", "4", "5"]);
        (
            await Should.ThrowAsync<RevisionCompactedException>(() => WatchAsync("", Start + 4, 1))
        ).OldestRevision.ShouldBe(Start + 5);
        (await WatchAsync("", Start + 5, 5)).Select(s => s.Revision - Start).ShouldBe([6, 7, 8, 9, 10]);
    }

    [Fact]
    public async Task The_head_is_as_it_was_and_revisions_go_on()
    {
        await CommitAsync(Put("a", "1"), Put("b", "1"));
        await CommitAsync(Put("a", "2"), Delete("b"));
        await Store.CompactAsync(Start + 2, Ct);

        var record = (await ListAsync("")).Single();
        (record.Key, Text(record), record.CreatedRevision - Start, record.Revision - Start).ShouldBe(("a", "2", 1, 2));
        (await Store.GetRevisionAsync(Ct)).ShouldBe(Start + 2);
        (await Store.CommitAsync(If(new Condition.AtRevision("a", Start + 2), Put("a", "3")), Ct)).ShouldBe(
            new CommitResult.Committed(Start + 3)
        );
        (await Store.CommitAsync(If(new Condition.Absent("b"), Put("b", "2")), Ct)).ShouldBe(
            new CommitResult.Committed(Start + 4)
        );
    }

    [Fact]
    public async Task Compacting_what_is_compacted_does_nothing()
    {
        for (int i = 1; i <= 5; i++)
            await CommitAsync(Put("a", $"{i}"));
        await Store.CompactAsync(Start + 4, Ct);
        await Store.CompactAsync(Start + 2, Ct);
        await Store.CompactAsync(Start + 4, Ct);

        (await ListAsync("", Start + 4)).Select(Text).ShouldBe(["4"]);
        await Should.ThrowAsync<RevisionCompactedException>(() => ListAsync("", Start + 3));
    }

    [Fact]
    public async Task The_future_cannot_be_compacted() =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Store.CompactAsync(Start + 1, Ct));

    [Fact]
    public async Task A_watcher_at_the_head_is_not_disturbed()
    {
        await CommitAsync(Put("a", "1"));
        await using var watch = Store.WatchAsync("", Start, Ct).GetAsyncEnumerator(Ct);
        (await watch.MoveNextAsync()).ShouldBeTrue();
        await Store.CompactAsync(Start + 1, Ct);
        long revision = await CommitAsync(Put("a", "2"));

        (await watch.MoveNextAsync()).ShouldBeTrue();
        watch.Current.Revision.ShouldBe(revision);
    }

    [Fact]
    public async Task Thousands_of_versions_are_compacted_while_others_write()
    {
        for (int i = 0; i < 50; i++)
        {
            await CommitAsync([
                .. Enumerable
                    .Range(0, 100)
                    .Select(n => i % 7 == 6 && n < 50 ? Delete($"k{n:D3}") : Put($"k{n:D3}", $"{i}")),
            ]);
        }

        long revision = await Store.GetRevisionAsync(Ct);
        var before = await ListAsync("", revision);

        var compaction = Store.CompactAsync(revision, Ct).AsTask();
        var writes = Enumerable.Range(0, 50).Select(i => CommitAsync(Put($"other{i}", "1"))).ToList();
        await Task.WhenAll([compaction, .. writes]);

        (await ListAsync("k", revision))
            .Select(r => (r.Key, Text(r), r.CreatedRevision, r.Revision))
            .ShouldBe(before.Select(r => (r.Key, Text(r), r.CreatedRevision, r.Revision)));
        (await ListAsync("other")).Count.ShouldBe(50);
    }
}
