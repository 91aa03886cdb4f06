using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Cairn.Storage.Watching;

/// <summary>The newest change sets of a store, in memory, for any number of watchers.</summary>
/// <remarks>
/// <para>The engine publishes in revision order and never waits: a ring keeps the newest revisions, watchers read it at
/// their own pace, and one whose place has been overwritten reads the engine's log until it has caught up. Publishing
/// costs the same with one watcher as with ten thousand: they all wait on one task, which is completed
/// elsewhere.</para>
/// <para>Because the ring is ordered by revision, a watcher that changes between log and memory can neither miss a
/// change set nor see one twice.</para>
/// </remarks>
public sealed class ChangeFeed
{
    /// <summary>So many change sets a watcher takes at a time.</summary>
    private const int ReadAhead = 16;

    private readonly Lock _gate = new();
    private readonly ChangeSet?[] _ring;
    private readonly long _maxBytes;
    private readonly ConcurrentDictionary<Cursor, bool> _cursors = new();
    private readonly bool _dense;
    private long _bytes;
    private long _first; // place of the oldest change set kept, counted from the first one ever published
    private long _end; // place behind the newest one
    private long _floor; // everything after this revision is kept
    private long _head;
    private long _compacted;
    private long _catchUps;
    private TaskCompletionSource _published = NewSignal();

    /// <summary>Starts behind the newest revision.</summary>
    /// <param name="head">The newest revision of the store.</param>
    /// <param name="compacted">The oldest revision that can be listed.</param>
    /// <param name="capacity">Change sets kept at most.</param>
    /// <param name="maxBytes">Bytes of keys and values kept at most, except that the newest change set always
    /// is.</param>
    /// <param name="dense">Whether revisions follow each other without a gap; false where others may take some.</param>
    public ChangeFeed(long head, long compacted, int capacity = 8192, long maxBytes = 32 << 20, bool dense = true)
    {
        _ring = new ChangeSet?[capacity];
        (_maxBytes, _dense) = (maxBytes, dense);
        (_head, _floor, _compacted) = (head, head, compacted);
    }

    /// <summary>The newest revision published.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>The oldest revision that can be listed.</summary>
    public long Compacted => Volatile.Read(ref _compacted);

    internal long Watchers => _cursors.Count;

    internal long Lag => _cursors.IsEmpty ? 0 : Math.Max(0, _cursors.Keys.Max(c => Head + 1 - c.Next));

    internal long Buffered => Volatile.Read(ref _end) - Volatile.Read(ref _first);

    internal long CatchUps => Volatile.Read(ref _catchUps);

    /// <summary>Adds what one batch committed, in revision order, and wakes the watchers.</summary>
    public void Publish(IReadOnlyList<ChangeSet> batch)
    {
        if (batch.Count == 0)
            return;
        TaskCompletionSource published;
        lock (_gate)
        {
            if (_published.Task.IsFaulted)
                return; // closed
            foreach (var set in batch)
                Append(set);
            (published, _published) = (_published, NewSignal());
        }
        // Queueing the continuations of many watchers takes a while: not on the engine's thread.
        ThreadPool.UnsafeQueueUserWorkItem(static signal => signal.SetResult(), published, preferLocal: false);
    }

    /// <summary>Makes new watches before <paramref name="throughRevision"/> fail; open ones go on as long as they find
    /// what they need.</summary>
    public void Compact(long throughRevision)
    {
        lock (_gate)
            Volatile.Write(ref _compacted, Math.Max(_compacted, throughRevision));
    }

    /// <summary>Goes on behind <paramref name="head"/> when the engine no longer has what came before: watchers that
    /// have not seen it all find out from the log.</summary>
    public void Skip(long head, long compacted)
    {
        TaskCompletionSource published;
        lock (_gate)
        {
            if (head <= _head || _published.Task.IsFaulted)
                return;
            Array.Clear(_ring);
            (_bytes, _first, _floor) = (0, _end, head);
            Volatile.Write(ref _head, head);
            Volatile.Write(ref _compacted, Math.Max(_compacted, compacted));
            (published, _published) = (_published, NewSignal());
        }
        published.TrySetResult();
    }

    /// <summary>Ends every watch with <paramref name="reason"/>.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _published.TrySetException(reason);
            _ = _published.Task.Exception; // it is observed, even when nobody watches
        }
    }

    /// <summary>Does what <see cref="IStore.WatchAsync"/> promises.</summary>
    public async IAsyncEnumerable<ChangeSet> WatchAsync(
        string prefix,
        long afterRevision,
        IChangeHistory history,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        TransactionRules.CheckUnicode(prefix);
        ArgumentOutOfRangeException.ThrowIfNegative(afterRevision);
        if (afterRevision < Compacted)
            throw new RevisionCompactedException(afterRevision + 1, Compacted);

        var cursor = new Cursor { Next = afterRevision + 1 };
        _cursors.TryAdd(cursor, true);
        try
        {
            var recent = new List<ChangeSet>();
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                recent.Clear();
                var place = Read(cursor.Next, recent, out var published);
                if (place == Place.AtHead)
                {
                    await published.WaitAsync(ct);
                    continue;
                }
                if (place == Place.Behind)
                {
                    Interlocked.Increment(ref _catchUps);
                    var page = await history.ReadAsync(prefix, cursor.Next, ct);
                    foreach (var set in page.ChangeSets)
                        yield return set;
                    cursor.Next = page.Through + 1;
                    continue;
                }
                foreach (var set in recent)
                {
                    if (Below(prefix, set) is { } relevant)
                        yield return relevant;
                    cursor.Next = set.Revision + 1;
                }
            }
        }
        finally
        {
            _cursors.TryRemove(cursor, out _);
        }
    }

    private enum Place
    {
        AtHead,
        InMemory,
        Behind,
    }

    private Place Read(long next, List<ChangeSet> into, out Task published)
    {
        lock (_gate)
        {
            published = _published.Task;
            if (published.IsFaulted || next > _head)
                return Place.AtHead;
            if (next <= _floor)
                return Place.Behind;
            long place = Find(next);
            for (long end = Math.Min(_end, place + ReadAhead); place < end; place++)
                into.Add(_ring[place % _ring.Length]!);
            return Place.InMemory;
        }
    }

    /// <summary>The place of the first change set at or after a revision.</summary>
    private long Find(long revision)
    {
        var (low, high) = (_first, _end);
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (_ring[middle % _ring.Length]!.Revision < revision)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void Append(ChangeSet set)
    {
        if (_dense ? set.Revision != _head + 1 : set.Revision <= _head)
            throw new InvalidOperationException($"Revision {set.Revision} was published after {_head}.");
        _bytes += Size(set);
        while (_first < _end && (_end - _first == _ring.Length || _bytes > _maxBytes))
        {
            ref var slot = ref _ring[_first++ % _ring.Length];
            _bytes -= Size(slot!);
            _floor = slot!.Revision;
            slot = null;
        }
        _ring[_end++ % _ring.Length] = set;
        Volatile.Write(ref _head, set.Revision);
    }

    private static long Size(ChangeSet set)
    {
        long bytes = 0;
        foreach (var change in set.Changes)
            bytes += change.Key.Length + (change.Record?.Value.Length ?? 0);
        return bytes;
    }

    /// <summary>The part of a change set below a prefix: itself when that is all of it, null when it is none.</summary>
    private static ChangeSet? Below(string prefix, ChangeSet set)
    {
        if (prefix.Length == 0)
            return set;
        int count = 0;
        foreach (var change in set.Changes)
        {
            if (change.Key.StartsWith(prefix, StringComparison.Ordinal))
                count++;
        }
        if (count == 0)
            return null;
        return count == set.Changes.Count
            ? set
            : new ChangeSet(
                set.Revision,
                [.. set.Changes.Where(c => c.Key.StartsWith(prefix, StringComparison.Ordinal))]
            );
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where one watcher is.</summary>
    private sealed class Cursor
    {
        private long _next;

        public long Next
        {
            get => Volatile.Read(ref _next);
            set => Volatile.Write(ref _next, value);
        }
    }
}
