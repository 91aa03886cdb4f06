using System.Diagnostics;
using System.Text.RegularExpressions;
using Cairn.Rego.Compilation;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Testing;

/// <summary>How a test ended.</summary>
public enum TestOutcome
{
    /// <summary>Its rule is defined and not false.</summary>
    Pass,

    /// <summary>Its rule is undefined or false.</summary>
    Fail,

    /// <summary>Its evaluation ended in an error.</summary>
    Error,

    /// <summary>Its name begins with <c>todo_</c>.</summary>
    Skip,
}

/// <summary>The result of one test.</summary>
/// <param name="Package">For example <c>data.app.rbac_test</c>.</param>
/// <param name="Name">The rule's name.</param>
/// <param name="Location">Where the rule stands.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">The message of an error.</param>
/// <param name="Duration">What it took.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Failed">Of policies compiled with <see cref="CompileOptions.Instrument"/>: expressions that never
/// held.</param>
public sealed record TestResult(
    string Package,
    string Name,
    SourceLocation Location,
    TestOutcome Outcome,
    string? Error,
    TimeSpan Duration,
    string Output,
    IReadOnlyList<SourceLocation> Failed
)
{
    /// <summary>What happened in it, where that was asked for.</summary>
    public RegoTrace? Trace { get; init; }
}

/// <summary>
/// Runs the rules whose names begin with <c>test_</c>, as <c>opa test</c> does: of several rules of one name each is a
/// test, the second as <c>test_x#01</c>.
/// </summary>
public static class RegoTester
{
    private const string Prefix = "test_",
        Skipped = "todo_test_";

    /// <summary>Runs the tests of a policy, in the order they stand in.</summary>
    /// <param name="policy">The policy with its tests.</param>
    /// <param name="filter">Runs only tests whose full name (<c>data.app.test_x</c>) matches; null runs all.</param>
    /// <param name="options">What a test may do and use.</param>
    /// <param name="coverage">Takes the coverage of all tests; needs a policy compiled with
    /// <see cref="CompileOptions.Instrument"/>.</param>
    /// <param name="explain">Whether every test is traced; needs a policy compiled with
    /// <see cref="CompileOptions.Instrument"/>.</param>
    /// <param name="cancellationToken">Ends the tests.</param>
    public static IEnumerable<TestResult> Run(
        RegoPolicy policy,
        Regex? filter = null,
        EvaluationOptions? options = null,
        RegoCoverage? coverage = null,
        bool explain = false,
        CancellationToken cancellationToken = default
    )
    {
        if (policy.Declarations.Where(IsTest).GroupBy(declaration => declaration.Node).Any(tests => tests.Count() > 1))
            policy = policy.SeparateTests();
        var seen = new HashSet<RuleTreeNode>();
        foreach (var declaration in policy.Declarations.Where(IsTest))
        {
            string name = NameOf(declaration);
            bool skip = name.StartsWith(Skipped, StringComparison.Ordinal);
            string package = declaration.Node.Parent!.Path;
            if (declaration.Rule.Head.Path.Count == 0)
                name = ((RegoString)declaration.Node.Key!).Value;
            if (!seen.Add(declaration.Node) || filter?.IsMatch($"{package}.{name}") == false)
                continue;
            yield return skip
                ? new TestResult(
                    package,
                    name,
                    declaration.Rule.Location,
                    TestOutcome.Skip,
                    null,
                    TimeSpan.Zero,
                    "",
                    []
                )
                : Run(
                    policy,
                    declaration,
                    package,
                    name,
                    (options ?? EvaluationOptions.Default) with
                    {
                        Trace = explain ? new RegoTrace() : null,
                    },
                    coverage,
                    cancellationToken
                );
        }
    }

    /// <summary>Whether a rule of this name is a test.</summary>
    internal static bool IsTest(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith(Skipped, StringComparison.Ordinal);

    private static bool IsTest(RuleDeclaration declaration) => IsTest(NameOf(declaration));

    private static string NameOf(RuleDeclaration declaration) => ((VarTerm)declaration.Rule.Head.Name).Name;

    private static TestResult Run(
        RegoPolicy policy,
        RuleDeclaration declaration,
        string package,
        string name,
        EvaluationOptions options,
        RegoCoverage? coverage,
        CancellationToken cancellationToken
    )
    {
        var output = new System.Text.StringBuilder();
        var own = new RegoCoverage();
        long start = Stopwatch.GetTimestamp();
        var outcome = TestOutcome.Error;
        string? error = null;
        try
        {
            var result = policy
                .Prepare(declaration.Node.Path)
                .Evaluate(
                    null,
                    options with
                    {
                        Coverage = own,
                        Print = (_, text) => output.AppendLine(text),
                    },
                    cancellationToken
                );
            outcome = result.Value is { IsFalse: false } ? TestOutcome.Pass : TestOutcome.Fail;
        }
        catch (RegoEvaluationException e) when (e.Code != RegoEvaluationException.CancelCode)
        {
            error = e.Message;
        }

        coverage?.Add(own);
        return new TestResult(
            package,
            name,
            declaration.Rule.Location,
            outcome,
            error,
            Stopwatch.GetElapsedTime(start),
            output.ToString(),
            own.Failed
        )
        {
            Trace = options.Trace,
        };
    }
}
