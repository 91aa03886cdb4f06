using System.Buffers;
using System.Text;
using SQLitePCL;

namespace Cairn.Storage.Sqlite.Native;

/// <summary>A prepared statement. Parameters count from 1, columns from 0.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    public void Bind(int parameter, long value) => database.Check(raw.sqlite3_bind_int64(handle, parameter, value));

    public void BindNull(int parameter) => database.Check(raw.sqlite3_bind_null(handle, parameter));

    /// <summary>Copies the bytes.</summary>
    public void BindBlob(int parameter, ReadOnlySpan<byte> value) =>
        database.Check(
            value.IsEmpty
                ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) // an empty span would be taken for null
                : raw.sqlite3_bind_blob(handle, parameter, value)
        );

    /// <summary>Copies the bytes, which are taken for UTF-8 unseen.</summary>
    public void BindText(int parameter, ReadOnlySpan<byte> utf8) =>
        database.Check(
            utf8.IsEmpty ? raw.sqlite3_bind_text(handle, parameter, "") : raw.sqlite3_bind_text(handle, parameter, utf8)
        );

    public void BindText(int parameter, string text)
    {
        int size = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var buffer = size <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(size);
        BindText(parameter, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>True when there is a row to read, false when the statement is done (and reset).</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        try
        {
            database.Check(code); // before the reset, which forgets the message
            return false;
        }
        finally
        {
            raw.sqlite3_reset(handle);
        }
    }

    /// <summary>Runs it to its end for its effect.</summary>
    public void Run()
    {
        while (Step()) { }
    }

    /// <summary>Ends a statement whose rows are not all wanted.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>The column's bytes, as a copy.</summary>
    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    /// <summary>Text by its length, so that it may hold U+0000.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    public void Dispose() => raw.sqlite3_finalize(handle);
}
