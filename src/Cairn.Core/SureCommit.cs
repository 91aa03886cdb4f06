using Cairn.Storage;

namespace Cairn.Core;

/// <summary>Commits whose outcome is known: where an answer was lost, it is found out what became of the
/// commit.</summary>
internal static class SureCommit
{
    private const int MaxResends = 5;

    /// <summary>Commits; sends again what was not answered and is not there.</summary>
    /// <param name="store">Where.</param>
    /// <param name="transaction">What. It can be sent again: its conditions, or what it writes, make it take effect
    /// once.</param>
    /// <param name="mark">One of its writes, of which nobody else writes the same to the same key.</param>
    /// <param name="time">For the pauses.</param>
    /// <param name="ct">Ends the waiting; what was sent may be committed all the same.</param>
    /// <returns><see cref="CommitResult.Committed"/> or <see cref="CommitResult.Refused"/>.</returns>
    /// <exception cref="StoreUnavailableException">The store does not say.</exception>
    public static async ValueTask<CommitResult> CommitSurelyAsync(
        this IStore store,
        Transaction transaction,
        Write.Put mark,
        TimeProvider time,
        CancellationToken ct
    )
    {
        for (int attempt = 0; ; attempt++)
        {
            var result = await store.CommitAsync(transaction, ct);
            // Of what was sent before, the mark tells whether it was committed.
            if (
                (attempt > 0 || result is CommitResult.Unknown)
                && result is not CommitResult.Committed
                && await store.GetAsync(mark.Key, ct) is { } record
                && record.Value.Span.SequenceEqual(mark.Value.Span)
            )
            {
                return new CommitResult.Committed(record.Revision);
            }

            if (result is not CommitResult.Unknown unknown)
                return result;
            if (attempt == MaxResends)
                throw new StoreUnavailableException("the store did not say whether it was written", unknown.Cause);
            await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), time, ct);
        }
    }
}
