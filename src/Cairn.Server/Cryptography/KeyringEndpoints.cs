using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Cryptography;
using Cairn.Core.Integrity;
using Cairn.Server.Http;
using Cairn.Storage;

namespace Cairn.Server.Cryptography;

/// <summary><c>/api/v1/keyring</c>: the encryption keys, by name only.</summary>
internal static class KeyringEndpoints
{
    public static void MapKeyring(this IEndpointRouteBuilder app)
    {
        var keyring = app.MapGroup("/api/v1/keyring").WithTags("Keyring");
        keyring
            .OnGet("", Get)
            .WithName("GetKeyring")
            .RequiresSome("keyring", PermissionLevel.Admin)
            .Describe("Lists the encryption keys by name")
            .Produces<KeyringStatus>();
        keyring
            .OnPost("/rotate", Rotate)
            .WithName("RotateKeyring")
            .RequiresSome("keyring", PermissionLevel.Admin)
            .Idempotent()
            .Describe("Starts to use new encryption keys")
            .Produces<KeyringStatus>();
        keyring
            .OnPost("/reseal", Reseal)
            .WithName("ResealStore")
            .RequiresSome("keyring", PermissionLevel.Admin)
            .Describe(
                "Seals anew what older data keys sealed, ten seconds at a time, and takes those out that nothing needs",
                Parameters.Cursor
            )
            .Produces<ResealingProgress>();
    }

    private static Task Get(HttpContext http) =>
        Bodies.WriteAsync(http, 200, CairnRequest.Of(http).Node.Keyring.Status(), WireJson.Default.KeyringStatus);

    private static async Task Rotate(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        var entry = Entry(request, "rotate");
        var together = request.Extra is { } extra
            ? new Transaction([extra.Condition], [node.Audit.Put(entry), extra.Write])
            : new Transaction([], [node.Audit.Put(entry)]);
        var status = await node.Keyring.RotateAsync(together, http.RequestAborted);
        await node.Catalogs.ReadLatestAsync(http.RequestAborted);
        await Bodies.WriteAsync(http, 200, status, WireJson.Default.KeyringStatus);
    }

    private static async Task Reseal(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        var entry = (Write.Put)node.Audit.Put(Entry(request, "reseal"));
        var progress = await node.Resealing.StepAsync(
            Query.Cursor(http.Request),
            entry,
            TimeSpan.FromSeconds(10),
            http.RequestAborted
        );
        if (progress.Retired.Count > 0)
            node.Keyring.Forget(await node.Catalogs.ReadLatestAsync(http.RequestAborted));
        await Bodies.WriteAsync(
            http,
            200,
            progress with
            {
                Next = progress.Next is { } next ? Query.MakeCursor(next) : null,
            },
            WireJson.Default.ResealingProgress
        );
    }

    private static AuditEntry Entry(CairnRequest request, string action) =>
        new()
        {
            Id = request.Node.Ids.New(),
            Time = request.Node.Options.Time.GetUtcNow(),
            Actor = request.Caller.Id,
            ActorName = request.Caller.Name,
            Address = request.Origin.Address?.ToString(),
            CorrelationId = request.Origin.CorrelationId,
            Action = "keyring." + action,
            Outcome = "success",
            Resources =
            [
                new AuditedResource("keyring", request.Node.Keyring.Status().MasterKey, null, action, null, null, null),
            ],
        };
}
