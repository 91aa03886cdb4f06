namespace Cairn.Rego.Evaluation;

/// <summary>How much one evaluation may use. Reaching a limit is an error of code
/// <see cref="RegoEvaluationException.BudgetCode"/>.</summary>
public sealed record EvaluationLimits
{
    /// <summary>The limits used where none are given.</summary>
    public static EvaluationLimits Default { get; } = new();

    /// <summary>How many steps (expressions tried, elements visited) may be made. Default 100 million.</summary>
    public long MaxSteps { get; init; } = 100_000_000;

    /// <summary>How many bytes may be allocated, by an estimate that also counts what is garbage again. Default 4
    /// GiB.</summary>
    public long MaxMemory { get; init; } = 4L << 30;

    /// <summary>How deep rules and functions may call each other. Default 2,000; each level needs some stack.</summary>
    public int MaxDepth { get; init; } = 2_000;

    /// <summary>How many solutions a query may have. Default 100,000.</summary>
    public int MaxResults { get; init; } = 100_000;

    /// <summary>Wall-clock time. Default 10 seconds.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(10);
}
