using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>Something for the writer's thread to do.</summary>
internal interface IWriteRequest;

/// <summary>A transaction.</summary>
internal sealed class CommitRequest(Transaction transaction, int bytes, CancellationToken ct)
    : PendingCommit(transaction, bytes, ct),
        IWriteRequest
{
    /// <summary>What to tell the caller once the batch is durable.</summary>
    public CommitResult? Result { get; set; }
}

/// <summary>Other work on the writing connection, outside of any transaction.</summary>
internal sealed class MaintenanceRequest(Func<Database, bool> work) : IWriteRequest
{
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<bool> Outcome => _outcome.Task;

    public void Run(Database database, string path)
    {
        try
        {
            _outcome.SetResult(work(database));
        }
        catch (Exception e)
        {
            _outcome.SetException(e is SqliteError error ? error.ToStoreException(path) : e);
        }
    }
}
