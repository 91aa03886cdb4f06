using Cairn.Rego.Compilation;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Partial;

/// <summary>Evaluates expressions that need nothing unknown, all over the same documents and in the same
/// budget.</summary>
internal sealed class KnownExpressions(
    CompilerContext context,
    Evaluation.Evaluation evaluation,
    EvaluationScope scope,
    int maxResults
)
{
    /// <summary>The values of the expression's variables, for each of its solutions.</summary>
    public List<Dictionary<string, RegoValue>> Solve(Expression expression)
    {
        var compiler = new BodyCompiler(context);
        var chain = new StepChain();
        var found = new List<Dictionary<string, RegoValue>>();
        int errors = context.Errors.Count;
        compiler.Body([expression], [], [], chain);
        if (context.Errors.Count > errors)
            throw new RegoCompilationException([.. context.Errors.Skip(errors)]);
        var slots = compiler.SlotNames;
        chain.Add(new SolutionStep(slots, found, maxResults));
        chain.First!.Run(new Frame(evaluation, scope, compiler.Slots, compiler.Collectors));
        return found;
    }

    private sealed class SolutionStep(
        IReadOnlyDictionary<string, int> slots,
        List<Dictionary<string, RegoValue>> found,
        int limit
    ) : Step
    {
        public override bool Run(Frame frame)
        {
            if (found.Count >= limit)
            {
                throw new RegoEvaluationException(
                    RegoEvaluationException.BudgetCode,
                    $"an expression has more than {limit} solutions",
                    frame.Evaluation.Budget.Location
                );
            }

            var values = new Dictionary<string, RegoValue>(slots.Count);
            foreach (var (name, slot) in slots)
            {
                if (frame.Slots[slot] is { } value)
                    values.Add(name, value);
            }

            found.Add(values);
            return false;
        }
    }
}
