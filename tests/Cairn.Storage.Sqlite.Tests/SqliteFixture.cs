using Cairn.Storage.Conformance;

namespace Cairn.Storage.Sqlite.Tests;

/// <summary>Databases in a folder of their own, removed at the end.</summary>
public class SqliteFixture : StoreFixture, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _count;

    public override async ValueTask<IStore> OpenEmptyAsync() =>
        await SqliteStore.OpenAsync(
            Configure(new SqliteStoreOptions { Path = _folder.File($"{Interlocked.Increment(ref _count)}.db") }),
            CancellationToken.None
        );

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected virtual SqliteStoreOptions Configure(SqliteStoreOptions options) => options;
}

/// <summary>Hardly any memory for watchers, so that they live from the change log; one connection for all readers; and
/// a queue that is always full.</summary>
public sealed class TightSqliteFixture : SqliteFixture
{
    protected override SqliteStoreOptions Configure(SqliteStoreOptions options) =>
        options with
        {
            WatchBuffer = 3,
            WatchBufferBytes = 100,
            ReadConnections = 1,
            MaxPendingCommits = 2,
        };
}

/// <summary>A folder that goes with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cairn-sqlite-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
