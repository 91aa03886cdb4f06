using System.Text.Json.Serialization;

namespace Cairn.Client;

/// <summary>How much may be done to a kind of resource. Each level includes those before it.</summary>
public enum KeyPermission
{
    [JsonStringEnumMemberName("read")]
    Read,

    [JsonStringEnumMemberName("write")]
    Write,

    [JsonStringEnumMemberName("delete")]
    Delete,

    [JsonStringEnumMemberName("admin")]
    Admin,
}

/// <summary>A request for a new key.</summary>
/// <param name="Name">For people.</param>
/// <param name="Permission">The highest level on anything.</param>
/// <param name="Scopes">Limits to some resources, such as <c>configs:write:payments/**</c>; none when left out.</param>
/// <param name="Environments">Limits to some environments; none when left out.</param>
/// <param name="AllowedIps">Networks in CIDR notation; anywhere when left out.</param>
/// <param name="ExpiresInDays">1 to 3650; never when left out.</param>
/// <param name="RateLimit">Such as 200/minute, for everything the key does; the server's limits when left out.</param>
/// <param name="Description">For people.</param>
public sealed record KeyCreation(
    string Name,
    KeyPermission Permission = KeyPermission.Read,
    IReadOnlyList<string>? Scopes = null,
    IReadOnlyList<string>? Environments = null,
    IReadOnlyList<string>? AllowedIps = null,
    int? ExpiresInDays = null,
    string? RateLimit = null,
    string? Description = null
);

/// <summary>A key.</summary>
/// <param name="Key">Its text: only in the answer that made it.</param>
/// <param name="Hint">Its last four characters.</param>
public sealed record KeyView(
    string Id,
    string Name,
    string? Description,
    KeyPermission Permission,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Environments,
    IReadOnlyList<string> AllowedIps,
    string? RateLimit,
    string Status,
    string Hint,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RotatedAt,
    DateTimeOffset? OverlapUntil,
    DateTimeOffset? RevokedAt,
    string? RevokedBy,
    string? RevokeReason,
    DateTimeOffset? LastUsedAt,
    string? Key
);

/// <summary>A request for a new secret.</summary>
/// <param name="OverlapSeconds">How long the old one still works; 0 to 30 days, 0 when left out.</param>
public sealed record KeyRotation(int OverlapSeconds = 0);

/// <summary>A request to end a key.</summary>
public sealed record KeyRevocation(string? Reason = null);

/// <summary>How a key has been used, on all nodes.</summary>
public sealed record KeyUsageView(
    string Id,
    long Count,
    DateTimeOffset? LastUsedAt,
    string? LastAddress,
    IReadOnlyDictionary<string, long> Endpoints,
    IReadOnlyDictionary<string, long> StatusCodes
);

/// <summary>Who the caller is, and what was granted to them.</summary>
/// <param name="Id">A name that stays, such as <c>key:0193…</c>.</param>
/// <param name="Name">What people call them.</param>
/// <param name="Permission">The highest level of their grants; null when they have none.</param>
/// <param name="Scopes">What they are limited to, such as <c>configs:write:payments/**</c>; nothing when empty.</param>
/// <param name="Environments">The environments they are limited to; nothing when empty.</param>
/// <param name="Grants">All that they may do.</param>
public sealed record CallerView(
    string Id,
    string Name,
    KeyPermission? Permission,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Environments,
    IReadOnlyList<GrantView> Grants
);

/// <summary>A permission on some resources, in some environments.</summary>
/// <param name="Kind">Of resource; <c>*</c> for any.</param>
/// <param name="Level">The highest.</param>
/// <param name="Path">Which resources; <c>**</c> for all.</param>
/// <param name="Environments">Only these, when not empty, and not what all environments share.</param>
public sealed record GrantView(string Kind, KeyPermission Level, string Path, IReadOnlyList<string> Environments);

/// <summary>Whose idempotency keys are remembered.</summary>
/// <param name="Caller">Such as <c>key:0193…</c>.</param>
/// <param name="Keys">How many.</param>
/// <param name="Oldest">When the oldest of them was used.</param>
public sealed record IdempotencyKeysView(string Caller, int Keys, DateTimeOffset Oldest);

/// <summary>How many idempotency keys were forgotten.</summary>
public sealed record ForgottenKeysView(int Forgotten);
