using System.Globalization;
using Cairn.Core;
using Cairn.Node;
using Cairn.Storage.Catalogs;

namespace Cairn.Server.Http;

/// <summary>The state a read is answered from.</summary>
internal static class Snapshots
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>This node's newest state; with <c>?consistency=strong</c> one that has every commit acknowledged
    /// anywhere before; with <c>Cairn-Min-Revision</c> one that is at least as new as that.</summary>
    public static async ValueTask<CatalogSnapshot> OfAsync(HttpContext http, NodeServices node)
    {
        bool strong = Query.Text(http.Request, "consistency") switch
        {
            null or "node" => false,
            "strong" => true,
            var other => throw new ProblemException(
                ProblemKind.Invalid,
                $"consistency={other} is not acceptable: it should be strong or node."
            ),
        };
        string? least = http.Request.Headers["Cairn-Min-Revision"];
        if (!strong && least is null)
            return node.Catalogs.Current;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(Patience);
        try
        {
            if (least is not null)
            {
                if (!long.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out long revision))
                {
                    throw new ProblemException(
                        ProblemKind.Invalid,
                        "Cairn-Min-Revision is the Cairn-Revision of an earlier answer."
                    );
                }

                await node.Catalogs.WaitForAsync(revision, limit.Token);
            }

            return strong ? await node.Catalogs.ReadLatestAsync(limit.Token) : node.Catalogs.Current;
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            throw new ProblemException(
                ProblemKind.Unavailable,
                $"This node is at revision {node.Catalogs.Current.Revision} and has not reached "
                    + $"{least ?? "the store's newest"} within {Patience.TotalSeconds} seconds."
            );
        }
    }
}
