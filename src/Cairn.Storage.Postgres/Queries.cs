using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Storage.Watching;
using Npgsql;
using NpgsqlTypes;

namespace Cairn.Storage.Postgres;

/// <summary>What is asked of the tables.</summary>
/// <remarks>Rows of a revision never change; compaction removes them, and raises the limit before it does. So whoever
/// reads first and looks at the limit afterwards knows whether what was read is whole.</remarks>
internal sealed class Queries(Access access)
{
    private const int FirstPage = 500;
    private const int LaterPages = 5000;
    private const int PageRevisions = 256;

    /// <summary>No UTF-8 has this byte: whatever starts with a prefix is before prefix + 0xFF.</summary>
    internal const byte AboveUtf8 = 0xFF;

    private readonly string _state = $"SELECT revision, compacted FROM {access.Schema}.head";
    private readonly string _get =
        $"SELECT revision, created, value FROM {access.Schema}.changes WHERE key = $1 ORDER BY revision DESC LIMIT 1";
    private readonly string _list = $"""
        SELECT key, revision, created, value FROM (
            SELECT DISTINCT ON (key) key, revision, created, value FROM {access.Schema}.changes
            WHERE key >= $1 AND key < $2 AND revision <= $3 ORDER BY key, revision DESC) newest
        WHERE created <> 0 ORDER BY key LIMIT $4
        """;
    private readonly string _changes = $"""
        SELECT revision, key, created, value FROM {access.Schema}.changes
        WHERE revision >= $1 AND revision <= $2 AND key >= $3 AND key < $4 ORDER BY revision, position
        """;

    /// <summary>The newest revision, and the oldest that can be listed.</summary>
    public Task<(long Head, long Compacted)> StateAsync(CancellationToken ct) =>
        access.ReadAsync(
            async (connection, ct) =>
            {
                await using var command = new NpgsqlCommand(_state, connection);
                await using var reader = await command.ExecuteReaderAsync(ct);
                await reader.ReadAsync(ct);
                return (reader.GetInt64(0), reader.GetInt64(1));
            },
            ct
        );

    public Task<StoreRecord?> GetAsync(string key, CancellationToken ct) =>
        access.ReadAsync(
            async (connection, ct) =>
            {
                await using var command = new NpgsqlCommand(_get, connection)
                {
                    Parameters = { Bytes(Encoding.UTF8.GetBytes(key)) },
                };
                await using var reader = await command.ExecuteReaderAsync(ct);
                return await reader.ReadAsync(ct) && reader.GetInt64(1) is not 0 and var created
                    ? new StoreRecord(key, reader.GetFieldValue<byte[]>(2), created, reader.GetInt64(0))
                    : null;
            },
            ct
        );

    public async IAsyncEnumerable<StoreRecord> ListAsync(
        string prefix,
        string? after,
        long atRevision,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        byte[] start = Listing.Start(prefix, after);
        byte[] end = [.. Encoding.UTF8.GetBytes(prefix), AboveUtf8];
        int limit = FirstPage;
        while (true)
        {
            var (from, count) = (start, limit);
            var page = await access.ReadAsync(
                async (connection, ct) =>
                {
                    await using var batch = new NpgsqlBatch(connection)
                    {
                        BatchCommands =
                        {
                            new NpgsqlBatchCommand(_list)
                            {
                                Parameters = { Bytes(from), Bytes(end), Number(atRevision), Number(count) },
                            },
                            new NpgsqlBatchCommand(_state),
                        },
                    };
                    await using var reader = await batch.ExecuteReaderAsync(ct);
                    var records = new List<StoreRecord>();
                    while (await reader.ReadAsync(ct))
                    {
                        records.Add(
                            new StoreRecord(
                                Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)),
                                reader.GetFieldValue<byte[]>(3),
                                reader.GetInt64(2),
                                reader.GetInt64(1)
                            )
                        );
                    }

                    await reader.NextResultAsync(ct);
                    await reader.ReadAsync(ct);
                    ArgumentOutOfRangeException.ThrowIfGreaterThan(atRevision, reader.GetInt64(0));
                    return atRevision >= reader.GetInt64(1)
                        ? records
                        : throw new RevisionCompactedException(atRevision, reader.GetInt64(1));
                },
                ct
            );
            foreach (var record in page)
            {
                ct.ThrowIfCancellationRequested();
                yield return record;
            }
            if (page.Count < limit)
                yield break;
            start = [.. Encoding.UTF8.GetBytes(page[^1].Key), 0]; // the smallest key behind it
            limit = LaterPages;
        }
    }

    /// <summary>Whole change sets from a revision on, as many as fit a page.</summary>
    public Task<HistoryPage> ReadHistoryAsync(string prefix, long fromRevision, CancellationToken ct) =>
        access.ReadAsync(
            async (connection, ct) =>
            {
                byte[] start = Encoding.UTF8.GetBytes(prefix);
                long last = fromRevision + PageRevisions - 1;
                await using var batch = new NpgsqlBatch(connection)
                {
                    BatchCommands =
                    {
                        // The head first: what is read after it has at least all up to it.
                        new NpgsqlBatchCommand(_state),
                        new NpgsqlBatchCommand(_changes)
                        {
                            Parameters =
                            {
                                Number(fromRevision),
                                Number(last),
                                Bytes(start),
                                Bytes([.. start, AboveUtf8]),
                            },
                        },
                        new NpgsqlBatchCommand(_state),
                    },
                };
                await using var reader = await batch.ExecuteReaderAsync(ct);
                await reader.ReadAsync(ct);
                long through = Math.Min(reader.GetInt64(0), last);
                await reader.NextResultAsync(ct);
                var sets = new List<ChangeSet>();
                var changes = new List<StoreChange>();
                long revision = 0;
                while (await reader.ReadAsync(ct))
                {
                    if (reader.GetInt64(0) != revision && changes.Count > 0)
                    {
                        sets.Add(new ChangeSet(revision, changes));
                        changes = [];
                    }
                    revision = reader.GetInt64(0);
                    if (revision > through)
                        break;
                    var (key, created) = (Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(1)), reader.GetInt64(2));
                    changes.Add(
                        new StoreChange(
                            key,
                            created == 0
                                ? null
                                : new StoreRecord(key, reader.GetFieldValue<byte[]>(3), created, revision)
                        )
                    );
                }
                if (changes.Count > 0)
                    sets.Add(new ChangeSet(revision, changes));
                await reader.NextResultAsync(ct);
                await reader.ReadAsync(ct);
                long compacted = reader.GetInt64(1);
                return fromRevision > compacted
                    ? new HistoryPage(sets, through)
                    : throw new RevisionCompactedException(fromRevision, compacted);
            },
            ct
        );

    internal static NpgsqlParameter Number(long value) =>
        new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    internal static NpgsqlParameter Bytes(byte[] value) =>
        new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };
}
