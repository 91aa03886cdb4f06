using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Node.Limits;
using Cairn.Server.Http;

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
            .Describe("Lists whose idempotency keys are remembered, and how many")
            .Produces<Page<IdempotencyKeysView>>();
        keys.OnDelete("", Forget)
            .WithName("ForgetIdempotencyKeys")
            .WithMetadata(
                new EndpointRule(new Permission("keys", PermissionLevel.Admin), RateClass.Write) { Target = Owner }
            )
            .Describe("Forgets idempotency keys and the answers kept for them", Caller)
            .Produces<ForgottenKeysView>();
    }

    // The key whose keys they are; all keys when it is not said.
    private static string Owner(HttpContext http) =>
        Query.Text(http.Request, "caller") is { } caller && caller.StartsWith("key:", StringComparison.Ordinal)
            ? caller[4..]
            : "";

    private static Task List(HttpContext http)
    {
        var node = CairnRequest.Of(http).Node;
        return Bodies.WriteAsync(
            http,
            200,
            new Page<IdempotencyKeysView>(node.Idempotency.Summary(node.Catalogs.Current), null),
            WireJson.Default.PageIdempotencyKeysView
        );
    }

    private static async Task Forget(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var (node, time) = (request.Node, request.Node.Options.Time);
        string? caller = Query.Text(http.Request, "caller");
        // The entry goes first: what is not in the audit cannot happen.
        var entry = new AuditEntry
        {
            Id = node.Ids.New(),
            Time = time.GetUtcNow(),
            Actor = request.Caller.Id,
            Action = "idempotency-keys.forget",
            Outcome = "success",
            Resources = [new AuditedResource("idempotency-keys", caller ?? "", null, "forget", null, null, null)],
        };
        await node.Committer.CommitAsync(request.Commit, entry, [], [], http.RequestAborted);
        int forgotten = await node.Idempotency.ForgetAsync(
            node.Catalogs.Current,
            key => caller is null || key.Caller == caller,
            http.RequestAborted
        );
        // They are gone for the caller's next request, too.
        await node.Catalogs.ReadLatestAsync(http.RequestAborted);
        await Bodies.WriteAsync(http, 200, new ForgottenKeysView(forgotten), WireJson.Default.ForgottenKeysView);
    }
}
