using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Keys;
using Cairn.Server.Http;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary><c>/api-keys</c>: the same keys as those of <c>/api/v1/keys</c>.</summary>
internal static class PyrmuteKeys
{
    private static readonly string[] Levels = ["read", "write", "delete", "admin"];

    public static async Task Create(HttpContext http)
    {
        var (request, input) = (CairnRequest.Of(http), new PyrmuteInput(http));
        await input.ReadBodyAsync();
        string? name = input.Text("name", required: true, least: 3, most: 255);
        string permission = input.OneOf("permission", Levels) ?? "read";
        string? description = input.Text("description", required: false, most: 1000, nullable: true);
        int? days = input.Number("expires_in_days", 1, 3650, above: 0, nullable: true);
        input.ThrowIfWrong();
        RequireAuthentication(request);
        Permission.TryParseLevel(permission, out var level);
        var (key, text) = await MakeAsync(
            request,
            now => new ApiKey
            {
                Id = request.Node.Ids.New(),
                Name = name!,
                Description = description,
                Permission = level,
                CreatedAt = now,
                CreatedBy = request.Caller.Name,
                ExpiresAt = days is { } count ? now.AddDays(count) : null,
                Secrets = [],
            },
            null,
            http.RequestAborted
        );
        await PyrmuteAnswers.WriteAsync(http, 201, json => Write(json, request, key, text));
    }

    public static Task List(HttpContext http)
    {
        var (request, input) = (CairnRequest.Of(http), new PyrmuteInput(http));
        bool revoked = input.QueryFlag("include_revoked");
        string? permission = input.QueryOneOf("permission", Levels);
        input.ThrowIfWrong();
        var keys = All(request)
            .Where(key =>
                (revoked || key.RevokedAt is null)
                && (permission is null || Permission.Name(key.Permission) == permission)
            )
            .OrderByDescending(key => key.CreatedAt)
            .ThenByDescending(key => key.Number)
            .ToList();
        return PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("keys");
                foreach (var key in keys)
                    Write(json, request, key, null);
                json.WriteEndArray();
                json.WriteNumber("total", keys.Count);
                json.WriteEndObject();
            }
        );
    }

    public static Task Stats(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var now = request.Node.Options.Time.GetUtcNow();
        var keys = All(request).ToList();
        var byStatus = keys.CountBy(key => key.StatusAt(now)).ToDictionary();
        return PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteNumber("total_keys", keys.Count);
                foreach (string status in new[] { "active", "revoked", "expired" })
                    json.WriteNumber(status + "_keys", byStatus.GetValueOrDefault(status));
                json.WriteStartObject("by_permission");
                foreach (string level in Levels)
                    json.WriteNumber(level, keys.Count(key => Permission.Name(key.Permission) == level));
                json.WriteEndObject();
                json.WriteEndObject();
            }
        );
    }

    public static Task Get(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var key = Find(request, Number(http));
        return PyrmuteAnswers.WriteAsync(http, 200, json => Write(json, request, key, null));
    }

    public static async Task Revoke(HttpContext http)
    {
        var (request, input) = (CairnRequest.Of(http), new PyrmuteInput(http));
        long number = input.PathNumber("id", "key_id");
        await input.ReadBodyAsync();
        string? revokedBy = input.Text("revoked_by", required: true, least: 1, most: 255);
        string? reason = input.Text("reason", required: false, most: 500, nullable: true);
        input.ThrowIfWrong();
        while (true)
        {
            var key = Find(request, number);
            if (key.RevokedAt is not null)
                throw new PyrmuteRefusal(400, $"API key '{key.Name}' is already revoked");
            var revoked = key with
            {
                RevokedAt = request.Node.Options.Time.GetUtcNow(),
                RevokedBy = revokedBy,
                RevokeReason = reason,
                Description = Append(key.Description, "Revocation reason", reason),
            };
            if (!await request.Node.Keys.StoreAsync(request.Commit, "revoke", [revoked], [], http.RequestAborted))
                continue;
            await PyrmuteAnswers.WriteAsync(http, 200, json => Write(json, request, revoked, null));
            return;
        }
    }

    public static async Task Rotate(HttpContext http)
    {
        var (request, input) = (CairnRequest.Of(http), new PyrmuteInput(http));
        long number = input.PathNumber("id", "key_id");
        await input.ReadBodyAsync();
        int hours = input.Number("grace_period_hours", 0, 168) ?? 24;
        string? reason = input.Text("reason", required: false, most: 500, nullable: true);
        input.ThrowIfWrong();
        RequireAuthentication(request);
        ApiKey old = null!;
        DateTimeOffset? end = null;
        var (made, text) = await MakeAsync(
            request,
            now =>
            {
                old = Find(request, number);
                if (old.RevokedAt is not null)
                    throw new PyrmuteRefusal(400, $"Cannot rotate revoked key '{old.Name}'");
                end = hours > 0 ? now.AddHours(hours) : null;
                return new ApiKey
                {
                    Id = request.Node.Ids.New(),
                    Name =
                        $"{old.Name}-rotated-{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}",
                    Description = $"Rotated from key ID {old.Number}. {reason}".Trim(),
                    Permission = old.Permission,
                    Scopes = old.Scopes,
                    Environments = old.Environments,
                    AllowedIps = old.AllowedIps,
                    RateLimit = old.RateLimit,
                    CreatedAt = now,
                    CreatedBy = request.Caller.Name,
                    ExpiresAt = old.ExpiresAt,
                    RotatedFrom = old.Number,
                    Secrets = [],
                };
            },
            (made, now) =>
                old = end is not null
                    ? old with
                    {
                        RotatedTo = made.Number,
                        RotationDue = end,
                        Description = Append(old.Description, "Rotation scheduled", reason),
                    }
                    : old with
                    {
                        RotatedTo = made.Number,
                        RevokedAt = now,
                        RevokedBy = request.Caller.Name,
                        Description = Append(old.Description, "Revoked (rotated)", reason),
                    },
            http.RequestAborted
        );
        await PyrmuteAnswers.WriteAsync(
            http,
            200,
            json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("old_key");
                Write(json, request, old, null);
                json.WritePropertyName("new_key");
                Write(json, request, made, text);
                json.WriteTime("grace_period_ends_at", end);
                json.WriteString(
                    "message",
                    end is null
                        ? "Key rotated. The old key is revoked."
                        : $"Key rotated. The old key works until it is revoked; move its users within {hours} hours."
                );
                json.WriteEndObject();
            }
        );
    }

    public static async Task Delete(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        var key = Find(request, Number(http));
        await node.Keys.DeleteAsync(request.Commit, node.KeyUsage, key.Id, http.RequestAborted);
        http.Response.StatusCode = 204;
    }

    /// <summary>A key of 32 random bytes, as the original makes them.</summary>
    public static string NewText() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    // Makes a key whose name nobody has, and perhaps changes another with it.
    private static async ValueTask<(ApiKey Key, string Text)> MakeAsync(
        CairnRequest request,
        Func<DateTimeOffset, ApiKey> make,
        Func<ApiKey, DateTimeOffset, ApiKey>? change,
        CancellationToken ct
    )
    {
        var (node, text) = (request.Node, NewText());
        long number = await node.Keys.Numbers.NextAsync(ct);
        for (int attempt = 0; attempt < 10; attempt++)
        {
            var now = node.Options.Time.GetUtcNow();
            var key = make(now) with { Number = number, Secrets = [ApiKeyService.SecretOf(text)] };
            if (node.Credentials.Find(node.Catalogs.Current, key.Name) is not null)
                throw new PyrmuteRefusal(409, $"API key with name '{key.Name}' already exists");
            ApiKey[] written = change is null ? [key] : [key, change(key, now)];
            if (
                await node.Keys.StoreAsync(
                    request.Commit,
                    change is null ? "create" : "rotate",
                    written,
                    [key.Name],
                    ct
                )
            )
            {
                return (key, text);
            }
        }

        throw new PyrmuteRefusal(409, "API keys are being changed by others. Try again.");
    }

    private static void RequireAuthentication(CairnRequest request)
    {
        if (!request.Node.Options.PyrmuteRegistry.Authentication)
            throw new PyrmuteRefusal(400, "Authentication is disabled. Enable it to manage API keys.");
    }

    private static IEnumerable<ApiKey> All(CairnRequest request) =>
        request.Node.Credentials.List(request.Node.Catalogs.Current, request.Caller);

    private static long Number(HttpContext http)
    {
        var input = new PyrmuteInput(http);
        long number = input.PathNumber("id", "key_id");
        input.ThrowIfWrong();
        return number;
    }

    private static ApiKey Find(CairnRequest request, long number) =>
        request.Node.Credentials.Find(request.Node.Catalogs.Current, number)
        ?? throw new PyrmuteRefusal(404, $"API key with ID {number} not found");

    private static string? Append(string? description, string label, string? reason) =>
        string.IsNullOrEmpty(reason) ? description
        : string.IsNullOrEmpty(description) ? $"{label}: {reason}"
        : $"{description}\n\n{label}: {reason}";

    private static void Write(Utf8JsonWriter json, CairnRequest request, ApiKey key, string? text)
    {
        var node = request.Node;
        var now = node.Options.Time.GetUtcNow();
        var usage = node.KeyUsage.Of(node.Catalogs.Current, key.Id);
        // The request being answered is a use, too, though it is counted when it ends.
        bool own = request.Caller.KeyId == key.Id;
        json.WriteStartObject();
        json.WriteNumber("id", key.Number);
        json.WriteString("name", key.Name);
        json.WriteString("permission", Permission.Name(key.Permission));
        json.WriteTime("created_at", key.CreatedAt);
        json.WriteString("created_by", key.CreatedBy);
        json.WriteTime("last_used_at", own ? now : usage.LastUsedAt);
        json.WriteNumber("use_count", usage.Count + (own ? 1 : 0));
        json.WriteTime("expires_at", key.ExpiresAt);
        json.WriteBoolean("revoked", key.RevokedAt is not null);
        json.WriteTime("revoked_at", key.RevokedAt);
        json.WriteString("revoked_by", key.RevokedBy);
        json.WriteString("description", key.Description);
        json.WriteNumberOrNull("rotated_from_id", key.RotatedFrom);
        json.WriteNumberOrNull("rotated_to_id", key.RotatedTo);
        json.WriteTime("rotation_scheduled_at", key.RotationDue);
        json.WriteBoolean("is_active", key.StatusAt(now) == "active");
        json.WriteBoolean("is_expired", key.ExpiresAt <= now);
        json.WriteBoolean("is_rotation_due", key.RevokedAt is null && key.RotationDue <= now);
        if (text is not null)
            json.WriteString("api_key", text);
        json.WriteEndObject();
    }
}
