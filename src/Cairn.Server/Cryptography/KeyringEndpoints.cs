using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Cryptography;
using Cairn.Core.Integrity;
using Cairn.Node;
using Cairn.Server.Http;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

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
            .Describe("Lists the encryption keys by name");
        keyring
            .OnPost("/rotate", Rotate)
            .WithName("RotateKeyring")
            .RequiresSome("keyring", PermissionLevel.Admin)
            .Idempotent()
            .Describe("Starts to use new encryption keys");
        keyring
            .OnPost("/reseal", Reseal)
            .WithName("ResealStore")
            .RequiresSome("keyring", PermissionLevel.Admin)
            .Describe(
                "Seals anew what older data keys sealed, ten seconds at a time, and takes those out that nothing needs",
                Parameters.Cursor
            );
    }

    private static Answer<KeyringView> Get(Keyring keyring) => View(keyring.Status());

    private static async Task<Answer<KeyringView>> Rotate(
        CairnRequest request,
        Keyring keyring,
        KeyringAudit audit,
        CatalogSet catalogs,
        CancellationToken ct
    )
    {
        var entry = audit.Entry(request, "rotate");
        var together = request.Extra is { } extra
            ? new Transaction([extra.Condition], [entry, extra.Write])
            : new Transaction([], [entry]);
        var status = await keyring.RotateAsync(together, ct);
        await catalogs.ReadLatestAsync(ct);
        return View(status);
    }

    private static async Task<Answer<ResealingView>> Reseal(
        CairnRequest request,
        Resealing resealing,
        Keyring keyring,
        KeyringAudit audit,
        CatalogSet catalogs,
        HttpContext http
    )
    {
        var ct = http.RequestAborted;
        var entry = audit.Entry(request, "reseal");
        var progress = await resealing.StepAsync(Query.Cursor(http.Request), entry, TimeSpan.FromSeconds(10), ct);
        if (progress.Retired.Count > 0)
            keyring.Forget(await catalogs.ReadLatestAsync(ct));
        return new ResealingView(
            progress.Records,
            progress.Resealed,
            progress.Next is { } next ? Query.MakeCursor(next) : null,
            progress.Retired,
            progress.Kept
        );
    }

    private static KeyringView View(KeyringStatus status) =>
        new(
            status.MasterKey,
            status.MasterKeys,
            status.MasterKeyInFile,
            [.. status.DataKeys.Select(key => new DataKeyView(key.Id, key.CreatedAt, key.MasterKey, key.Primary))]
        );
}

/// <summary>Makes the entries of what is done with the keyring.</summary>
internal sealed class KeyringAudit(AuditLog audit, Keyring keyring, TimedIds ids, CairnOptions options)
{
    public Write.Put Entry(CairnRequest request, string action) =>
        (Write.Put)
            audit.Put(
                new AuditEntry
                {
                    Id = ids.New(),
                    Time = options.Time.GetUtcNow(),
                    Actor = request.Caller.Id,
                    ActorName = request.Caller.Name,
                    Address = request.Origin.Address?.ToString(),
                    CorrelationId = request.Origin.CorrelationId,
                    Action = "keyring." + action,
                    Outcome = "success",
                    Resources =
                    [
                        new AuditedResource("keyring", keyring.Status().MasterKey, null, action, null, null, null),
                    ],
                }
            );
}
