using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Cryptography;
using Cairn.Server.Http;
using Cairn.Storage;

namespace Cairn.Server.Cryptography;

/// <summary><c>/api/v1/keyring</c>: the encryption keys, by name only.</summary>
internal static class KeyringEndpoints
{
    public static void MapKeyring(this IEndpointRouteBuilder app)
    {
        var keyring = app.MapGroup("/api/v1/keyring").WithTags("Keyring");
        keyring.OnGet("", Get).WithName("GetKeyring").RequiresSome("keyring", PermissionLevel.Admin)
            .Describe("Lists the encryption keys by name").Produces<KeyringStatus>();
        keyring.OnPost("/rotate", Rotate).WithName("RotateKeyring").RequiresSome("keyring", PermissionLevel.Admin).Idempotent()
            .Describe("Starts to use new encryption keys").Produces<KeyringStatus>();
    }

    private static Task Get(HttpContext http) =>
        Bodies.WriteAsync(http, 200, CairnRequest.Of(http).Node.Keyring.Status(), WireJson.Default.KeyringStatus);

    private static async Task Rotate(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        var time = node.Options.Time;
        var entry = new AuditEntry
        {
            Id = node.Ids.New(),
            Time = time.GetUtcNow(),
            Actor = request.Caller.Id,
            ActorName = request.Caller.Name,
            Address = request.Origin.Address?.ToString(),
            CorrelationId = request.Origin.CorrelationId,
            Action = "keyring.rotate",
            Outcome = "success",
            Resources = [new AuditedResource("keyring", node.Keyring.Status().MasterKey, null, "rotate", null, null, null)],
        };
        var together = request.Extra is { } extra
            ? new Transaction([extra.Condition], [node.Audit.Put(entry), extra.Write])
            : new Transaction([], [node.Audit.Put(entry)]);
        var status = await node.Keyring.RotateAsync(together, http.RequestAborted);
        await node.Catalogs.ReadLatestAsync(http.RequestAborted);
        await Bodies.WriteAsync(http, 200, status, WireJson.Default.KeyringStatus);
    }
}
