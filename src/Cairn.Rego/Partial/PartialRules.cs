using System.Collections.Immutable;
using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Partial;

/// <summary>A reference to a rule, or a call of one, and what can be put in its place.</summary>
internal abstract class RuleTarget
{
    /// <summary>Goes on with what stands for the reference, for each way through the rules.</summary>
    public abstract void Expand(PartialState state, Action<PartialState, Term> found);
}

/// <summary>
/// The rules that need something unknown: put in place of references where nothing is lost by it, else written as rules
/// of the support.
/// </summary>
internal sealed class PartialRules(
    PartialEvaluator evaluator,
    PartialSupport support,
    RegoPolicy policy,
    RuleTreeNode root,
    BuiltinTable builtins,
    IReadOnlyList<RefTerm> kept
)
{
    private readonly ILookup<RuleTreeNode, RuleDeclaration> _declarations = policy.Declarations.ToLookup(declaration =>
        declaration.Node
    );
    private readonly Dictionary<RuleTreeNode, bool> _opaque = [];
    private int _negations;
    private readonly Dictionary<RuleTreeNode, Term?> _supported = [];

    /// <summary>How many operands a call's function takes; null when there is no such function.</summary>
    public int? Arity(CallTerm call) =>
        call.Function switch
        {
            VarTerm builtin => builtins.Find(builtin.Name)?.Arguments.Count,
            RefTerm reference => Walk(reference.Path, out _)?.Rules?.Arity,
            _ => null,
        };

    /// <summary>What can be put in place of a reference or call that needs something unknown; null to leave
    /// it.</summary>
    /// <param name="term">The reference or call.</param>
    /// <param name="truth">Whether only being true counts, so that a default of false is as good as none.</param>
    public RuleTarget? Find(Term term, bool truth)
    {
        if (term is CallTerm { Function: RefTerm function } call)
        {
            return
                Walk(function.Path, out int whole) is { Rules: { Kind: RuleSetKind.Function } rules } node
                && whole == function.Path.Count
                && rules.Arity == call.Arguments.Count
                && CanInline(node, truth: false)
                ? new Inlined(this, [.. _declarations[node]], call.Arguments, [])
                : null;
        }

        if (
            term is not RefTerm { Head: VarTerm { Name: "data" } } reference
            || Walk(reference.Path, out int used) is not { } found
        )
        {
            return null;
        }

        Term[] rest = [.. reference.Path.Skip(used)];
        RuleDeclaration[] declarations = [.. _declarations[found]];
        if (found.Rules is { Kind: RuleSetKind.Function } || declarations.Length == 0 || IsOpaque(found))
            return null;
        int keys =
            found.HasDynamic
                ? declarations.Max(declaration =>
                    declaration.ComputedPath.Count + (declaration.Kind == RuleSetKind.Set ? 1 : 0)
                )
            : found.Rules!.Kind == RuleSetKind.Set ? 1
            : 0;
        if (rest.Length >= keys && CanInline(found, truth && rest.Length == 0))
            return new Inlined(this, declarations, null, rest);
        return new Supported(this, found, rest);
    }

    /// <summary>A negation of several ways, as a rule of the support that holds when one of them does.</summary>
    public Expression Negation(List<List<Expression>> ways, IReadOnlySet<string> unknown, SourceLocation location)
    {
        var arguments = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var way in ways)
        {
            foreach (var expression in way)
            {
                Variables.Visit(
                    expression,
                    closures: true,
                    variable =>
                    {
                        if (unknown.Contains(variable.Name))
                            arguments.Add(variable.Name);
                    }
                );
            }
        }

        Term[] terms = [.. arguments.Select(name => new VarTerm(name, location))];
        string rule = $"__not{++_negations}__";
        foreach (var way in ways)
        {
            support.Add(
                [],
                new RuleNode(
                    new HeadNode(
                        new VarTerm(rule, location),
                        [],
                        terms.Length == 0 ? null : terms,
                        null,
                        null,
                        location
                    ),
                    way,
                    null,
                    location
                )
            );
        }

        var reference = support.Reference([], rule, location);
        return new TermExpression(terms.Length == 0 ? reference : new CallTerm(reference, terms, location), location)
        {
            Negated = true,
        };
    }

    // The node whose rules a path ends at, when nothing else lies there: no other rules below, no base data beside.
    private RuleTreeNode? Walk(IReadOnlyList<Term> path, out int used)
    {
        var node = root;
        for (used = 0; used < path.Count && !node.HasDynamic; used++)
        {
            if (path[used] is not ScalarTerm key || !node.Children.TryGetValue(key.Value, out var child))
                return null;
            node = child;
            if (node.Rules is null)
                continue;
            used++;
            return node.HasDynamic || node.Children.Count > 0 ? null : node;
        }

        return node.HasDynamic && node.Rules is null && node.Children.Count == 0 && !HasData(node) ? node : null;
    }

    private bool HasData(RuleTreeNode node) => Data(node) is not null;

    private RegoValue? Data(RuleTreeNode node) =>
        node.Parent is null ? policy.Data
        : Data(node.Parent) is { } parent ? Evaluation.PathOperand.Look(parent, node.Key!)
        : null;

    private bool CanInline(RuleTreeNode node, bool truth) =>
        !IsOpaque(node)
        && !kept.Any(path => Below(node, path))
        && _declarations[node]
            .All(declaration =>
                declaration.Rule.IsDefault
                    ? truth && declaration.Resolved!.Value is ScalarTerm { Value.IsFalse: true }
                    : declaration.Resolved!.Else is null
            );

    // What metadata calls give, and defaults that are worked out, belong to the rule itself.
    private bool IsOpaque(RuleTreeNode node)
    {
        if (!_opaque.TryGetValue(node, out bool opaque))
        {
            _opaque.Add(
                node,
                opaque = _declarations[node]
                    .Any(declaration =>
                        (declaration.Rule.IsDefault && declaration.Resolved!.Value is not ScalarTerm)
                        || UnknownDocuments
                            .Terms(declaration)
                            .Any(expression =>
                                Rewrite.Any(
                                    expression,
                                    term =>
                                        term is CallTerm { Function: VarTerm { Name: var name } }
                                        && name.StartsWith("rego.metadata.", StringComparison.Ordinal)
                                )
                            )
                    )
            );
        }

        return opaque;
    }

    private static bool Below(RuleTreeNode node, RefTerm path)
    {
        var keys = new List<RegoValue>();
        for (var at = node; at.Key is not null; at = at.Parent!)
            keys.Insert(0, at.Key);
        return path.Path.Count <= keys.Count
            && path.Path.Zip(keys).All(pair => pair.First is ScalarTerm { Value: var key } && key.Equals(pair.Second));
    }

    // Evaluates one rule, whose variables get names of their own, and gives its value.
    private void Evaluate(
        ResolvedRule rule,
        IReadOnlyList<Term>? arguments,
        IReadOnlyList<Term> keys,
        PartialState state,
        Action<PartialState, Term> found
    )
    {
        int copy = evaluator.NextCopy();
        Term? Own(Term term) =>
            term is VarTerm variable && !Variables.IsRoot(variable.Name)
                ? variable with
                {
                    Name = $"{variable.Name.TrimStart('$')}#{copy}",
                }
                : null;
        Expression Equal(Term left, Term right) => new UnifyExpression(left, right, false, rule.Source.Location);
        var bound = new HashSet<string>();
        var body = new List<Expression>();
        if (arguments is not null)
        {
            foreach (var (pattern, argument) in rule.Arguments.Zip(arguments))
            {
                var own = Rewrite.Of(pattern, Own);
                body.Add(Equal(own, argument));
                Variables.VisitPattern(own, variable => bound.Add(variable.Name));
            }
        }

        var value = evaluator.Fresh(rule.Source.Location);
        body.AddRange(evaluator.Order(Rewrite.All(rule.Body, Own), bound));
        body.AddRange(rule.Path.Zip(keys).Select(pair => Equal(Rewrite.Of(pair.First, Own), pair.Second)));
        body.Add(Equal(value, Rewrite.Of(rule.Value, Own)));
        evaluator.Body(body, 0, state, next => found(next, next.Fill(value)));
    }

    private sealed class Inlined(
        PartialRules rules,
        RuleDeclaration[] declarations,
        IReadOnlyList<Term>? arguments,
        Term[] rest
    ) : RuleTarget
    {
        public override void Expand(PartialState state, Action<PartialState, Term> found)
        {
            foreach (var declaration in declarations.Where(declaration => !declaration.Rule.IsDefault))
            {
                int keys = declaration.ComputedPath.Count;
                rules.Evaluate(
                    declaration.Resolved!,
                    arguments,
                    rest,
                    state,
                    (next, value) =>
                    {
                        if (declaration.Kind != RuleSetKind.Set)
                        {
                            found(next, Rewrite.Join(value, [.. rest.Skip(keys)], declaration.Rule.Location));
                            return;
                        }

                        var element = new UnifyExpression(rest[keys], value, false, declaration.Rule.Location);
                        rules.Continue(
                            element,
                            next,
                            after =>
                                found(
                                    after,
                                    Rewrite.Join(
                                        after.Fill(rest[keys]),
                                        [.. rest.Skip(keys + 1)],
                                        declaration.Rule.Location
                                    )
                                )
                        );
                    }
                );
            }
        }
    }

    private void Continue(Expression expression, PartialState state, Action<PartialState> found) =>
        evaluator.Body([expression], 0, state, found);

    private sealed class Supported(PartialRules rules, RuleTreeNode node, Term[] rest) : RuleTarget
    {
        public override void Expand(PartialState state, Action<PartialState, Term> found)
        {
            if (rules.Support(node) is { } reference)
                found(state, Rewrite.Join(reference, rest, reference.Location));
        }
    }

    // What is left of rules, written once: a reference to it, what they always are, or null when they never have a
    // value.
    private Term? Support(RuleTreeNode node)
    {
        if (_supported.TryGetValue(node, out var known))
            return known;
        var declarations = _declarations[node].ToList();
        var location = declarations[0].Rule.Location;
        var (package, name) = support.Place(node);
        bool any = false;
        foreach (var declaration in declarations)
            any |= declaration.Rule.IsDefault ? Default(declaration, package, name) : Chain(declaration, package, name);
        Term? reference =
            any ? support.Reference(package, name, location)
            : node.HasDynamic ? new ScalarTerm(RegoObject.Empty, location)
            : node.Rules!.Kind == RuleSetKind.Set ? new ScalarTerm(RegoSet.Empty, location)
            : null;
        _supported.Add(node, reference);
        return reference;
    }

    private bool Default(RuleDeclaration declaration, IReadOnlyList<string> package, string name)
    {
        var location = declaration.Rule.Location;
        support.Add(
            package,
            new RuleNode(
                new HeadNode(new VarTerm(name, location), [], null, null, declaration.Resolved!.Value, location)
                {
                    Assigned = true,
                },
                [],
                null,
                location
            )
            {
                IsDefault = true,
            }
        );
        return true;
    }

    // A rule's ways as rules of the support; with else branches as one chain, since the first way that holds decides.
    private bool Chain(RuleDeclaration declaration, IReadOnlyList<string> package, string name)
    {
        var written = new List<RuleNode>();
        var location = declaration.Rule.Location;
        bool decided = false;
        for (var rule = declaration.Resolved; rule is not null && !decided; rule = rule.Else)
        {
            VarTerm[] keys = [.. rule.Path.Select(_ => evaluator.Fresh(location))];
            Evaluate(
                rule,
                null,
                keys,
                PartialState.Empty,
                (state, value) =>
                {
                    var body = state.Body;
                    Term[] head = [.. keys.Select(state.Fill), value];
                    if (!CopyPropagation.Run(body, head, ImmutableHashSet<string>.Empty))
                        return;
                    decided |= body.Count == 0;
                    bool set = declaration.Kind == RuleSetKind.Set;
                    written.Add(
                        new RuleNode(
                            new HeadNode(
                                new VarTerm(name, location),
                                head[..^1],
                                null,
                                set ? head[^1] : null,
                                set ? null : head[^1],
                                location
                            )
                            {
                                Assigned = true,
                            },
                            body,
                            null,
                            location
                        )
                    );
                }
            );
        }

        if (declaration.Resolved!.Else is null)
        {
            written.ForEach(rule => support.Add(package, rule));
        }
        else if (written.Count > 0)
        {
            support.Add(
                package,
                written.AsEnumerable().Reverse().Aggregate((below, rule) => rule with { Else = below })
            );
        }

        return written.Count > 0;
    }
}
