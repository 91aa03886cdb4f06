using Cairn.Core.Cryptography;
using Cairn.Core.Integrity;
using Cairn.Storage;
using Cairn.Storage.Sqlite;

namespace Cairn.Core.Tests;

public sealed class JournalTests : IAsyncLifetime
{
    private static readonly byte[] Empty = "{}"u8.ToArray();

    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private readonly Clock _clock = new(new DateTimeOffset(2026, 11, 20, 22, 50, 0, TimeSpan.Zero));
    private SqliteStore _store = null!;
    private Keyring _keyring = null!;
    private Journal _journal = null!;
    private TimedIds _ids = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = Path.Combine(_folder, "c.db") },
            CancellationToken.None
        );
        _keyring = await Keyring.OpenAsync(
            _store,
            MasterKeys.FromSetting(Convert.ToBase64String(new byte[32])),
            _clock,
            CancellationToken.None
        );
        _journal = new Journal(_store, _keyring, "audit/");
        _ids = new TimedIds(_clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Entries_come_newest_first_and_pages_lose_none()
    {
        var written = new List<string>();
        for (int i = 0; i < 40; i++, _clock.Now += TimeSpan.FromMinutes(7))
            written.Add(await AddAsync());
        written.Reverse();

        (await IdsAsync()).ShouldBe(written);
        var paged = new List<string>();
        string? before = null;
        while (true)
        {
            var page = await PageAsync(before: before, limit: 6);
            paged.AddRange(page.Items);
            if ((before = page.Next) is null)
                break;
        }

        paged.ShouldBe(written);
        (await IdsAsync(since: _clock.Now.AddMinutes(-61))).Count.ShouldBe(8);
        (await IdsAsync(until: _clock.Now.AddMinutes(-61))).ShouldBe(written.Skip(8));
        (await IdsAsync(since: _clock.Now.AddMinutes(-70), until: _clock.Now.AddMinutes(-70))).ShouldBe([written[9]]);
        _journal.KeyOf("not an id").ShouldBeNull();
        _journal.IdOf(_journal.KeyOf(written[0])!).ShouldBe(written[0]);
        TimedId.TimeOf(written[0]).ShouldBe(_clock.Now.AddMinutes(-7));
    }

    [Fact]
    public async Task What_is_written_later_comes_first_whatever_the_clock_says()
    {
        string first = await AddAsync();
        _clock.Now = _clock.Now.AddYears(10);
        string second = await AddAsync();
        _clock.Now = _clock.Now.AddYears(-10);
        string third = await AddAsync();
        // A node that has seen them, with a clock of its own.
        _ids = new TimedIds(_clock);
        _ids.See(third);
        _ids.See("no id");
        string fourth = await AddAsync();

        (await IdsAsync()).ShouldBe([fourth, third, second, first]);
    }

    [Fact]
    public async Task Of_many_made_at_once_each_sorts_after_the_one_before()
    {
        var made = Enumerable.Range(0, 20_000).Select(_ => _ids.New()).ToList();
        made.ShouldBe(made.Order(StringComparer.Ordinal));
        made.Distinct().Count().ShouldBe(made.Count);
        made.ShouldAllBe(id => Guid.Parse(id).Version == 7);
        TimedId.TimeOf(made[^1])!.Value.ShouldBeLessThanOrEqualTo(_clock.Now.AddMilliseconds(5));
        (
            await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(_ => Task.Run(() => Enumerable.Range(0, 1000).Select(_ => _ids.New()).ToList()))
            )
        )
            .SelectMany(ids => ids)
            .Distinct()
            .Count()
            .ShouldBe(8000);
    }

    [Fact]
    public async Task A_search_for_what_is_rare_goes_on_with_the_next_page()
    {
        string rare = await AddAsync();
        for (int i = 0; i < 13; i++)
        {
            await _store.CommitAsync(
                new Transaction(
                    [],
                    [.. Enumerable.Range(0, 1000).Select(_ => new Write.Put(_journal.KeyOf(_ids.New())!, Empty))]
                ),
                Ct
            );
        }

        var found = new List<string>();
        int pages = 0;
        for (string? before = null; ; pages++)
        {
            var page = await _journal.PageAsync(
                null,
                null,
                before,
                10,
                record => _journal.IdOf(record.Key) == rare ? rare : null,
                Ct
            );
            found.AddRange(page.Items);
            if ((before = page.Next) is null)
                break;
        }

        found.ShouldBe([rare]);
        pages.ShouldBe(13_000 / Journal.MaxLookedAt);
    }

    [Fact]
    public async Task A_journal_by_the_hour_is_moved_and_what_was_altered_in_it_stays_so()
    {
        var ids = new List<string>();
        for (int i = 0; i < 130; i++, _clock.Now += TimeSpan.FromMinutes(1))
        {
            string id = _ids.New(),
                key = $"audit/{_clock.Now.UtcDateTime:yyyy-MM-dd'T'HH}/{id}";
            byte[] record = _keyring.Stamp(Empty, i == 50 ? "another place" : key);
            await _store.CommitAsync(new Transaction([], [new Write.Put(key, record)]), Ct);
            ids.Add(id);
        }

        var kinds = CoreKinds.Create(_keyring, _store, _ids, _clock);
        await new StoreFormat(_store, _keyring, kinds).BringUpAsync(Ct);
        await new StoreFormat(_store, _keyring, kinds).BringUpAsync(Ct);

        (await IdsAsync()).ShouldBe(Enumerable.Reverse(ids));
        var altered = await _journal.PageAsync(
            null,
            null,
            null,
            1000,
            record => _journal.IsIntact(record) ? null : _journal.IdOf(record.Key),
            Ct
        );
        altered.Items.ShouldBe([ids[50]]);
        (await _store.ListAsync("audit/2", await _store.GetRevisionAsync(Ct), Ct).CountAsync(Ct)).ShouldBe(0);
    }

    private async Task<string> AddAsync()
    {
        string id = _ids.New();
        await _store.CommitAsync(new Transaction([], [_journal.Put(id, Empty)]), Ct);
        return id;
    }

    private async Task<IReadOnlyList<string>> IdsAsync(DateTimeOffset? since = null, DateTimeOffset? until = null) =>
        (await PageAsync(since, until)).Items;

    private ValueTask<JournalPage<string>> PageAsync(
        DateTimeOffset? since = null,
        DateTimeOffset? until = null,
        string? before = null,
        int limit = 1000
    ) => _journal.PageAsync(since, until, before, limit, record => _journal.IdOf(record.Key), Ct);

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
