using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>Rules that cannot stand beside each other, and heads that make no sense.</summary>
internal static class RuleConflicts
{
    public static void Check(
        RuleTreeNode root,
        IReadOnlyList<RuleDeclaration> declarations,
        IReadOnlyList<ModuleNode> modules,
        List<RegoError> errors
    )
    {
        foreach (
            var group in declarations
                .Where(declaration => declaration.ComputedPath.Count == 0)
                .GroupBy(declaration => declaration.Node)
        )
        {
            var first = group.First();
            foreach (var other in group.Skip(1))
            {
                if (
                    other.Kind != first.Kind
                    || (
                        other.Kind == RuleSetKind.Function
                        && other.Rule.Head.Arguments!.Count != first.Rule.Head.Arguments!.Count
                    )
                )
                {
                    errors.Add(Error(first, RegoError.Type, $"conflicting rules {group.Key.Path} found"));
                    break;
                }
            }

            if (group.Where(declaration => declaration.Rule.IsDefault).Skip(1).Any())
            {
                errors.Add(
                    new RegoError(
                        RegoError.Type,
                        $"multiple default rules {group.Key.Path} found at "
                            + $"{string.Join(", ", group.Where(d => d.Rule.IsDefault).Select(d => d.Rule.Location))}",
                        group.First(d => d.Rule.IsDefault).Module.Package.Location
                    )
                );
            }

            if (Below(group.Key) is { } below)
                errors.Add(Error(first, RegoError.Type, $"rule {group.Key.Path} conflicts with [{below}]"));
        }

        foreach (var module in modules)
        {
            var node = root;
            foreach (string name in module.Package.Names)
                node = node.Children[RegoString.Of(name)];
            if (
                node.Rules is not null
                && declarations.FirstOrDefault(declaration => declaration.Node == node) is { } rule
            )
            {
                errors.Add(
                    new RegoError(
                        RegoError.Type,
                        $"package {node.Path["data.".Length..]} conflicts with rule {node.Path} defined at "
                            + $"{rule.Rule.Location}",
                        rule.Module.Package.Location
                    )
                );
            }
        }

        foreach (var declaration in declarations)
            Head(declaration, errors);
    }

    /// <summary>Rules whose path a base document has too.</summary>
    public static IEnumerable<RegoError> WithData(IReadOnlyList<RuleDeclaration> declarations, RegoValue data) =>
        from declaration in declarations
        group declaration by declaration.Node into rules
        let path = rules.Key.Keys
        where Exists(path, data)
        select Error(
            rules.First(),
            RegoError.Compile,
            $"conflicting rule for data path {string.Join('/', path.Select(key => ((RegoString)key).Value))} found"
        );

    // A path is there too where the document ends before it in something that is no object.
    private static bool Exists(IReadOnlyList<RegoValue> path, RegoValue data)
    {
        if (path.Any(key => key is not RegoString))
            return false;
        foreach (var key in path)
        {
            if (data is not RegoObject members)
                return true;
            if (members[key] is not { } member)
                return false;
            data = member;
        }

        return true;
    }

    private static void Head(RuleDeclaration declaration, List<RegoError> errors)
    {
        var rule = declaration.Rule;
        if (declaration.ComputedPath.Count > 0 && rule.Head.Arguments is not null)
            errors.Add(Error(declaration, RegoError.Compile, "function names must be ground"));
        if (declaration.ComputedPath.Count > 0 && rule.IsDefault)
        {
            errors.Add(
                Error(declaration, RegoError.Parse, $"default rules must be ground: {((VarTerm)rule.Head.Name).Name}")
            );
        }

        if (declaration.ComputedPath.Count > 0 && rule.Else is not null)
            errors.Add(Error(declaration, RegoError.Parse, "else keyword cannot be used on multi-value rules"));
        if (rule.IsDefault && rule.Head.Value is { } value && !IsConstant(value))
        {
            errors.Add(
                Error(declaration, RegoError.Parse, $"illegal default rule (value cannot contain {Kind(value)})")
            );
        }

        if (rule.IsDefault && rule.Head.Arguments?.FirstOrDefault(argument => argument is not VarTerm) is not null)
        {
            errors.Add(
                Error(
                    declaration,
                    RegoError.Parse,
                    "illegal default rule (arguments cannot contain anything but variables)"
                )
            );
        }
    }

    // Comprehensions are constant enough: they are worked out each time.
    private static bool IsConstant(Term term) =>
        term switch
        {
            ScalarTerm or ComprehensionTerm => true,
            ArrayTerm array => array.Items.All(IsConstant),
            SetTerm set => set.Items.All(IsConstant),
            ObjectTerm o => o.Members.All(member => IsConstant(member.Key) && IsConstant(member.Value)),
            _ => false,
        };

    private static string Kind(Term term) =>
        term switch
        {
            VarTerm => "var",
            RefTerm => "ref",
            CallTerm => "call",
            TemplateTerm => "template string",
            _ => "var",
        };

    private static string? Below(RuleTreeNode node) =>
        node.HasDynamic && node.Rules is not null
            ? node.Path + "[…]"
            : node.Children.Values.Select(First).FirstOrDefault(path => path is not null);

    private static string? First(RuleTreeNode node) =>
        node.Rules is not null || node.HasDynamic
            ? node.Path
            : node.Children.Values.Select(First).FirstOrDefault(path => path is not null);

    private static RegoError Error(RuleDeclaration declaration, string code, string message) =>
        new(code, message, declaration.Rule.Location);
}
