using System.Diagnostics;
using Cairn.Storage.Etcd.Grpc;
using Cairn.Storage.Etcd.Wire;
using Google.Protobuf;

namespace Cairn.Storage.Etcd;

/// <summary>Calls to a cluster: which member, signed in, tried again where that is safe.</summary>
internal sealed class EtcdClient(EtcdStoreOptions options) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(800);

    private readonly SemaphoreSlim _signingIn = new(1);
    private string? _token;

    public EndpointPool Endpoints { get; } = new(options);

    public EtcdStoreOptions Options => options;

    /// <summary>A question, which may be asked of one member after the other.</summary>
    /// <exception cref="StoreUnavailableException">No member answered in time.</exception>
    /// <exception cref="GrpcException">One answered with an error that another would give as well.</exception>
    public Task<T> ReadAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken ct)
        where T : IMessage<T> => CallAsync(method, request, parser, repeatable: true, ct);

    /// <summary>A request that is sent once: again only when it surely did not reach a member.</summary>
    /// <exception cref="OutcomeUnknownException">It may or may not have been done.</exception>
    /// <inheritdoc cref="ReadAsync"/>
    public Task<T> WriteAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken ct)
        where T : IMessage<T> => CallAsync(method, request, parser, repeatable: false, ct);

    /// <summary>Opens a stream to the member in use. Reports its failures with <see cref="Endpoint.Failed"/>.</summary>
    public async Task<(DuplexCall Call, Endpoint Endpoint)> OpenAsync(string method, CancellationToken ct)
    {
        var endpoint = Endpoints.Pick();
        string? token = await TokenAsync(endpoint, null, options.Timeout, ct);
        return (endpoint.Channel.Open(method, token, ct), endpoint);
    }

    /// <summary>Forgets the token: the next call signs in anew.</summary>
    public void SignOut() => Volatile.Write(ref _token, null);

    public void Dispose() => Endpoints.Dispose();

    private async Task<T> CallAsync<T>(
        string method,
        IMessage request,
        MessageParser<T> parser,
        bool repeatable,
        CancellationToken ct
    )
        where T : IMessage<T>
    {
        long began = Stopwatch.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(25);
        string? rejected = null;
        while (true)
        {
            var endpoint = Endpoints.Pick();
            string? token = null;
            try
            {
                token = await TokenAsync(endpoint, rejected, Left(began), ct);
                var left = Left(began);
                // A member that hangs must leave time to ask another one.
                var attempt =
                    repeatable && Endpoints.All.Count > 1 && left > options.Timeout / 3 ? options.Timeout / 3 : left;
                var reply = await endpoint.Channel.CallAsync(method, request, parser, token, attempt, ct);
                endpoint.Succeeded();
                return reply;
            }
            catch (GrpcException e) when (IsTokenTrouble(e) && options.User is not null && rejected is null)
            {
                rejected = token ?? "";
                continue;
            }
            catch (GrpcException e) when (e.IsTransient)
            {
                // After a failed member another one is asked at once; a busy or leaderless cluster needs a moment.
                if (!e.IsBusy)
                    endpoint.Failed();
                bool again = repeatable || e.NotSent || e.IsBusy;
                if (!again)
                    throw new OutcomeUnknownException(e);
                if (Stopwatch.GetElapsedTime(began) + pause >= options.Timeout)
                    throw new StoreUnavailableException($"etcd cannot be reached: {e.Message}", e);
            }
            catch (GrpcException e)
                when (e.Code is GrpcCode.ResourceExhausted
                    && e.Message.Contains("space exceeded", StringComparison.Ordinal)
                )
            {
                throw new StoreUnavailableException(
                    "etcd has used up its space (NOSPACE) and takes no writes: compact, defragment, then "
                        + "disarm the alarm.",
                    e
                );
            }
            catch (GrpcException e)
                when (e.Code is not (GrpcCode.OutOfRange or GrpcCode.InvalidArgument) || IsTokenTrouble(e))
            {
                throw new StoreUnavailableException($"etcd refuses: {e.Message}", e);
            }

            await Task.Delay(pause, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>What is left of the time of a call; at least the millisecond in which gRPC counts.</summary>
    /// <exception cref="StoreUnavailableException">Nothing is.</exception>
    private TimeSpan Left(long began)
    {
        var left = options.Timeout - Stopwatch.GetElapsedTime(began);
        return left >= TimeSpan.FromMilliseconds(1) ? left : throw NoAnswer();
    }

    private StoreUnavailableException NoAnswer() =>
        new($"etcd did not answer within {options.Timeout.TotalSeconds} s.");

    /// <summary>The token to send; a new one when there is none yet, or the one that was
    /// <paramref name="rejected"/>.</summary>
    private async ValueTask<string?> TokenAsync(
        Endpoint endpoint,
        string? rejected,
        TimeSpan timeout,
        CancellationToken ct
    )
    {
        if (options.User is null)
            return null;
        if (Volatile.Read(ref _token) is { } token && token != rejected)
            return token;
        long began = Stopwatch.GetTimestamp();
        if (!await _signingIn.WaitAsync(timeout, ct))
            throw NoAnswer();
        try
        {
            if (_token is { } other && other != rejected)
                return other;
            var request = new AuthenticateRequest { Name = options.User, Password = options.Password ?? "" };
            var reply = await endpoint.Channel.CallAsync(
                "etcdserverpb.Auth/Authenticate",
                request,
                AuthenticateResponse.Parser,
                null,
                Left(began),
                ct
            );
            return _token = reply.Token;
        }
        catch (GrpcException e) when (e.Code is GrpcCode.FailedPrecondition)
        {
            return null; // etcd does not ask for it
        }
        catch (GrpcException e) when (e.Code is GrpcCode.InvalidArgument)
        {
            throw new StoreUnavailableException($"etcd does not let '{options.User}' sign in: {e.Message}", e);
        }
        finally
        {
            _signingIn.Release();
        }
    }

    private static bool IsTokenTrouble(GrpcException e) =>
        e.Code is GrpcCode.Unauthenticated
        || (
            e.Code is GrpcCode.InvalidArgument
            && (
                e.Message.Contains("revision of auth store is old", StringComparison.Ordinal)
                || e.Message.Contains("user name is empty", StringComparison.Ordinal)
            )
        );
}

/// <summary>A request was sent, and no answer came.</summary>
internal sealed class OutcomeUnknownException(Exception cause) : Exception(cause.Message, cause);
