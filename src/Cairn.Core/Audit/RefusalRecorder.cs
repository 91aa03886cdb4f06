using System.Collections.Concurrent;
using Cairn.Core.Access;
using Cairn.Storage;

namespace Cairn.Core.Audit;

/// <summary>
/// Gathers refused requests and writes them to the audit a few at a time: alike ones become one entry with a count, and
/// what is more than <see cref="MaxKinds"/> different ones becomes one entry for all the rest, so that nobody can fill
/// the disk by being refused.
/// </summary>
public sealed class RefusalRecorder(IStore store, AuditLog audit, TimedIds ids, TimeProvider time)
{
    /// <summary>How many different refusals one batch tells apart.</summary>
    public const int MaxKinds = 64;

    private ConcurrentDictionary<Refusal, long> _pending = new();
    private long _rest;

    private sealed record Refusal(
        string Actor,
        string? ActorName,
        string Action,
        string Outcome,
        string Reason,
        string? Address
    );

    /// <summary>Notes a refusal. Never waits.</summary>
    /// <param name="caller">Who was refused; null when that is not known.</param>
    /// <param name="action">What was tried, such as <c>configs.write</c>.</param>
    /// <param name="outcome"><c>denied</c> or <c>unauthenticated</c>.</param>
    /// <param name="reason">Why. Never contains what was presented.</param>
    /// <param name="origin">From where.</param>
    public void Record(Principal? caller, string action, string outcome, string reason, Origin origin)
    {
        var refusal = new Refusal(
            caller?.Id ?? "anonymous",
            caller?.Name,
            action,
            outcome,
            reason,
            origin.Address?.ToString()
        );
        var pending = _pending;
        if (pending.Count >= MaxKinds && !pending.ContainsKey(refusal))
            Interlocked.Increment(ref _rest);
        else
            pending.AddOrUpdate(refusal, 1, static (_, count) => count + 1);
    }

    /// <summary>Writes what was gathered. When the store cannot be reached it is gathered on.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var pending = Interlocked.Exchange(ref _pending, new());
        long rest = Interlocked.Exchange(ref _rest, 0);
        if (pending.IsEmpty && rest == 0)
            return;

        var now = time.GetUtcNow();
        var entries = pending
            .Select(pair => new AuditEntry
            {
                Id = ids.New(),
                Time = now,
                Actor = pair.Key.Actor,
                ActorName = pair.Key.ActorName,
                Action = pair.Key.Action,
                Outcome = pair.Key.Outcome,
                Reason = pair.Key.Reason,
                Address = pair.Key.Address,
                Count = pair.Value,
            })
            .ToList();
        if (rest > 0)
        {
            entries.Add(
                new AuditEntry
                {
                    Id = ids.New(),
                    Time = now,
                    Actor = "anonymous",
                    Action = "any",
                    Outcome = "denied",
                    Reason = $"Further refusals beyond the {MaxKinds} kinds recorded of this period.",
                    Count = rest,
                }
            );
        }

        try
        {
            var writes = entries.ConvertAll(audit.Put);
            await store.CommitSurelyAsync(new Transaction([], writes), (Write.Put)writes[0], time, ct);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            // Kept for the next attempt, within the same bound.
            foreach (var (refusal, count) in pending)
            {
                if (_pending.Count < MaxKinds)
                    _pending.AddOrUpdate(refusal, count, (_, more) => more + count);
            }

            Interlocked.Add(ref _rest, rest);
            throw;
        }
    }
}
