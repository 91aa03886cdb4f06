using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Evaluation;

public class BudgetTests
{
    private const string Hostile = """
        package test

        xs := numbers.range(1, 2000)

        steps := count([1 | some a in xs; some b in xs; some c in xs; a + b == c])

        memory := [a | some a in xs; some b in xs]

        grows := [s | some a in xs; s := concat("", [sprintf("%d", [b]) | some b in xs])]
        """;

    [Theory]
    [InlineData("data.test.steps", 100_000, long.MaxValue, "steps")]
    [InlineData("data.test.memory", long.MaxValue, 1_000_000, "bytes")]
    [InlineData("data.test.grows", long.MaxValue, 10_000_000, "bytes")]
    public void A_hostile_policy_ends_in_an_error_that_names_its_place(
        string query,
        long steps,
        long memory,
        string what
    )
    {
        var limits = new EvaluationLimits
        {
            MaxSteps = steps,
            MaxMemory = memory,
            MaxTime = TimeSpan.FromMinutes(5),
        };
        var error = Should.Throw<RegoEvaluationException>(() =>
            RegoPolicy.Compile(Hostile).Prepare(query).Evaluate(null, new EvaluationOptions { Limits = limits })
        );
        error.Code.ShouldBe(RegoEvaluationException.BudgetCode);
        error.Detail.ShouldContain(what);
        error.Location.ShouldStartWith("policy.rego:");
    }

    [Fact]
    public void Time_and_cancellation_end_an_evaluation()
    {
        var query = RegoPolicy.Compile(Hostile).Prepare("data.test.steps");
        var limits = new EvaluationLimits { MaxTime = TimeSpan.FromMilliseconds(1), MaxSteps = long.MaxValue };
        Should
            .Throw<RegoEvaluationException>(() => query.Evaluate(null, new EvaluationOptions { Limits = limits }))
            .Code.ShouldBe("eval_budget_error");
        Should
            .Throw<RegoEvaluationException>(() => query.Evaluate(null, null, new CancellationToken(canceled: true)))
            .Code.ShouldBe("eval_cancel_error");
    }

    [Fact]
    public void Solutions_are_limited()
    {
        var options = new EvaluationOptions { Limits = new EvaluationLimits { MaxResults = 10 } };
        Should
            .Throw<RegoEvaluationException>(() =>
                RegoPolicy.Compile([]).Prepare("x := numbers.range(1, 20)[_]").Evaluate(null, options)
            )
            .Detail.ShouldContain("10 solutions");
    }

    [Fact]
    public void A_long_chain_of_rules_ends_in_an_error_and_not_in_a_crash()
    {
        string module =
            "package test\np0 := 1\n" + string.Concat(Enumerable.Range(1, 5000).Select(i => $"p{i} := p{i - 1}\n"));
        var error = Should.Throw<RegoEvaluationException>(() =>
            RegoPolicy.Compile(module).Prepare("data.test.p5000").Evaluate()
        );
        error.Code.ShouldBe(RegoEvaluationException.BudgetCode);
        error.Detail.ShouldContain("deeper");
    }

    [Fact]
    public void The_same_policy_serves_many_threads()
    {
        var policy = RegoPolicy.Compile(
            "package test\np contains x if some x in input.xs\nq := count(p)",
            RegoValue.ParseJson("{}")
        );
        var query = policy.Prepare("data.test.q");
        Parallel.For(
            0,
            200,
            i =>
                query
                    .Evaluate(
                        RegoObject.Of(("xs", RegoArray.Of(Enumerable.Range(0, i).Select(x => (RegoValue)(long)x))))
                    )
                    .Value.ShouldBe((RegoValue)(long)i)
        );
    }

    [Fact]
    public void New_data_needs_no_new_compilation()
    {
        var policy = RegoPolicy.Compile("package test\np := data.x");
        policy.Prepare("data.test.p").Evaluate().IsUndefined.ShouldBeTrue();
        policy.WithData(RegoObject.Of(("x", 1L))).Prepare("data.test.p").Evaluate().Value.ShouldBe((RegoValue)1L);
    }
}
