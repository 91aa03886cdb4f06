using Cairn.Storage.Conformance;

namespace Cairn.Core.Tests;

/// <summary>What one request may use, and what it is told when that is gone.</summary>
public sealed class WorkBudgetTests
{
    private readonly ManualTime _time = new();

    private WorkBudget Budget(CancellationToken caller = default) =>
        new(caller, new WorkLimits(TimeSpan.FromSeconds(2), Bytes: 1000, Nodes: 100), _time);

    [Theory]
    [InlineData(101, 0, "100 steps")]
    [InlineData(1, 1001, "1000 bytes")]
    [InlineData(long.MaxValue, long.MaxValue, "100 steps")]
    public void More_than_there_is_is_refused_and_the_limit_named(long nodes, long bytes, string limit)
    {
        using var budget = Budget();
        var problem = Should.Throw<ProblemException>(() => budget.Charge(nodes, bytes)).Problem;
        problem.Kind.ShouldBe(ProblemKind.TooLarge);
        problem.Detail.ShouldContain(limit);
    }

    [Fact]
    public void All_there_is_may_be_used_and_nothing_after_it()
    {
        using var budget = Budget();
        for (int i = 0; i < 100; i++)
            budget.Charge(1, 10);
        budget.Check();
        Should.Throw<ProblemException>(() => budget.Charge(0, 1));
        Should.Throw<ProblemException>(() => budget.Charge(1));
    }

    [Fact]
    public void When_the_time_is_up_the_token_ends_and_charges_are_refused()
    {
        using var budget = Budget();
        _time.Advance(TimeSpan.FromSeconds(1.999));
        budget.Token.IsCancellationRequested.ShouldBeFalse();
        budget.Check();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        budget.Token.IsCancellationRequested.ShouldBeTrue();
        var problem = Should.Throw<ProblemException>(() => budget.Charge(1)).Problem;
        problem.Kind.ShouldBe(ProblemKind.Unprocessable);
        problem.Detail.ShouldContain("2 s");
    }

    [Fact]
    public void When_the_caller_has_gone_the_work_is_cancelled_and_not_refused()
    {
        using var caller = new CancellationTokenSource();
        using var budget = Budget(caller.Token);
        budget.Charge(1);
        caller.Cancel();
        _time.Advance(TimeSpan.FromSeconds(5));
        budget.Token.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<OperationCanceledException>(budget.Check).CancellationToken.ShouldBe(caller.Token);
    }
}
