using Cairn.Storage.Watching;

namespace Cairn.Storage.Tests;

public sealed class ChangeFeedTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    private static ChangeSet Set(long revision) => new(revision, [new StoreChange("a", null)]);

    [Fact]
    public async Task What_is_published_after_the_end_reaches_nobody_and_harms_nobody()
    {
        var feed = new ChangeFeed(0, 0);
        feed.Close(new ObjectDisposedException("store"));
        feed.Publish([Set(1)]);

        feed.Head.ShouldBe(0);
        await Should.ThrowAsync<ObjectDisposedException>(async () => await NextAsync(feed, 0));
    }

    [Fact]
    public void A_feed_without_gaps_refuses_one() =>
        Should.Throw<InvalidOperationException>(() => new ChangeFeed(0, 0).Publish([Set(2)]));

    [Theory]
    [InlineData(10, 12)]
    [InlineData(11, 12)]
    [InlineData(12, 15)]
    [InlineData(14, 15)]
    public async Task With_gaps_a_watch_goes_on_at_the_next_revision_there_is(long after, long expected)
    {
        var feed = new ChangeFeed(10, 0, dense: false);
        feed.Publish([Set(12), Set(15)]);
        (await NextAsync(feed, after)).Revision.ShouldBe(expected);
    }

    [Fact]
    public async Task What_has_left_the_memory_is_read_from_the_log()
    {
        var feed = new ChangeFeed(10, 0, capacity: 2, dense: false);
        feed.Publish([Set(12), Set(15), Set(20)]);
        (await NextAsync(feed, 12)).Revision.ShouldBe(15);
        await Should.ThrowAsync<RevisionCompactedException>(async () => await NextAsync(feed, 11));
    }

    [Fact]
    public async Task A_watcher_that_waits_learns_that_the_engine_has_skipped_revisions()
    {
        var feed = new ChangeFeed(10, 0, dense: false);
        var next = NextAsync(feed, 10);
        feed.Skip(head: 20, compacted: 19);
        await Should.ThrowAsync<RevisionCompactedException>(() => next);
        feed.Publish([Set(21)]);
        (await NextAsync(feed, 20)).Revision.ShouldBe(21);
    }

    private static async Task<ChangeSet> NextAsync(ChangeFeed feed, long after)
    {
        await foreach (var set in feed.WatchAsync("", after, new NothingKept(), Ct))
            return set;
        throw new InvalidOperationException("The watch ended.");
    }

    private sealed class NothingKept : IChangeHistory
    {
        public ValueTask<HistoryPage> ReadAsync(string prefix, long fromRevision, CancellationToken ct) =>
            throw new RevisionCompactedException(fromRevision, fromRevision + 1);
    }
}
