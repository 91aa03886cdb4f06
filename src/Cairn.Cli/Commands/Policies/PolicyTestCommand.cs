using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Cli.Output;
using Cairn.Core.Policies;
using Cairn.Rego;
using Cairn.Rego.Syntax;
using Cairn.Rego.Testing;

namespace Cairn.Cli.Commands.Policies;

/// <summary><c>cairn policy test</c>: runs <c>test_</c> rules.</summary>
internal static class PolicyTestCommand
{
    private static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Description = "Name every test; show the trace of failed ones",
    };
    private static readonly Option<string?> Run = new("--run", "-r")
    {
        HelpName = "regex",
        Description = "Run only tests whose name matches",
    };
    private static readonly Option<bool> Coverage = new("--coverage", "-c")
    {
        Description = "Print the coverage in OPA's JSON",
    };
    private static readonly Option<double> Threshold = new("--threshold")
    {
        HelpName = "percent",
        Description = "With --coverage: exit with 1 when less is covered",
    };
    private static readonly Option<string> Explain = PolicyExplanation.MakeOption("fails");
    private static readonly Option<string> Format = MakeFormat();

    public static Command Create()
    {
        var test = new Command(
            "test",
            "Run the rules whose names begin with test_\n\nRules named todo_test_ are skipped.\n\nExamples:\n"
                + "  cairn policy test policies -v\n  cairn policy test policies -v --explain full --var-values -r "
                + "'allow'\n  cairn policy test policies --coverage --threshold 80"
        )
        {
            Verbose,
            Explain,
            PolicyExplanation.VariableValues,
            Run,
            Coverage,
            Threshold,
            Format,
            PolicyCommand.V0,
            PolicyCommand.Paths,
        };
        test.SetAction(TestAsync);
        return test;
    }

    private static async Task<int> TestAsync(ParseResult result, CancellationToken ct)
    {
        bool verbose = result.GetValue(Verbose) || result.GetResult(Explain) is { Implicit: false },
            coverage = result.GetValue(Coverage);
        RegoPolicy policy;
        try
        {
            policy = (await PolicyFiles.LoadAsync(result.GetRequiredValue(PolicyCommand.Paths), ct)).Compile(
                PolicyCommand.Options(result) with
                {
                    Instrument = verbose || coverage,
                }
            );
        }
        catch (RegoCompilationException e)
        {
            return PolicyCommand.Report(e);
        }

        var covered = new RegoCoverage();
        var options = PolicyHost.Evaluation;
        var results = RegoTester
            .Run(
                policy,
                Filter(result.GetValue(Run)),
                options,
                covered,
                verbose && !coverage && result.GetValue(Explain) != "off",
                ct
            )
            .ToList();
        int failed = results.Count(test => test.Outcome is TestOutcome.Fail or TestOutcome.Error);
        if (coverage)
        {
            var report = covered.Report(policy);
            Console.Out.WriteLine(report.ToJsonString(new() { WriteIndented = true }));
            return failed > 0 || report["coverage"]!.GetValue<double>() < result.GetValue(Threshold)
                ? ExitCodes.Failure
                : ExitCodes.Success;
        }

        if (PolicyOutput.IsStructured(result, Format))
        {
            PolicyOutput.Print(
                result,
                Format,
                _ => new JsonArray([.. results.Select(Json)]).ToJsonString(new() { WriteIndented = true })
            );
        }
        else
        {
            Pretty(
                results,
                verbose,
                test =>
                    PolicyExplanation
                        .Choose(test.Trace, result.GetValue(Explain)!)
                        ?.ToText(result.GetValue(PolicyExplanation.VariableValues))
            );
        }

        return failed > 0 ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static Regex? Filter(string? pattern)
    {
        try
        {
            return pattern is null
                ? null
                : new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--run: {e.Message}");
        }
    }

    private static void Pretty(List<TestResult> results, bool verbose, Func<TestResult, string?> explain)
    {
        foreach (var test in results)
        {
            if (test.Outcome == TestOutcome.Pass && !verbose)
                continue;
            string time =
                test.Outcome == TestOutcome.Skip
                    ? ""
                    : string.Create(CultureInfo.InvariantCulture, $" ({test.Duration.TotalMilliseconds:0.###}ms)");
            Console.Out.WriteLine($"{test.Package}.{test.Name}: {Word(test.Outcome)}{time}");
            if (test.Error is not null)
                Console.Out.WriteLine($"  {test.Error}");
            if (test.Outcome is TestOutcome.Fail or TestOutcome.Error && explain(test) is { Length: > 0 } trace)
                Console.Out.WriteLine($"\n  {trace.TrimEnd().ReplaceLineEndings("\n  ")}\n");
            if (test.Output.Length > 0)
                Console.Out.WriteLine($"\n  {test.Output.TrimEnd().ReplaceLineEndings("\n  ")}\n");
        }

        if (results.Count == 0)
            Console.Error.WriteLine("no test cases found");
        if (results.Count > 0 && (verbose || results.Exists(test => test.Outcome != TestOutcome.Pass)))
            Console.Out.WriteLine(new string('-', 80));
        foreach (var outcome in results.GroupBy(test => test.Outcome).OrderBy(group => group.Key))
        {
            Console.Out.WriteLine(
                $"{Word(outcome.Key)}{(outcome.Key == TestOutcome.Skip ? "PED" : "")}: "
                    + $"{outcome.Count()}/{results.Count}"
            );
        }
    }

    private static JsonNode Json(TestResult test)
    {
        var json = new JsonObject
        {
            ["location"] = new JsonObject
            {
                ["file"] = test.Location.File,
                ["row"] = test.Location.Row,
                ["col"] = test.Location.Column,
            },
            ["package"] = test.Package,
            ["name"] = test.Name,
            ["duration"] = (long)test.Duration.TotalNanoseconds,
        };
        if (test.Outcome == TestOutcome.Fail)
            json["fail"] = true;
        if (test.Outcome == TestOutcome.Skip)
            json["skip"] = true;
        if (test.Error is not null)
            json["error"] = test.Error;
        if (test.Output.Length > 0)
            json["output"] = test.Output;
        return json;
    }

    private static string Word(TestOutcome outcome) => outcome.ToString().ToUpperInvariant();

    private static Option<string> MakeFormat()
    {
        var option = new Option<string>("--format", "-f")
        {
            HelpName = "pretty|json",
            Description = "How to print the results",
            DefaultValueFactory = _ => "pretty",
        };
        option.AcceptOnlyFromAmong("pretty", "json");
        return option;
    }
}
