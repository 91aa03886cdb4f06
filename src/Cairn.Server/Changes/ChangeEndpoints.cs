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
            .Takes<ChangeSet>()
            .TakesUpTo(BodyFactor)
            .Produces<ChangeView>(201)
            .Produces<ChangePreviewView>();
        changes
            .OnGet("", List)
            .WithName("ListChanges")
            .RequiresSome("*", PermissionLevel.Read)
            .Describe("Lists changes, newest first", Parameters.Since, Parameters.Until);
        changes
            .OnGet("/{id}", Get)
            .WithName("GetChange")
            .RequiresSome("*", PermissionLevel.Read)
            .Describe("Reads a change");
        changes
            .OnPost("/{id}/revert", Revert)
            .WithName("RevertChange")
            .RequiresSome("*", PermissionLevel.Write)
            .Idempotent()
            .Describe("Undoes a change, unless somebody has moved on since")
            .Produces<ChangeView>(201);
    }

    private static Task<IResult> Submit(
        RequestChanges writes,
        ChangeService changes,
        ResourceKinds kinds,
        CairnRequest request,
        Body<ChangeSubmission> body,
        HttpContext http
    )
    {
        var submission = body.Value;
        var change = new ChangeRequest(kinds.Read(submission.Operations), writes.Message(submission.Message));
        return CommitAsync(writes, changes, change, submission.DryRun, request, http);
    }

    private static async Task<Answer<Page<ChangeView>>> List(
        CairnRequest request,
        Paging paging,
        ChangeService changes,
        HttpContext http
    )
    {
        var page = await changes.ListAsync(
            Query.Time(http.Request, "since"),
            Query.Time(http.Request, "until"),
            change => MaySee(request.Caller, change),
            paging.Cursor,
            paging.Limit,
            http.RequestAborted
        );
        return Paging.Of(page, ChangeView.Of);
    }

    private static async Task<Answer<ChangeView>> Get(
        string id,
        CairnRequest request,
        ChangeService changes,
        CancellationToken ct
    ) => ChangeView.Of(await FindAsync(changes, request.Caller, id, ct));

    private static async Task<IResult> Revert(
        string id,
        RequestChanges writes,
        ChangeService changes,
        CairnRequest request,
        Body<ChangeReversal> body,
        HttpContext http
    )
    {
        var change = await FindAsync(changes, request.Caller, id, http.RequestAborted);
        var inverse = changes.Inverse(change, writes.Message(body.Value.Message));
        return await CommitAsync(writes, changes, inverse, body.Value.DryRun, request, http);
    }

    private static async Task<IResult> CommitAsync(
        RequestChanges writes,
        ChangeService changes,
        ChangeRequest change,
        bool dryRun,
        CairnRequest request,
        HttpContext http
    )
    {
        if (dryRun)
        {
            var preview = await changes.PreviewAsync(request.Caller, change, http.RequestAborted);
            return new JsonAnswer<ChangePreviewView>(StatusCodes.Status200OK, ChangePreviewView.Of(preview));
        }

        if (!(await writes.CommitAsync(change)).IsDone(out var made, out var problem))
            return new Refusal(problem);
        http.Response.Headers.Location = $"{http.Request.PathBase}/api/v1/changes/{made.Change.Id}";
        return new JsonAnswer<ChangeView>(StatusCodes.Status201Created, ChangeView.Of(made.Change));
    }

    private static async Task<Change> FindAsync(
        ChangeService changes,
        Principal caller,
        string id,
        CancellationToken ct
    ) =>
        await changes.GetAsync(id, ct) is { } change && MaySee(caller, change)
            ? change
            : throw new ProblemException(ProblemKind.NotFound, $"There is no change '{id}'.");

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
