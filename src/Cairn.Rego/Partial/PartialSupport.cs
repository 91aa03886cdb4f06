using System.Text;
using Cairn.Rego.Compilation;
using Cairn.Rego.Formatting;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Partial;

/// <summary>The rules that what is left of a query refers to, by package below the namespace.</summary>
internal sealed class PartialSupport(string root)
{
    private readonly SortedDictionary<string, (IReadOnlyList<string> Package, List<RuleNode> Rules)> _packages = new(
        StringComparer.Ordinal
    );
    private int _unnamed;

    /// <summary>Where the rules of a node go: below the namespace, at the node's own path where that can be
    /// written.</summary>
    public (IReadOnlyList<string> Package, string Name) Place(RuleTreeNode node)
    {
        var path = new List<string>();
        for (var at = node; at.Key is not null; at = at.Parent!)
        {
            if (at.Key is RegoString { Value: var name })
                path.Insert(0, name);
            else
                return ([], $"__support{_unnamed++}__");
        }

        return ResidualNames.IsName(path[^1]) ? (path[..^1], path[^1]) : ([], $"__support{_unnamed++}__");
    }

    public RefTerm Reference(IReadOnlyList<string> package, string name, SourceLocation location) =>
        new(
            new VarTerm("data", location),
            [.. package.Prepend(root).Append(name).Select(part => new ScalarTerm(RegoString.Of(part), location))],
            location
        );

    public void Add(IReadOnlyList<string> package, RuleNode rule)
    {
        string key = string.Join('\0', package);
        if (!_packages.TryGetValue(key, out var known))
            _packages.Add(key, known = (package, []));
        known.Rules.Add(rule);
    }

    /// <summary>The modules, in the order of their packages.</summary>
    /// <param name="version1">Whether the policy speaks Rego v1; else the modules say that they do.</param>
    public IEnumerable<ModuleNode> Modules(bool version1)
    {
        foreach (var (package, rules) in _packages.Values)
        {
            var names = rules.Select(rule => ((VarTerm)rule.Head.Name).Name).ToHashSet();
            RuleNode[] named = [.. rules.Select(rule => ResidualNames.Of(rule, names))];
            var path = Reference(package, "", default);
            var module = new PackageNode(path with { Path = [.. path.Path.SkipLast(1)] }, default);
            var text = new StringBuilder("package ").Append(SyntaxText.Of(module.Path)["data.".Length..]).Append('\n');
            if (!version1)
                text.Append("\nimport rego.v1\n");
            foreach (var rule in named)
                text.Append('\n').Append(SyntaxText.Of(rule)).Append('\n');
            string file = string.Join('/', package.Prepend(root)) + ".rego";
            yield return new ModuleNode(file, text.ToString(), module, [], named, [], true);
        }
    }
}
