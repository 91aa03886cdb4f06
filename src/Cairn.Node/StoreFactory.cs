using Cairn.Core.Cluster;
using Cairn.Core.Cryptography;
using Cairn.Node.Cluster;
using Cairn.Storage;
using Cairn.Storage.Etcd;
using Cairn.Storage.Postgres;
using Cairn.Storage.Sqlite;

namespace Cairn.Node;

/// <summary>Opens the engine that <see cref="CairnOptions.Store"/> names.</summary>
internal static class StoreFactory
{
    private const string Sqlite = "sqlite:";

    /// <summary><c>sqlite</c>, <c>etcd</c> or <c>postgres</c>.</summary>
    /// <exception cref="StoreUnusableException">It is of no known kind.</exception>
    public static string EngineOf(CairnOptions options) =>
        Address(options).Split(':', 2)[0] switch
        {
            "sqlite" => "sqlite",
            "etcd" or "etcds" => "etcd",
            "postgres" or "postgresql" => "postgres",
            _ => throw Unknown(options),
        };

    /// <summary>Whether other nodes may use the same store at the same time.</summary>
    public static bool IsShared(CairnOptions options) => EngineOf(options) != "sqlite";

    /// <summary>Opens the store. A shared one that does not answer is replaced, until it does, by the node's last
    /// snapshot, if it has one.</summary>
    /// <exception cref="StoreUnusableException">The address is malformed, or the store cannot be used as it
    /// is.</exception>
    /// <exception cref="StoreUnavailableException">It does not answer, and there is no snapshot.</exception>
    public static async Task<IStore> OpenAsync(CairnOptions options, CancellationToken ct)
    {
        try
        {
            return await OpenEngineAsync(options, ct);
        }
        catch (StoreUnavailableException e)
        {
            if (Snapshot(options) is not { } snapshot)
                throw;
            return new DeferredStore(snapshot, e, token => OpenEngineAsync(options, token), options.Time);
        }
    }

    private static async Task<IStore> OpenEngineAsync(CairnOptions options, CancellationToken ct)
    {
        string address = Address(options);
        return EngineOf(options) switch
        {
            "etcd" => await EtcdStore.OpenAsync(EtcdStoreOptions.Parse(address), ct),
            "postgres" => await PostgresStore.OpenAsync(PostgresStoreOptions.Parse(address), ct),
            _ when address.Length > Sqlite.Length => await SqliteStore.OpenAsync(
                new SqliteStoreOptions { Path = address[Sqlite.Length..] },
                ct
            ),
            _ => throw Unknown(options),
        };
    }

    private static LocalSnapshot? Snapshot(CairnOptions options)
    {
        string path = ClusterService.SnapshotPath(options);
        if (!IsShared(options) || !File.Exists(path))
            return null;
        var keys = options.MasterKey is { } setting
            ? MasterKeys.FromSetting(setting)
            : MasterKeys.FromFile(Path.Combine(options.Data, "master.key"), mayCreate: false);
        return LocalSnapshot.Read(path, keys);
    }

    private static string Address(CairnOptions options) =>
        options.Store ?? Sqlite + Path.Combine(options.Data, "cairn.db");

    // An address may hold a password.
    private static StoreUnusableException Unknown(CairnOptions options) =>
        new(
            $"The store '{Address(options).Split(':', 2)[0]}:…' is of no known kind. Use sqlite:PATH, "
                + "etcd://HOST:2379 or postgres://USER@HOST/DATABASE."
        );
}

/// <summary>The folder that everything of a node is in.</summary>
internal static class DataFolder
{
    public static void Create(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Close(path);
                return;
            }

            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(
                    path,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                );
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException($"The data folder '{path}' cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Whether others than its owner can look into the folder.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    // A mounted volume may belong to somebody else, who alone can close it; the files in it are closed in any case.
    private static void Close(string path)
    {
        if (!IsOpenToOthers(path) || OperatingSystem.IsWindows())
            return;
        try
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~Others);
        }
        catch (UnauthorizedAccessException)
        {
            // The node says so when it has started.
        }
    }
}
