using Cairn.Core.Access;
using Cairn.Core.Keys;
using Cairn.Node;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Access;

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
            Permission = (PermissionLevel)creation.Permission,
            Scopes = creation.Scopes ?? [],
            Environments = creation.Environments ?? [],
            AllowedIps = creation.AllowedIps ?? [],
            ExpiresInDays = creation.ExpiresInDays,
            RateLimit = creation.RateLimit,
            Description = creation.Description,
        };
        var (key, text) = await keys.CreateAsync(request.Commit, wanted, http.RequestAborted);
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}/{key.Id}";
        return views.OfNew(key, text, http);
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
