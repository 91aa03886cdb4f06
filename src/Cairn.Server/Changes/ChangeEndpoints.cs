using System.Globalization;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Server.Http;

namespace Cairn.Server.Changes;

/// <summary><c>/api/v1/changes</c>.</summary>
internal static class ChangeEndpoints
{
    private const int BodyFactor = 16;

    public static void MapChanges(this IEndpointRouteBuilder app)
    {
        var changes = app.MapGroup("/api/v1/changes").WithTags("Changes");
        changes
            .OnPost("", Submit)
            .WithName("SubmitChange")
            .RequiresSome("*", PermissionLevel.Write)
            .Idempotent()
            .Describe("Commits many writes as one, or answers what they would do")
            .Takes<ChangeSubmission>()
            .Produces<ChangeView>(201)
            .Produces<ChangePreviewView>();
        changes
            .OnGet("", List)
            .WithName("ListChanges")
            .RequiresSome("*", PermissionLevel.Read)
            .Describe(
                "Lists changes, newest first",
                Parameters.Since,
                Parameters.Until,
                Parameters.Limit,
                Parameters.Cursor
            )
            .Produces<Page<ChangeView>>();
        changes
            .OnGet("/{id}", Get)
            .WithName("GetChange")
            .RequiresSome("*", PermissionLevel.Read)
            .Describe("Reads a change")
            .Produces<ChangeView>();
        changes
            .OnPost("/{id}/revert", Revert)
            .WithName("RevertChange")
            .RequiresSome("*", PermissionLevel.Write)
            .Idempotent()
            .Describe("Undoes a change, unless somebody has moved on since")
            .Takes<ChangeReversal>()
            .Produces<ChangeView>(201);
    }

    private static async Task Submit(HttpContext http)
    {
        var node = CairnRequest.Of(http).Node;
        var submission = await Bodies.ReadAsync(
            http,
            WireJson.Default.ChangeSubmission,
            node.Options.MaxBodyBytes * BodyFactor
        );
        var request = new ChangeRequest(
            node.Kinds.Read(submission.Operations),
            submission.Message ?? CommitMessage.Of(http)
        );
        await CommitAsync(http, request, submission.DryRun);
    }

    private static async Task List(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var page = await request.Node.Changes.ListAsync(
            Query.Time(http.Request, "since"),
            Query.Time(http.Request, "until"),
            change => MaySee(request.Caller, change),
            Query.Cursor(http.Request),
            Query.Limit(http.Request),
            http.RequestAborted
        );
        await Bodies.WriteAsync(http, 200, Pages.Of(page, ChangeView.Of), WireJson.Default.PageChangeView);
    }

    private static async Task Get(HttpContext http) =>
        await Bodies.WriteAsync(http, 200, ChangeView.Of(await FindAsync(http)), WireJson.Default.ChangeView);

    private static async Task Revert(HttpContext http)
    {
        var node = CairnRequest.Of(http).Node;
        var change = await FindAsync(http);
        var reversal = await Bodies.ReadAsync(http, WireJson.Default.ChangeReversal);
        await CommitAsync(
            http,
            node.Changes.Inverse(change, reversal.Message ?? CommitMessage.Of(http)),
            reversal.DryRun
        );
    }

    private static async Task CommitAsync(HttpContext http, ChangeRequest change, bool dryRun)
    {
        var request = CairnRequest.Of(http);
        if (dryRun)
        {
            var preview = await request.Node.Changes.PreviewAsync(request.Caller, change, http.RequestAborted);
            await Bodies.WriteAsync(http, 200, ChangePreviewView.Of(preview), WireJson.Default.ChangePreviewView);
            return;
        }

        var made = (await request.Node.Changes.CommitAsync(request.Commit, change, http.RequestAborted)).Change;
        http.Response.Headers["Cairn-Revision"] = made.Revision.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.Location = $"{http.Request.PathBase}/api/v1/changes/{made.Id}";
        await Bodies.WriteAsync(http, 201, ChangeView.Of(made), WireJson.Default.ChangeView);
    }

    private static async Task<Change> FindAsync(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        string id = (string)http.Request.RouteValues["id"]!;
        var change = await request.Node.Changes.GetAsync(id, http.RequestAborted);
        return change is not null && MaySee(request.Caller, change)
            ? change
            : throw new ProblemException(ProblemKind.NotFound, $"There is no change '{id}'.");
    }

    private static bool MaySee(Principal caller, Change change) =>
        change.Resources.All(resource =>
            Authorizer.Allows(
                caller,
                new Permission(resource.Kind, PermissionLevel.Read),
                resource.Path,
                resource.Environment
            )
        );
}
