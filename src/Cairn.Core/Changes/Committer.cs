using System.Diagnostics;
using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Changes;

/// <summary>What goes with every commit of one request.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Origin">From where.</param>
/// <param name="Extra">A condition and a write that must happen with it or not at all, such as an idempotency
/// key's.</param>
public sealed record CommitContext(Principal Caller, Origin Origin, (Condition Condition, Write Write)? Extra = null);

/// <summary>The one door through which Cairn writes on behalf of somebody: adds the audit entry to the transaction,
/// finds out what became of a commit that was not answered, and waits until this node's catalogs have it.</summary>
public sealed class Committer(IStore store, CatalogSet catalogs, AuditLog audit, TimeProvider time)
{
    /// <summary>How long a write waits for this node's own catalogs before it is reported as done but not yet
    /// visible.</summary>
    public static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(30);

    /// <summary>Commits.</summary>
    /// <param name="context">Who and from where.</param>
    /// <param name="entry">The audit entry; its action, resources and the like are given, the rest is filled
    /// in.</param>
    /// <param name="conditions">All must hold.</param>
    /// <param name="writes">Happen together with the entry.</param>
    /// <param name="ct">Ends the waiting; what was sent may be committed all the same.</param>
    /// <returns>The revision; null when a condition did not hold and the state has to be looked at again, which this
    /// node then has.</returns>
    /// <exception cref="ProblemException">Too large for the engine, or the engine cannot be reached.</exception>
    public async ValueTask<long?> CommitAsync(
        CommitContext context,
        AuditEntry entry,
        List<Condition> conditions,
        List<Write> writes,
        CancellationToken ct
    )
    {
        entry = entry with
        {
            Actor = context.Caller.Id,
            ActorName = context.Caller.Name,
            Address = context.Origin.Address?.ToString(),
            CorrelationId = context.Origin.CorrelationId,
        };
        var auditWrite = audit.Put(entry);
        conditions.Add(new Condition.Absent(auditWrite.Key));
        writes.Add(auditWrite);
        if (context.Extra is { } extra)
        {
            conditions.Add(extra.Condition);
            writes.Add(extra.Write);
        }

        var transaction = new Transaction(conditions, writes);
        try
        {
            // The entry's key is new, so its absence tells whether an unanswered commit happened.
            switch (await store.CommitSurelyAsync(transaction, (Write.Put)auditWrite, time, ct))
            {
                case CommitResult.Committed committed:
                    await CatchUpAsync(committed.Revision, ct);
                    return committed.Revision;

                case CommitResult.Refused refused when conditions[refused.Condition] == context.Extra?.Condition:
                    throw new ProblemException(
                        ProblemKind.Conflict,
                        "Another request with this Idempotency-Key came first."
                    );

                case CommitResult.Refused refused:
                    await CatchUpAsync(refused.HeadRevision, ct);
                    return null;

                default:
                    throw new UnreachableException();
            }
        }
        catch (TransactionTooLargeException e)
        {
            throw new ProblemException(ProblemKind.TooLarge, e.Message);
        }
    }

    private async ValueTask CatchUpAsync(long revision, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(CatchUpLimit);
        try
        {
            await catalogs.WaitForAsync(revision, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new StoreUnavailableException(
                $"It was committed as revision {revision}, but this node has not caught up with it yet."
            );
        }
    }
}
