using Cairn.Storage.Watching;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>Keeps the <see cref="ChangeFeed"/> of a store current: with what this node commits, with what others
/// announce (<c>NOTIFY</c>), and by looking now and then, should an announcement get lost.</summary>
internal sealed class Tail : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Access _access;
    private readonly Queries _queries;
    private readonly ChangeFeed _feed;
    private readonly Lock _publishing = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _working;

    public Tail(Access access, Queries queries, ChangeFeed feed)
    {
        (_access, _queries, _feed) = (access, queries, feed);
        _working = Task.WhenAll(ReadAsync(_stopping.Token), ListenAsync(_stopping.Token));
    }

    public static string Channel(string schema) => "cairn_" + schema;

    /// <summary>Refuses a database that is behind what this node has seen of it.</summary>
    /// <exception cref="StoreUnavailableException">It was restored, or failed over to a replica that lacked
    /// commits.</exception>
    public void CheckHead(long head) => CheckHead(head, _feed.Head);

    /// <inheritdoc cref="CheckHead(long)"/>
    public static void CheckHead(long head, long seen)
    {
        if (head < seen)
        {
            throw new StoreUnavailableException(
                $"The database has gone back to revision {head}, from {seen}: it was restored, or a replica "
                    + "took over that lacked commits. Restart the nodes."
            );
        }
    }

    /// <summary>Publishes what this node has committed, at once if nothing is missing before it.</summary>
    public void PublishOwn(IReadOnlyList<ChangeSet> sets)
    {
        if (sets.Count == 0)
            return;
        lock (_publishing)
        {
            if (sets[0].Revision == _feed.Head + 1)
            {
                _feed.Publish(sets);
                return;
            }
        }

        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var pause = TimeSpan.FromMilliseconds(20);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await _news.WaitAsync(_access.Options.PollPeriod, ct);
                await CatchUpAsync(ct);
                pause = TimeSpan.FromMilliseconds(20);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException)
            {
                // The watchers wait; whoever commits or reads learns that the database is away.
                await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task CatchUpAsync(CancellationToken ct)
    {
        while (true)
        {
            var (head, compacted) = await _queries.StateAsync(ct);
            _feed.Compact(compacted);
            long from = _feed.Head + 1;
            if (head < from)
                return;
            try
            {
                var page = await _queries.ReadHistoryAsync("", from, ct);
                lock (_publishing)
                    _feed.Publish([.. page.ChangeSets.Where(set => set.Revision > _feed.Head)]);
            }
            catch (RevisionCompactedException e)
            {
                // What was missed cannot be had any more: whoever waits for it is told, and lists anew.
                lock (_publishing)
                    _feed.Skip(head, e.OldestRevision);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        var pause = TimeSpan.FromMilliseconds(20);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _access.Source.OpenConnectionAsync(ct);
                connection.Notification += (_, _) => Wake();
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel(_access.Schema)}", connection))
                    await listen.ExecuteNonQueryAsync(ct);
                Wake(); // for what came before
                pause = TimeSpan.FromMilliseconds(20);
                while (true)
                    await connection.WaitAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Access.IsDatabaseError(e))
            {
                await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
    }
}
