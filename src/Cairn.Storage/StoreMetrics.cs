using System.Diagnostics.Metrics;

namespace Cairn.Storage;

/// <summary>The instruments of one open store, on a meter named <see cref="MeterName"/>; each measurement carries the
/// tag <c>engine</c>.</summary>
public sealed class StoreMetrics : IDisposable
{
    /// <summary>What to listen to.</summary>
    public const string MeterName = "Cairn.Storage";

    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?> _engine;
    private readonly Counter<long> _commits;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _compactions;

    /// <summary>Opens the instruments of a store.</summary>
    /// <param name="engine">Its kind, in lower case: <c>sqlite</c>.</param>
    /// <param name="feed">Whose watchers are measured.</param>
    public StoreMetrics(string engine, Watching.ChangeFeed feed)
    {
        _engine = new("engine", engine);
        _meter = new Meter(MeterName);
        _commits = _meter.CreateCounter<long>(
            "cairn.store.commits",
            "{commit}",
            "Transactions by outcome: committed, refused, unknown or failed."
        );
        _batchSize = _meter.CreateHistogram<int>(
            "cairn.store.batch.size",
            "{commit}",
            "Transactions made durable together."
        );
        _commitDuration = _meter.CreateHistogram<double>(
            "cairn.store.batch.duration",
            "s",
            "Time in which the engine made one batch durable, its fsync included."
        );
        _compactions = _meter.CreateCounter<long>(
            "cairn.store.compactions",
            "{compaction}",
            "Compactions that finished."
        );
        _meter.CreateObservableGauge(
            "cairn.store.watch.watchers",
            () => Measure(feed.Watchers),
            "{watcher}",
            "Open watches."
        );
        _meter.CreateObservableGauge(
            "cairn.store.watch.lag",
            () => Measure(feed.Lag),
            "{revision}",
            "Revisions by which the slowest watcher is behind the newest."
        );
        _meter.CreateObservableGauge(
            "cairn.store.watch.buffered",
            () => Measure(feed.Buffered),
            "{revision}",
            "Recent revisions held in memory for watchers."
        );
        _meter.CreateObservableCounter(
            "cairn.store.watch.catchups",
            () => Measure(feed.CatchUps),
            "{read}",
            "Reads of the change log by watchers too far behind for the memory."
        );
    }

    /// <summary>Counts one transaction.</summary>
    /// <param name="result">Null when it failed with an exception.</param>
    public void Count(CommitResult? result) =>
        _commits.Add(
            1,
            _engine,
            new(
                "outcome",
                result switch
                {
                    CommitResult.Committed => "committed",
                    CommitResult.Refused => "refused",
                    CommitResult.Unknown => "unknown",
                    _ => "failed",
                }
            )
        );

    /// <summary>Records one batch that became durable.</summary>
    public void RecordBatch(int transactions, TimeSpan duration)
    {
        _batchSize.Record(transactions, _engine);
        _commitDuration.Record(duration.TotalSeconds, _engine);
    }

    /// <summary>Counts one compaction.</summary>
    public void CountCompaction() => _compactions.Add(1, _engine);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private Measurement<long> Measure(long value) => new(value, _engine);
}
