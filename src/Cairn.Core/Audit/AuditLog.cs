using System.Runtime.CompilerServices;
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

    /// <summary>Kind and path, such as <c>configs/payments/database</c>; all below it when it ends in a slash.</summary>
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

    /// <summary>The entries that match, newest first.</summary>
    /// <param name="query">What to look for.</param>
    /// <param name="before">The identifier of the last entry of the page before; null for the first page.</param>
    /// <param name="ct">Ends the reading.</param>
    public async IAsyncEnumerable<AuditEntry> QueryAsync(
        AuditQuery query, string? before, [EnumeratorCancellation] CancellationToken ct)
    {
        var until = query.Until ?? time.GetUtcNow().AddMinutes(1);
        var since = query.Since ?? until - DefaultPeriod;
        await foreach (var record in _journal.ReadAsync(since, until, before, ct))
        {
            var entry = Read(record);
            if (Matches(entry, query))
                yield return entry;
        }
    }

    private AuditEntry Read(StoreRecord record) =>
        JsonSerializer.Deserialize(record.Value.Span, StoredJson.Default.AuditEntry)! with { Revision = record.Revision, Intact = _journal.IsIntact(record) };

    private static bool Matches(AuditEntry entry, AuditQuery query) =>
        (query.Actor is null || entry.Actor == query.Actor || entry.ActorName == query.Actor)
        && (query.Action is null || entry.Action == query.Action || entry.Action.StartsWith(query.Action + ".", StringComparison.Ordinal))
        && (query.Outcome is null || entry.Outcome == query.Outcome)
        && (query.Change is null || entry.Change == query.Change)
        && (query.Resource is null || entry.Resources.Any(resource => Matches(resource, query.Resource)));

    private static bool Matches(AuditedResource resource, string wanted)
    {
        string address = $"{resource.Kind}/{resource.Path}";
        return address == wanted || (wanted.EndsWith('/') && address.StartsWith(wanted, StringComparison.Ordinal));
    }
}
