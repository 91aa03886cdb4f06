using Cairn.Core.Policies;
using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Builtins;

/// <summary>Calls built-ins as the evaluator does.</summary>
internal static class BuiltinCalls
{
    /// <summary>Calls a built-in with operands given as JSON; the result as Rego text, <c>undefined</c>, or the error's
    /// message.</summary>
    public static string Call(string name, params string[] operands) =>
        Call(name, EvaluationLimits.Default, [.. operands.Select(RegoValue.ParseJson)]);

    public static BuiltinContext Context(EvaluationLimits? limits = null) =>
        new(
            new EvaluationEnvironment { Ed25519 = new PolicyEd25519() },
            new Cairn.Rego.Evaluation.Evaluation(
                new CompiledRules(new RuleTreeNode(0, null, null), 1),
                EvaluationOptions.Default,
                new EvaluationBudget(limits ?? EvaluationLimits.Default, TestContext.Current.CancellationToken)
            )
        );

    public static string Call(string name, EvaluationLimits limits, params RegoValue[] operands)
    {
        var definition = BuiltinTable.Default.Find(name).ShouldNotBeNull(name);
        operands.Length.ShouldBe(definition.Arguments.Count, $"operands of {name}");
        var context = Context(limits);
        try
        {
            return definition.Function(context, operands)?.ToString() ?? "undefined";
        }
        catch (Exception e) when (e is BuiltinException or RegoEvaluationException)
        {
            return e.Message;
        }
    }
}
