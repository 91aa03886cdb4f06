using Cairn.Storage.Sqlite.Native;

namespace Cairn.Storage.Sqlite;

/// <summary>Something for the writer's thread to do.</summary>
internal abstract class WriteRequest;

/// <summary>A transaction on its way. It can be cancelled until the writer takes it; then it has an outcome.</summary>
internal sealed class CommitRequest : WriteRequest
{
    private readonly TaskCompletionSource<CommitResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _registration;
    private int _state;

    public CommitRequest(Transaction transaction, CancellationToken ct)
    {
        Transaction = transaction;
        if (ct.CanBeCanceled)
            _registration = ct.UnsafeRegister(static (self, token) => ((CommitRequest)self!).Cancel(token), this);
    }

    public Transaction Transaction { get; }

    public CommitResult? Result { get; set; }

    public Task<CommitResult> Outcome => _outcome.Task;

    /// <summary>False when it was cancelled before.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _state, 1) == 0;

    public void Complete()
    {
        _registration.Unregister();
        _outcome.SetResult(Result!);
    }

    public void Fail(Exception cause)
    {
        _registration.Unregister();
        _outcome.SetException(cause);
    }

    private void Cancel(CancellationToken ct)
    {
        if (TryTake())
            _outcome.SetCanceled(ct);
    }
}

/// <summary>Other work on the writing connection, outside of any transaction.</summary>
internal sealed class MaintenanceRequest(Func<Database, bool> work) : WriteRequest
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
