using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>Rules that need themselves. A reference needs every rule below its constant part.</summary>
internal static class RecursionCheck
{
    public static void Check(RuleTreeNode root, IReadOnlyList<RuleDeclaration> declarations, List<RegoError> errors)
    {
        var uses = new Dictionary<RuleTreeNode, HashSet<RuleTreeNode>>();
        foreach (var declaration in declarations)
        {
            if (!uses.TryGetValue(declaration.Node, out var used))
                uses.Add(declaration.Node, used = []);
            References.Of(declaration, reference => Add(root, reference, used));
        }

        var state = new Dictionary<RuleTreeNode, int>();
        foreach (var declaration in declarations)
            Visit(declaration.Node, uses, state, [], declarations, errors);
    }

    private static void Visit(RuleTreeNode node, Dictionary<RuleTreeNode, HashSet<RuleTreeNode>> uses, Dictionary<RuleTreeNode, int> state, List<RuleTreeNode> path, IReadOnlyList<RuleDeclaration> declarations, List<RegoError> errors)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (state.GetValueOrDefault(node) == 2)
            return;
        if (state.GetValueOrDefault(node) == 1)
        {
            string cycle = string.Join(" -> ", path.SkipWhile(at => at != node).Append(node).Select(at => at.Path));
            var location = declarations.First(declaration => declaration.Node == node).Rule.Location;
            errors.Add(new RegoError(RegoError.Recursion, $"rule {node.Path} is recursive: {cycle}", location));
            return;
        }

        state[node] = 1;
        path.Add(node);
        if (uses.TryGetValue(node, out var used))
            foreach (var next in used)
                Visit(next, uses, state, path, declarations, errors);
        path.RemoveAt(path.Count - 1);
        state[node] = 2;
    }

    /// <summary>Adds every node with rules that a reference may need.</summary>
    public static void Add(RuleTreeNode root, RefTerm reference, HashSet<RuleTreeNode> used)
    {
        var node = root;
        foreach (var element in reference.Path)
        {
            if (node.HasDynamic)
                used.Add(node);
            if (element is not ScalarTerm key)
            {
                AddAll(node, used);
                return;
            }

            if (!node.Children.TryGetValue(key.Value, out var child))
                return;
            node = child;
            if (node.Rules is not null)
            {
                used.Add(node);
                return;
            }
        }

        AddAll(node, used);
    }

    private static void AddAll(RuleTreeNode node, HashSet<RuleTreeNode> used)
    {
        if ((node.Rules is not null && node.Rules.Kind != RuleSetKind.Function) || node.HasDynamic)
            used.Add(node);
        foreach (var child in node.Children.Values)
            AddAll(child, used);
    }
}

/// <summary>Finds the references below <c>data</c> that a rule makes, those of called and replacing functions too.</summary>
internal static class References
{
    public static void Of(RuleDeclaration declaration, Action<RefTerm> visit)
    {
        for (var rule = declaration.Resolved; rule is not null; rule = rule.Else)
        {
            foreach (var term in rule.Arguments.Concat(rule.Path).Append(rule.Value))
                Of(term, visit);
            foreach (var expression in rule.Body)
                Of(expression, visit);
        }
    }

    public static void Of(Expression expression, Action<RefTerm> visit)
    {
        switch (expression)
        {
            case TermExpression term:
                Of(term.Term, visit);
                break;
            case UnifyExpression unify:
                Of(unify.Left, visit);
                Of(unify.Right, visit);
                break;
            case SomeInExpression some:
                if (some.Key is not null)
                    Of(some.Key, visit);
                Of(some.Value, visit);
                Of(some.Collection is RefTerm collection ? collection with { Path = [.. collection.Path, new VarTerm("$", some.Location)] } : some.Collection, visit);
                break;
            case EveryExpression every:
                Of(every.Collection, visit);
                foreach (var inner in every.Body)
                    Of(inner, visit);
                break;
        }

        foreach (var with in expression.With)
            Of(with.Value, visit);
    }

    public static void Of(Term term, Action<RefTerm> visit)
    {
        switch (term)
        {
            case FunctionTerm { Function: RefTerm function }:
                visit(function);
                break;
            case VarTerm { Name: "data" }:
                visit(new RefTerm(term, [], term.Location));
                break;
            case RefTerm reference:
                if (reference.Head is VarTerm { Name: "data" })
                    visit(reference);
                else
                    Of(reference.Head, visit);
                foreach (var element in reference.Path)
                    Of(element, visit);
                break;
            case ArrayTerm array:
                foreach (var item in array.Items)
                    Of(item, visit);
                break;
            case SetTerm set:
                foreach (var item in set.Items)
                    Of(item, visit);
                break;
            case ObjectTerm o:
                foreach (var (key, value) in o.Members)
                {
                    Of(key, visit);
                    Of(value, visit);
                }

                break;
            case CallTerm call:
                if (call.Function is RefTerm called)
                    visit(called);
                foreach (var argument in call.Arguments)
                    Of(argument, visit);
                break;
            case ComprehensionTerm comprehension:
                if (comprehension.Key is not null)
                    Of(comprehension.Key, visit);
                Of(comprehension.Value, visit);
                foreach (var expression in comprehension.Body)
                    Of(expression, visit);
                break;
            case TemplateTerm template:
                foreach (var part in template.Parts)
                    if (part.Value is not null)
                        Of(part.Value, visit);
                break;
        }
    }
}
