using System.Net;

namespace Cairn.Core.Access;

/// <summary>Who asks, and what they are limited to.</summary>
public sealed record Caller
{
    /// <summary>Cairn itself, which may do everything.</summary>
    public static readonly Caller System = new() { Id = "system", Name = "cairn", Level = PermissionLevel.Admin };

    /// <summary>A stable name of the credential, such as <c>key:0193…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it; recorded as the author of what it writes.</summary>
    public required string Name { get; init; }

    /// <summary>The highest level on anything.</summary>
    public required PermissionLevel Level { get; init; }

    /// <summary>When not empty, only what one of them covers.</summary>
    public IReadOnlyList<Scope> Scopes { get; init; } = [];

    /// <summary>When not empty, only these environments, and not the base that all of them share.</summary>
    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>The caller's own rate limit, instead of the one for everybody.</summary>
    public RateLimit? RateLimit { get; init; }
}

/// <summary>Where a request came from; recorded in the audit.</summary>
/// <param name="Address">The peer's address; null inside Cairn.</param>
/// <param name="CorrelationId">What joins the request's log lines and audit entries.</param>
public sealed record Origin(IPAddress? Address, string? CorrelationId)
{
    /// <summary>Nowhere outside.</summary>
    public static readonly Origin Internal = new(null, null);
}
