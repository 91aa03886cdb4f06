using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Cairn.Storage.Sqlite.Native;

/// <summary>Which SQLite this process runs on.</summary>
public static class SqliteLibrary
{
    private const string SystemName = "libsqlite3.so.0";

    /// <summary>The version bundled with the provider, 3.35.5: an older one on the system is of no use.</summary>
    private const int BundledVersion = 3_035_005;

    private static readonly Lazy<bool> IsSystem = new(Load);

    /// <summary>For example <c>3.40.1 (system)</c> or <c>3.35.5 (bundled)</c>.</summary>
    public static string Version
    {
        get
        {
            string origin = IsSystem.Value ? "system" : "bundled";
            return $"{raw.sqlite3_libversion().utf8_to_string()} ({origin})";
        }
    }

    internal static void EnsureLoaded() => _ = IsSystem.Value;

    /// <summary>Prefers the system's library, which gets security fixes with the system, if it is not older and was
    /// built for use by several threads.</summary>
    private static bool Load()
    {
        nint system = nint.Zero;
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The program that hosts us has chosen its SQLite already; there can be only one resolver.
        }
        Batteries_V2.Init();
        raw.sqlite3_libversion_number(); // binds the import now
        return system != nint.Zero;

        nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
        {
            if (name == "e_sqlite3" && system == nint.Zero && NativeLibrary.TryLoad(SystemName, out nint handle))
            {
                if (Call(handle, "sqlite3_libversion_number") >= BundledVersion && Call(handle, "sqlite3_threadsafe") != 0)
                    system = handle;
                else
                    NativeLibrary.Free(handle);
            }
            return system;
        }
    }

    private static int Call(nint library, string function) =>
        NativeLibrary.TryGetExport(library, function, out nint address)
            ? Marshal.GetDelegateForFunctionPointer<IntFunction>(address)()
            : 0;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int IntFunction();
}
