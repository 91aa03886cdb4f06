using System.Net;
using System.Threading.Channels;
using Google.Protobuf;

namespace Cairn.Storage.Etcd.Grpc;

/// <summary>A call on which both sides send messages as they like.</summary>
internal sealed class DuplexCall : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _ending;
    private readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly Task<HttpResponseMessage> _opening;
    private HttpResponseMessage? _response;
    private Stream? _incoming;

    internal DuplexCall(GrpcChannel channel, string method, string? token, CancellationToken ct)
    {
        _channel = channel;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _opening = channel.OpenAsync(method, token, new OutgoingContent(_outgoing.Reader), _ending.Token);
    }

    /// <summary>Sends a message; it does not wait until it has left.</summary>
    public void Send(IMessage message) => _outgoing.Writer.TryWrite(Framing.Frame(message));

    /// <summary>The next message of the server; null when it has ended the call with status OK.</summary>
    /// <exception cref="GrpcException">It ended otherwise, or the connection broke.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken ct)
        where T : class, IMessage<T>
    {
        try
        {
            _response ??= await _opening.WaitAsync(ct);
            _incoming ??= await _response.Content.ReadAsStreamAsync(ct);
            if (await Framing.ReadAsync(_incoming, ct) is { } body)
                return parser.ParseFrom(body);
            GrpcStatus.ThrowUnlessOk(_response);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidProtocolBufferException)
        {
            throw _channel.Failure(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryComplete();
        await _ending.CancelAsync();
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_opening.IsCompletedSuccessfully)
            (await _opening).Dispose();
        _ending.Dispose();
    }

    /// <summary>A request body that goes on as long as the call.</summary>
    private sealed class OutgoingContent(ChannelReader<byte[]> frames) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream,
            TransportContext? context,
            CancellationToken ct
        )
        {
            await stream.FlushAsync(ct);
            await foreach (byte[] frame in frames.ReadAllAsync(ct))
            {
                await stream.WriteAsync(frame, ct);
                await stream.FlushAsync(ct);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
