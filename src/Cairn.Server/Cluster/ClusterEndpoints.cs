using Cairn.Core.Access;
using Cairn.Node;
using Cairn.Node.Cluster;
using Cairn.Server.Http;
using Cairn.Storage;

namespace Cairn.Server.Cluster;

/// <summary><c>/api/v1/cluster</c>.</summary>
internal static class ClusterEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void MapCluster(this IEndpointRouteBuilder app) =>
        app.OnGet("/api/v1/cluster", Get)
            .WithTags("Cluster")
            .WithName("GetCluster")
            .RequiresSome("cluster", PermissionLevel.Read)
            .Describe("The nodes, and the engine below them");

    private static async Task<Answer<ClusterView>> Get(CairnNode host, CancellationToken ct)
    {
        var node = host.Services;
        var options = node.Options;
        var current = node.Catalogs.Current;
        string engine = StoreFactory.EngineOf(options);
        if (node.Cluster is not { } cluster)
        {
            var self = new NodeView(
                options.NodeId,
                "up",
                true,
                CairnNode.Version,
                node.StartedAt,
                options.Time.GetUtcNow(),
                current.Revision,
                0
            );
            return new ClusterView("standalone", engine, self.Id, current.Revision, null, self.Id, [self], []);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        string? leader = await LeaderAsync(cluster, limit.Token);
        return new ClusterView(
            "replica",
            engine,
            options.NodeId,
            current.Revision,
            node.StaleSeconds,
            leader,
            [
                .. cluster
                    .Registry.Nodes(current)
                    .Select(entry => new NodeView(
                        entry.Record.Id,
                        entry.IsUp ? "up" : "down",
                        entry.Record.Id == leader,
                        entry.Record.Version,
                        entry.Record.StartedAt,
                        // What is gone falls behind further than it knew.
                        entry.Record.SeenAt,
                        entry.Record.Revision,
                        entry.IsUp ? entry.Record.Lag : Math.Max(0, current.Revision - entry.Record.Revision)
                    )),
            ],
            [
                .. (await MembersAsync(node, limit.Token)).Select(member => new MemberView(
                    member.Name,
                    member.Role,
                    member.Problem is null ? "healthy" : "unhealthy",
                    member.Version,
                    member.Bytes,
                    member.Problem
                )),
            ]
        );
    }

    // It is asked when something is wrong: what is wrong is part of the answer.
    private static async Task<IReadOnlyList<EngineMember>> MembersAsync(NodeServices node, CancellationToken ct)
    {
        try
        {
            return node.Store is IEngineHealth engine ? await engine.MembersAsync(ct) : [];
        }
        catch (Exception e)
            when (e is StoreException || (e is OperationCanceledException && ct.IsCancellationRequested))
        {
            return
            [
                new EngineMember(
                    StoreFactory.EngineOf(node.Options),
                    "unknown",
                    "",
                    0,
                    e is StoreException ? e.Message : "it does not answer"
                ),
            ];
        }
    }

    private static async Task<string?> LeaderAsync(ClusterService cluster, CancellationToken ct)
    {
        if (cluster.Contact.IsStale)
            return null;
        try
        {
            return await cluster.LeaderAsync(ct);
        }
        catch (Exception e)
            when (e is StoreException || (e is OperationCanceledException && ct.IsCancellationRequested))
        {
            return null;
        }
    }
}
