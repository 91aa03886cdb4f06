using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Cairn.Storage.Postgres;

/// <summary>Commits for this node: all transactions that wait become one of the database's (group commit).</summary>
internal sealed class Writer
{
    private const int MaxBatch = 1024;
    private const int MaxBatchBytes = 16 << 20;

    private readonly Access _access;
    private readonly Tail _tail;
    private readonly StoreMetrics _metrics;
    private readonly Channel<PendingCommit> _queue = Channel.CreateBounded<PendingCommit>(
        new BoundedChannelOptions(MaxBatch) { SingleReader = true }
    );
    private readonly Task _writing;
    private readonly string _lock;
    private readonly string _states;
    private readonly string _newer;
    private readonly string _append;
    private readonly string _raise;
    private readonly string _sign;
    private readonly string _signed;

    public Writer(Access access, Tail tail, StoreMetrics metrics)
    {
        (_access, _tail, _metrics) = (access, tail, metrics);
        string schema = access.Schema;
        _lock = $"SELECT revision FROM {schema}.head FOR UPDATE";
        _states = $"""
            SELECT asked.number, newest.revision, newest.created
            FROM unnest($1) WITH ORDINALITY asked (key, number)
            CROSS JOIN LATERAL (
                SELECT revision, created FROM {schema}.changes c WHERE c.key = asked.key ORDER BY revision DESC LIMIT 1) newest
            """;
        _newer = $"""
            SELECT c.key, c.revision, c.created FROM unnest($1, $2, $3) asked (start, stop, revision)
            JOIN {schema}.changes c ON c.revision > asked.revision AND c.key >= asked.start AND c.key < asked.stop
            WHERE c.created <> 0 AND NOT EXISTS (SELECT 1 FROM {schema}.changes n WHERE n.key = c.key AND n.revision > c.revision)
            """;
        _append = $"INSERT INTO {schema}.changes SELECT * FROM unnest($1, $2, $3, $4, $5)";
        _raise = $"UPDATE {schema}.head SET revision = $1";
        _sign = $"INSERT INTO {schema}.batches VALUES ($1, $2)";
        _signed = $"SELECT 1 FROM {schema}.batches WHERE token = $1";
        _writing = Task.Run(RunAsync);
    }

    /// <summary>Waits for room, not for the outcome.</summary>
    /// <exception cref="ObjectDisposedException">The writer has stopped.</exception>
    public async ValueTask EnqueueAsync(PendingCommit request, CancellationToken ct)
    {
        try
        {
            await _queue.Writer.WriteAsync(request, ct);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(PostgresStore));
        }
    }

    /// <summary>Finishes what waits, and takes no more.</summary>
    public async ValueTask StopAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            var (requests, bytes) = (new List<PendingCommit>(), 0);
            while (requests.Count < MaxBatch && bytes < MaxBatchBytes && _queue.Reader.TryRead(out var request))
            {
                if (!request.TryTake())
                    continue;
                requests.Add(request);
                bytes += request.Bytes;
            }
            if (requests.Count > 0)
                await CommitAsync(new Batch(requests));
        }
    }

    private async Task CommitAsync(Batch batch)
    {
        long began = Stopwatch.GetTimestamp();
        bool maybeSent = false;
        for (var pause = TimeSpan.FromMilliseconds(10); ; pause = Access.Longer(pause))
        {
            try
            {
                await using var connection = await _access.Source.OpenConnectionAsync();
                if (!maybeSent || !await IsDoneAsync(connection, batch.Token))
                {
                    maybeSent = false;
                    await PrepareAsync(connection, batch);
                    maybeSent = batch.ChangeSets.Count > 0;
                    await FinishAsync(connection, batch);
                }
                break;
            }
            catch (StoreUnavailableException e)
            {
                Fail(batch, e);
                return;
            }
            catch (Exception e) when (Access.IsDatabaseError(e))
            {
                if (Access.MayPass(e) && Stopwatch.GetElapsedTime(began) + pause < _access.Options.Timeout)
                {
                    await Task.Delay(pause);
                    continue;
                }
                var cause = Access.Unavailable(e);
                // What the server itself refused was not done; what it did not answer may have been.
                if (maybeSent && e is not PostgresException)
                    Complete(batch, _ => new CommitResult.Unknown(cause));
                else
                    Fail(batch, cause);
                return;
            }
            catch (Exception e)
            {
                Fail(batch, e);
                return;
            }
        }

        _metrics.RecordBatch(batch.Requests.Count, Stopwatch.GetElapsedTime(began));
        _tail.PublishOwn([.. batch.ChangeSets]);
        Complete(batch, i => batch.Results[i]);
    }

    /// <summary>Locks the head, and works out the batch on what is there. READ COMMITTED: the states are read after the
    /// lock was had, so they are those its last holder left.</summary>
    private async Task PrepareAsync(NpgsqlConnection connection, Batch batch)
    {
        await using var questions = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("BEGIN"),
                new NpgsqlBatchCommand(_lock),
                new NpgsqlBatchCommand(_states)
                {
                    Parameters = { Array(NpgsqlDbType.Bytea, batch.Keys.Select(Encoding.UTF8.GetBytes).ToArray()) },
                },
            },
        };
        if (batch.Prefixes.Count > 0)
        {
            questions.BatchCommands.Add(
                new NpgsqlBatchCommand(_newer)
                {
                    Parameters =
                    {
                        Array(
                            NpgsqlDbType.Bytea,
                            batch.Prefixes.Select(asked => Encoding.UTF8.GetBytes(asked.Prefix)).ToArray()
                        ),
                        Array(
                            NpgsqlDbType.Bytea,
                            batch
                                .Prefixes.Select(asked =>
                                    (byte[])[.. Encoding.UTF8.GetBytes(asked.Prefix), Queries.AboveUtf8]
                                )
                                .ToArray()
                        ),
                        Array(NpgsqlDbType.Bigint, batch.Prefixes.Select(asked => asked.After).ToArray()),
                    },
                }
            );
        }

        await using var reader = await questions.ExecuteReaderAsync();
        await reader.ReadAsync();
        long head = reader.GetInt64(0);
        _tail.CheckHead(head);
        await reader.NextResultAsync();
        var states = new List<(string, long, long)>();
        while (await reader.ReadAsync())
            states.Add((batch.Keys[(int)reader.GetInt64(0) - 1], reader.GetInt64(1), reader.GetInt64(2)));
        if (await reader.NextResultAsync())
        {
            while (await reader.ReadAsync())
            {
                states.Add(
                    (Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)), reader.GetInt64(1), reader.GetInt64(2))
                );
            }
        }

        batch.Apply(head, states);
    }

    private async Task FinishAsync(NpgsqlConnection connection, Batch batch)
    {
        await using var work = new NpgsqlBatch(connection);
        if (batch.ChangeSets.Count > 0)
        {
            var rows = batch
                .ChangeSets.SelectMany(set =>
                    set.Changes.Select((change, position) => (set.Revision, position, change))
                )
                .ToList();
            long head = batch.ChangeSets[^1].Revision;
            work.BatchCommands.Add(
                new NpgsqlBatchCommand(_append)
                {
                    Parameters =
                    {
                        Array(NpgsqlDbType.Bigint, rows.Select(row => row.Revision).ToArray()),
                        Array(NpgsqlDbType.Integer, rows.Select(row => row.position).ToArray()),
                        Array(NpgsqlDbType.Bytea, rows.Select(row => Encoding.UTF8.GetBytes(row.change.Key)).ToArray()),
                        Array(
                            NpgsqlDbType.Bigint,
                            rows.Select(row => row.change.Record?.CreatedRevision ?? 0).ToArray()
                        ),
                        Array(NpgsqlDbType.Bytea, rows.Select(row => row.change.Record?.Value.ToArray()).ToArray()),
                    },
                }
            );
            work.BatchCommands.Add(new NpgsqlBatchCommand(_raise) { Parameters = { Queries.Number(head) } });
            work.BatchCommands.Add(
                new NpgsqlBatchCommand(_sign) { Parameters = { Token(batch.Token), Queries.Number(head) } }
            );
            work.BatchCommands.Add(new NpgsqlBatchCommand($"NOTIFY {Tail.Channel(_access.Schema)}"));
        }
        work.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await work.ExecuteNonQueryAsync();
    }

    /// <summary>Whether a batch that was sent and not answered is there. With the head locked it is certain that its
    /// transaction has ended, either way.</summary>
    private async Task<bool> IsDoneAsync(NpgsqlConnection connection, Guid token)
    {
        await using var questions = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("BEGIN"),
                new NpgsqlBatchCommand(_lock),
                new NpgsqlBatchCommand(_signed) { Parameters = { Token(token) } },
                new NpgsqlBatchCommand("COMMIT"),
            },
        };
        await using var reader = await questions.ExecuteReaderAsync();
        await reader.NextResultAsync();
        return await reader.ReadAsync();
    }

    private void Complete(Batch batch, Func<int, CommitResult> result)
    {
        for (int i = 0; i < batch.Requests.Count; i++)
        {
            _metrics.Count(result(i));
            batch.Requests[i].Complete(result(i));
        }
    }

    private void Fail(Batch batch, Exception cause)
    {
        foreach (var request in batch.Requests)
        {
            _metrics.Count(null);
            request.Fail(cause);
        }
    }

    private static NpgsqlParameter Array(NpgsqlDbType type, object values) =>
        new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlParameter Token(Guid token) => new() { Value = token, NpgsqlDbType = NpgsqlDbType.Uuid };
}
