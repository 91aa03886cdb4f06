namespace Cairn.Storage;

/// <summary>Writes that happen together or not at all.</summary>
/// <param name="Conditions">All must hold in the state the writes apply to. May be empty.</param>
/// <param name="Writes">At least one, each key at most once.</param>
public sealed record Transaction(IReadOnlyList<Condition> Conditions, IReadOnlyList<Write> Writes);

/// <summary>What must hold of a key for a transaction to be applied.</summary>
/// <param name="Key">The key.</param>
public abstract record Condition(string Key)
{
    /// <summary>There is no record at the key.</summary>
    public sealed record Absent(string Key) : Condition(Key);

    /// <summary>There is a record at the key, of any revision.</summary>
    public sealed record Exists(string Key) : Condition(Key);

    /// <summary>The key was last written by commit <paramref name="Revision"/> and is still there.</summary>
    public sealed record AtRevision(string Key, long Revision) : Condition(Key);

    /// <summary>No record whose key starts with <paramref name="Prefix"/> was written by a commit after
    /// <paramref name="Revision"/>: what was listed there then has not been changed or added to. Records that were
    /// deleted do not count.</summary>
    /// <remarks>Meant for revisions of a moment ago: an engine may look at all that was written since.</remarks>
    public sealed record Unchanged(string Prefix, long Revision) : Condition(Prefix);
}

/// <summary>One write of a transaction.</summary>
/// <param name="Key">The key.</param>
public abstract record Write(string Key)
{
    /// <summary>Stores the bytes, replacing what is there.</summary>
    public sealed record Put(string Key, ReadOnlyMemory<byte> Value) : Write(Key);

    /// <summary>Removes the record; a key that is not there stays so, and takes no part in the commit's
    /// changes.</summary>
    public sealed record Delete(string Key) : Write(Key);
}

/// <summary>What became of a commit.</summary>
public abstract record CommitResult
{
    private CommitResult() { }

    /// <summary>It is durable, as <paramref name="Revision"/>.</summary>
    public sealed record Committed(long Revision) : CommitResult;

    /// <summary>Nothing was written: condition number <paramref name="Condition"/> (from 0) did not hold at
    /// <paramref name="HeadRevision"/>.</summary>
    public sealed record Refused(int Condition, long HeadRevision) : CommitResult;

    /// <summary>It was sent and no answer came back: it may or may not be there. Repeat it with the same
    /// conditions.</summary>
    public sealed record Unknown(Exception Cause) : CommitResult;
}

/// <summary>What one transaction and one record may hold on an engine.</summary>
/// <param name="MaxKeyBytes">Of one key, in UTF-8.</param>
/// <param name="MaxValueBytes">Of one value.</param>
/// <param name="MaxOperations">Conditions and writes of one transaction, counted as the engine counts them.</param>
/// <param name="MaxTransactionBytes">Keys and values of one transaction together.</param>
public sealed record StoreLimits(int MaxKeyBytes, int MaxValueBytes, int MaxOperations, int MaxTransactionBytes);
