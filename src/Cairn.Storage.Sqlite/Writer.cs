using System.Diagnostics;
using System.Threading.Channels;
using Cairn.Storage.Sqlite.Native;
using Cairn.Storage.Watching;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>The one thread that writes: it takes all transactions that wait, applies each on its own, and makes them
/// durable with one fsync (group commit).</summary>
internal sealed class Writer
{
    private static readonly TimeSpan MaxPatience = TimeSpan.FromMilliseconds(1);

    private readonly StoreFile _file;
    private readonly Database _database;
    private readonly ChangeLog _log;
    private readonly ChangeFeed _feed;
    private readonly StoreMetrics _metrics;
    private readonly int _maxBatch;
    private readonly Channel<IWriteRequest> _queue;
    private readonly Thread _thread;
    private readonly List<CommitRequest> _batch = [];
    private int _lastBatch;
    private TimeSpan _lastDuration;

    public Writer(StoreFile file, Database database, ChangeFeed feed, StoreMetrics metrics, int maxPending)
    {
        (_file, _database, _feed, _metrics, _maxBatch) = (file, database, feed, metrics, maxPending);
        _log = new ChangeLog(database, feed.Head);
        _queue = Channel.CreateBounded<IWriteRequest>(new BoundedChannelOptions(maxPending) { SingleReader = true });
        _thread = new Thread(Run) { Name = "Cairn SQLite writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Waits for room, not for the outcome.</summary>
    /// <exception cref="ObjectDisposedException">The writer has stopped.</exception>
    public ValueTask EnqueueAsync(IWriteRequest request, CancellationToken ct)
    {
        return _queue.Writer.TryWrite(request) ? ValueTask.CompletedTask : WaitForRoom();

        async ValueTask WaitForRoom()
        {
            try
            {
                await _queue.Writer.WriteAsync(request, ct);
            }
            catch (ChannelClosedException)
            {
                throw new ObjectDisposedException(nameof(SqliteStore));
            }
        }
    }

    /// <summary>Finishes what waits, takes no more, and ends the thread.</summary>
    public async ValueTask StopAsync()
    {
        _queue.Writer.TryComplete();
        await Task.Run(_thread.Join);
    }

    private void Run()
    {
        var queue = _queue.Reader;
        while (queue.TryRead(out var request) || Wait())
        {
            if (request is null)
                continue;
            var next = Gather(request);
            CommitBatch();
            if (next is MaintenanceRequest maintenance)
                maintenance.Run(_database, _file.Path);
        }

        bool Wait() => queue.WaitToReadAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Fills the batch with what waits, up to the first request of another kind, which it returns.</summary>
    /// <remarks>Callers who write all the time come back just after their last batch is done. Starting without them
    /// would make them wait for a whole sync, so the writer gives them an eighth of the time the last batch took (at
    /// most <see cref="MaxPatience"/>), as long as there are fewer than then. A caller who is alone never
    /// waits.</remarks>
    private IWriteRequest? Gather(IWriteRequest first)
    {
        long began = Stopwatch.GetTimestamp();
        var patience = _lastDuration / 8 < MaxPatience ? _lastDuration / 8 : MaxPatience;
        var next = first;
        while (true)
        {
            if (next is not CommitRequest commit)
                return next;
            if (commit.TryTake())
                _batch.Add(commit);
            if (_batch.Count == _maxBatch)
                return null;
            while (!_queue.Reader.TryRead(out next))
            {
                if (_batch.Count >= _lastBatch || Stopwatch.GetElapsedTime(began) > patience)
                    return null;
                Thread.Yield();
            }
        }
    }

    private void CommitBatch()
    {
        if (_batch.Count == 0)
            return;
        long began = Stopwatch.GetTimestamp();
        try
        {
            _log.Begin();
            foreach (var request in _batch)
                request.Result = _log.Apply(request.Transaction);
            _log.Commit();
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }
        (_lastBatch, _lastDuration) = (_batch.Count, Stopwatch.GetElapsedTime(began));
        _metrics.RecordBatch(_lastBatch, _lastDuration);
        _feed.Publish(_log.TakeChangeSets());
        foreach (var request in _batch)
        {
            _metrics.Count(request.Result);
            request.Complete(request.Result!);
        }
        _batch.Clear();
    }

    /// <summary>None of the batch was acknowledged and all of it is undone; who was refused was refused by a state that
    /// may have gone with it, and so fails too.</summary>
    private void Fail(Exception cause)
    {
        // An fsync that fails may leave a whole commit in the write-ahead log. It is undone here, and overwritten by
        // the next commit, but if the process ends before that, the log brings it back.
        bool unknown = _log.IsCommitting && cause is SqliteError { Code: raw.SQLITE_IOERR };
        try
        {
            _log.Rollback();
        }
        catch (SqliteError e)
        {
            cause = new AggregateException(cause, e);
        }
        var failure = cause is SqliteError error ? error.ToStoreException(_file.Path) : cause;
        foreach (var request in _batch)
        {
            request.Result = unknown ? new CommitResult.Unknown(failure) : null;
            _metrics.Count(request.Result);
            if (unknown)
                request.Complete(request.Result!);
            else
                request.Fail(failure);
        }
        _batch.Clear();
    }
}
