using Cairn.Rego.Compilation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego;

/// <summary>A rule of a policy and what it needs.</summary>
/// <param name="Path">For example <c>data.app.rbac.allow</c>.</param>
/// <param name="Kind"><c>complete</c>, <c>set</c>, <c>object</c> or <c>function</c>.</param>
/// <param name="Locations">Where its definitions stand.</param>
/// <param name="Rules">The rules it refers to, by path.</param>
/// <param name="Data">The base data it refers to, by the constant part of the path.</param>
/// <param name="Annotations">Its metadata, where the policy was compiled with a YAML reader.</param>
public sealed record InspectedRule(
    string Path,
    string Kind,
    IReadOnlyList<SourceLocation> Locations,
    IReadOnlyList<string> Rules,
    IReadOnlyList<string> Data,
    IReadOnlyList<RegoValue> Annotations
);

/// <summary>What is in a policy.</summary>
/// <param name="Packages">The packages and the modules that make them up.</param>
/// <param name="Rules">The rules by path.</param>
public sealed record PolicyInspection(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Packages,
    IReadOnlyList<InspectedRule> Rules
)
{
    /// <summary>Looks at a policy.</summary>
    public static PolicyInspection Of(RegoPolicy policy)
    {
        var packages = policy
            .Modules.GroupBy(module => "data." + string.Join('.', module.Package.Names))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                IReadOnlyList<string> (group) => [.. group.Select(module => module.File)]
            );
        var known = policy.Declarations.Select(declaration => declaration.Node.Path).ToHashSet();
        var rules = policy
            .Declarations.GroupBy(declaration => declaration.Node)
            .Select(group => Rule(group.Key, [.. group], known, policy.Annotations))
            .OrderBy(rule => rule.Path, StringComparer.Ordinal);
        return new PolicyInspection(packages, [.. rules]);
    }

    private static InspectedRule Rule(
        RuleTreeNode node,
        List<RuleDeclaration> declarations,
        HashSet<string> known,
        Annotations annotations
    )
    {
        var (rules, data) = (
            new SortedSet<string>(StringComparer.Ordinal),
            new SortedSet<string>(StringComparer.Ordinal)
        );
        foreach (var declaration in declarations)
        {
            References.Of(
                declaration,
                reference =>
                {
                    string path = "data";
                    bool rule = false;
                    foreach (
                        var element in reference.Path.TakeWhile(element => element is ScalarTerm { Value: RegoString })
                    )
                    {
                        path += "." + ((RegoString)((ScalarTerm)element).Value).Value;
                        if (known.Contains(path))
                        {
                            rule = true;
                            break;
                        }
                    }

                    (
                        rule || known.Any(other => other.StartsWith(path + ".", StringComparison.Ordinal))
                            ? rules
                            : data
                    ).Add(path);
                }
            );
        }

        string kind = declarations[0] switch
        {
            { ComputedPath.Count: > 0 } => "object",
            { Kind: RuleSetKind.Function } => "function",
            { Kind: RuleSetKind.Set } => "set",
            _ => "complete",
        };
        return new InspectedRule(
            node.Path,
            kind,
            [.. declarations.Select(declaration => declaration.Rule.Location)],
            [.. rules],
            [.. data],
            [
                .. annotations
                    .All.Where(annotation =>
                        declarations.Exists(declaration => ReferenceEquals(declaration.Rule, annotation.Rule))
                    )
                    .Select(annotation => annotation.Value),
            ]
        );
    }
}
