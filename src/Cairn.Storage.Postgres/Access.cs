using System.Diagnostics;
using System.Net.Sockets;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>Questions to the database, asked again while it is out of reach.</summary>
internal sealed class Access(NpgsqlDataSource source, PostgresStoreOptions options)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>The server ended a session that was idle within a transaction.</summary>
    private const string IdleInTransaction = "25P03";

    public NpgsqlDataSource Source => source;

    public string Schema => options.Schema;

    public PostgresStoreOptions Options => options;

    /// <summary>Reads, on a connection of its own.</summary>
    /// <exception cref="StoreUnavailableException">The database did not answer in time.</exception>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        long began = Stopwatch.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(20); ; pause = Longer(pause))
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                return await read(connection, ct);
            }
            catch (Exception e) when (IsDatabaseError(e))
            {
                if (!MayPass(e) || Stopwatch.GetElapsedTime(began) + pause > options.Timeout)
                    throw Unavailable(e);
            }
            await Task.Delay(pause, ct);
        }
    }

    public static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    public static bool IsDatabaseError(Exception e) =>
        e is NpgsqlException or TimeoutException or SocketException or IOException;

    /// <summary>Whether the same may succeed a moment later: lost connections, a server that starts, stops or is not
    /// the primary (any more), no free connection.</summary>
    public static bool MayPass(Exception e) =>
        e is not PostgresException postgres
        || postgres.IsTransient
        || postgres.SqlState.StartsWith("08", StringComparison.Ordinal) // connection
        || postgres.SqlState.StartsWith("57", StringComparison.Ordinal) // shut down, cancelled, cannot connect now
        || postgres.SqlState.StartsWith("53", StringComparison.Ordinal) // out of connections, memory, disk
        || postgres.SqlState
            is PostgresErrorCodes.ReadOnlySqlTransaction
                or PostgresErrorCodes.LockNotAvailable
                or IdleInTransaction;

    public static StoreUnavailableException Unavailable(Exception e) =>
        new($"PostgreSQL cannot be used: {Explain(e)}", e);

    // The driver refers to an inner exception, which nobody who reads a log line sees.
    private static string Explain(Exception e) =>
        e switch
        {
            PostgresException postgres => postgres.MessageText,
            { InnerException: not null }
                when e.GetBaseException().Message is var cause
                    && !e.Message.Contains(cause, StringComparison.Ordinal) => e.Message.Contains(
                "inner exception",
                StringComparison.OrdinalIgnoreCase
            )
                ? cause
                : $"{e.Message}: {cause}",
            _ => e.Message,
        };
}
