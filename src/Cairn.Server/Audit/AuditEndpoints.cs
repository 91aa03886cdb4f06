using Cairn.Core.Access;
using Cairn.Core.Audit;
using Cairn.Server.Http;

namespace Cairn.Server.Audit;

/// <summary><c>/api/v1/audit</c>.</summary>
internal static class AuditEndpoints
{
    private static readonly Permission Needed = new("audit", PermissionLevel.Admin);

    public static void MapAudit(this IEndpointRouteBuilder app) =>
        app.OnGet("/api/v1/audit", List)
            .WithTags("Audit")
            .WithName("ListAudit")
            .RequiresSome("audit", PermissionLevel.Admin)
            .Describe(
                "Lists the audit, newest first",
                Parameters.Since,
                Parameters.Until,
                Parameters.Actor,
                Parameters.Action,
                Parameters.Outcome,
                Parameters.Resource,
                Parameters.Change
            );

    private static async Task<Answer<Page<AuditView>>> List(
        CairnRequest request,
        Paging paging,
        AuditLog audit,
        RefusalRecorder refusals,
        HttpContext http
    )
    {
        var query = new AuditQuery
        {
            Since = Query.Time(http.Request, "since"),
            Until = Query.Time(http.Request, "until"),
            Actor = Query.Text(http.Request, "actor"),
            Action = Query.Text(http.Request, "action"),
            Outcome = Query.Text(http.Request, "outcome"),
            Resource = Query.Text(http.Request, "resource"),
            Change = Query.Text(http.Request, "change"),
        };
        await refusals.FlushAsync(http.RequestAborted);
        var page = await audit.QueryAsync(
            query,
            entry => MaySee(request.Caller, entry),
            paging.Cursor,
            paging.Limit,
            http.RequestAborted
        );
        return Paging.Of(page, AuditView.Of);
    }

    // A scope such as audit:admin:configs/payments/** is for entries that are about these and nothing else.
    private static bool MaySee(Principal caller, AuditEntry entry) =>
        entry.Resources.Count == 0
            ? Authorizer.Allows(caller, Needed, "", null)
            : entry.Resources.All(resource =>
                Authorizer.Allows(caller, Needed, $"{resource.Kind}/{resource.Path}", resource.Environment)
            );
}
