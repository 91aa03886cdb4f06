using System.Text.RegularExpressions;
using Cairn.Rego.Testing;

namespace Cairn.Rego.Tests.Testing;

public class RegoTesterTests
{
    private const string Policy = """
        package app

        allow if {
            input.user == "ann"
            input.age > 17
        }

        other if input.x
        """;

    private const string Tests = """
        package app_test

        import data.app

        test_adult if app.allow with input as {"user": "ann", "age": 18}

        test_child if {
            print("looking")
            app.allow with input as {"user": "ann", "age": 7}
        }

        test_conflict if data.app_test.twice == 1

        twice := 1

        twice := 2 if true

        todo_test_later if false
        """;

    private static readonly CompileOptions Instrumented = new() { Instrument = true };

    private static RegoPolicy Compile() =>
        RegoPolicy.Compile(
            [new RegoModule("app.rego", Policy), new RegoModule("app_test.rego", Tests)],
            options: Instrumented
        );

    [Fact]
    public void Tests_pass_fail_err_and_are_skipped()
    {
        var results = RegoTester
            .Run(Compile(), cancellationToken: TestContext.Current.CancellationToken)
            .ToDictionary(test => test.Name);
        results
            .ToDictionary(test => test.Key, test => test.Value.Outcome)
            .ShouldBe(
                new Dictionary<string, TestOutcome>
                {
                    ["test_adult"] = TestOutcome.Pass,
                    ["test_child"] = TestOutcome.Fail,
                    ["test_conflict"] = TestOutcome.Error,
                    ["todo_test_later"] = TestOutcome.Skip,
                },
                ignoreOrder: true
            );
        results["test_child"].Output.ShouldBe("looking" + Environment.NewLine);
        results["test_child"].Failed.Select(place => place.ToString()).ShouldContain("app.rego:5");
        results["test_conflict"].Error!.ShouldContain("complete rules must not produce multiple outputs");
    }

    [Fact]
    public void A_filter_chooses_by_full_name() =>
        RegoTester
            .Run(Compile(), new Regex("app_test.test_ad"), cancellationToken: TestContext.Current.CancellationToken)
            .Select(test => test.Name)
            .ShouldBe(["test_adult"]);

    [Fact]
    public void Coverage_has_the_shape_of_opa()
    {
        var policy = Compile();
        var coverage = new RegoCoverage();
        RegoTester
            .Run(
                policy,
                new Regex("adult"),
                coverage: coverage,
                cancellationToken: TestContext.Current.CancellationToken
            )
            .ToList();
        coverage.Report(policy)["files"]!["app.rego"]!
            .ToJsonString()
            .ShouldBe(
                """{"covered":[{"start":{"row":3},"end":{"row":5}}],"not_covered":[{"start":{"row":8},"end":{"row":8}}],"covered_lines":3,"not_covered_lines":1,"coverage":75}"""
            );
    }

    [Fact]
    public void Each_test_of_a_name_is_run()
    {
        const string tests = """
            package app_test

            test_a if 1 == 2

            test_a if 1 == 1

            test_b if 1 == 1

            test_a if { 1 == 1 }

            todo_test_c if false

            todo_test_c if false

            default test_d := false

            test_d if 1 == 1

            helper if test_a
            """;
        var policy = RegoPolicy.Compile(
            [
                new RegoModule("a_test.rego", tests),
                new RegoModule(
                    "b_test.rego",
                    "package app_test\n\ntest_b if helper\n\ntest_e[x] := x if some x in [1, 2]\n"
                ),
            ],
            options: Instrumented
        );
        var coverage = new RegoCoverage();
        var results = RegoTester
            .Run(policy, coverage: coverage, cancellationToken: TestContext.Current.CancellationToken)
            .Select(test => (test.Name, test.Outcome))
            .ToList();
        results.ShouldBe([
            ("test_a", TestOutcome.Fail),
            ("test_a#01", TestOutcome.Pass),
            ("test_b", TestOutcome.Pass),
            ("test_a#02", TestOutcome.Pass),
            ("todo_test_c", TestOutcome.Skip),
            ("todo_test_c#01", TestOutcome.Skip),
            ("test_d", TestOutcome.Pass),
            ("test_b#01", TestOutcome.Fail),
            ("test_e", TestOutcome.Pass),
        ]);
        coverage.Report(policy)["files"]!["a_test.rego"]!["covered_lines"]!.GetValue<int>().ShouldBeGreaterThan(0);
        RegoTester
            .Run(policy, new Regex("test_a#01"), cancellationToken: TestContext.Current.CancellationToken)
            .ShouldHaveSingleItem()
            .Outcome.ShouldBe(TestOutcome.Pass);
    }
}
