namespace Cairn.Client;

/// <summary>An entry of the audit.</summary>
/// <param name="Intact">Whether it is as Cairn wrote it; false when somebody altered it in the store.</param>
public sealed record AuditView(
    string Id,
    DateTimeOffset Time,
    string Actor,
    string? ActorName,
    string Action,
    string Outcome,
    IReadOnlyList<ChangedResource> Resources,
    string? Change,
    string? Message,
    string? Reason,
    string? Address,
    string? CorrelationId,
    long Count,
    long Revision,
    bool Intact
);

/// <summary>What came of looking through the whole store.</summary>
/// <param name="Records">How many records were looked at.</param>
/// <param name="Findings">What somebody else wrote, altered, put back or removed.</param>
public sealed record IntegrityView(long Records, IReadOnlyList<IntegrityFindingView> Findings);

/// <summary>Something in the store that Cairn did not leave there.</summary>
/// <param name="Key">The store key.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record IntegrityFindingView(string Key, string Problem);
