using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>Which rules may hold, by a value of the input or an argument that most of them compare with a constant.</summary>
internal sealed class RuleIndex
{
    public ReadOnlySpan<int> Candidates(EvaluationScope scope, ReadOnlySpan<RegoValue> arguments) => default;

    public static RuleIndex? Build(RuleSet rules) => null;
}
