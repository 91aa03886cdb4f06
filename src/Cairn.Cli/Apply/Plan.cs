namespace Cairn.Cli.Apply;

/// <summary>What would be done to a document.</summary>
internal enum StepAction
{
    Create,
    Change,
    Delete,
}

/// <summary>One step from what the server has to what the files say.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Path">The config.</param>
/// <param name="Environment">Whose overlay; null for the base, or when deleting for the whole config.</param>
/// <param name="Before">The document the server has; null when it has none.</param>
/// <param name="After">The document it is to have; null when deleting.</param>
/// <param name="Version">The config's version on the server; 0 when it has none.</param>
internal sealed record PlanStep(
    StepAction Action,
    string Path,
    string? Environment,
    byte[]? Before,
    byte[]? After,
    long Version
);

/// <summary>The steps from what a server has to what files say, by path.</summary>
/// <param name="Steps">None when there is nothing to do.</param>
/// <param name="Unchanged">How many documents are the same already.</param>
internal sealed record Plan(IReadOnlyList<PlanStep> Steps, int Unchanged)
{
    /// <summary>How many steps do this.</summary>
    public int Count(StepAction action) => Steps.Count(step => step.Action == action);

    /// <summary>In one line.</summary>
    public string Summary =>
        $"{Count(StepAction.Create):N0} to create, {Count(StepAction.Change):N0} to change, "
        + $"{Count(StepAction.Delete):N0} to delete, {Unchanged:N0} unchanged";
}
