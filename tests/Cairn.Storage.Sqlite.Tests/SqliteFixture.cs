using Cairn.Storage.Conformance;

namespace Cairn.Storage.Sqlite.Tests;

/// <summary>Databases in a folder of their own, removed at the end.</summary>
public sealed class SqliteFixture : StoreFixture, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _count;

    public override async ValueTask<IStore> OpenEmptyAsync() => await SqliteStore.OpenAsync(
        new SqliteStoreOptions { Path = _folder.File($"{Interlocked.Increment(ref _count)}.db") },
        CancellationToken.None);

    public void Dispose() => _folder.Dispose();
}

/// <summary>A folder that goes with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cairn-sqlite-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
