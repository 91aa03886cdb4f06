using System.Collections.Concurrent;
using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>A fixed number of readers, opened when first needed. Nobody keeps one while waiting for anything
/// else.</summary>
internal sealed class ReaderPool(StoreFile file, int size) : IDisposable
{
    private readonly SemaphoreSlim _free = new(size);
    private readonly ConcurrentBag<Reader> _idle = [];
    private volatile bool _disposed;

    /// <summary>Asks one question. SQLite answers at the speed of its page cache, so it runs on the caller's
    /// thread.</summary>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    public async ValueTask<T> ReadAsync<T, TArgument>(
        Func<Reader, TArgument, T> question,
        TArgument argument,
        CancellationToken ct
    )
    {
        await _free.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteStore));
            if (!_idle.TryTake(out var reader))
                reader = Open();
            try
            {
                var answer = question(reader, argument);
                _idle.Add(reader);
                return answer;
            }
            catch (RevisionCompactedException)
            {
                _idle.Add(reader);
                throw;
            }
            catch
            {
                reader.Dispose(); // in an unknown state
                throw;
            }
        }
        catch (SqliteError e)
        {
            throw e.ToStoreException(file.Path);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the questions being answered.</summary>
    public void Dispose()
    {
        _disposed = true;
        for (int i = 0; i < size; i++)
            _free.Wait();
        while (_idle.TryTake(out var reader))
            reader.Dispose();
        _free.Release(size); // those who wait still find out that they are late
    }

    private Reader Open()
    {
        var database = file.Connect(readOnly: true);
        try
        {
            return new Reader(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
