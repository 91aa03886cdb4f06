using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>The tables of a store, and how they come to be.</summary>
/// <remarks>
/// <c>head</c> has one row, with the newest revision. Whoever commits locks it first, until the end: so commits happen
/// one after the other, in the order of their revisions, and no revision is visible before its predecessor.
/// <c>changes</c> is the log and the state in one: a row for each change; <c>created = 0</c> is a deletion.
/// <c>batches</c> says which batches of commits were done, for nodes that did not get an answer.
/// </remarks>
internal static class Schema
{
    private const int Version = 1;

    /// <exception cref="StoreUnusableException">It is of a newer format, or may not be made.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, string schema, CancellationToken ct)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            // Nodes that start together wait for each other here.
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('cairn.{schema}', 0))", ct);
            int version = await QueryAsync(connection, $"SELECT to_regclass('{schema}.meta') IS NOT NULL", ct) is true
                ? (int)(await QueryAsync(connection, $"SELECT version FROM {schema}.meta", ct))!
                : 0;
            if (version > Version)
            {
                throw new StoreUnusableException(
                    $"The schema {schema} is of format {version}, made by a newer Cairn; this one knows up to "
                        + $"{Version}."
                );
            }

            if (version == 0)
                await ExecuteAsync(connection, Create(schema), ct);
            await transaction.CommitAsync(ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StoreUnusableException(
                $"The user may not make the schema {schema}: {e.MessageText}. Make it, and let the user own it.",
                e
            );
        }
    }

    private static string Create(string schema) =>
        $"""
            CREATE SCHEMA IF NOT EXISTS {schema};
            CREATE TABLE {schema}.meta (version int NOT NULL);
            INSERT INTO {schema}.meta VALUES ({Version});
            CREATE TABLE {schema}.head (
                single boolean PRIMARY KEY DEFAULT true CHECK (single),
                revision bigint NOT NULL,
                compacted bigint NOT NULL,
                swept bigint NOT NULL);
            INSERT INTO {schema}.head VALUES (true, 0, 0, 0);
            CREATE TABLE {schema}.changes (
                revision bigint NOT NULL,
                position int NOT NULL,
                key bytea NOT NULL,
                created bigint NOT NULL,
                value bytea,
                PRIMARY KEY (revision, position));
            CREATE INDEX changes_history ON {schema}.changes (key, revision DESC);
            CREATE TABLE {schema}.batches (token uuid PRIMARY KEY, revision bigint NOT NULL);
            CREATE VIEW {schema}.records AS
                SELECT * FROM (
                    SELECT DISTINCT ON (c.key) convert_from(c.key, 'UTF8') AS key, convert_from(c.value, 'UTF8') AS value, created, revision
                    FROM {schema}.changes c ORDER BY c.key, c.revision DESC) newest
                WHERE created <> 0;
            """;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<object?> QueryAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }
}
