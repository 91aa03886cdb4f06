namespace Cairn.Storage;

/// <summary>One key and what is stored there.</summary>
/// <param name="Key">Up to <see cref="StoreLimits.MaxKeyBytes"/> in UTF-8.</param>
/// <param name="Value">The bytes; not to be changed by the reader.</param>
/// <param name="CreatedRevision">The commit that made the key, after its last deletion if it had one.</param>
/// <param name="Revision">The commit that last wrote it.</param>
public sealed record StoreRecord(string Key, ReadOnlyMemory<byte> Value, long CreatedRevision, long Revision);

/// <summary>All of one revision's changes. Watchers never see half of a commit.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Changes">In the order of the transaction's writes; of one transaction after the other where several
/// share the revision. None where an engine took a revision for nothing, which only those see who watch every
/// key.</param>
public sealed record ChangeSet(long Revision, IReadOnlyList<StoreChange> Changes);

/// <summary>What one commit did to one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Record">What is there now, or null when it was deleted.</param>
public sealed record StoreChange(string Key, StoreRecord? Record);
