namespace Cairn.Storage;

/// <summary>What a store could not do, in a sentence for the operator.</summary>
public class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The engine cannot be reached, or can no longer write (a full disk, a lost connection). Trying again later
/// may work; nothing acknowledged is lost.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The store cannot be opened as it is: in use by another process, not writable, damaged, or of a newer
/// format. Starting again changes nothing until somebody mends it.</summary>
public sealed class StoreUnusableException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The asked revision has been compacted.</summary>
public sealed class RevisionCompactedException(long revision, long oldestRevision)
    : StoreException(
        $"Revision {revision} is no longer kept; the oldest is {oldestRevision}. List the head and watch from there."
    )
{
    /// <summary>What was asked for.</summary>
    public long Revision { get; } = revision;

    /// <summary>The oldest revision that can still be listed.</summary>
    public long OldestRevision { get; } = oldestRevision;
}

/// <summary>A transaction exceeds the engine's limits and was not sent.</summary>
public sealed class TransactionTooLargeException(string message) : StoreException(message);
