using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>Asks servers how they are, each by a connection of its own.</summary>
internal static class Members
{
    public static async Task<EngineMember> AskAsync(PostgresStoreOptions options, string host, CancellationToken ct)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            Host = host,
            ApplicationName = "cairn status",
            Pooling = false,
            Timeout = 2,
            CommandTimeout = 2,
        };
        try
        {
            await using var source = NpgsqlDataSource.Create(connection);
            await using var command = source.CreateCommand(
                "SELECT pg_is_in_recovery(), current_setting('server_version'), pg_database_size(current_database())"
            );
            await using var reader = await command.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            return new EngineMember(
                host,
                reader.GetBoolean(0) ? "replica" : "primary",
                reader.GetString(1),
                reader.GetInt64(2),
                null
            );
        }
        catch (Exception e) when (Access.IsDatabaseError(e))
        {
            return new EngineMember(host, "unknown", "", 0, Access.Unavailable(e).Message);
        }
    }
}
