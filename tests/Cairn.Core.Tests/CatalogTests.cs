using System.Text;
using Cairn.Storage;
using Cairn.Storage.Catalogs;
using Cairn.Storage.Sqlite;

namespace Cairn.Core.Tests;

public sealed class CatalogTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private IStore _store = null!;

    private sealed record Item(string Text, long Revision);

    public async ValueTask InitializeAsync() =>
        _store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = Path.Combine(_folder, "c.db") },
            CancellationToken.None
        );

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Catalog<Item> Items() =>
        new("items/", record => new Item(Encoding.UTF8.GetString(record.Value.Span), record.Revision));

    private async Task<long> PutAsync(params (string Key, string? Value)[] writes) =>
        (
            (CommitResult.Committed)
                await _store.CommitAsync(
                    new Transaction(
                        [],
                        [
                            .. writes.Select(
                                Write (write) =>
                                    write.Value is null
                                        ? new Write.Delete(write.Key)
                                        : new Write.Put(write.Key, Encoding.UTF8.GetBytes(write.Value))
                            ),
                        ]
                    ),
                    CancellationToken.None
                )
        ).Revision;

    private async Task<CatalogSet> StartAsync(params Catalog[] catalogs)
    {
        var set = new CatalogSet(_store, catalogs, TimeProvider.System);
        await set.StartAsync(CancellationToken.None);
        return set;
    }

    [Fact]
    public async Task What_was_there_before_and_what_comes_after_are_seen_without_a_gap()
    {
        var items = Items();
        using var writing = new CancellationTokenSource();
        long written = 0;
        var writer = Task.Run(async () =>
        {
            while (!writing.IsCancellationRequested)
                await PutAsync(($"items/{Interlocked.Increment(ref written)}", "x"));
        });
        for (int i = 0; i < 5; i++)
        {
            await using var set = await StartAsync(items);
            long sofar = Interlocked.Read(ref written);
            await set.WaitForAsync(sofar, CancellationToken.None);
            set.Current.Of(items).Count.ShouldBe((int)set.Current.Revision);
        }

        await writing.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task A_snapshot_holds_one_point_in_time_across_catalogs()
    {
        var items = Items();
        var others = new Catalog<Item>(
            "others/",
            record => new Item(Encoding.UTF8.GetString(record.Value.Span), record.Revision)
        );
        await using var set = await StartAsync(items, others);
        var writer = Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
                await PutAsync(("items/a", $"{i}"), ("others/a", $"{i}"));
        });
        while (!writer.IsCompleted)
        {
            var now = set.Current;
            now.Of(items).Get("a")?.Text.ShouldBe(now.Of(others).Get("a")!.Text);
        }

        await writer;
        var before = set.Current;
        await set.WaitForAsync(await PutAsync(("items/b", "new")), CancellationToken.None);
        before.Of(items).TryGet("b", out _).ShouldBeFalse();
        set.Current.Of(items).Get("b")!.Text.ShouldBe("new");
    }

    [Fact]
    public async Task Ranges_are_in_order_and_can_go_on_from_a_key()
    {
        var items = Items();
        await PutAsync(
            ("items/b", "2"),
            ("items/a/1", "1"),
            ("items/a/2", "1"),
            ("items/a", "0"),
            ("items/c", "3"),
            ("other", "x")
        );
        await using var set = await StartAsync(items);
        var view = set.Current.Of(items);
        view.Range("").Select(pair => pair.Key).ShouldBe(["a", "a/1", "a/2", "b", "c"]);
        view.Range("a/").Select(pair => pair.Key).ShouldBe(["a/1", "a/2"]);
        view.Range("", "a/1").Select(pair => pair.Key).ShouldBe(["a/2", "b", "c"]);
        view.Range("a/", "a").Select(pair => pair.Key).ShouldBe(["a/1", "a/2"]);
        view.Range("a/", "a/15").Select(pair => pair.Key).ShouldBe(["a/2"]);
        view.Range("z").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_index_follows_writes_and_deletions()
    {
        var items = Items();
        var byText = items.AddIndex(item => item.Text.Split(','));
        await PutAsync(("items/a", "x,y"), ("items/b", "y"));
        await using var set = await StartAsync(items);
        set.Current.Of(items).Lookup(byText, "y").Count.ShouldBe(2);
        await PutAsync(("items/a", "z"));
        await set.WaitForAsync(await PutAsync(("items/b", null)), CancellationToken.None);
        set.Current.Of(items).Lookup(byText, "y").ShouldBeEmpty();
        set.Current.Of(items).Lookup(byText, "z").Single().Text.ShouldBe("z");
        set.Current.Of(items).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_index_of_one_key_keeps_its_values_in_order_and_its_bucket_while_nothing_changes()
    {
        var items = Items();
        var all = items.AddIndex<bool>(_ => [true]);
        var texts = items.AddIndex(item => item.Text.Split(','));
        await PutAsync([.. Enumerable.Range(0, 500).Select(i => ($"items/{i:D4}", (string?)"x"))]);
        await using var set = await StartAsync(items);
        var bucket = set.Current.Of(items).Lookup(texts, "x");

        await set.WaitForAsync(
            await PutAsync(("items/0007", null), ("items/9999", "y"), ("items/0250", "z"), ("items/00001", "y")),
            CancellationToken.None
        );

        var view = set.Current.Of(items);
        view.Lookup(all, true).ShouldBe(view.Range("").Select(pair => pair.Value));
        view.Lookup(all, true).Count.ShouldBe(501);
        view.Lookup(texts, "x").Count.ShouldBe(498);
        view.Lookup(texts, "x").ShouldNotBeSameAs(bucket);
        view.Lookup(texts, "y").ShouldBeSameAs(set.Current.Of(items).Lookup(texts, "y"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_index_of_one_key_costs_a_change_no_more_when_it_is_twice_as_large(int factor)
    {
        const int Size = 4_000;
        var items = Items();
        items.AddIndex<bool>(_ => [true]);
        var view = items.Load([
            .. Enumerable.Range(0, Size * factor).Select(i => ($"{i:D6}", (object)new Item("x", 1))),
        ]);
        CatalogChange[] change = [new CatalogChange(2, items, "002000", new Item("x", 1), new Item("y", 2))];
        items.Apply(view, change);

        long before = GC.GetAllocatedBytesForCurrentThread();
        items.Apply(view, change);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8_000);
    }

    [Fact]
    public async Task The_feed_tells_each_change_once_with_what_was_before()
    {
        var items = Items();
        await using var set = await StartAsync(items);
        var link = set.Feed;
        for (int i = 0; i < 300; i++)
            await PutAsync(("items/a", $"{i}"));
        await PutAsync(("items/a", null));
        var told = new List<CatalogChange>();
        while (told.Count < 301)
            told.AddRange((link = await link.NextAsync.WaitAsync(TimeSpan.FromSeconds(30))).Changes);
        told.Select(change => change.Revision).ShouldBe(Enumerable.Range(1, 301).Select(i => (long)i));
        for (int i = 1; i < 301; i++)
            ((Item?)told[i].Before)!.Text.ShouldBe(((Item?)told[i - 1].After)!.Text);
        told[^1].After.ShouldBeNull();
    }

    [Fact]
    public async Task The_latest_read_has_what_anybody_wrote_before()
    {
        var items = Items();
        await using var set = await StartAsync(items);
        for (int i = 0; i < 200; i++)
        {
            await PutAsync(("items/a", $"{i}"));
            (await set.ReadLatestAsync(CancellationToken.None)).Of(items).Get("a")!.Text.ShouldBe($"{i}");
        }
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_stops_the_start_and_later_the_following()
    {
        var items = new Catalog<Item>(
            "items/",
            record =>
                record.Value.Length == 0 ? throw new FormatException("it is empty") : new Item("", record.Revision)
        );
        await using (var set = await StartAsync(items))
        {
            long revision = await PutAsync(("items/bad", ""));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (set.Fault is null)
                await Task.Delay(5, patience.Token);
            set.Fault.ShouldBeOfType<CatalogException>().Message.ShouldContain("items/bad");
            set.Current.Revision.ShouldBe(revision - 1);
        }

        (await Should.ThrowAsync<CatalogException>(() => StartAsync(items))).Key.ShouldBe("items/bad");
    }
}
