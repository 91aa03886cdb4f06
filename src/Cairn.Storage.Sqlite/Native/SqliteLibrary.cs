using SQLitePCL;

namespace Cairn.Storage.Sqlite.Native;

/// <summary>The SQLite that the program brings with it.</summary>
public static class SqliteLibrary
{
    private static readonly Lazy<string> Loaded = new(() =>
    {
        Batteries_V2.Init();
        return raw.sqlite3_libversion().utf8_to_string();
    });

    /// <summary>For example <c>3.53.4</c>.</summary>
    public static string Version => Loaded.Value;

    internal static void EnsureLoaded() => _ = Loaded.Value;
}
