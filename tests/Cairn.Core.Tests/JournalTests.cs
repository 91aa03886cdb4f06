using Cairn.Core.Cryptography;
using Cairn.Storage;
using Cairn.Storage.Sqlite;

namespace Cairn.Core.Tests;

public sealed class JournalTests
{
    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public async Task Entries_come_newest_first_across_hours_and_pages_lose_none()
    {
        string folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "c.db") }, CancellationToken.None);
        var clock = new Clock(new DateTimeOffset(2026, 11, 20, 22, 50, 0, TimeSpan.Zero));
        var journal = new Journal(store, await Keyring.OpenAsync(store, MasterKeys.FromSetting(Convert.ToBase64String(new byte[32])), clock, CancellationToken.None), "j/");
        var written = new List<string>();
        for (int i = 0; i < 40; i++, clock.Now += TimeSpan.FromMinutes(7))
        {
            string id = TimedId.New(clock);
            written.Add(id);
            await store.CommitAsync(new Transaction([], [new Write.Put(journal.KeyOf(id)!, new byte[1])]), CancellationToken.None);
        }

        written.Reverse();
        var since = clock.Now.AddDays(-1);
        (await IdsAsync(null, int.MaxValue)).ShouldBe(written);
        var paged = new List<string>();
        while (await IdsAsync(paged.LastOrDefault(), 6) is { Count: > 0 } page)
            paged.AddRange(page);
        paged.ShouldBe(written);
        since = clock.Now.AddMinutes(-61);
        (await IdsAsync(null, int.MaxValue)).Count.ShouldBe(8);
        journal.KeyOf("not an id").ShouldBeNull();
        TimedId.TimeOf(written[0]).ShouldBe(clock.Now.AddMinutes(-7));

        async Task<List<string>> IdsAsync(string? before, int count)
        {
            var ids = new List<string>();
            await foreach (var record in journal.ReadAsync(since, clock.Now, before, CancellationToken.None))
            {
                ids.Add(record.Key[^32..]);
                if (ids.Count == count)
                    break;
            }

            return ids;
        }
    }
}
