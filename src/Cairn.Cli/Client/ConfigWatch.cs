using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Cairn.Client;

namespace Cairn.Cli.Client;

/// <summary>Follows changes of configs, through lost connections and restarts of the server.</summary>
internal sealed class ConfigWatch(ApiClient api)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    // The server says something every 15 seconds; a connection that says nothing for longer is dead.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    /// <summary>Told why a connection ended and that another will be made.</summary>
    public Action<string> OnInterruption { get; init; } = static _ => { };

    /// <summary>Yields the events after a revision in order, and then those that come.</summary>
    /// <param name="prefix">Only configs whose path starts with this.</param>
    /// <param name="environment">Only what this environment serves; null for all that is written.</param>
    /// <param name="after">The last revision seen; null for from now on.</param>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="ApiException">The server refuses for good, as when the revision is no longer kept.</exception>
    public async IAsyncEnumerable<SseItem<string>> EventsAsync(
        string prefix,
        string? environment,
        long? after,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        // "Now" is fixed before the first connection: what happens until the second one is not lost.
        string last = (after ?? await NowAsync(ct)).ToString(CultureInfo.InvariantCulture);
        string path = CairnPath.Query("api/v1/watch", ("prefix", "configs/" + prefix), ("environment", environment));
        var pause = TimeSpan.Zero;
        for (bool first = true; ; first = false)
        {
            await Task.Delay(pause, ct);
            pause = TimeSpan.FromSeconds(Math.Clamp(pause.TotalSeconds * 2, 0.5, LongestPause.TotalSeconds));
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
            silence.CancelAfter(Silence);
            await using var events = ConnectAsync(path, last, silence).GetAsyncEnumerator(ct);
            while (true)
            {
                string? trouble = null;
                try
                {
                    if (!await events.MoveNextAsync())
                        trouble = "the server closed the connection";
                }
                catch (Exception e)
                    when (IsPassing(e, ct)
                        && !(first && e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
                    )
                {
                    trouble = e switch
                    {
                        OperationCanceledException => "the server fell silent",
                        IOException => "the connection broke off",
                        _ => e.Message,
                    };
                }

                if (trouble is not null)
                {
                    OnInterruption(trouble);
                    break;
                }

                pause = TimeSpan.Zero;
                if (events.Current.EventType == "end")
                {
                    OnInterruption(events.Current.Data.Trim('"'));
                    pause = events.Current.ReconnectionInterval ?? TimeSpan.FromSeconds(1);
                    break;
                }

                last = events.Current.EventId ?? last;
                yield return events.Current;
            }
        }
    }

    private async IAsyncEnumerable<SseItem<string>> ConnectAsync(
        string path,
        string last,
        CancellationTokenSource silence
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        using var answer = await api.OpenAsync(request, silence.Token);
        await using var body = new AttentiveStream(
            await answer.Content.ReadAsStreamAsync(silence.Token),
            () => silence.CancelAfter(Silence)
        );
        await foreach (var item in SseParser.Create(body).EnumerateAsync(silence.Token))
            yield return item;
    }

    private async Task<long> NowAsync(CancellationToken ct) => (await api.GetAsync("health", ct)).Number("revision");

    private static bool IsPassing(Exception e, CancellationToken ct) =>
        !ct.IsCancellationRequested
        && e is HttpRequestException or IOException or OperationCanceledException or ApiException { IsPassing: true };
}
