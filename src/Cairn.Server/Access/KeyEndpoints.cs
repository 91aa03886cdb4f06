using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Keys;
using Cairn.Server.Http;

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
            .Describe("Makes an API key; its text is in this answer only")
            .Takes<KeyCreation>()
            .Produces<KeyView>(201);
        keys.OnGet("", List)
            .WithName("ListKeys")
            .RequiresSome("keys", PermissionLevel.Admin)
            .Describe("Lists the keys", Parameters.Limit, Parameters.Cursor, Parameters.Consistency)
            .Produces<Page<KeyView>>();
        keys.OnGet("/{id}", Get)
            .WithName("GetKey")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Describe("Reads a key", Parameters.Consistency)
            .Produces<KeyView>();
        keys.OnPost("/{id}/rotate", Rotate)
            .WithName("RotateKey")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Idempotent()
            .Describe("Gives a key a new secret; the old one may go on for a while")
            .Takes<KeyRotation>()
            .Produces<KeyView>();
        keys.OnPost("/{id}/revoke", Revoke)
            .WithName("RevokeKey")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Idempotent()
            .Describe("Ends a key for good")
            .Takes<KeyRevocation>()
            .Produces<KeyView>();
        keys.OnGet("/{id}/usage", Usage)
            .WithName("GetKeyUsage")
            .Requires("keys", PermissionLevel.Admin, pathFrom: "id")
            .Describe("Reads how a key has been used", Parameters.Consistency)
            .Produces<KeyUsageView>();
        app.OnGet("/api/v1/auth/whoami", WhoAmI)
            .WithTags("Keys")
            .WithName("WhoAmI")
            .RequiresSome("*", PermissionLevel.Read)
            .Describe("Reads who the caller is")
            .Produces<CallerView>();
    }

    private static async Task Create(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var creation = await Bodies.ReadAsync(http, WireJson.Default.KeyCreation);
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
        var (key, text) = await request.Node.Keys.CreateAsync(request.Commit, wanted, http.RequestAborted);
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}/{key.Id}";
        await WriteAsync(http, 201, key, text);
    }

    private static async Task List(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        int limit = Query.Limit(http.Request);
        var snapshot = await Snapshots.OfAsync(http, request.Node);
        var found = request
            .Node.Credentials.List(snapshot, request.Caller, Query.Cursor(http.Request))
            .Take(limit + 1)
            .ToList();
        var now = request.Node.Options.Time.GetUtcNow();
        var items = found
            .Take(limit)
            .Select(key => KeyView.Of(key, now, request.Node.KeyUsage.Of(snapshot, key.Id).LastUsedAt));
        await Bodies.WriteAsync(
            http,
            200,
            new Page<KeyView>([.. items], found.Count > limit ? Query.MakeCursor(found[limit - 1].Id) : null),
            WireJson.Default.PageKeyView
        );
    }

    private static async Task Get(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        await Snapshots.OfAsync(http, request.Node);
        await WriteAsync(http, 200, Find(request), null);
    }

    private static async Task Rotate(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var rotation = await Bodies.ReadAsync(http, WireJson.Default.KeyRotation);
        var (key, text) = await request.Node.Keys.RotateAsync(
            request.Commit,
            request.Path,
            TimeSpan.FromSeconds(rotation.OverlapSeconds),
            http.RequestAborted
        );
        await WriteAsync(http, 200, key, text);
    }

    private static async Task Revoke(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var revocation = await Bodies.ReadAsync(http, WireJson.Default.KeyRevocation);
        var key = await request.Node.Keys.RevokeAsync(
            request.Commit,
            request.Path,
            revocation.Reason,
            http.RequestAborted
        );
        await WriteAsync(http, 200, key, null);
    }

    private static async Task Usage(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var usage = request.Node.KeyUsage.Of(await Snapshots.OfAsync(http, request.Node), Find(request).Id);
        await Bodies.WriteAsync(
            http,
            200,
            new KeyUsageView(
                request.Path,
                usage.Count,
                usage.LastUsedAt,
                usage.LastAddress,
                usage.Endpoints,
                usage.StatusCodes
            ),
            WireJson.Default.KeyUsageView
        );
    }

    private static Task WhoAmI(HttpContext http)
    {
        var caller = CairnRequest.Of(http).Caller;
        return Bodies.WriteAsync(http, 200, CallerView.Of(caller), WireJson.Default.CallerView);
    }

    private static ApiKey Find(CairnRequest request) =>
        request.Node.Credentials.Get(request.Node.Catalogs.Current, request.Path)
        ?? throw new ProblemException(ProblemKind.NotFound, $"There is no key '{request.Path}'.");

    private static Task WriteAsync(HttpContext http, int status, ApiKey key, string? text)
    {
        var node = CairnRequest.Of(http).Node;
        if (text is not null)
            http.Response.Headers.CacheControl = "no-store";
        var lastUsedAt = node.KeyUsage.Of(node.Catalogs.Current, key.Id).LastUsedAt;
        return Bodies.WriteAsync(
            http,
            status,
            KeyView.Of(key, node.Options.Time.GetUtcNow(), lastUsedAt, text),
            WireJson.Default.KeyView
        );
    }
}
