using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Cryptography;
using Cairn.Server.Http;

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
        // The entry goes first: a rotation that is not in the audit cannot happen.
        var entry = new AuditEntry
        {
            Id = TimedId.New(time),
            Time = time.GetUtcNow(),
            Actor = request.Caller.Id,
            Action = "keyring.rotate",
            Outcome = "success",
            Resources = [new AuditedResource("keyring", node.Keyring.Status().MasterKey, null, "rotate", null, null, null)],
        };
        await node.Committer.CommitAsync(request.Commit, entry, [], [], http.RequestAborted);
        await Bodies.WriteAsync(http, 200, await node.Keyring.RotateAsync(CancellationToken.None), WireJson.Default.KeyringStatus);
    }
}
