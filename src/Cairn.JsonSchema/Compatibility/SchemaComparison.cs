namespace Cairn.JsonSchema;

/// <summary>Why a document one schema accepts may be refused by another.</summary>
/// <param name="Pointer">The keyword that refuses, as JSON Pointer into its schema (see
/// <see cref="SchemaProblem.SchemaPointer"/>).</param>
/// <param name="Reason">A sentence.</param>
/// <param name="IsUnknown">Compatibility could not be proven either way and is taken as broken.</param>
public sealed record CompatibilityBreak(string Pointer, string Reason, bool IsUnknown);

/// <summary>Two versions of a schema side by side.</summary>
public sealed record SchemaComparison
{
    /// <summary>What changed, in the order of the new schema.</summary>
    public required IReadOnlyList<SchemaDifference> Differences { get; init; }

    /// <summary>Why backward compatibility does not hold; empty when it does. Pointers lead into the new
    /// schema.</summary>
    public required IReadOnlyList<CompatibilityBreak> BackwardBreaks { get; init; }

    /// <summary>Why forward compatibility does not hold; empty when it does. Pointers lead into the old
    /// schema.</summary>
    public required IReadOnlyList<CompatibilityBreak> ForwardBreaks { get; init; }

    /// <summary>Every document valid under the old schema is valid under the new one.</summary>
    public bool IsBackwardCompatible => BackwardBreaks.Count == 0;

    /// <summary>Every document valid under the new schema is valid under the old one.</summary>
    public bool IsForwardCompatible => ForwardBreaks.Count == 0;

    /// <summary>Both schemas accept the same documents.</summary>
    public bool IsFullyCompatible => IsBackwardCompatible && IsForwardCompatible;
}

/// <summary>Whether a candidate keeps a promise towards earlier versions.</summary>
public sealed record CompatibilityVerdict
{
    /// <summary>The promise.</summary>
    public required CompatibilityMode Mode { get; init; }

    /// <summary>Where it does not hold; empty when it holds.</summary>
    public required IReadOnlyList<VersionBreak> Breaks { get; init; }

    /// <summary>It holds.</summary>
    public bool IsCompatible => Breaks.Count == 0;
}

/// <summary>One break, and towards which version.</summary>
/// <param name="VersionIndex">Index in the list of earlier versions that was given.</param>
/// <param name="IsBackward">The candidate refuses documents of that version; otherwise that version refuses the
/// candidate's.</param>
/// <param name="Break">Where and why.</param>
public sealed record VersionBreak(int VersionIndex, bool IsBackward, CompatibilityBreak Break);
