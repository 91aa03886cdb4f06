using System.Globalization;
using System.Reflection;
using Cairn.Core;
using Cairn.Storage.Catalogs;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cairn.Server.Http;

/// <summary>The state a read is answered from, as a handler's parameter: this node's newest; with
/// <c>?consistency=strong</c> one that has every commit acknowledged anywhere before; with <c>Cairn-Min-Revision</c>
/// one that is at least as new as that.</summary>
/// <param name="Value">The state.</param>
internal sealed record RequestSnapshot(CatalogSnapshot Value)
    : IBindableFromHttpContext<RequestSnapshot>,
        IEndpointParameterMetadataProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async ValueTask<RequestSnapshot?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        new(await OfAsync(http, http.RequestServices.GetRequiredService<CatalogSet>()));

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters.Consistency);

    /// <exception cref="ProblemException">The query or the header is malformed, or this node does not get that far
    /// within ten seconds.</exception>
    public static async ValueTask<CatalogSnapshot> OfAsync(HttpContext http, CatalogSet catalogs)
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
            return catalogs.Current;

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

                await catalogs.WaitForAsync(revision, limit.Token);
            }

            return strong ? await catalogs.ReadLatestAsync(limit.Token) : catalogs.Current;
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            throw new ProblemException(
                ProblemKind.Unavailable,
                $"This node is at revision {catalogs.Current.Revision} and has not reached "
                    + $"{least ?? "the store's newest"} within {Patience.TotalSeconds} seconds."
            );
        }
    }
}
