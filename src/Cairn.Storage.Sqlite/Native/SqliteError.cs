using SQLitePCL;

namespace Cairn.Storage.Sqlite.Native;

/// <summary>What SQLite answered instead of success.</summary>
/// <param name="extendedCode">The extended result code, https://www.sqlite.org/rescode.html.</param>
/// <param name="message">SQLite's own words.</param>
internal sealed class SqliteError(int extendedCode, string message)
    : Exception($"{message} (SQLite code {extendedCode})")
{
    /// <summary>The primary code: the low byte of the extended one.</summary>
    public int Code => extendedCode & 0xFF;

    public bool IsDamage => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>The same in a sentence for the operator of the database at <paramref name="path"/>.</summary>
    public StoreException ToStoreException(string path) =>
        Code switch
        {
            raw.SQLITE_NOTADB => new StoreUnusableException(
                $"{path} is not a SQLite database, or its first page is damaged. Name another file, or restore "
                    + "a backup.",
                this
            ),
            raw.SQLITE_CORRUPT => new StoreUnusableException(
                $"The database {path} is damaged: {Message}. Restore a backup.",
                this
            ),
            raw.SQLITE_FULL => new StoreUnavailableException(
                $"There is no space left for {path}; nothing was written. Free some space, and writing works again.",
                this
            ),
            raw.SQLITE_READONLY => new StoreUnavailableException(
                $"{path} or its folder cannot be written: {Message}. Make both writable for the account Cairn runs as.",
                this
            ),
            raw.SQLITE_IOERR => new StoreUnavailableException(
                $"The disk failed while {path} was used: {Message}. Check the disk and the system's log.",
                this
            ),
            _ => new StoreUnavailableException($"{path} cannot be used now: {Message}.", this),
        };
}
