using System.Diagnostics;

namespace Cairn.Storage;

/// <summary>A transaction that waits for its engine. It can be cancelled until the engine takes it; then it has an
/// outcome.</summary>
public class PendingCommit
{
    private readonly TaskCompletionSource<CommitResult> _outcome = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly CancellationTokenRegistration _registration;
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _taken;

    /// <summary>Begins to wait.</summary>
    /// <param name="transaction">Its rules have been checked.</param>
    /// <param name="bytes">Of its keys and values.</param>
    /// <param name="ct">Ends the waiting of a transaction that was not taken yet.</param>
    public PendingCommit(Transaction transaction, int bytes, CancellationToken ct)
    {
        (Transaction, Bytes) = (transaction, bytes);
        _registration = ct.UnsafeRegister(static (self, token) => ((PendingCommit)self!).Cancel(token), this);
    }

    /// <summary>What is to be done.</summary>
    public Transaction Transaction { get; }

    /// <summary>Of its keys and values.</summary>
    public int Bytes { get; }

    /// <summary>How long it has waited.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(_began);

    /// <summary>What becomes of it.</summary>
    public Task<CommitResult> Outcome => _outcome.Task;

    /// <summary>False when it was cancelled before.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Tells the caller what became of a transaction that was taken.</summary>
    public void Complete(CommitResult result)
    {
        _registration.Unregister();
        _outcome.SetResult(result);
    }

    /// <summary>Tells the caller why it failed.</summary>
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
