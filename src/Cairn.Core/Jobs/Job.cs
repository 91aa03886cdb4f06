namespace Cairn.Core.Jobs;

/// <summary>Where a job runs.</summary>
public enum JobScope
{
    /// <summary>On each node.</summary>
    EveryNode,

    /// <summary>On the node that leads.</summary>
    Leader,
}

/// <summary>Something that goes on in the background.</summary>
/// <param name="Name">What it is called in <c>/health</c>, metrics and the log.</param>
/// <param name="Period">From the end of one run to the beginning of the next; nothing for a run that goes on until it
/// is cancelled.</param>
/// <param name="Run">One run.</param>
public sealed record Job(string Name, TimeSpan Period, Func<CancellationToken, Task> Run)
{
    /// <summary>Where it runs.</summary>
    public JobScope Scope { get; init; }

    /// <summary>Whether the first run is at once, instead of after a period.</summary>
    public bool AtStart { get; init; }

    /// <summary>Whether there is a last run when the node stops.</summary>
    public bool AtStop { get; init; }
}

/// <summary>How a job does.</summary>
/// <param name="Name">The job's.</param>
/// <param name="Failures">How many runs have failed one after the other; 0 when the last one was good.</param>
/// <param name="Cause">Why the last one failed.</param>
public sealed record JobStatus(string Name, int Failures, Exception? Cause);
