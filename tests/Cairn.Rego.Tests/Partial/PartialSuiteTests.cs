using System.Text.Json;
using Cairn.Core.Policies;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Partial;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Partial;

/// <summary>What is left of each query of the compliance suite, evaluated, has the solutions of the query
/// itself.</summary>
public class PartialSuiteTests
{
    /// <summary>How many queries were compared. It may grow only.</summary>
    private const int Compared = 1223;

    [Theory]
    [InlineData("input")]
    [InlineData("input", "data")]
    [InlineData("data")]
    public void What_is_left_has_the_same_solutions(params string[] unknowns)
    {
        if (ConformanceTests.Folder() is not { } folder)
        {
            Assert.Skip("the compliance suite is not here: CAIRN_CONFORMANCE names its folder");
            return;
        }

        var failures = new List<string>();
        int compared = 0;
        foreach (
            string file in Directory.GetFiles(Path.Combine(folder, "rego"), "*.json").Order(StringComparer.Ordinal)
        )
        {
            using var cases = JsonDocument.Parse(File.ReadAllBytes(file));
            int index = 0;
            foreach (var test in cases.RootElement.EnumerateArray())
            {
                string id = $"{Path.GetFileNameWithoutExtension(file)}#{index++}";
                if (Compare(test, unknowns) is not { } failure)
                    continue;
                compared++;
                if (failure.Length > 0)
                    failures.Add($"{id}: {failure}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} queries compared");
        if (Environment.GetEnvironmentVariable("CAIRN_REGO_FAILURES") is { } report)
            File.AppendAllLines(report, [string.Join(",", unknowns), .. failures, $"{compared} compared"]);
        failures.ShouldBeEmpty();
        compared.ShouldBeGreaterThanOrEqualTo(Compared);
    }

    // Null where the query itself is an error; empty where both agree.
    private static string? Compare(JsonElement test, string[] unknowns)
    {
        var suite = ConformanceTests.Load(test);
        HashSet<string> wanted;
        RegoPolicy policy;
        try
        {
            policy = RegoPolicy.Compile(suite.Modules, suite.Data, Options);
            wanted = Solve(policy, suite.Query, suite.Input, null);
        }
        catch (Exception e) when (e is RegoCompilationException or RegoEvaluationException)
        {
            return null;
        }

        PartialEvaluation? partial = null;
        try
        {
            var options = PolicyHost.Evaluation;
            partial = policy.EvaluatePartially(
                suite.Query,
                new PartialOptions { Unknowns = unknowns },
                unknowns.Contains("input") ? null : suite.Input,
                options,
                TestContext.Current.CancellationToken
            );
            var whole = RegoPolicy.Compile(
                [.. suite.Modules, .. partial.Support],
                suite.Data,
                Options with
                {
                    ChecksTypes = false,
                }
            );
            var got = new HashSet<string>();
            foreach (string query in partial.Queries)
            {
                got.UnionWith(
                    Solve(
                        whole,
                        query.Length == 0 ? "true" : query,
                        suite.Input,
                        [.. policy.PrepareBody(suite.Query).VariableNames]
                    )
                );
            }

            return wanted.SetEquals(got)
                ? ""
                : $"wanted {string.Join(" ", wanted)}, got {string.Join(" ", got)} from {partial.ToText()}";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"{e.GetType().Name} {e.Message} "
                + $"{(e is RegoCompilationException or RegoEvaluationException ? "" : e.StackTrace?.Split('\n').FirstOrDefault()?.Trim())} from {partial?.ToText()}";
        }
    }

    private static CompileOptions Options => new() { Yaml = new PolicyYaml(metadata: true) };

    private static HashSet<string> Solve(RegoPolicy policy, string query, RegoValue? input, HashSet<string>? names)
    {
        var options = PolicyHost.Evaluation with { Seed = 1 };
        return
        [
            .. policy
                .PrepareBody(query)
                .Evaluate(input, options, TestContext.Current.CancellationToken)
                .Solutions.Select(solution =>
                    string.Join(
                        ", ",
                        solution
                            .Bindings.Where(binding => names?.Contains(binding.Key) != false)
                            .OrderBy(binding => binding.Key, StringComparer.Ordinal)
                            .Select(binding => $"{binding.Key}={binding.Value}")
                    )
                ),
        ];
    }
}
