namespace Cairn.Server.Observability;

/// <summary>What the server logs of connections and requests, with stable numbers. No key, no document and no variable
/// is ever a parameter.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1004, LogLevel.Information, "The certificate was read anew; it is valid until {NotAfter}")]
    public static partial void CertificateReloaded(this ILogger logger, DateTime notAfter);

    [LoggerMessage(1005, LogLevel.Warning, "The certificate could not be read anew; the one before stays in use")]
    public static partial void CertificateNotReloaded(this ILogger logger, Exception e);

    [LoggerMessage(
        1010,
        LogLevel.Warning,
        "A connection from {Proxy}, which is among the trusted proxies, did not begin with a PROXY protocol header"
    )]
    public static partial void ProxyHeaderMissing(this ILogger logger, System.Net.IPAddress proxy);

    [LoggerMessage(
        2001,
        LogLevel.Debug,
        "{Endpoint} answered {Status} in {ElapsedMs} ms to {Caller} ({CorrelationId})"
    )]
    public static partial void Request(
        this ILogger logger,
        string endpoint,
        int status,
        double elapsedMs,
        string? caller,
        string? correlationId
    );

    [LoggerMessage(2002, LogLevel.Error, "{Endpoint} failed ({CorrelationId})")]
    public static partial void RequestFailed(this ILogger logger, Exception e, string endpoint, string? correlationId);

    [LoggerMessage(2003, LogLevel.Warning, "The store is not available ({CorrelationId})")]
    public static partial void StoreUnavailable(this ILogger logger, Exception e, string? correlationId);

    [LoggerMessage(
        2004,
        LogLevel.Warning,
        "The answer to a request with an idempotency key could not be kept: a repetition will not have it "
            + "({CorrelationId})"
    )]
    public static partial void AnswerNotKept(this ILogger logger, Exception e, string? correlationId);
}
