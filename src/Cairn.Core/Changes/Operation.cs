using Cairn.Core.Access;

namespace Cairn.Core.Changes;

/// <summary>One write of a change, as it was asked for.</summary>
public abstract record Operation
{
    /// <summary>What must hold of the resource; null when that does not matter.</summary>
    public VersionCondition? IfVersion { get; init; }

    /// <summary>What the caller must be allowed to do.</summary>
    public abstract Permission Needed { get; }

    /// <summary>The resource it writes to.</summary>
    public abstract string Path { get; init; }

    /// <summary>The environment whose part of the resource it writes; null for what all environments share.</summary>
    public virtual string? TargetEnvironment => null;

    /// <summary>Works it into the draft.</summary>
    /// <exception cref="ProblemException">It is not possible in the draft's state.</exception>
    public abstract ValueTask ApplyAsync(ChangeDraft draft, CancellationToken ct);
}
