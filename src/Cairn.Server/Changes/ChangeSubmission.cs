using Cairn.Core.Changes;

namespace Cairn.Server.Changes;

/// <summary>A <see cref="ChangeSet"/> as it is read: each kind reads the members of its own operations.</summary>
/// <param name="Operations">In the order in which they are applied.</param>
/// <param name="Message">Why.</param>
/// <param name="DryRun">Whether to answer what would happen instead of doing it.</param>
public sealed record ChangeSubmission(
    IReadOnlyList<OperationForm> Operations,
    string? Message = null,
    bool DryRun = false
);
