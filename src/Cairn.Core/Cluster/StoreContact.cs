using Cairn.Storage;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Cluster;

/// <summary>Since when a node's memory may be behind the store: it asks the store for its revision every second, and
/// knows to be current as of a question once it has what the answer says.</summary>
/// <param name="store">What is asked.</param>
/// <param name="catalogs">What should be current.</param>
/// <param name="time">The timers.</param>
public sealed class StoreContact(IStore store, CatalogSet catalogs, TimeProvider time)
{
    /// <summary>What is older than this is stale. Long enough for an engine to elect a new leader.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private long _currentAsOf = time.GetTimestamp();
    private volatile bool _stale;

    /// <summary>Whether the state in memory is that of more than <see cref="Tolerance"/> ago, as far as this node
    /// knows.</summary>
    public bool IsStale => _stale;

    /// <summary>How long ago it was surely current.</summary>
    public TimeSpan Age => time.GetElapsedTime(Volatile.Read(ref _currentAsOf));

    /// <summary>Why the last question was not answered; null when it was.</summary>
    public Exception? Trouble { get; private set; }

    /// <summary>A node that starts from its own snapshot is as old as that.</summary>
    /// <param name="age">How old.</param>
    public void StartStale(TimeSpan age)
    {
        Volatile.Write(
            ref _currentAsOf,
            time.GetTimestamp() - (long)(Math.Max(0, age.TotalSeconds) * time.TimestampFrequency)
        );
        _stale = true;
        Trouble = new StoreUnavailableException("The store has not answered since this node started.");
    }

    /// <summary>Asks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var watching = new PeriodicTimer(Period, time);
        var asking = Task.CompletedTask;
        try
        {
            do
            {
                // An answer can take as long as the engine's patience: meanwhile time goes on.
                if (asking.IsCompleted)
                    asking = AskAsync(ct);
                if (Age > Tolerance)
                    _stale = true;
            } while (await watching.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await asking;
        }
    }

    private async Task AskAsync(CancellationToken ct)
    {
        long began = time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Tolerance);
        try
        {
            long seen = catalogs.Current.Revision;
            long head = await store.GetRevisionAsync(limit.Token);
            if (head < seen)
            {
                throw new StoreUnavailableException(
                    $"The store has gone back to revision {head}, from {seen}: it was restored. Restart the nodes."
                );
            }

            await catalogs.WaitForAsync(head, limit.Token);
            Volatile.Write(ref _currentAsOf, began);
            Trouble = null;
            _stale = false;
        }
        catch (StoreException e)
        {
            Trouble = e;
        }
        catch (OperationCanceledException e)
        {
            Trouble = new StoreUnavailableException("This node has not caught up with the store.", e);
        }
    }
}
