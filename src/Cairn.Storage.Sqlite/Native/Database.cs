using SQLitePCL;

namespace Cairn.Storage.Sqlite.Native;

/// <summary>One connection, for one thread at a time.</summary>
internal sealed class Database : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];

    private Database(sqlite3 handle) => _handle = handle;

    /// <exception cref="SqliteError">It cannot be opened.</exception>
    public static Database Open(string path, bool readOnly)
    {
        SqliteLibrary.EnsureLoaded();
        int flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE);
        int code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new Database(handle);
        try
        {
            database.Check(code);
            raw.sqlite3_extended_result_codes(handle, 1);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>False inside a transaction.</summary>
    public bool AutoCommit => raw.sqlite3_get_autocommit(_handle) != 0;

    /// <summary>The statement lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>A statement for its user to dispose of.</summary>
    public Statement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        return new Statement(this, handle);
    }

    /// <summary>Runs any number of statements for their effects.</summary>
    public void Execute(string sql)
    {
        string? rest = sql;
        while (!string.IsNullOrWhiteSpace(rest))
        {
            Check(raw.sqlite3_prepare_v2(_handle, rest, out var handle, out rest));
            using var statement = new Statement(this, handle);
            while (statement.Step()) { }
        }
    }

    /// <summary>Every row's first column as text.</summary>
    public List<string> Query(string sql)
    {
        using var statement = PrepareOnce(sql);
        var rows = new List<string>();
        while (statement.Step())
            rows.Add(statement.Text(0));
        return rows;
    }

    public long QueryNumber(string sql)
    {
        using var statement = PrepareOnce(sql);
        return statement.Step() ? statement.Number(0) : 0;
    }

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteError(code, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        raw.sqlite3_close_v2(_handle);
    }
}
