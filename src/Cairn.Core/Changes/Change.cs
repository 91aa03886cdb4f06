using System.Text.Json.Serialization;
using Cairn.Core.Audit;

namespace Cairn.Core.Changes;

/// <summary>What was written together: the unit that is committed, audited, shown and undone.</summary>
public sealed record Change
{
    public required string Id { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }

    /// <summary>The author's <see cref="Access.Principal.Id"/>, which no other has; null in changes of before it was
    /// kept.</summary>
    public string? CreatedById { get; init; }

    public string? Message { get; init; }
    public required IReadOnlyList<AuditedResource> Resources { get; init; }

    /// <summary>The change that this one undoes.</summary>
    public string? Reverts { get; init; }

    /// <summary>The store revision it was committed as.</summary>
    [JsonIgnore]
    public long Revision { get; init; }

    /// <summary>Whether it is as Cairn wrote it: its stamp holds.</summary>
    [JsonIgnore]
    public bool Intact { get; init; } = true;
}
