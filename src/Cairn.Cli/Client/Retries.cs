namespace Cairn.Cli.Client;

/// <summary>Repeats requests that may succeed a little later: too many at once, a store that is not available, a
/// connection that broke.</summary>
internal static class Retries
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestWithoutAnswer = TimeSpan.FromSeconds(30);

    /// <summary>Asks until there is an answer, and waits in between for as long as the server says.</summary>
    /// <param name="ask">Something that may safely be asked twice: a read, or a write with an idempotency key.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="ApiException">It was refused for good, or for ten minutes.</exception>
    /// <exception cref="HttpRequestException">There was no connection for half a minute.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        long started = TimeProvider.System.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            var pause = TimeSpan.FromMilliseconds(Math.Min(5_000, 100 << Math.Min(attempt, 6)));
            try
            {
                return await ask();
            }
            catch (ApiException e) when (e.IsPassing && TimeProvider.System.GetElapsedTime(started) < Longest)
            {
                pause = e.RetryAfter ?? pause;
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(started) < LongestWithoutAnswer)
            {
                // Another node, or the same one after its restart, may answer.
            }

            await Task.Delay(pause, ct);
        }
    }
}
