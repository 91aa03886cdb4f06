using System.Text.Json;
using Cairn.Core.Cryptography;
using Cairn.Storage;

namespace Cairn.Core.Audit;

/// <summary>What to look for in the audit. What is null does not limit.</summary>
public sealed record AuditQuery
{
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }
    public string? Actor { get; init; }
    public string? Action { get; init; }
    public string? Outcome { get; init; }

    /// <summary>Kind and path, such as <c>configs/payments/database</c>; all below it when it ends in a
    /// slash.</summary>
    public string? Resource { get; init; }
    public string? Change { get; init; }
}

/// <summary>Reads and writes the audit.</summary>
public sealed class AuditLog(IStore store, Keyring keyring, TimeProvider time)
{
    /// <summary>How far back a query without a start looks.</summary>
    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromDays(7);

    private readonly Journal _journal = new(store, keyring, "audit/");

    /// <summary>The write that adds an entry, for the transaction of what it is about.</summary>
    public Write Put(AuditEntry entry) =>
        _journal.Put(entry.Id, JsonSerializer.SerializeToUtf8Bytes(entry, StoredJson.Default.AuditEntry));

    /// <summary>The newest entries that match.</summary>
    /// <param name="query">What to look for.</param>
    /// <param name="mayRead">Whether the reader may see an entry.</param>
    /// <param name="before">Where the page before stopped; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the reading.</param>
    public ValueTask<JournalPage<AuditEntry>> QueryAsync(
        AuditQuery query,
        Func<AuditEntry, bool> mayRead,
        string? before,
        int limit,
        CancellationToken ct
    ) =>
        _journal.PageAsync(
            query.Since ?? (query.Until ?? time.GetUtcNow()) - DefaultPeriod,
            query.Until,
            before,
            limit,
            record =>
                Read(record) is var entry && Matches(entry, query) && mayRead(entry)
                    ? entry with
                    {
                        Intact = _journal.IsIntact(record),
                    }
                    : null,
            ct
        );

    private static AuditEntry Read(StoreRecord record) =>
        JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.AuditEntry)! with
        {
            Revision = record.Revision,
        };

    private static bool Matches(AuditEntry entry, AuditQuery query) =>
        (query.Actor is null || entry.Actor == query.Actor || entry.ActorName == query.Actor)
        && (
            query.Action is null
            || entry.Action == query.Action
            || entry.Action.StartsWith(query.Action + ".", StringComparison.Ordinal)
        )
        && (query.Outcome is null || entry.Outcome == query.Outcome)
        && (query.Change is null || entry.Change == query.Change)
        && (query.Resource is null || entry.Resources.Any(resource => Matches(resource, query.Resource)));

    private static bool Matches(AuditedResource resource, string wanted)
    {
        string address = $"{resource.Kind}/{resource.Path}";
        return address == wanted || (wanted.EndsWith('/') && address.StartsWith(wanted, StringComparison.Ordinal));
    }
}
