using System.Text.Json.Serialization;

namespace Cairn.Core.Audit;

/// <summary>One entry of the audit: who did what to which resources, when, from where, with which result.</summary>
public sealed record AuditEntry
{
    public required string Id { get; init; }
    public required DateTimeOffset Time { get; init; }

    /// <summary>The credential, such as <c>key:0193…</c>; <c>anonymous</c> when there was none that is known.</summary>
    public required string Actor { get; init; }
    public string? ActorName { get; init; }

    /// <summary>Kind and verb, such as <c>configs.put</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>success</c>, <c>denied</c> or <c>unauthenticated</c>.</summary>
    public required string Outcome { get; init; }
    public IReadOnlyList<AuditedResource> Resources { get; init; } = [];

    /// <summary>The change that was made with it.</summary>
    public string? Change { get; init; }
    public string? Message { get; init; }

    /// <summary>Why it was refused.</summary>
    public string? Reason { get; init; }
    public string? Address { get; init; }
    public string? CorrelationId { get; init; }

    /// <summary>How many alike requests the entry stands for: refusals are gathered for a few seconds.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The store revision it was written in: the audit's own order.</summary>
    [JsonIgnore]
    public long Revision { get; init; }

    /// <summary>Whether it is as Cairn wrote it: its stamp holds.</summary>
    [JsonIgnore]
    public bool Intact { get; init; } = true;
}

/// <summary>A resource of a change or an audit entry.</summary>
/// <param name="Kind">As in the API's paths.</param>
/// <param name="Path">Which one.</param>
/// <param name="Environment">The environment whose part of it was meant; null for the whole.</param>
/// <param name="Action">What was done, such as <c>put</c> or <c>delete</c>.</param>
/// <param name="VersionBefore">0 when it was new; null for what has no versions.</param>
/// <param name="VersionAfter">The version that was made.</param>
/// <param name="Digest">SHA-256 of the version's record as it is stored, which is encrypted.</param>
public sealed record AuditedResource(
    string Kind,
    string Path,
    string? Environment,
    string Action,
    long? VersionBefore,
    long? VersionAfter,
    string? Digest
);
