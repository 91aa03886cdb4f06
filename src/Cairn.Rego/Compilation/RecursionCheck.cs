using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>Rules that need themselves, and the order of those that do not. A reference needs every rule that its path
/// may lead to.</summary>
internal static class RecursionCheck
{
    private const int MaxShown = 50;

    /// <summary>The paths of all rules, each after those that its rules refer to.</summary>
    public static IReadOnlyList<RuleTreeNode> Check(
        RuleTreeNode root,
        IReadOnlyList<RuleDeclaration> declarations,
        List<RegoError> errors
    )
    {
        var uses = new Dictionary<RuleTreeNode, HashSet<RuleTreeNode>>();
        foreach (var declaration in declarations)
        {
            if (!uses.TryGetValue(declaration.Node, out var used))
                uses.Add(declaration.Node, used = []);
            References.Of(declaration, reference => Add(root, reference, used));
        }

        var order = new List<RuleTreeNode>(uses.Count);
        var entered = new HashSet<RuleTreeNode>();
        bool recursive = false;
        foreach (var declaration in declarations)
            recursive |= Visit(declaration.Node, uses, entered, [], order);
        if (recursive)
            Report(uses, declarations, errors);
        return order;
    }

    // Whether the node needs itself, or one that needs it needs another of those on the path.
    private static bool Visit(
        RuleTreeNode node,
        Dictionary<RuleTreeNode, HashSet<RuleTreeNode>> uses,
        HashSet<RuleTreeNode> entered,
        HashSet<RuleTreeNode> path,
        List<RuleTreeNode> order
    )
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (!entered.Add(node))
            return path.Contains(node);
        path.Add(node);
        bool recursive = false;
        if (uses.TryGetValue(node, out var used))
        {
            foreach (var next in used)
                recursive |= Visit(next, uses, entered, path, order);
        }

        path.Remove(node);
        order.Add(node);
        return recursive;
    }

    private static void Report(
        Dictionary<RuleTreeNode, HashSet<RuleTreeNode>> uses,
        IReadOnlyList<RuleDeclaration> declarations,
        List<RegoError> errors
    )
    {
        int reported = 0;
        foreach (var group in declarations.GroupBy(declaration => declaration.Node))
        {
            if (reported == Parser.MaxErrors)
                return;
            if (Cycle(group.Key, uses) is not { } cycle)
                continue;
            reported++;
            var names = cycle.Select(node => node.Path);
            if (cycle.Count > MaxShown)
                names = [.. names.Take(MaxShown), "…", group.Key.Path];
            errors.Add(
                new RegoError(
                    RegoError.Recursion,
                    $"rule {group.Key.Path} is recursive: {string.Join(" -> ", names)}",
                    group.First().Rule.Location
                )
            );
        }
    }

    // The shortest way from a node to itself.
    private static List<RuleTreeNode>? Cycle(RuleTreeNode start, Dictionary<RuleTreeNode, HashSet<RuleTreeNode>> uses)
    {
        var before = new Dictionary<RuleTreeNode, RuleTreeNode>();
        var queue = new Queue<RuleTreeNode>([start]);
        while (queue.TryDequeue(out var node))
        {
            foreach (var next in uses.GetValueOrDefault(node, []))
            {
                if (next == start)
                {
                    List<RuleTreeNode> cycle = [start];
                    for (; node != start; node = before[node])
                        cycle.Insert(0, node);
                    cycle.Insert(0, start);
                    return cycle;
                }

                if (before.TryAdd(next, node))
                    queue.Enqueue(next);
            }
        }

        return null;
    }

    /// <summary>Adds every node with rules that a reference may need: what is worked out in it may be any
    /// name.</summary>
    public static void Add(RuleTreeNode root, RefTerm reference, HashSet<RuleTreeNode> used) =>
        Add(root, reference.Path, 0, used);

    private static void Add(RuleTreeNode node, IReadOnlyList<Term> path, int at, HashSet<RuleTreeNode> used)
    {
        for (; at < path.Count; at++)
        {
            if (node.HasDynamic)
                used.Add(node);
            if (path[at] is not ScalarTerm key)
            {
                foreach (var any in node.Children.Values)
                    AddRules(any, path, at + 1, used);
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

    private static void AddRules(RuleTreeNode node, IReadOnlyList<Term> path, int at, HashSet<RuleTreeNode> used)
    {
        if (node.Rules is null)
            Add(node, path, at, used);
        else if (node.Rules.Kind != RuleSetKind.Function)
            used.Add(node);
    }

    private static void AddAll(RuleTreeNode node, HashSet<RuleTreeNode> used)
    {
        if ((node.Rules is not null && node.Rules.Kind != RuleSetKind.Function) || node.HasDynamic)
            used.Add(node);
        foreach (var child in node.Children.Values)
            AddAll(child, used);
    }
}

/// <summary>Finds the references below <c>data</c> that a rule makes, those of called and replacing functions
/// too.</summary>
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
                Of(
                    some.Collection is RefTerm collection
                        ? collection with
                        {
                            Path = [.. collection.Path, new VarTerm("$", some.Location)],
                        }
                        : some.Collection,
                    visit
                );
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
                {
                    if (part.Value is not null)
                        Of(part.Value, visit);
                }

                break;
        }
    }
}
