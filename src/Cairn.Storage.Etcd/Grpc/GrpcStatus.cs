using System.Text;

namespace Cairn.Storage.Etcd.Grpc;

/// <summary>gRPC's status codes.</summary>
internal enum GrpcCode
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>A call that did not succeed.</summary>
/// <param name="code">By the server, or made up from what went wrong with the connection.</param>
/// <param name="message">The server's words, or what went wrong.</param>
/// <param name="notSent">True when the request surely never reached a server.</param>
/// <param name="inner">What went wrong.</param>
internal sealed class GrpcException(GrpcCode code, string message, bool notSent = false, Exception? inner = null)
    : Exception(message, inner)
{
    public GrpcCode Code { get; } = code;

    public bool NotSent { get; } = notSent;

    /// <summary>Whether another endpoint, or the same one later, may do better.</summary>
    public bool IsTransient =>
        Code
            is GrpcCode.Unavailable
                or GrpcCode.DeadlineExceeded
                or GrpcCode.Internal
                or GrpcCode.Unknown
                or GrpcCode.Cancelled
        || IsBusy;

    /// <summary>The server turned the request away before doing anything, because it has too many.</summary>
    public bool IsBusy =>
        Code is GrpcCode.ResourceExhausted && Message.Contains("too many requests", StringComparison.Ordinal);
}

/// <summary>Where a reply says how the call went: in the trailers, or in the headers when there is no body.</summary>
internal static class GrpcStatus
{
    /// <exception cref="GrpcException">The status is not OK.</exception>
    public static void ThrowUnlessOk(HttpResponseMessage response)
    {
        if (
            !response.TrailingHeaders.TryGetValues("grpc-status", out var values)
            && !response.Headers.TryGetValues("grpc-status", out values)
        )
        {
            throw new GrpcException(
                FromHttp((int)response.StatusCode),
                $"The server answered HTTP {(int)response.StatusCode} without a gRPC status."
            );
        }

        if (!int.TryParse(values.First(), out int code))
            throw new GrpcException(GrpcCode.Unknown, "The server's gRPC status is not a number.");
        if (code == 0)
            return;
        if (
            !response.TrailingHeaders.TryGetValues("grpc-message", out values)
            && !response.Headers.TryGetValues("grpc-message", out values)
        )
        {
            values = ["no message"];
        }

        throw new GrpcException((GrpcCode)code, Decode(values.First()));
    }

    /// <summary>Percent-decoding that leaves a malformed escape as it is.</summary>
    internal static string Decode(string message)
    {
        if (!message.Contains('%'))
            return message;
        var bytes = new List<byte>(message.Length);
        for (int i = 0; i < message.Length; i++)
        {
            if (
                message[i] == '%'
                && i + 2 < message.Length
                && char.IsAsciiHexDigit(message[i + 1])
                && char.IsAsciiHexDigit(message[i + 2])
            )
            {
                bytes.Add(Convert.FromHexString(message.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(message, i, 1));
            }
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>What gRPC makes of an HTTP status (doc/http-grpc-status-mapping).</summary>
    private static GrpcCode FromHttp(int status) =>
        status switch
        {
            400 => GrpcCode.Internal,
            401 => GrpcCode.Unauthenticated,
            403 => GrpcCode.PermissionDenied,
            404 => GrpcCode.Unimplemented,
            429 or 502 or 503 or 504 => GrpcCode.Unavailable,
            _ => GrpcCode.Unknown,
        };
}
