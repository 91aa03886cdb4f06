using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cairn.Core;
using Cairn.Storage.Sqlite.Native;
using Npgsql;
using SQLitePCL;

namespace Cairn.Node.Import;

/// <summary>A row of a table of the original, by column name. Columns that a release does not have yet read as
/// null.</summary>
internal sealed class PyrmuteRow(IReadOnlyDictionary<string, object?> columns)
{
    public string? Text(string name) =>
        Value(name) switch
        {
            null => null,
            string text => text,
            var other => Convert.ToString(other, CultureInfo.InvariantCulture),
        };

    public long? Number(string name) =>
        Value(name) is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

    public bool Flag(string name) =>
        Value(name) switch
        {
            null => false,
            bool flag => flag,
            var number => Convert.ToInt64(number, CultureInfo.InvariantCulture) != 0,
        };

    /// <summary>A time; in UTC where the database keeps no zone.</summary>
    public DateTimeOffset? Time(string name) =>
        Value(name) switch
        {
            null => null,
            DateTime time => new DateTimeOffset(
                time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc)
            ),
            var text => DateTimeOffset
                .Parse((string)text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
                .ToUniversalTime(),
        };

    private object? Value(string name) => columns.GetValueOrDefault(name) is var value and not DBNull ? value : null;
}

/// <summary>The database of an original.</summary>
internal abstract class PyrmuteDatabase : IAsyncDisposable
{
    /// <summary>Opens it to be read.</summary>
    /// <param name="address"><c>sqlite:PATH</c>, <c>postgres://…</c>, or as the original writes them.</param>
    /// <exception cref="ProblemException">It is neither, or not there.</exception>
    public static async Task<PyrmuteDatabase> OpenAsync(string address, CancellationToken ct)
    {
        if (Regex.Match(address, @"^sqlite(?:\+\w+)?:(?:///)?(.+)\z") is { Success: true } file)
            return PyrmuteSqliteDatabase.Open(file.Groups[1].Value);
        if (Regex.Match(address, @"^postgres(?:ql)?(?:\+\w+)?(://.+)\z") is { Success: true } server)
            return await PyrmutePostgresDatabase.ConnectAsync("postgresql" + server.Groups[1].Value, ct);
        throw new ProblemException(
            ProblemKind.Invalid,
            "The database is sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE."
        );
    }

    /// <summary>All rows of a table, by number; none when there is no such table.</summary>
    /// <param name="table">A name, not text from outside.</param>
    /// <param name="ct">Ends the reading.</param>
    public abstract IAsyncEnumerable<PyrmuteRow> ReadAsync(string table, CancellationToken ct);

    public abstract ValueTask DisposeAsync();
}

/// <inheritdoc/>
internal sealed class PyrmuteSqliteDatabase(sqlite3 handle) : PyrmuteDatabase
{
    public static PyrmuteSqliteDatabase Open(string path)
    {
        _ = SqliteLibrary.Version;
        if (!File.Exists(path))
            throw new ProblemException(ProblemKind.NotFound, $"There is no file '{path}'.");
        int code = raw.sqlite3_open_v2(path, out var handle, raw.SQLITE_OPEN_READONLY, null);
        return code == raw.SQLITE_OK ? new PyrmuteSqliteDatabase(handle) : throw Failed(handle);
    }

    public override async IAsyncEnumerable<PyrmuteRow> ReadAsync(
        string table,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        await Task.CompletedTask;
        if (Prepare($"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{table}'") is var exists)
        {
            using (exists)
            {
                if (raw.sqlite3_step(exists) != raw.SQLITE_ROW)
                    yield break;
            }
        }

        using var statement = Prepare($"SELECT * FROM {table} ORDER BY id");
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            int code = raw.sqlite3_step(statement);
            if (code == raw.SQLITE_DONE)
                yield break;
            if (code != raw.SQLITE_ROW)
                throw Failed(handle);
            var columns = new Dictionary<string, object?>(StringComparer.Ordinal);
            for (int i = 0; i < raw.sqlite3_column_count(statement); i++)
            {
                columns[raw.sqlite3_column_name(statement, i).utf8_to_string()] = raw.sqlite3_column_type(
                    statement,
                    i
                ) switch
                {
                    raw.SQLITE_NULL => null,
                    raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, i),
                    _ => raw.sqlite3_column_text(statement, i).utf8_to_string(),
                };
            }

            yield return new PyrmuteRow(columns);
        }
    }

    public override ValueTask DisposeAsync()
    {
        handle.Dispose();
        return ValueTask.CompletedTask;
    }

    private sqlite3_stmt Prepare(string sql) =>
        raw.sqlite3_prepare_v2(handle, sql, out var statement) == raw.SQLITE_OK ? statement : throw Failed(handle);

    private static ProblemException Failed(sqlite3 handle) =>
        new(ProblemKind.Invalid, $"The database cannot be read: {raw.sqlite3_errmsg(handle).utf8_to_string()}.");
}

/// <inheritdoc/>
internal sealed class PyrmutePostgresDatabase(NpgsqlDataSource source) : PyrmuteDatabase
{
    public static async Task<PyrmutePostgresDatabase> ConnectAsync(string address, CancellationToken ct)
    {
        var uri = new Uri(address);
        string[] user = uri.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
        };
        var source = NpgsqlDataSource.Create(settings);
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            return new PyrmutePostgresDatabase(source);
        }
        catch (NpgsqlException e)
        {
            await source.DisposeAsync();
            throw new ProblemException(ProblemKind.Unavailable, $"The database cannot be reached: {e.Message}");
        }
    }

    public override async IAsyncEnumerable<PyrmuteRow> ReadAsync(
        string table,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using (var exists = new NpgsqlCommand($"SELECT to_regclass('{table}') IS NOT NULL", connection))
        {
            if (await exists.ExecuteScalarAsync(ct) is not true)
                yield break;
        }

        await using var command = new NpgsqlCommand($"SELECT * FROM {table} ORDER BY id", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var columns = new Dictionary<string, object?>(StringComparer.Ordinal);
            for (int i = 0; i < reader.FieldCount; i++)
            {
                // Enumerations of the database's own have no type here; they are text all the same.
                columns[reader.GetName(i)] =
                    reader.IsDBNull(i) ? null
                    : reader.GetFieldType(i) is { } type && type != typeof(object) ? reader.GetValue(i)
                    : reader.GetFieldValue<string>(i);
            }

            yield return new PyrmuteRow(columns);
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();
}
