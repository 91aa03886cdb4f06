using System.Diagnostics;

namespace Cairn.Storage.Etcd;

/// <summary>Commits for this node: what waits while others are on their way goes together, as one transaction of
/// etcd's.</summary>
/// <param name="committer">Sends them.</param>
/// <param name="options">What etcd takes at most.</param>
/// <param name="metrics">Of the store.</param>
/// <param name="head">A revision that is there already.</param>
internal sealed class GroupCommit(Committer committer, EtcdStoreOptions options, StoreMetrics metrics, Func<long> head)
{
    /// <summary>While etcd makes one batch durable, the next can be on its way.</summary>
    private const int MaxInFlight = 2;

    /// <summary>In time-outs: one for a batch before to be sent, and one to find out what became of it, with some to
    /// spare.</summary>
    private const int LongestWait = 3;

    private readonly Lock _gate = new();
    private readonly Queue<EtcdCommit> _waiting = new();
    private int _inFlight;

    public Task<CommitResult> CommitAsync(EtcdCommit commit)
    {
        lock (_gate)
        {
            _waiting.Enqueue(commit);
            if (_inFlight == MaxInFlight)
                return commit.Outcome;
            _inFlight++;
        }
        _ = SendAsync();
        return commit.Outcome;
    }

    private async Task SendAsync()
    {
        while (Gather() is { } commits)
            await SendAsync(commits);
    }

    /// <summary>Every outcome and every failure goes to those whose commits they are.</summary>
    private async Task SendAsync(IReadOnlyList<EtcdCommit> commits)
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            var results = await committer.CommitAsync(commits, head());
            metrics.RecordBatch(commits.Count, Stopwatch.GetElapsedTime(began));
            for (int i = 0; i < commits.Count; i++)
            {
                metrics.Count(results[i]);
                commits[i].Complete(results[i]);
            }
        }
        catch (TransactionTooLargeException) when (commits.Count > 1)
        {
            // This etcd takes less than it was said to; it was refused as a whole, and one by one they may fit.
            foreach (var commit in commits)
                await SendAsync([commit]);
        }
        catch (Exception e)
        {
            foreach (var commit in commits)
            {
                metrics.Count(null);
                commit.Fail(e);
            }
        }
    }

    private IReadOnlyList<EtcdCommit>? Gather()
    {
        lock (_gate)
        {
            var batch = new CommitBatch(options);
            while (_waiting.TryPeek(out var next) && batch.Takes(next))
            {
                _waiting.Dequeue();
                if (!next.TryTake())
                    continue;
                // Those that cannot go together wait for each other, but not without an end when etcd is away.
                if (next.Waited > LongestWait * options.Timeout)
                {
                    next.Fail(
                        new StoreUnavailableException(
                            $"etcd did not answer others for {next.Waited.TotalSeconds:0} s, and this was not sent."
                        )
                    );
                }
                else
                {
                    batch.Add(next);
                }
            }

            if (batch.Commits.Count == 0)
                _inFlight--;
            return batch.Commits.Count == 0 ? null : batch.Commits;
        }
    }
}
