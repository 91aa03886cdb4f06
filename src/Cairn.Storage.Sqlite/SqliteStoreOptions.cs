namespace Cairn.Storage.Sqlite;

/// <summary>Where an embedded store is, and what it may use.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The database file. It and its folder are made when they are not there, readable for the owner alone.
    /// SQLite keeps <c>-wal</c> and <c>-shm</c> files beside it, Cairn a <c>.lock</c> file.</summary>
    public required string Path { get; init; }

    /// <summary>Transactions that may wait for the writer before callers of
    /// <see cref="IStore.CommitAsync"/> wait for room; also how many become durable together at most. Default
    /// 1024.</summary>
    public int MaxPendingCommits { get; init; } = 1024;

    /// <summary>Connections for reading at the same time. Default 4.</summary>
    public int ReadConnections { get; init; } = 4;

    /// <summary>Recent change sets kept in memory for watchers; older ones are read from the file. Default
    /// 8192.</summary>
    public int WatchBuffer { get; init; } = 8192;

    /// <summary>The same limit in bytes of keys and values. Default 32 MiB.</summary>
    public long WatchBufferBytes { get; init; } = 32 << 20;

    /// <summary>A database up to this many bytes is checked page by page when it is opened; of a larger one only the
    /// header is (<see cref="SqliteStore.CheckAsync"/> checks it all). Default 64 MiB, which takes some 0.1
    /// s.</summary>
    public long CheckAtOpenBytes { get; init; } = 64 << 20;
}
