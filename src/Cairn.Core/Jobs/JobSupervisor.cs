using System.Collections.Concurrent;

namespace Cairn.Core.Jobs;

/// <summary>Runs jobs. Whatever one throws ends that run and no more: it is told, counted, and tried again after pauses
/// that grow.</summary>
/// <param name="time">The clock.</param>
/// <param name="isLeader">Whether this node leads.</param>
public sealed class JobSupervisor(TimeProvider time, Func<bool> isLeader) : IAsyncDisposable
{
    /// <summary>The longest pause after failures, unless the job's own period is longer.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRunLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, JobStatus> _statuses = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    /// <summary>Told of each run that ended: null when it was good.</summary>
    public Action<JobStatus>? OnEnd { get; init; }

    /// <summary>The jobs, by name.</summary>
    public IReadOnlyCollection<JobStatus> Statuses =>
        [.. _statuses.Values.OrderBy(status => status.Name, StringComparer.Ordinal)];

    /// <summary>Begins to run a job.</summary>
    public void Start(Job job)
    {
        _statuses[job.Name] = new JobStatus(job.Name, 0, null);
        _running.Add(Task.Run(() => RunAsync(job, _stopping.Token)));
    }

    /// <summary>Ends all of them, and waits for their last runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
        _stopping.Dispose();
    }

    private async Task RunAsync(Job job, CancellationToken ct)
    {
        if (!job.AtStart)
            await Task.Delay(job.Period, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!ct.IsCancellationRequested)
        {
            int failures = job.Scope == JobScope.EveryNode || isLeader() ? await RunOnceAsync(job, ct) : 0;
            await Task.Delay(Pause(job, failures), time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!job.AtStop)
            return;
        using var limit = new CancellationTokenSource(LastRunLimit, time);
        await RunOnceAsync(job, limit.Token);
    }

    private async Task<int> RunOnceAsync(Job job, CancellationToken ct)
    {
        var before = _statuses[job.Name];
        JobStatus after;
        try
        {
            await job.Run(ct);
            after = new JobStatus(job.Name, 0, null);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return before.Failures;
        }
        catch (Exception e)
        {
            // Whatever it is: a job that ends without a word is worse than one that is tried again in vain.
            after = new JobStatus(job.Name, before.Failures + 1, e);
        }

        _statuses[job.Name] = after;
        OnEnd?.Invoke(after);
        return after.Failures;
    }

    private static TimeSpan Pause(Job job, int failures)
    {
        if (failures == 0)
            return job.Period > TimeSpan.Zero ? job.Period : ShortestPause;
        var usual = job.Period > ShortestPause ? job.Period : ShortestPause;
        var longest = usual > LongestPause ? usual : LongestPause;
        double grown = usual.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20));
        return grown < longest.TotalSeconds ? TimeSpan.FromSeconds(grown) : longest;
    }
}
