using System.Collections.Concurrent;
using System.Threading.Channels;
using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;
using Google.Protobuf;

namespace Cairn.Storage.Etcd;

/// <summary>One stream to one member, with many watches on it. When the stream ends, all of them do.</summary>
internal sealed class WatchStream : IAsyncDisposable
{
    private readonly DuplexCall _call;
    private readonly Endpoint _endpoint;
    private readonly EtcdClient _client;
    private readonly CancellationTokenSource _stopping;
    private readonly Lock _gate = new();
    private readonly Queue<Watch> _creating = [];
    private readonly ConcurrentDictionary<long, Watch> _watches = [];
    private readonly Task _reading;
    private Exception? _ended;
    private int _disposed;

    private WatchStream(EtcdClient client, DuplexCall call, Endpoint endpoint)
    {
        (_client, _call, _endpoint) = (client, call, endpoint);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(endpoint.Broken);
        _reading = ReadAsync(_stopping.Token);
    }

    public bool HasEnded => _reading.IsCompleted;

    public static async Task<WatchStream> OpenAsync(EtcdClient client, CancellationToken ct)
    {
        var (call, endpoint) = await client.OpenAsync("etcdserverpb.Watch/Watch", ct);
        return new WatchStream(client, call, endpoint);
    }

    /// <summary>Begins a watch; its messages arrive whole, fragments put together.</summary>
    public Watch Begin(ByteString from, ByteString end, long startRevision)
    {
        var watch = new Watch(this);
        lock (_gate)
        {
            if (_ended is not null)
                watch.End(_ended);
            _creating.Enqueue(watch);
            _call.Send(
                new WatchRequest
                {
                    Create = new WatchCreateRequest
                    {
                        Key = from,
                        RangeEnd = end,
                        StartRevision = startRevision,
                        Fragment = true,
                    },
                }
            );
        }
        return watch;
    }

    /// <summary>Takes the member for dead: the next stream is opened to another one.</summary>
    public ValueTask GiveUpAsync()
    {
        _endpoint.Failed();
        return DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _reading;
        await _call.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        Exception reason;
        try
        {
            while (await _call.ReadAsync(WatchResponse.Parser, ct) is { } response)
            {
                _endpoint.Succeeded();
                Deliver(response);
            }
            reason = new StoreUnavailableException("etcd ended the watch stream.");
        }
        catch (OperationCanceledException e)
        {
            reason = new StoreUnavailableException($"The watch stream to {_endpoint.Authority} was given up.", e);
        }
        catch (GrpcException e)
        {
            if (e.Code is GrpcCode.Unauthenticated or GrpcCode.InvalidArgument)
                _client.SignOut();
            else
                _endpoint.Failed();
            reason = new StoreUnavailableException($"The watch stream broke: {e.Message}", e);
        }

        lock (_gate)
        {
            _ended = reason;
            foreach (var watch in _creating.Concat(_watches.Values))
                watch.End(reason);
        }
    }

    private void Deliver(WatchResponse response)
    {
        if (response.Created)
        {
            Watch created;
            lock (_gate)
                created = _creating.Dequeue();
            if (response.Canceled)
            {
                // Among the reasons are tokens that are no longer good, and a stream keeps the one it was opened with.
                created.End(new StoreUnavailableException($"etcd refuses the watch: {response.CancelReason}"));
                throw new GrpcException(GrpcCode.Unauthenticated, response.CancelReason);
            }
            lock (_gate)
            {
                created.Id = response.WatchId;
                _watches[response.WatchId] = created;
                if (created.IsGivenUp)
                    Cancel(created);
            }
            return;
        }

        if (!_watches.TryGetValue(response.WatchId, out var watch))
            return;
        if (!response.Canceled)
        {
            watch.Deliver(response);
            return;
        }
        _watches.TryRemove(response.WatchId, out _);
        watch.End(
            response.CompactRevision > 0
                ? new RevisionCompactedException(0, response.CompactRevision)
                : new StoreUnavailableException($"etcd ended the watch: {response.CancelReason}")
        );
    }

    private void Cancel(Watch watch)
    {
        if (_watches.TryRemove(watch.Id, out _))
            _call.Send(new WatchRequest { Cancel = new WatchCancelRequest { WatchId = watch.Id } });
    }

    /// <summary>One watch of a stream.</summary>
    internal sealed class Watch(WatchStream stream) : IDisposable
    {
        private readonly Channel<IReadOnlyList<Event>> _messages = Channel.CreateUnbounded<IReadOnlyList<Event>>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }
        );

        private List<Event>? _fragments;

        internal long Id { get; set; } = -1;

        internal bool IsGivenUp { get; private set; }

        /// <summary>The events of one or more whole revisions, in order. Ends with what ended the watch: compaction
        /// (<see cref="RevisionCompactedException"/>), or a stream that broke
        /// (<see cref="StoreUnavailableException"/>).</summary>
        public ChannelReader<IReadOnlyList<Event>> Messages => _messages.Reader;

        public void Dispose()
        {
            lock (stream._gate)
            {
                IsGivenUp = true;
                stream.Cancel(this);
            }
        }

        internal void Deliver(WatchResponse response)
        {
            if (response.Fragment || _fragments is not null)
                (_fragments ??= []).AddRange(response.Events);
            if (response.Fragment)
                return;
            var events = (IReadOnlyList<Event>?)_fragments ?? response.Events;
            _fragments = null;
            if (events.Count > 0)
                _messages.Writer.TryWrite(events);
        }

        internal void End(Exception reason) => _messages.Writer.TryComplete(reason);
    }
}
