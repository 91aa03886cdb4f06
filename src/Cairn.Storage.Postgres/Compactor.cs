using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>Compaction: the limit is raised first; then superseded rows are removed, in steps that each are durable, so
/// that whoever compacts next goes on where the last one stopped.</summary>
internal sealed class Compactor(Access access)
{
    private const int StepRevisions = 500;

    private readonly string _raise = $"UPDATE {access.Schema}.head SET compacted = $1 WHERE compacted < $1";
    private readonly string _window =
        $"SELECT swept, least(swept + {StepRevisions}, compacted) FROM {access.Schema}.head FOR UPDATE";

    // A row before the window's end is superseded by a later one of its key within the window.
    private readonly string _supersede = $"""
        DELETE FROM {access.Schema}.changes old USING {access.Schema}.changes new
        WHERE new.revision > $1 AND new.revision <= $2 AND old.key = new.key AND old.revision < new.revision
        """;
    private readonly string _forget =
        $"DELETE FROM {access.Schema}.changes WHERE revision > $1 AND revision <= $2 AND created = 0";
    private readonly string _forgetBatches = $"DELETE FROM {access.Schema}.batches WHERE revision <= $1";
    private readonly string _advance = $"UPDATE {access.Schema}.head SET swept = $1";

    public Task RaiseAsync(long throughRevision, CancellationToken ct) =>
        access.ReadAsync(
            async (connection, ct) =>
            {
                await using var command = new NpgsqlCommand(_raise, connection)
                {
                    Parameters = { Queries.Number(throughRevision) },
                };
                return await command.ExecuteNonQueryAsync(ct);
            },
            ct
        );

    /// <summary>Removes some of what the limit makes useless. The head is locked meanwhile: commits wait for one
    /// step.</summary>
    /// <returns>True when there is more.</returns>
    public Task<bool> SweepAsync(CancellationToken ct) =>
        access.ReadAsync(
            async (connection, ct) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(ct);
                long from,
                    through;
                await using (var window = new NpgsqlCommand(_window, connection))
                await using (var reader = await window.ExecuteReaderAsync(ct))
                {
                    await reader.ReadAsync(ct);
                    (from, through) = (reader.GetInt64(0), reader.GetInt64(1));
                }
                if (from >= through)
                    return false;
                await using (
                    var work = new NpgsqlBatch(connection, transaction)
                    {
                        BatchCommands =
                        {
                            new NpgsqlBatchCommand(_supersede)
                            {
                                Parameters = { Queries.Number(from), Queries.Number(through) },
                            },
                            new NpgsqlBatchCommand(_forget)
                            {
                                Parameters = { Queries.Number(from), Queries.Number(through) },
                            },
                            new NpgsqlBatchCommand(_forgetBatches) { Parameters = { Queries.Number(through) } },
                            new NpgsqlBatchCommand(_advance) { Parameters = { Queries.Number(through) } },
                        },
                    }
                )
                {
                    await work.ExecuteNonQueryAsync(ct);
                }

                await transaction.CommitAsync(ct);
                return true;
            },
            ct
        );
}
