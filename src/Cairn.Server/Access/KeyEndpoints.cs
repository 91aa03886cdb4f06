using Cairn.Core.Access;
using Cairn.Core.Keys;
using Cairn.Node;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Access;

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
    PermissionLevel Permission = PermissionLevel.Read,
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
    PermissionLevel Permission,
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
)
{
    public static KeyView Of(ApiKey key, DateTimeOffset now, DateTimeOffset? lastUsedAt, string? text = null) =>
        new(
            key.Id,
            key.Name,
            key.Description,
            key.Permission,
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
    PermissionLevel? Permission,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Environments,
    IReadOnlyList<GrantView> Grants
)
{
    public static CallerView Of(Principal caller) =>
        new(
            caller.Id,
            caller.Name,
            caller.HighestLevel,
            [.. caller.Grants.Where(grant => !grant.IsOnAll).Select(grant => grant.Scope)],
            [.. caller.Grants.SelectMany(grant => grant.Environments).Distinct()],
            [
                .. caller.Grants.Select(grant => new GrantView(
                    grant.Kind,
                    grant.Level,
                    grant.Path.ToString(),
                    grant.Environments
                )),
            ]
        );
}

/// <summary>A permission on some resources, in some environments.</summary>
/// <param name="Kind">Of resource; <c>*</c> for any.</param>
/// <param name="Level">The highest.</param>
/// <param name="Path">Which resources; <c>**</c> for all.</param>
/// <param name="Environments">Only these, when not empty, and not what all environments share.</param>
public sealed record GrantView(string Kind, PermissionLevel Level, string Path, IReadOnlyList<string> Environments);

/// <summary><c>/api/v1/keys</c> and <c>/api/v1/auth/whoami</c>.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/v1/keys").WithTags("Keys");
        keys.OnPost("", Create)
            .WithName("CreateKey")
            .RequiresSome("keys", PermissionLevel.Admin)
            .Idempotent()
            .Describe("Makes an API key; its text is in this answer only");
        keys.OnGet("", List)
            .WithName("ListKeys")
            .RequiresSome("keys", PermissionLevel.Admin)
            .Describe("Lists the keys");
        keys.OnGet("/{id}", Get)
            .WithName("GetKey")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Describe("Reads a key");
        keys.OnPost("/{id}/rotate", Rotate)
            .WithName("RotateKey")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Idempotent()
            .Describe("Gives a key a new secret; the old one may go on for a while");
        keys.OnPost("/{id}/revoke", Revoke)
            .WithName("RevokeKey")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Idempotent()
            .Describe("Ends a key for good");
        keys.OnGet("/{id}/usage", Usage)
            .WithName("GetKeyUsage")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Describe("Reads how a key has been used");
    }

    public static void MapWhoAmI(this IEndpointRouteBuilder app) =>
        app.OnGet("/api/v1/auth/whoami", WhoAmI)
            .WithTags("Keys")
            .WithName("WhoAmI")
            .RequiresSome("*", PermissionLevel.Read)
            .Describe("Reads who the caller is");

    private static async Task<Made<KeyView>> Create(
        CairnRequest request,
        ApiKeyService keys,
        KeyViews views,
        Body<KeyCreation> body,
        HttpContext http
    )
    {
        var creation = body.Value;
        var wanted = new ApiKeyRequest
        {
            Name = creation.Name,
            Permission = creation.Permission,
            Scopes = creation.Scopes ?? [],
            Environments = creation.Environments ?? [],
            AllowedIps = creation.AllowedIps ?? [],
            ExpiresInDays = creation.ExpiresInDays,
            RateLimit = creation.RateLimit,
            Description = creation.Description,
        };
        var (key, text) = await keys.CreateAsync(request.Commit, wanted, http.RequestAborted);
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}/{key.Id}";
        return new Made<KeyView>(views.OfNew(key, text, http));
    }

    private static Answer<Page<KeyView>> List(
        CairnRequest request,
        RequestSnapshot snapshot,
        Paging paging,
        ApiKeyCatalog credentials,
        KeyViews views
    ) =>
        paging.Of(
            credentials.List(snapshot.Value, request.Caller, paging.Cursor),
            key => views.Of(snapshot.Value, key),
            key => key.Id
        );

    private static Answer<KeyView> Get(
        CairnRequest request,
        RequestSnapshot snapshot,
        ApiKeyCatalog credentials,
        KeyViews views
    ) => views.Of(snapshot.Value, credentials.Require(snapshot.Value, request.Path));

    private static async Task<Answer<KeyView>> Rotate(
        CairnRequest request,
        ApiKeyService keys,
        KeyViews views,
        Body<KeyRotation> body,
        HttpContext http
    )
    {
        var overlap = TimeSpan.FromSeconds(body.Value.OverlapSeconds);
        var (key, text) = await keys.RotateAsync(request.Commit, request.Path, overlap, http.RequestAborted);
        return views.OfNew(key, text, http);
    }

    private static async Task<Answer<KeyView>> Revoke(
        CairnRequest request,
        ApiKeyService keys,
        KeyViews views,
        CatalogSet catalogs,
        Body<KeyRevocation> body,
        CancellationToken ct
    )
    {
        var key = await keys.RevokeAsync(request.Commit, request.Path, body.Value.Reason, ct);
        return views.Of(catalogs.Current, key);
    }

    private static Answer<KeyUsageView> Usage(
        CairnRequest request,
        RequestSnapshot snapshot,
        ApiKeyCatalog credentials,
        KeyUsageRecorder usages
    )
    {
        var usage = usages.Of(snapshot.Value, credentials.Require(snapshot.Value, request.Path).Id);
        return new KeyUsageView(
            request.Path,
            usage.Count,
            usage.LastUsedAt,
            usage.LastAddress,
            usage.Endpoints,
            usage.StatusCodes
        );
    }

    private static Answer<CallerView> WhoAmI(CairnRequest request) => CallerView.Of(request.Caller);
}

/// <summary>Tells of keys, with when they were used last.</summary>
internal sealed class KeyViews(CatalogSet catalogs, KeyUsageRecorder usages, CairnOptions options)
{
    public KeyView Of(CatalogSnapshot snapshot, ApiKey key) => Of(snapshot, key, null);

    /// <summary>The one answer that has the key's text, which nobody on the way is to keep.</summary>
    public KeyView OfNew(ApiKey key, string text, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Of(catalogs.Current, key, text);
    }

    private KeyView Of(CatalogSnapshot snapshot, ApiKey key, string? text) =>
        KeyView.Of(key, options.Time.GetUtcNow(), usages.Of(snapshot, key.Id).LastUsedAt, text);
}
