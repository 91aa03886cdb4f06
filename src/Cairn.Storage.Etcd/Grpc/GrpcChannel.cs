using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using Google.Protobuf;

namespace Cairn.Storage.Etcd.Grpc;

/// <summary>gRPC calls to one server, over HTTP/2 as <c>doc/PROTOCOL-HTTP2.md</c> of gRPC says.</summary>
internal sealed class GrpcChannel : IDisposable
{
    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;

    /// <param name="address">Scheme, host and port; <c>http</c> is HTTP/2 without TLS, by prior knowledge.</param>
    /// <param name="tls">For <c>https</c>.</param>
    /// <param name="connectTimeout">Of one attempt to connect.</param>
    public GrpcChannel(Uri address, SslClientAuthenticationOptions? tls, TimeSpan connectTimeout)
    {
        _address = address;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            // etcd takes pings that are 5 s apart or more, and only while there is a call.
            KeepAlivePingDelay = TimeSpan.FromSeconds(6),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
        };
        if (tls is not null)
            handler.SslOptions = tls;
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>One request, one reply.</summary>
    /// <param name="method">Such as <c>etcdserverpb.KV/Range</c>.</param>
    /// <param name="request">The message.</param>
    /// <param name="parser">Of the reply.</param>
    /// <param name="token">The metadata <c>token</c>, if any.</param>
    /// <param name="timeout">When the server may stop to work on it, and we to wait.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="GrpcException">It did not succeed.</exception>
    public async Task<T> CallAsync<T>(
        string method,
        IMessage request,
        MessageParser<T> parser,
        string? token,
        TimeSpan timeout,
        CancellationToken ct
    )
        where T : IMessage<T>
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
        using var message = Request(method, token, new ByteArrayContent(Framing.Frame(request)));
        message.Headers.TryAddWithoutValidation("grpc-timeout", $"{(long)timeout.TotalMilliseconds}m");
        try
        {
            using var response = await _http.SendAsync(message, deadline.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            byte[]? body = await Framing.ReadAsync(stream, deadline.Token);
            if (body is not null && await Framing.ReadAsync(stream, deadline.Token) is not null)
                throw new GrpcException(GrpcCode.Internal, "The reply holds more than one message.");
            GrpcStatus.ThrowUnlessOk(response);
            return body is null
                ? throw new GrpcException(GrpcCode.Internal, "The reply holds no message.")
                : parser.ParseFrom(body);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new GrpcException(
                GrpcCode.DeadlineExceeded,
                $"{_address.Authority} did not answer within {timeout.TotalSeconds} s.",
                inner: e
            );
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidProtocolBufferException)
        {
            throw Failure(e);
        }
    }

    /// <summary>Requests and replies in any order, until one side ends it.</summary>
    public DuplexCall Open(string method, string? token, CancellationToken ct) => new(this, method, token, ct);

    internal async Task<HttpResponseMessage> OpenAsync(
        string method,
        string? token,
        HttpContent content,
        CancellationToken ct
    )
    {
        var message = Request(method, token, content); // not disposed of: its content goes on
        // Without it a member that is cut off from the others would keep the stream, silent.
        message.Headers.TryAddWithoutValidation("hasleader", "true");
        return await _http.SendAsync(message, ct);
    }

    internal GrpcException Failure(Exception cause) =>
        new(
            GrpcCode.Unavailable,
            $"{_address.Authority}: {cause.Message}",
            notSent: cause is HttpRequestException { HttpRequestError: var error } && HasNoConnection(error),
            cause
        );

    private static bool HasNoConnection(HttpRequestError error) =>
        error
            is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.VersionNegotiationError;

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(string method, string? token, HttpContent content)
    {
        content.Headers.ContentType = ContentType;
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.TryAddWithoutValidation("te", "trailers");
        if (token is not null)
            message.Headers.TryAddWithoutValidation("token", token);
        return message;
    }
}
