namespace Cairn.Server.Observability;

/// <summary>Everything Cairn logs, with stable numbers. No key, no document and no variable is ever a
/// parameter.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1001, LogLevel.Information, "Cairn is ready at revision {Revision} with {Configs} configs")]
    public static partial void Started(this ILogger logger, long revision, int configs);

    [LoggerMessage(
        1002,
        LogLevel.Information,
        "Cairn is stopping; not ready any more, listening for another {DelaySeconds} s"
    )]
    public static partial void Stopping(this ILogger logger, double delaySeconds);

    [LoggerMessage(1003, LogLevel.Warning, "The job {Job} failed, {Failures} times in a row, and will be tried again")]
    public static partial void JobFailed(this ILogger logger, Exception? e, string job, int failures);

    [LoggerMessage(1004, LogLevel.Information, "The certificate was read anew; it is valid until {NotAfter}")]
    public static partial void CertificateReloaded(this ILogger logger, DateTime notAfter);

    [LoggerMessage(1005, LogLevel.Warning, "The certificate could not be read anew; the one before stays in use")]
    public static partial void CertificateNotReloaded(this ILogger logger, Exception e);

    [LoggerMessage(1006, LogLevel.Warning, "The lead could not be given back; it expires by itself")]
    public static partial void LeadNotReturned(this ILogger logger, Exception e);

    [LoggerMessage(1007, LogLevel.Warning, "Another node goes by the name {Node}: give each its own CAIRN_NODE_ID")]
    public static partial void NodeNameTaken(this ILogger logger, string node);

    [LoggerMessage(
        1008,
        LogLevel.Warning,
        "The store does not answer; starting from the local snapshot of revision {Revision}"
    )]
    public static partial void StartedFromSnapshot(this ILogger logger, long revision);

    [LoggerMessage(
        1011,
        LogLevel.Warning,
        "Only {Limit} files may be open, too few for max-watchers {MaxWatchers} and {Reserve} others: raise "
            + "the limit (LimitNOFILE, ulimit -n), or lower max-watchers"
    )]
    public static partial void FewOpenFiles(this ILogger logger, long limit, int maxWatchers, int reserve);

    [LoggerMessage(
        1012,
        LogLevel.Warning,
        "Others than its owner can look into the data folder {Folder}, which is somebody else's to close: chmod 700 it"
    )]
    public static partial void DataFolderOpen(this ILogger logger, string folder);

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
