using System.Buffers.Binary;
using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>The database file of one process: locked, checked and migrated before anybody reads it.</summary>
internal sealed class StoreFile : IDisposable
{
    private static readonly byte[] Magic = "SQLite format 3\0"u8.ToArray();

    private readonly FileStream _lock;
    private FileStream? _own;

    private StoreFile(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>Makes the file when there is none, takes its lock, and refuses what cannot be used.</summary>
    /// <exception cref="StoreUnusableException">Says why not, and what would be right.</exception>
    public static StoreFile Open(SqliteStoreOptions options)
    {
        string path = System.IO.Path.GetFullPath(options.Path);
        if (Directory.Exists(path))
        {
            throw new StoreUnusableException(
                $"{path} is a folder. Name a file, such as {System.IO.Path.Combine(path, "cairn.db")}."
            );
        }

        var file = new StoreFile(path, Lock(path));
        try
        {
            file.Hold();
            using var database = file.Connect(readOnly: false);
            Schema.Migrate(database, path);
            if (
                new FileInfo(path).Length <= options.CheckAtOpenBytes
                && database.Query("PRAGMA quick_check(1)") is var verdict and not ["ok"]
            )
            {
                throw Damaged(path, string.Join("; ", verdict));
            }

            return file;
        }
        catch (Exception e)
        {
            file.Dispose();
            if (e is SqliteError error)
                throw Unusable(error, path);
            throw;
        }
    }

    /// <summary>A connection with this store's settings.</summary>
    /// <exception cref="SqliteError">It could not be made.</exception>
    public Database Connect(bool readOnly)
    {
        var database = Database.Open(Path, readOnly);
        try
        {
            // The WAL is synced at each COMMIT (FULL). 4,000 pages between checkpoints: 16 MiB, so that a busy writer
            // spends little time on them. No memory map: with one, a failing disk would be a signal, not an error.
            database.Execute(
                """
                PRAGMA busy_timeout = 5000;
                PRAGMA trusted_schema = OFF;
                PRAGMA temp_store = MEMORY;
                PRAGMA cache_size = -16384;
                """
            );
            database.Execute(
                readOnly
                    ? "PRAGMA query_only = ON;"
                    : """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 4000;
                    PRAGMA journal_size_limit = 67108864;
                    """
            );
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of the lock; its file stays, since removing it would race with the next process.</summary>
    public void Dispose()
    {
        _own?.Dispose();
        _lock.Dispose();
    }

    /// <summary>Makes the file when there is none, and locks it itself, whatever other name it goes by: a link from
    /// another folder, of either kind, leads to the same file. SQLite's own locks are of another kind and not in the
    /// way.</summary>
    private void Hold()
    {
        // Where files are locked against everybody, as on Windows, SQLite could not open it either.
        var share = OperatingSystem.IsWindows() ? FileShare.ReadWrite : FileShare.None;
        var own = Create(Path, share);
        if (OperatingSystem.IsWindows())
        {
            using (own)
                CheckHeader(own, Path);
        }
        else
        {
            CheckHeader(_own = own, Path);
        }
    }

    /// <summary>An advisory lock (flock) that the system releases however this process ends.</summary>
    private static FileStream Lock(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        string lockPath = path + ".lock";
        try
        {
            if (!Directory.Exists(folder))
                CreatePrivateFolder(folder);
            return new FileStream(lockPath, Private(FileMode.OpenOrCreate, FileShare.None));
        }
        catch (IOException e) when (File.Exists(lockPath) && IsLocked(e))
        {
            throw new StoreUnusableException(
                $"{path} is in use by another process, which holds {lockPath}. Stop that one first, or name "
                    + "another file.",
                e
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException(
                $"The folder {folder} cannot be written: {e.Message} Make it writable for the account Cairn "
                    + "runs as, or name another one.",
                e
            );
        }
    }

    private static FileStream Create(string path, FileShare share)
    {
        try
        {
            return new FileStream(path, Private(FileMode.OpenOrCreate, share));
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw new StoreUnusableException(
                $"{path} is in use by another process, perhaps by another name: links lead to the same file. "
                    + "Stop that one first, or name another file.",
                e
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException(
                $"{path} cannot be written: {e.Message} Make it writable for the account Cairn runs as, or name "
                    + "another file.",
                e
            );
        }
    }

    /// <summary>Finds what SQLite itself would notice late: a foreign file, or one that lost its end.</summary>
    private static void CheckHeader(FileStream stream, string path)
    {
        if (stream.Length == 0)
            return;
        Span<byte> header = stackalloc byte[100];
        if (
            stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || !header.StartsWith(Magic)
        )
        {
            throw new StoreUnusableException(
                $"{path} is not a SQLite database, or its first page is damaged. Name another file, or restore "
                    + "a backup."
            );
        }

        // https://www.sqlite.org/fileformat.html section 1.3: page size at 16 (1 means 65536), page count at 28. With a
        // write-ahead log the newest pages may still be in there.
        long pageSize = BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is var size and not 1 ? size : 65536L;
        long expected = pageSize * BinaryPrimitives.ReadUInt32BigEndian(header[28..]);
        var log = new FileInfo(path + "-wal");
        if (stream.Length < expected && log is not { Exists: true, Length: > 0 })
            throw Damaged(path, $"it has {stream.Length} bytes and should have {expected}");
    }

    private static StoreException Unusable(SqliteError error, string path) =>
        error.ToStoreException(path) switch
        {
            StoreUnavailableException e => new StoreUnusableException(e.Message, error),
            var e => e,
        };

    private static StoreUnusableException Damaged(string path, string how) =>
        new($"The database {path} is damaged: {how}. Restore a backup.");

    private static FileStreamOptions Private(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static void CreatePrivateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS and BSD, ERROR_SHARING_VIOLATION of Windows, as .NET passes them
    /// on.</summary>
    private static bool IsLocked(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
