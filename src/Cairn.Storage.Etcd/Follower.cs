using Cairn.Storage.Etcd.Wire;
using Cairn.Storage.Watching;

namespace Cairn.Storage.Etcd;

/// <summary>Keeps the <see cref="ChangeFeed"/> of a store current with one watch on the whole of it, from member to
/// member, without a gap and without a repetition.</summary>
internal sealed class Follower : IAsyncDisposable
{
    /// <summary>How long the feed may be behind the head that etcd tells of before the stream is taken for
    /// dead.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly EtcdClient _client;
    private readonly KeySpace _keys;
    private readonly ChangeFeed _feed;
    private readonly Func<CancellationToken, Task<KeyValue>> _readHead;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _opening = new(1);
    private readonly Task _following;
    private WatchStream? _stream;
    private long _through;
    private KeyValue _head; // as last seen
    private bool _isSameHistory;
    private StoreUnavailableException? _goneBack;

    public Follower(
        EtcdClient client,
        KeySpace keys,
        ChangeFeed feed,
        KeyValue head,
        Func<CancellationToken, Task<KeyValue>> readHead
    )
    {
        (_client, _keys, _feed, _readHead) = (client, keys, feed, readHead);
        (_through, _head) = (head.ModRevision, head);
        _following = FollowAsync(_stopping.Token);
    }

    /// <summary>Refuses an etcd that no longer has what this node has seen of it.</summary>
    /// <exception cref="StoreUnavailableException">It was restored from a backup, or emptied.</exception>
    public void ThrowIfGoneBack()
    {
        if (Volatile.Read(ref _goneBack) is { } goneBack)
            throw goneBack;
    }

    /// <summary>The stream that is open; a new one when there is none, or it broke.</summary>
    public async Task<WatchStream> StreamAsync(CancellationToken ct)
    {
        if (Volatile.Read(ref _stream) is { HasEnded: false } stream)
            return stream;
        await _opening.WaitAsync(ct);
        try
        {
            if (_stream is { HasEnded: false } opened)
                return opened;
            if (_stream is not null)
                await _stream.DisposeAsync();
            // It outlives the call that opened it.
            return _stream = await WatchStream.OpenAsync(_client, _stopping.Token);
        }
        catch (Grpc.GrpcException e)
        {
            throw new StoreUnavailableException($"etcd cannot be reached: {e.Message}", e);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stream is not null)
            await _stream.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        var pause = TimeSpan.FromMilliseconds(5);
        while (!ct.IsCancellationRequested && _goneBack is null)
        {
            try
            {
                var stream = await StreamAsync(ct);
                // It begins with what was seen last: that is how a history is known again.
                _isSameHistory = false;
                using var watch = stream.Begin(_keys.Head, _keys.End, _head.ModRevision);
                await FollowAsync(watch, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (RevisionCompactedException e)
            {
                // What was missed cannot be had any more: whoever waits for it is told, and lists anew.
                if (await HeadAsync(ct) is not { } head)
                    continue;
                if (head.ModRevision < _head.ModRevision)
                {
                    GoneBack(head);
                    return;
                }
                (_through, _head) = (head.ModRevision, head);
                _feed.Skip(_through, e.OldestRevision);
            }
            catch (StoreException)
            {
                // The watchers wait; whoever commits or reads learns that etcd is away.
                await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                continue;
            }
            pause = TimeSpan.FromMilliseconds(5);
        }
    }

    private async Task FollowAsync(WatchStream.Watch watch, CancellationToken ct)
    {
        while (await WaitAsync(watch, ct))
        {
            while (watch.Messages.TryRead(out var events))
                Publish(events);
        }
    }

    private async Task<bool> WaitAsync(WatchStream.Watch watch, CancellationToken ct)
    {
        var waiting = watch.Messages.WaitToReadAsync(ct).AsTask();
        while (!await CompletesAsync(waiting, ct))
        {
            // Nothing came for a while. Rightly so?
            if (await HeadAsync(ct) is not { } head)
                continue;
            if (head.ModRevision < _head.ModRevision)
                throw GoneBack(head);
            if (head.ModRevision <= _through || await CompletesAsync(waiting, ct))
                continue;
            await Volatile.Read(ref _stream)!.GiveUpAsync();
            throw new StoreUnavailableException("The watch stream fell silent.");
        }
        return await waiting;
    }

    private static async Task<bool> CompletesAsync(Task<bool> waiting, CancellationToken ct)
    {
        if (waiting.IsCompleted)
            return true;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var delay = Task.Delay(Patience, patience.Token);
        var first = await Task.WhenAny(waiting, delay);
        await patience.CancelAsync();
        return first == waiting;
    }

    private void Publish(IReadOnlyList<Event> events)
    {
        if (!_isSameHistory)
        {
            var first = events.FirstOrDefault(item => _keys.IsHead(item.Kv.Key))?.Kv;
            if (first is null || first.ModRevision != _head.ModRevision || first.Value != _head.Value)
                throw GoneBack(first);
            _isSameHistory = true;
        }
        foreach (var item in events)
        {
            // Each commit puts the head record once, so its version counts the commits: one that is missing shows.
            // (etcd before 3.4.31 and 3.5.13 can lose events of a watcher that a compaction overtakes.)
            if (!_keys.IsHead(item.Kv.Key) || item.Kv.ModRevision <= _through || item.Type == Event.Types.Type.Delete)
                continue;
            if (item.Kv.Version != 1 && item.Kv.Version != _head.Version + 1)
                throw new StoreUnavailableException($"The watch lost {item.Kv.Version - _head.Version - 1} commits.");
            _head = item.Kv;
        }
        List<ChangeSet> sets = [.. ChangeSets.From(_keys, events).Where(set => set.Revision > _through)];
        _through = Math.Max(_through, events[^1].Kv.ModRevision);
        _feed.Publish(sets);
    }

    /// <summary>For good: its revisions mean something else now, so nothing may be written on their strength.</summary>
    private StoreUnavailableException GoneBack(KeyValue? found)
    {
        var goneBack = new StoreUnavailableException(
            $"etcd no longer has revision {_head.ModRevision} as this node has seen "
                + $"it{(found is null ? "" : found.ModRevision == _head.ModRevision ? ", but another commit of that number" : $"; its newest is {found.ModRevision}")}: "
                + "it was restored from a backup, or emptied. Restart the nodes."
        );
        Volatile.Write(ref _goneBack, goneBack);
        _feed.Close(goneBack);
        return goneBack;
    }

    private async Task<KeyValue?> HeadAsync(CancellationToken ct)
    {
        try
        {
            return await _readHead(ct);
        }
        catch (StoreException)
        {
            return null; // then there is nothing to compare with
        }
    }
}
