using System.Net;

namespace Cairn.Core.Access;

/// <summary>What kind of somebody a principal is.</summary>
public enum PrincipalKind
{
    /// <summary>Cairn itself.</summary>
    System,

    /// <summary>Whoever presents an API key.</summary>
    Key,

    /// <summary>Anybody, where an API is open to all.</summary>
    Anonymous,
}

/// <summary>Who asks, and what was granted to them: what is not granted is denied.</summary>
public sealed record Principal
{
    /// <summary>Cairn itself, which may do everything.</summary>
    public static readonly Principal System = new()
    {
        Kind = PrincipalKind.System,
        Id = "system",
        Name = "cairn",
        Grants = [Grant.Everything(PermissionLevel.Admin)],
    };

    /// <summary>What kind of somebody it is.</summary>
    public required PrincipalKind Kind { get; init; }

    /// <summary>A name that stays, such as <c>key:0193…</c>: kept with what they write, and compared.</summary>
    public required string Id { get; init; }

    /// <summary>What people call them; kept beside the identifier for people to read.</summary>
    public required string Name { get; init; }

    /// <summary>What they may do; nothing when empty.</summary>
    public required IReadOnlyList<Grant> Grants { get; init; }

    /// <summary>Their own rate limit, instead of the one for everybody.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>The highest level on anything; null when nothing was granted.</summary>
    public PermissionLevel? HighestLevel => Grants.Count == 0 ? null : Grants.Max(grant => grant.Level);

    /// <summary>The identifier of the API key that they present; null when they present none.</summary>
    public string? KeyId => Kind == PrincipalKind.Key ? Id[KeyPrefix.Length..] : null;

    private const string KeyPrefix = "key:";

    /// <summary>The <see cref="Id"/> of whoever presents a key.</summary>
    public static string IdOfKey(string keyId) => KeyPrefix + keyId;
}

/// <summary>Where a request came from; recorded in the audit.</summary>
/// <param name="Address">The peer's address; null inside Cairn.</param>
/// <param name="CorrelationId">What joins the request's log lines and audit entries.</param>
public sealed record Origin(IPAddress? Address, string? CorrelationId)
{
    /// <summary>Nowhere outside.</summary>
    public static readonly Origin Internal = new(null, null);
}
