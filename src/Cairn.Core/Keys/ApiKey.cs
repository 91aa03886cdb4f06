using System.Net;
using System.Text.Json.Serialization;
using Cairn.Core.Access;

namespace Cairn.Core.Keys;

/// <summary>An API key as it is stored. The key itself is not: only the SHA-256 of it.</summary>
public sealed record ApiKey
{
    public required string Id { get; init; }

    /// <summary>A short number, unique among keys, for systems that call keys by one.</summary>
    public long Number { get; init; }

    public required string Name { get; init; }
    public string? Description { get; init; }
    public required PermissionLevel Permission { get; init; }
    public IReadOnlyList<string> Scopes { get; init; } = [];
    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>Networks in CIDR notation; from anywhere when empty.</summary>
    public IReadOnlyList<string> AllowedIps { get; init; } = [];

    /// <summary>Such as <c>200/minute</c>; null for the server's own limit.</summary>
    public string? RateLimit { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? RotatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
    public string? RevokedBy { get; init; }
    public string? RevokeReason { get; init; }

    /// <summary>The number of the key that this one is to take the place of.</summary>
    public long? RotatedFrom { get; init; }

    /// <summary>The number of the key that is to take this one's place.</summary>
    public long? RotatedTo { get; init; }

    /// <summary>When it should be out of use. It is valid after that as before, until it is revoked.</summary>
    public DateTimeOffset? RotationDue { get; init; }

    /// <summary>The bcrypt hash it was imported with, until it is used for the first time. It has no secrets till
    /// then.</summary>
    public string? ForeignHash { get; init; }

    /// <summary>The newest last; those before it are valid until their own end, after a rotation with
    /// overlap.</summary>
    public required IReadOnlyList<ApiKeySecret> Secrets { get; init; }

    /// <summary>Counts its writes, so that an older state of it is not taken for the newest.</summary>
    public long Version { get; init; }

    /// <summary>The store revision of this state.</summary>
    [JsonIgnore]
    public long Revision { get; init; }

    /// <summary>Active, expired or revoked, as of <paramref name="now"/>.</summary>
    public string StatusAt(DateTimeOffset now) =>
        RevokedAt is not null ? "revoked"
        : ExpiresAt <= now ? "expired"
        : "active";
}

/// <summary>One secret of a key.</summary>
/// <param name="Hash">SHA-256 in hexadecimal digits.</param>
/// <param name="Hint">The last four characters, for people to tell keys apart.</param>
/// <param name="ExpiresAt">When it ends, if it was rotated out.</param>
public sealed record ApiKeySecret(string Hash, string Hint, DateTimeOffset? ExpiresAt);

/// <summary>An <see cref="ApiKey"/> made ready to be checked on every request.</summary>
public sealed class ApiKeyCredential
{
    private readonly IPNetwork[] _networks;

    public ApiKeyCredential(ApiKey key)
    {
        Key = key;
        _networks = [.. key.AllowedIps.Select(text => IPNetwork.Parse(Network(text)))];
        RateLimit? limit = null;
        if (key.RateLimit is { } text)
            Access.RateLimit.TryParse(text, out limit);
        Caller = new Principal
        {
            Kind = PrincipalKind.Key,
            Id = Principal.IdOfKey(key.Id),
            Name = key.Name,
            Grants =
                key.Scopes.Count == 0
                    ? [Grant.Everything(key.Permission) with { Environments = key.Environments }]
                    :
                    [
                        .. key.Scopes.Select(scope =>
                            Scope.TryParse(scope, out _)!.ToGrant(key.Permission, key.Environments)
                        ),
                    ],
            RateLimit = limit,
        };
        Accepted = new Authentication.Accepted(Caller);
    }

    public ApiKey Key { get; }
    public Principal Caller { get; }

    /// <summary>The answer to a request that presents it rightly, made once.</summary>
    public Authentication.Accepted Accepted { get; }

    // Keys of before networks were checked strictly may name a single address.
    private static string Network(string text) =>
        IPAddress.TryParse(text, out var address)
            ? $"{text}/{(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)}"
            : text;

    /// <summary>Whether a request from this address may use the key.</summary>
    public bool AllowsAddress(IPAddress? address)
    {
        if (_networks.Length == 0)
            return true;
        if (address is null)
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var network in _networks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
