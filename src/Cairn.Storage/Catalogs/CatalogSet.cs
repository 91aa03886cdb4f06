using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cairn.Storage.Catalogs;

/// <summary>
/// A node's memory of the store: all catalogs, loaded from a list and then kept current by one watch, in revision
/// order and without a gap. Reads take <see cref="Current"/> and never touch the store.
/// </summary>
/// <remarks>One task applies commits and publishes snapshots; any number of threads read. Several commits that wait at
/// once are applied as one step.</remarks>
public sealed class CatalogSet : IAsyncDisposable
{
    private const int MaxCommitsPerStep = 512;
    private const int MaxRefused = 100;
    private const int RecordsPerDecoding = 1024;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly IStore _store;
    private readonly Catalog[] _catalogs;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly PriorityQueue<TaskCompletionSource<CatalogSnapshot>, long> _waiters = new();
    private CatalogFeed _feed;
    private int _disposed;
    private Task _following = Task.CompletedTask;
    private volatile Exception? _fault;
    private readonly ConcurrentDictionary<string, string> _refused = new(StringComparer.Ordinal);

    /// <summary>Prepares the set; nothing is read before <see cref="StartAsync"/>.</summary>
    /// <param name="store">Where the records are.</param>
    /// <param name="catalogs">In the order in which one commit's changes are to be decoded, so that a later catalog's
    /// decoder may rely on an earlier catalog's value of the same commit.</param>
    /// <param name="time">For the pauses between attempts to reach the store.</param>
    public CatalogSet(IStore store, IEnumerable<Catalog> catalogs, TimeProvider time)
    {
        _store = store;
        _time = time;
        _catalogs = [.. catalogs];
        for (int slot = 0; slot < _catalogs.Length; slot++)
            _catalogs[slot].Slot = slot;
        _feed = new CatalogFeed(
            new CatalogSnapshot(0, [.. _catalogs.Select(catalog => catalog.EmptyView)]),
            [],
            gap: false
        );
    }

    /// <summary>The newest state this node knows.</summary>
    public CatalogSnapshot Current => Volatile.Read(ref _feed).Snapshot;

    /// <summary>The newest link of the feed: wait for its successor to see what comes next.</summary>
    public CatalogFeed Feed => Volatile.Read(ref _feed);

    /// <summary>Why the set does not follow the store at present: a record that cannot be decoded (final), or an engine
    /// that cannot be reached (being retried). Null when all is well.</summary>
    public Exception? Fault => _fault;

    /// <summary>Records that were left out because this system did not write them, by store key, with the reason: at
    /// most 100 of them.</summary>
    public IReadOnlyDictionary<string, string> Refused => _refused;

    /// <summary>Loads every catalog as of one revision and starts to follow the store from there.</summary>
    /// <exception cref="CatalogException">A record cannot be decoded.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        Publish(await LoadAsync(ct), [], gap: false);
        _following = FollowAsync(_stopping.Token);
    }

    /// <summary>Completes once <see cref="Current"/> is at <paramref name="revision"/> or later.</summary>
    public ValueTask<CatalogSnapshot> WaitForAsync(long revision, CancellationToken ct)
    {
        if (Current is var current && current.Revision >= revision)
            return new(current);
        var waiter = new TaskCompletionSource<CatalogSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiters)
            _waiters.Enqueue(waiter, revision);
        Wake(Current); // it may have been published in between
        return new(waiter.Task.WaitAsync(ct));
    }

    /// <summary>A state that has every commit acknowledged anywhere before this call.</summary>
    public async ValueTask<CatalogSnapshot> ReadLatestAsync(CancellationToken ct) =>
        await WaitForAsync(await _store.GetRevisionAsync(ct), ct);

    /// <summary>Ends the following. Again, it does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task<CatalogSnapshot> LoadAsync(CancellationToken ct)
    {
        long revision = await _store.GetRevisionAsync(ct);
        var views = new CatalogView[_catalogs.Length];
        foreach (var catalog in _catalogs)
        {
            views[catalog.Slot] = catalog.Load(
                await DecodeAsync(catalog, _store.ListAsync(catalog.Prefix, revision, ct), ct)
            );
        }

        return new CatalogSnapshot(revision, views);
    }

    /// <summary>Decodes with every processor while the next records are being read. The order is kept.</summary>
    private async Task<List<(string Key, object Value)>> DecodeAsync(
        Catalog catalog,
        IAsyncEnumerable<StoreRecord> records,
        CancellationToken ct
    )
    {
        var values = new List<(string, object)>();
        var decoding = new Queue<Task<(string, object?)[]>>();
        try
        {
            await foreach (var chunk in records.Chunk(RecordsPerDecoding).WithCancellation(ct))
            {
                decoding.Enqueue(Task.Run(() => Array.ConvertAll(chunk, Decoded), ct));
                if (decoding.Count > Environment.ProcessorCount)
                    Add(await decoding.Dequeue());
            }

            while (decoding.TryDequeue(out var decoded))
                Add(await decoded);
            return values;
        }
        finally
        {
            // After a failure nobody asks for the rest, but it must have ended.
            await ((Task)Task.WhenAll(decoding)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Add((string Key, object? Value)[] decoded)
        {
            foreach (var (key, value) in decoded)
            {
                if (value is not null)
                    values.Add((key, value));
            }
        }

        (string, object?) Decoded(StoreRecord record)
        {
            try
            {
                return (record.Key[catalog.Prefix.Length..], Decode(catalog, record));
            }
            catch (CatalogException e) when (e.InnerException is RecordRefusedException { MayBeLeftOut: true } refusal)
            {
                Note(record, refusal.Message);
                return ("", null);
            }
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        var pause = ShortestPause;
        bool compacted = false;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (compacted)
                    Publish(await LoadAsync(ct), [], gap: true);
                compacted = false;
                if (_fault is StoreException)
                {
                    // It was out of reach: an answer shows that it no longer is, before there is any news to follow.
                    await _store.GetRevisionAsync(ct);
                    _fault = null;
                }

                await FollowOnceAsync(() => pause = ShortestPause, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (RevisionCompactedException)
            {
                compacted = true;
            }
            catch (CatalogException e)
            {
                _fault = e;
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // Nothing may end the following without a word: it is tried again, and until it succeeds the fault is
                // told.
                _fault = e;
                await Task.Delay(pause, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task FollowOnceAsync(Action onProgress, CancellationToken ct)
    {
        var commits = new List<ChangeSet>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var watch = _store.WatchAsync("", Current.Revision, ending.Token).GetAsyncEnumerator(ending.Token);
        var step = watch.MoveNextAsync().AsTask();
        try
        {
            while (await step)
            {
                commits.Add(watch.Current);
                step = watch.MoveNextAsync().AsTask();
                while (step.IsCompletedSuccessfully && commits.Count < MaxCommitsPerStep && await step)
                {
                    commits.Add(watch.Current);
                    step = watch.MoveNextAsync().AsTask();
                }

                Apply(commits);
                commits.Clear();
                _fault = null;
                onProgress();
            }
        }
        finally
        {
            // An enumerator must not be disposed of while it is looking for the next commit.
            await ending.CancelAsync();
            await ((Task)step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Apply(List<ChangeSet> commits)
    {
        var before = Current;
        var views = before.CopyViews();
        var changes = new List<CatalogChange>();
        var perCatalog = new List<CatalogChange>();
        foreach (var catalog in _catalogs)
        {
            // Within one step a key may change several times: each change sees the one before it.
            Dictionary<string, object?>? newest = null;
            perCatalog.Clear();
            foreach (var commit in commits)
            {
                foreach (var (storeKey, record) in commit.Changes)
                {
                    if (!storeKey.StartsWith(catalog.Prefix, StringComparison.Ordinal))
                        continue;
                    string key = storeKey[catalog.Prefix.Length..];
                    if (newest is null || !newest.TryGetValue(key, out object? old))
                        old = before.View(catalog).Find(key);
                    if (!TryDecode(catalog, record, old, out object? after))
                        continue;
                    (newest ??= [])[key] = after;
                    perCatalog.Add(new CatalogChange(commit.Revision, catalog, key, old, after));
                }
            }

            if (perCatalog.Count == 0)
                continue;
            views[catalog.Slot] = catalog.Apply(views[catalog.Slot], perCatalog);
            changes.AddRange(perCatalog);
        }

        Publish(
            new CatalogSnapshot(commits[^1].Revision, views),
            [.. changes.OrderBy(change => change.Revision)],
            gap: false
        );
    }

    // A record that nobody of this system wrote is left out, and the value before it stays.
    private bool TryDecode(Catalog catalog, StoreRecord? record, object? before, out object? after)
    {
        after = null;
        if (record is null)
            return true;
        try
        {
            after = Decode(catalog, record);
        }
        catch (CatalogException e) when (e.InnerException is RecordRefusedException refusal)
        {
            Note(record, refusal.Message);
            return false;
        }

        if (catalog.Refuse(before, after) is not { } reason)
            return true;
        Note(record, reason);
        return false;
    }

    private void Note(StoreRecord record, string reason)
    {
        if (_refused.Count < MaxRefused || _refused.ContainsKey(record.Key))
            _refused[record.Key] = $"revision {record.Revision}: {reason}";
    }

    private static object Decode(Catalog catalog, StoreRecord record)
    {
        try
        {
            return catalog.Decode(record);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new CatalogException(record.Key, record.Revision, e);
        }
    }

    private void Publish(CatalogSnapshot snapshot, IReadOnlyList<CatalogChange> changes, bool gap)
    {
        var next = new CatalogFeed(snapshot, changes, gap);
        var previous = Interlocked.Exchange(ref _feed, next);
        Debug.Assert(previous is not null);
        previous.Link(next);
        Wake(snapshot);
    }

    /// <summary>Lets those go on who wait for no more than this state. A writer is woken once, however many
    /// write.</summary>
    private void Wake(CatalogSnapshot snapshot)
    {
        lock (_waiters)
        {
            while (_waiters.TryPeek(out var waiter, out long revision) && revision <= snapshot.Revision)
            {
                _waiters.Dequeue();
                waiter.SetResult(snapshot);
            }
        }
    }
}

/// <summary>A stored record cannot be read. The catalogs stay at the revision before it.</summary>
public sealed class CatalogException(string key, long revision, Exception cause)
    : Exception($"The record '{key}' (revision {revision}) cannot be read: {cause.Message}", cause)
{
    /// <summary>The store key.</summary>
    public string Key { get; } = key;
}
