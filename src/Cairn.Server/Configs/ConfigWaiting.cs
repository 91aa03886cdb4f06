using Cairn.Core;
using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Server.Http;

namespace Cairn.Server.Configs;

/// <summary>Long polls: <c>?wait=30s</c> with <c>If-None-Match</c>.</summary>
internal static class ConfigWaiting
{
    /// <summary>The longest <c>wait</c>.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>The tag of what is not there yet.</summary>
    public const string NoVersion = "\"0\"";

    // While commits come thick and fast, one look in this time is enough.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until the config is not what the caller knows, the time is over, or the caller would not be let
    /// in any more, which whoever answers has to ask for.</summary>
    public static async Task<RenderedConfig?> WaitForNewsAsync(
        HttpContext http,
        CairnRequest request,
        DocumentFormat format,
        TimeSpan wait
    )
    {
        var node = request.Node;
        var known = http.Request.Headers.IfNoneMatch;
        if (known.Count == 0)
        {
            throw new ProblemException(
                ProblemKind.Invalid,
                "wait needs If-None-Match with the ETag you know, or \"0\" to wait for the first version."
            );
        }

        using var place = node.Watchers.Enter(request.Caller.Id);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, node.Stopping);
        limit.CancelAfter(wait);
        RenderedConfig? config = null;
        try
        {
            var link = node.Catalogs.Feed;
            while (true)
            {
                config = node.Configs.Read(
                    node.Catalogs.Current,
                    request.Caller,
                    request.Path,
                    request.Environment,
                    limit.Token
                );
                if (!EntityTags.IsKnown(known, config is null ? NoVersion : ConfigAnswers.TagOf(config, format)))
                    return config;
                link = await link.NextAsync.WaitAsync(limit.Token);
                if (!RequestPipeline.IsStillAdmitted(http))
                    return config;
                await Task.Delay(ShortestPause, node.Options.Time, limit.Token);
                link = node.Catalogs.Feed;
            }
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return config;
        }
    }
}
