using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Core.Changes;
using Cairn.Node;
using Cairn.Node.Limits;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Limits;

/// <summary><c>/api/v1/idempotency-keys</c>: which callers' keys are remembered, and how to have them
/// forgotten.</summary>
internal static class IdempotencyEndpoints
{
    private static readonly Parameter Caller = new("caller", "string", "Only those of this caller, such as key:0193….");

    public static void MapIdempotencyKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/v1/idempotency-keys").WithTags("Keys");
        keys.OnGet("", List)
            .WithName("ListIdempotencyKeys")
            .RequiresSome("keys", PermissionLevel.Admin)
            .Describe("Lists whose idempotency keys are remembered, and how many");
        keys.OnDelete("", Forget)
            .WithName("ForgetIdempotencyKeys")
            .WithMetadata(
                new EndpointRule(new Permission("keys", PermissionLevel.Admin), RateClass.Write) { Target = Owner }
            )
            .Describe("Forgets idempotency keys and the answers kept for them", Caller);
    }

    // The key whose keys they are; all keys when it is not said.
    private static string Owner(HttpContext http) =>
        Query.Text(http.Request, "caller") is { } caller && caller.StartsWith("key:", StringComparison.Ordinal)
            ? caller[4..]
            : "";

    private static Answer<Page<IdempotencyKeysView>> List(Idempotency idempotency, CatalogSet catalogs) =>
        new Page<IdempotencyKeysView>(
            [
                .. idempotency
                    .Summary(catalogs.Current)
                    .Select(keys => new IdempotencyKeysView(keys.Caller, keys.Keys, keys.Oldest)),
            ],
            null
        );

    private static async Task<Answer<ForgottenKeysView>> Forget(
        CairnRequest request,
        Idempotency idempotency,
        Committer committer,
        CatalogSet catalogs,
        TimedIds ids,
        CairnOptions options,
        HttpContext http
    )
    {
        var ct = http.RequestAborted;
        string? caller = Query.Text(http.Request, "caller");
        // The entry goes first: what is not in the audit cannot happen.
        var entry = new AuditEntry
        {
            Id = ids.New(),
            Time = options.Time.GetUtcNow(),
            Actor = request.Caller.Id,
            Action = "idempotency-keys.forget",
            Outcome = "success",
            Resources = [new AuditedResource("idempotency-keys", caller ?? "", null, "forget", null, null, null)],
        };
        await committer.CommitAsync(request.Commit, entry, [], [], ct);
        int forgotten = await idempotency.ForgetAsync(
            catalogs.Current,
            key => caller is null || key.Caller == caller,
            ct
        );
        // They are gone for the caller's next request, too.
        await catalogs.ReadLatestAsync(ct);
        return new ForgottenKeysView(forgotten);
    }
}
