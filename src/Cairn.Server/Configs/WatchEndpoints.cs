using System.Globalization;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Environments;
using Cairn.Node;
using Cairn.Server.Http;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Configs;

/// <summary><c>/api/v1/watch</c>: changes of configs as server-sent events (HTML Living Standard, section
/// 9.2).</summary>
internal static class WatchEndpoints
{
    private const string Configs = "configs/";

    /// <summary>How many revisions a watcher may be behind before it is told to come back.</summary>
    private const int MaxLag = 20_000;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapWatch(this IEndpointRouteBuilder app) =>
        app.OnGet("/api/v1/watch", Watch)
            .WithTags("Configs")
            .WithName("Watch")
            .RequiresSome("configs", PermissionLevel.Read)
            .ByEnvironment()
            .Describe(
                "Sends an event for every change of a config, from a revision on",
                Parameters.Prefix,
                Parameters.Environment,
                Parameters.LastEventId
            )
            .Produces(200, contentType: "text/event-stream");

    private static async Task Watch(CairnRequest request, CairnNode host, HttpContext http)
    {
        var node = host.Services;
        string prefix = Prefix(Query.Text(http.Request, "prefix"));
        if (request.Environment is { } environment)
            node.Kinds.RequireEnvironment(node.Catalogs.Current, environment);

        if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.ContentType = "text/event-stream";
            return;
        }

        using var place = node.Watchers.Enter(request.Caller.Id);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, node.Stopping);
        // The link is taken before the past is read, and what both have is sent once.
        var link = node.Catalogs.Feed;
        long seen = After(http.Request) ?? link.Snapshot.Revision;
        if (seen > link.Snapshot.Revision)
            link = await CatchUpAsync(node, seen, ending.Token);

        var stream = new EventStream(http, request, prefix);
        try
        {
            if (seen < link.Snapshot.Revision)
            {
                long through = link.Snapshot.Revision;
                await foreach (
                    var told in node.Events.PastAsync(
                        link.Snapshot,
                        request.Environment,
                        stream.Wants,
                        seen,
                        through,
                        ending.Token
                    )
                )
                {
                    if (RequestPipeline.IsStillAdmitted(http))
                        await stream.SendAsync(told, endTogether: false, ending.Token);
                }

                seen = through;
            }

            await stream.HeartbeatAsync(ending.Token);
            while (await NextAsync(link, stream, http, ending.Token) is { } next)
            {
                if (next.Gap || node.Catalogs.Current.Revision - next.Snapshot.Revision > MaxLag)
                {
                    await stream.EndAsync("You fell too far behind: list again, then watch from there.", ending.Token);
                    return;
                }

                var events = node.Events.Of(link, next);
                await stream.SendAsync(
                    (request.Environment is { } name ? events.In(name) : events.All).Where(told =>
                        told.Revision > seen
                    ),
                    events.EndTogether,
                    ending.Token
                );
                link = next;
            }

            await stream.EndAsync("The credential is not valid any more.", ending.Token);
        }
        catch (RevisionCompactedException e)
        {
            if (http.Response.HasStarted)
                await stream.EndAsync(e.Message, ending.Token);
            else
                throw new ProblemException(ProblemKind.Gone, e.Message);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            await stream.EndAsync("The node is stopping: connect again.", http.RequestAborted);
        }
    }

    // Null once the caller may no longer watch.
    private static async Task<CatalogFeed?> NextAsync(
        CatalogFeed link,
        EventStream stream,
        HttpContext http,
        CancellationToken ct
    )
    {
        while (true)
        {
            try
            {
                var next = await link.NextAsync.WaitAsync(Heartbeat, CairnRequest.Of(http).Node.Options.Time, ct);
                return RequestPipeline.IsStillAdmitted(http) ? next : null;
            }
            catch (TimeoutException)
            {
                if (!RequestPipeline.IsStillAdmitted(http))
                    return null;
                await stream.HeartbeatAsync(ct);
            }
        }
    }

    // A revision that this node does not know of may be another node's, or of a store that has been set back since.
    private static async Task<CatalogFeed> CatchUpAsync(NodeServices node, long revision, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            long newest = (await node.Catalogs.ReadLatestAsync(limit.Token)).Revision;
            return newest >= revision
                ? node.Catalogs.Feed
                : throw new ProblemException(
                    ProblemKind.Gone,
                    $"Revision {revision} is not in this store, whose newest is {newest}: it has been restored "
                        + "from an older state. List again, then watch from there."
                );
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ProblemException(
                ProblemKind.Unavailable,
                $"This node has not caught up with revision {revision} yet."
            );
        }
    }

    private static string Prefix(string? asked) =>
        asked switch
        {
            null => "",
            _ when asked.StartsWith(Configs, StringComparison.Ordinal) => asked[Configs.Length..],
            "configs" => "",
            _ => throw new ProblemException(
                ProblemKind.Invalid,
                $"prefix={asked} is not acceptable: it should start with configs/."
            ),
        };

    private static long? After(HttpRequest request)
    {
        string? last = request.Headers["Last-Event-ID"];
        if (string.IsNullOrEmpty(last))
            return Query.Number(request, "after");
        return long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long revision)
            ? revision
            : throw new ProblemException(
                ProblemKind.Invalid,
                "Last-Event-ID is the id of an earlier event: a revision."
            );
    }
}
