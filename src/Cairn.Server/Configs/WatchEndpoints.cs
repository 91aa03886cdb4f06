using System.Globalization;
using Cairn.Core;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Configs;
using Cairn.Server.Http;
using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Configs;

/// <summary><c>/api/v1/watch</c>: changes of configs as server-sent events (HTML Living Standard, section 9.2).</summary>
internal static class WatchEndpoints
{
    private const string Configs = "configs/";

    /// <summary>How many revisions a watcher may be behind before it is told to come back.</summary>
    private const int MaxLag = 20_000;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void MapWatch(this IEndpointRouteBuilder app) =>
        app.OnGet("/api/v1/watch", Watch).WithTags("Configs").WithName("Watch").RequiresSome("configs", PermissionLevel.Read).ByEnvironment()
            .Describe("Sends an event for every change of a config, from a revision on", Parameters.Prefix, Parameters.Environment, Parameters.LastEventId)
            .Produces(200, contentType: "text/event-stream");

    private static async Task Watch(HttpContext http)
    {
        var request = CairnRequest.Of(http);
        var node = request.Node;
        string prefix = Prefix(Query.Text(http.Request, "prefix"));
        if (request.Environment is { } environment)
            node.Configs.RequireEnvironment(node.Catalogs.Current, environment);

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
                seen = await SendPastAsync(node, stream, seen, link.Snapshot.Revision, ending.Token);
            await stream.HeartbeatAsync(ending.Token);
            while (true)
            {
                link = await NextAsync(link, stream, node, ending.Token);
                if (link.Gap || node.Catalogs.Current.Revision - link.Snapshot.Revision > MaxLag)
                {
                    await stream.EndAsync("You fell too far behind: list again, then watch from there.", ending.Token);
                    return;
                }

                await stream.SendAsync(link.Changes.Where(change => change.Revision > seen), ending.Token);
            }
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

    private static async Task<CatalogFeed> NextAsync(CatalogFeed link, EventStream stream, CairnNode node, CancellationToken ct)
    {
        while (true)
            try
            {
                return await link.NextAsync.WaitAsync(Heartbeat, node.Options.Time, ct);
            }
            catch (TimeoutException)
            {
                await stream.HeartbeatAsync(ct);
            }
    }

    private static async Task<CatalogFeed> CatchUpAsync(CairnNode node, long revision, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await node.Catalogs.WaitForAsync(revision, limit.Token);
            return node.Catalogs.Feed;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ProblemException(ProblemKind.Invalid, $"Revision {revision} has not happened yet.");
        }
    }

    private static async Task<long> SendPastAsync(CairnNode node, EventStream stream, long after, long through, CancellationToken ct)
    {
        // The state before each change is not at hand any more: the version before stands in for it.
        var known = new Dictionary<string, Versioned<ConfigState>>();
        // All keys are watched, for then the commit "through" is among those that come.
        await foreach (var commit in node.Store.WatchAsync("", after, ct))
        {
            var changes = new List<CatalogChange>();
            foreach (var (key, record) in commit.Changes)
            {
                if (record is null || !key.StartsWith(Configs, StringComparison.Ordinal) || !stream.Wants(key[Configs.Length..]))
                    continue;
                string path = key[Configs.Length..];
                var written = node.Kinds.Configs.Decode(record);
                if (!known.TryGetValue(path, out var before))
                    before = await node.Kinds.Configs.ReadVersionAsync(node.Store, path, written.Version - 1, ct);
                known[path] = written;
                changes.Add(new CatalogChange(commit.Revision, node.Kinds.Configs.Catalog, path, before, written));
            }

            await stream.SendAsync(changes, ct);

            if (commit.Revision >= through)
                break;
        }

        return through;
    }

    private static string Prefix(string? asked) => asked switch
    {
        null => "",
        _ when asked.StartsWith(Configs, StringComparison.Ordinal) => asked[Configs.Length..],
        "configs" => "",
        _ => throw new ProblemException(ProblemKind.Invalid, $"prefix={asked} is not acceptable: it should start with configs/."),
    };

    private static long? After(HttpRequest request)
    {
        string? last = request.Headers["Last-Event-ID"];
        if (string.IsNullOrEmpty(last))
            return Query.Number(request, "after");
        return long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long revision)
            ? revision
            : throw new ProblemException(ProblemKind.Invalid, "Last-Event-ID is the id of an earlier event: a revision.");
    }
}
