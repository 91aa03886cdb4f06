using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Partial;

/// <summary>What cannot be worked out yet: unknown documents, the rules that need them, and calls whose result
/// changes.</summary>
internal sealed class UnknownDocuments
{
    private readonly List<RefTerm> _unknown;
    private readonly RuleTreeNode _root;
    private readonly BuiltinTable _builtins;
    private readonly HashSet<RuleTreeNode> _rules = [];

    /// <param name="unknown">References to the unknown documents.</param>
    /// <param name="root">The rules.</param>
    /// <param name="declarations">The rules as they are written.</param>
    /// <param name="builtins">What can be called.</param>
    public UnknownDocuments(
        IEnumerable<RefTerm> unknown,
        RuleTreeNode root,
        IReadOnlyList<RuleDeclaration> declarations,
        BuiltinTable builtins
    )
    {
        (_unknown, _root, _builtins) = ([.. unknown], root, builtins);
        var uses = new Dictionary<RuleTreeNode, HashSet<RuleTreeNode>>();
        foreach (var declaration in declarations)
        {
            if (!uses.TryGetValue(declaration.Node, out var used))
                uses.Add(declaration.Node, used = []);
            References.Of(declaration, reference => RecursionCheck.Add(root, reference, used));
            if (Terms(declaration).Any(expression => Rewrite.Any(expression, Direct)))
                _rules.Add(declaration.Node);
        }

        int before = -1;
        while (before != _rules.Count)
        {
            before = _rules.Count;
            foreach (var (node, used) in uses)
            {
                if (used.Overlaps(_rules))
                    _rules.Add(node);
            }
        }
    }

    /// <summary>Everything written in a rule and its else branches, heads included.</summary>
    public static IEnumerable<Expression> Terms(RuleDeclaration declaration)
    {
        for (var rule = declaration.Resolved; rule is not null; rule = rule.Else)
        {
            foreach (var term in rule.Arguments.Concat(rule.Path).Append(rule.Value))
                yield return new TermExpression(term, term.Location);
            foreach (var expression in rule.Body)
                yield return expression;
        }
    }

    /// <summary>Whether a term, not looking inside it, is unknown or needs what is.</summary>
    public bool Is(Term term) =>
        Direct(term)
        || term switch
        {
            RefTerm { Head: VarTerm { Name: "data" } } reference => Needs(reference),
            VarTerm { Name: "data" } => Needs(new RefTerm(term, [], term.Location)),
            CallTerm { Function: RefTerm function } => Needs(function),
            FunctionTerm { Function: RefTerm function } => Needs(function),
            _ => false,
        };

    /// <summary>Whether a term is an unknown document, or may hold one, or calls what gives other results each
    /// time.</summary>
    public bool Direct(Term term) =>
        term switch
        {
            RefTerm { Head: VarTerm { Name: "input" or "data" } } reference => _unknown.Exists(unknown =>
                Overlap(unknown, reference)
            ),
            VarTerm { Name: "input" or "data" } => _unknown.Exists(unknown =>
                Overlap(unknown, new RefTerm(term, [], term.Location))
            ),
            CallTerm { Function: VarTerm builtin } => Changes(builtin.Name),
            FunctionTerm { Function: VarTerm builtin } => Changes(builtin.Name),
            _ => false,
        };

    private bool Needs(RefTerm reference)
    {
        var used = new HashSet<RuleTreeNode>();
        RecursionCheck.Add(_root, reference, used);
        return used.Overlaps(_rules);
    }

    // What metadata a call gives depends on where it stands.
    private bool Changes(string name) =>
        name.StartsWith("rego.metadata.", StringComparison.Ordinal)
        || _builtins.Find(name)?.Has(BuiltinTraits.Nondeterministic) == true;

    private static bool Overlap(RefTerm unknown, RefTerm reference)
    {
        if (((VarTerm)unknown.Head).Name != ((VarTerm)reference.Head).Name)
            return false;
        foreach (var (a, b) in unknown.Path.Zip(reference.Path))
        {
            if (a is ScalarTerm { Value: var known } && b is ScalarTerm { Value: var key } && !known.Equals(key))
                return false;
        }

        return true;
    }
}
