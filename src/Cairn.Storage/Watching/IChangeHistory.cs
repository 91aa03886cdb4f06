namespace Cairn.Storage.Watching;

/// <summary>An engine's log of changes, for watchers that ask for more than <see cref="ChangeFeed"/>
/// remembers.</summary>
public interface IChangeHistory
{
    /// <summary>Reads the next whole change sets below <paramref name="prefix"/>, starting at
    /// <paramref name="fromRevision"/>: a bounded number, in order.</summary>
    /// <exception cref="RevisionCompactedException"><paramref name="fromRevision"/> is no longer kept.</exception>
    ValueTask<HistoryPage> ReadAsync(string prefix, long fromRevision, CancellationToken ct);
}

/// <summary>A part of the change log.</summary>
/// <param name="ChangeSets">Those that touch the prefix; may be empty.</param>
/// <param name="Through">The last revision considered, from which to continue.</param>
public sealed record HistoryPage(IReadOnlyList<ChangeSet> ChangeSets, long Through);
