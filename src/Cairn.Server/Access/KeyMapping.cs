using Cairn.Core.Access;
using Cairn.Core.Keys;

namespace Cairn.Server.Access;

/// <summary>How what Core knows is told by the API.</summary>
internal static class KeyMapping
{
    extension(KeyView)
    {
        public static KeyView Of(ApiKey key, DateTimeOffset now, DateTimeOffset? lastUsedAt, string? text = null) =>
            new(
                key.Id,
                key.Name,
                key.Description,
                (KeyPermission)key.Permission,
                key.Scopes,
                key.Environments,
                key.AllowedIps,
                key.RateLimit,
                key.StatusAt(now),
                key.Secrets.Count > 0 ? key.Secrets[^1].Hint : "",
                key.CreatedAt,
                key.CreatedBy,
                key.ExpiresAt,
                key.RotatedAt,
                key.Secrets.Where(secret => secret.ExpiresAt > now).Max(secret => secret.ExpiresAt),
                key.RevokedAt,
                key.RevokedBy,
                key.RevokeReason,
                lastUsedAt,
                text
            );
    }

    extension(CallerView)
    {
        public static CallerView Of(Principal caller) =>
            new(
                caller.Id,
                caller.Name,
                (KeyPermission?)caller.HighestLevel,
                [.. caller.Grants.Where(grant => !grant.IsOnAll).Select(grant => grant.Scope)],
                [.. caller.Grants.SelectMany(grant => grant.Environments).Distinct()],
                [
                    .. caller.Grants.Select(grant => new GrantView(
                        grant.Kind,
                        (KeyPermission)grant.Level,
                        grant.Path.ToString(),
                        grant.Environments
                    )),
                ]
            );
    }
}
