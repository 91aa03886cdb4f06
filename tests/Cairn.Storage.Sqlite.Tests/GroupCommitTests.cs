using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Cairn.Storage.Sqlite.Tests;

/// <summary>Many callers, one fsync: and what the meter says of it.</summary>
public sealed class GroupCommitTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, string Outcome)> _measured = new();
    private readonly MeterListener _listener = new();
    private readonly AsyncLocal<bool> _ours = new();
    private SqliteStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Other tests have stores of their own, before and at the same time.
            if (instrument.Meter.Name == StoreMetrics.MeterName && _ours.Value)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
        _listener.Start();
        _ours.Value = true;
        _store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = _folder.File("cairn.db") }, default);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _listener.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Commits_that_wait_become_durable_together()
    {
        await CommitManyAsync(2000);

        var batches = Values("cairn.store.batch.size").ToList();
        batches.Sum().ShouldBe(2000);
        batches.Max().ShouldBeGreaterThan(1);
        Values("cairn.store.batch.duration").Count().ShouldBe(batches.Count);
        Values("cairn.store.batch.duration").ShouldAllBe(seconds => seconds > 0 && seconds < 60);
    }

    [Fact]
    public async Task The_meter_counts_outcomes_compactions_and_watchers()
    {
        await CommitManyAsync(10);
        await _store.CommitAsync(
            new Transaction([new Condition.Exists("none")], [new Write.Put("a", default)]),
            default
        );
        await _store.CompactAsync(5, default);
        await using var watch = _store.WatchAsync("", 5, default).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        _listener.RecordObservableInstruments();

        _measured.Count(m => m is { Instrument: "cairn.store.commits", Outcome: "committed" }).ShouldBe(10);
        _measured.Count(m => m is { Instrument: "cairn.store.commits", Outcome: "refused" }).ShouldBe(1);
        Values("cairn.store.compactions").ShouldBe([1]);
        Values("cairn.store.watch.watchers").ShouldBe([1]);
        Values("cairn.store.watch.lag").ShouldBe([5]);
        Values("cairn.store.watch.buffered").ShouldBe([10]);
        Values("cairn.store.watch.catchups").ShouldBe([0]);
    }

    [Fact]
    public async Task A_refused_transaction_does_not_touch_its_neighbours_in_the_batch()
    {
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 1000)
                .Select(i =>
                    _store
                        .CommitAsync(
                            i % 3 == 0
                                ? new Transaction([new Condition.Exists("none")], [new Write.Put($"{i}", default)])
                                : new Transaction([new Condition.Absent($"{i}")], [new Write.Put($"{i}", default)]),
                            default
                        )
                        .AsTask()
                )
        );

        for (int i = 0; i < results.Length; i++)
            (results[i] is CommitResult.Refused { Condition: 0 }).ShouldBe(i % 3 == 0);
        results
            .OfType<CommitResult.Committed>()
            .Select(c => c.Revision)
            .Order()
            .ShouldBe(Enumerable.Range(1, 666).Select(i => (long)i));
    }

    [Fact]
    public async Task A_commit_cancelled_on_its_way_is_either_done_or_not_as_its_caller_was_told()
    {
        bool[] outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 500)
                .Select(i =>
                    Task.Run(async () =>
                    {
                        using var cancellation = new CancellationTokenSource();
                        var commit = _store.CommitAsync(
                            new Transaction([], [new Write.Put($"{i}", default)]),
                            cancellation.Token
                        );
                        if (i % 2 == 0)
                            await cancellation.CancelAsync();
                        try
                        {
                            return await commit is CommitResult.Committed;
                        }
                        catch (OperationCanceledException)
                        {
                            return false;
                        }
                    })
                )
        );

        for (int i = 0; i < outcomes.Length; i++)
            (await _store.GetAsync($"{i}", default) is not null).ShouldBe(outcomes[i]);
        outcomes.Where((_, i) => i % 2 == 1).ShouldAllBe(committed => committed);
        (await _store.GetRevisionAsync(default)).ShouldBe(outcomes.Count(committed => committed));
    }

    [Fact]
    public async Task Commits_that_wait_when_the_store_is_disposed_of_are_finished()
    {
        var commits = Enumerable
            .Range(0, 500)
            .Select(i => _store.CommitAsync(new Transaction([], [new Write.Put($"{i}", default)]), default).AsTask())
            .ToList();
        await _store.DisposeAsync();

        var results = await Task.WhenAll(commits);
        results.ShouldAllBe(r => r is CommitResult.Committed);
    }

    [Fact]
    public async Task Compaction_gives_back_the_space_of_what_it_removes()
    {
        const int rounds = 5,
            perRound = 4000,
            valueBytes = 1000;
        for (int round = 0; round < rounds; round++)
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, perRound)
                    .Select(i =>
                        _store
                            .CommitAsync(
                                new Transaction([], [new Write.Put($"k{i % 100}", new byte[valueBytes])]),
                                default
                            )
                            .AsTask()
                    )
            );
            await _store.CompactAsync(await _store.GetRevisionAsync(default), default);
        }
        await _store.DisposeAsync(); // the log goes into the database

        long size = new FileInfo(_folder.File("cairn.db")).Length;
        size.ShouldBeGreaterThan(perRound * valueBytes);
        size.ShouldBeLessThan(2 * perRound * valueBytes);
    }

    private Task CommitManyAsync(int count) =>
        Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(i =>
                    _store.CommitAsync(new Transaction([], [new Write.Put($"{i}", default)]), default).AsTask()
                )
        );

    private IEnumerable<double> Values(string instrument) =>
        _measured.Where(m => m.Instrument == instrument).Select(m => m.Value);

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string outcome = "";
        foreach (var (name, tag) in tags)
        {
            if (name == "outcome")
                outcome = (string)tag!;
        }
        _measured.Enqueue((instrument.Name, value, outcome));
    }
}
