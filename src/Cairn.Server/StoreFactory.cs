using Cairn.Storage;
using Cairn.Storage.Sqlite;

namespace Cairn.Server;

/// <summary>Opens the engine that <see cref="CairnOptions.Store"/> names.</summary>
internal static class StoreFactory
{
    private const string Sqlite = "sqlite:";

    public static async Task<IStore> OpenAsync(CairnOptions options, CancellationToken ct)
    {
        string address = options.Store ?? Sqlite + Path.Combine(options.Data, "cairn.db");
        if (!address.StartsWith(Sqlite, StringComparison.Ordinal) || address.Length == Sqlite.Length)
            throw new StoreUnusableException($"The store '{Shown(address)}' is of no known kind. Use sqlite:PATH.");
        return await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = address[Sqlite.Length..] }, ct);
    }

    // An address may hold a password.
    private static string Shown(string address) => address.Split(':', 2)[0] + ":…";
}

/// <summary>The folder that everything of a node is in.</summary>
internal static class DataFolder
{
    public static void Create(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return;
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException($"The data folder '{path}' cannot be made: {e.Message}", e);
        }
    }
}
