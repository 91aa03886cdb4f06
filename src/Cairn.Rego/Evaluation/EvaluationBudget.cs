using System.Diagnostics;

namespace Cairn.Rego.Evaluation;

/// <summary>What is left for one evaluation. Time and cancellation are looked at once in 1,024 steps: a step takes well
/// under 1 µs.</summary>
internal sealed class EvaluationBudget
{
    private const int CheckInterval = 1024;

    private readonly EvaluationLimits _limits;
    private readonly long _deadline;
    private long _stepsLeft;
    private long _memoryLeft;
    private int _untilCheck = CheckInterval;

    public EvaluationBudget(EvaluationLimits limits, CancellationToken cancellationToken)
    {
        _limits = limits;
        CancellationToken = cancellationToken;
        _stepsLeft = limits.MaxSteps;
        _memoryLeft = limits.MaxMemory;
        _deadline = Stopwatch.GetTimestamp() + (long)(Math.Min(limits.MaxTime.TotalSeconds, 1e9) * Stopwatch.Frequency);
    }

    public CancellationToken CancellationToken { get; }

    /// <summary>Where the evaluation is, for the error.</summary>
    public string Location { get; set; } = "";

    public long StepsUsed => _limits.MaxSteps - _stepsLeft;

    public void Step()
    {
        _stepsLeft--;
        if (--_untilCheck <= 0)
            Check();
    }

    public void ChargeSteps(long steps)
    {
        _stepsLeft -= steps;
        _untilCheck -= (int)Math.Min(steps, CheckInterval);
        if (_untilCheck <= 0)
            Check();
    }

    public void ChargeMemory(long bytes)
    {
        _memoryLeft -= bytes;
        if (_memoryLeft < 0)
            throw Exceeded($"evaluation allocates more than {_limits.MaxMemory} bytes");
    }

    private void Check()
    {
        _untilCheck = CheckInterval;
        if (_stepsLeft < 0)
            throw Exceeded($"evaluation takes more than {_limits.MaxSteps} steps");
        if (Stopwatch.GetTimestamp() > _deadline)
            throw Exceeded($"evaluation takes longer than {_limits.MaxTime.TotalMilliseconds} ms");
        if (CancellationToken.IsCancellationRequested)
        {
            throw new RegoEvaluationException(
                RegoEvaluationException.CancelCode,
                "caller cancelled query execution",
                Location
            );
        }
    }

    private RegoEvaluationException Exceeded(string detail) =>
        new(RegoEvaluationException.BudgetCode, detail, Location);
}
