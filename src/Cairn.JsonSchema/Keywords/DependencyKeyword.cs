using Cairn.JsonSchema.Evaluation;

namespace Cairn.JsonSchema.Keywords;

/// <summary>
/// <c>dependentRequired</c>, <c>dependentSchemas</c> and the older <c>dependencies</c>: what must hold when a member
/// is there.
/// </summary>
internal sealed class DependencyKeyword(string keyword, IReadOnlyList<Dependency> dependencies) : Keyword
{
    public string Name => keyword;

    public IReadOnlyList<Dependency> Dependencies => dependencies;

    public override KindSet AppliesTo => KindSet.Object;

    public override int Cost => 4;

    public override IEnumerable<SchemaNode> InPlace =>
        dependencies.Where(dependency => dependency.Schema is not null).Select(dependency => dependency.Schema!);

    public override bool Evaluate(ref EvaluationState evaluation, SchemaNode node, int token, int marks)
    {
        var instance = evaluation.Instance;
        int searchCost = 1 + (instance.At(token).Count >> 3);
        bool valid = true;
        foreach (var dependency in dependencies)
        {
            evaluation.Charge(searchCost);
            if (instance.FindMember(token, dependency.Trigger.Utf8, dependency.Trigger.Hash) < 0)
                continue;

            foreach (var required in dependency.Required)
            {
                evaluation.Charge(searchCost);
                if (instance.FindMember(token, required.Utf8, required.Hash) < 0)
                {
                    valid = Fail(
                        evaluation.Collector,
                        node,
                        keyword,
                        instance,
                        token,
                        $"must have the member \"{required.Name}\" because it has \"{dependency.Trigger.Name}\""
                    );
                }
            }

            if (dependency.Schema is not null)
                valid &= evaluation.Apply(dependency.Schema, token, marks, keyword, dependency.Trigger.Name);

            if (!valid && evaluation.Collector is null)
                return false;
        }

        return valid;
    }
}

/// <summary>One entry: when <paramref name="Trigger"/> is there, these members and this schema are asked for.</summary>
internal sealed record Dependency(PropertyEntry Trigger, PropertyEntry[] Required, SchemaNode? Schema);
