namespace Cairn.Node.Observability;

/// <summary>What a node logs, with stable numbers. No key, no document and no variable is ever a
/// parameter.</summary>
internal static partial class NodeLog
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
}
