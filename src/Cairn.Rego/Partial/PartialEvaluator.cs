using Cairn.Rego.Compilation;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Formatting;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Partial;

/// <summary>
/// Evaluates bodies as far as what is known goes. An expression that needs nothing unknown is evaluated, and each of
/// its solutions is a way to go on; in one that does, the parts that are known are worked out and references to rules
/// replaced by what is left of the rules' bodies. What remains is saved. In doubt an expression is saved as it stands:
/// it still means the same over the same policy and data.
/// </summary>
internal sealed class PartialEvaluator(
    UnknownDocuments unknowns,
    KnownExpressions known,
    BodyCompiler compiler,
    EvaluationBudget budget
)
{
    private const int MaxEnumerated = 1_000;

    private int _fresh;

    public PartialRules Rules { get; set; } = null!;

    public KnownExpressions Known => known;

    /// <summary>A variable that nothing else uses.</summary>
    public VarTerm Fresh(SourceLocation location) => new($"__local{_fresh++}__", location);

    /// <summary>A number for the variables of one more copy of a rule.</summary>
    public int NextCopy() => _fresh++;

    /// <summary>The expressions of a body in an order in which each variable is bound before it is used.</summary>
    public List<Expression> Order(IReadOnlyList<Expression> body, HashSet<string> bound) => compiler.Order(body, bound);

    /// <summary>Every way through a body.</summary>
    /// <param name="ordered">Its expressions in order.</param>
    /// <param name="at">The first one.</param>
    /// <param name="state">Where to begin.</param>
    /// <param name="found">Takes the state at the end of each way.</param>
    public void Body(IReadOnlyList<Expression> ordered, int at, PartialState state, Action<PartialState> found)
    {
        if (at == ordered.Count)
            found(state);
        else
            Expression(ordered[at], state, next => Body(ordered, at + 1, next, found));
    }

    public bool IsUnknown(Expression expression, PartialState state) =>
        Rewrite.Any(
            expression,
            term => (term is VarTerm variable && state.Unknown.Contains(variable.Name)) || unknowns.Is(term)
        )
        || expression.With.Any(with =>
            with.Target is VarTerm { Name: not ("input" or "data") } function
            && unknowns.Is(new FunctionTerm(function, function.Location))
        );

    public bool IsUnknown(Term term, PartialState state) => IsUnknown(new TermExpression(term, term.Location), state);

    private void Expression(Expression expression, PartialState state, Action<PartialState> found)
    {
        budget.Step();
        budget.ChargeMemory(256);
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        expression = state.Fill(expression);
        if (expression is UnifyExpression { Declares: true } assignment)
            expression = assignment with { Declares = false };
        if (expression is TermExpression { Term: CallTerm { Function: VarTerm { Name: "print" } } })
        {
            found(state);
        }
        else if (!IsUnknown(expression, state))
        {
            Solve(expression, state, (next, _) => found(next));
        }
        else if (
            expression.With.Count > 0
            || expression is EveryExpression
            || Rewrite.Any(expression, term => term is ComprehensionTerm or TemplateTerm && IsUnknown(term, state))
        )
        {
            found(state.Save(expression is SomeInExpression { With.Count: 0 } some ? Element(some) : expression));
        }
        else if (expression.Negated)
        {
            Negated(expression, state, found);
        }
        else
        {
            Open(expression, state, found);
        }
    }

    // An expression with unknown parts, all outside of closures.
    private void Open(Expression expression, PartialState state, Action<PartialState> found)
    {
        switch (expression)
        {
            case SomeInExpression some:
                expression = Element(some);
                break;
            case TermExpression { Term: CallTerm call }
                when Rules.Arity(call) is { } arity && call.Arguments.Count == arity + 1:
                expression = new UnifyExpression(
                    call with
                    {
                        Arguments = [.. call.Arguments.SkipLast(1)],
                    },
                    call.Arguments[^1],
                    false,
                    expression.Location
                );
                break;
            case TermExpression
            {
                Term: CallTerm { Function: VarTerm { Name: "equal" }, Arguments: [var left, var right] }
            }:
                expression = new UnifyExpression(left, right, false, expression.Location);
                break;
        }

        if (Reduce(expression, state, found))
            return;
        if (expression is UnifyExpression unify && Split(unify, out bool never) is { } pairs)
        {
            if (!never)
            {
                Body(
                    [.. pairs.Select(pair => new UnifyExpression(pair.Item1, pair.Item2, false, expression.Location))],
                    0,
                    state,
                    found
                );
            }

            return;
        }

        found(state.Save(expression));
    }

    private UnifyExpression Element(SomeInExpression some) =>
        new(
            some.Value,
            Rewrite.Join(some.Collection, [some.Key ?? Fresh(some.Location)], some.Location),
            false,
            some.Location
        );

    private static List<(Term, Term)>? Split(UnifyExpression unify, out bool never)
    {
        static Term Literal(Term term, Term other) =>
            term is ScalarTerm { Value: RegoArray or RegoObject } scalar && other is ArrayTerm or ObjectTerm
                ? SyntaxText.Literal(scalar.Value, term.Location)
                : term;
        return Outputs.Split(Literal(unify.Left, unify.Right), Literal(unify.Right, unify.Left), out never);
    }

    // Each solution of a known expression, with the values of its variables.
    private void Solve(
        Expression expression,
        PartialState state,
        Action<PartialState, Dictionary<string, RegoValue>> found
    )
    {
        foreach (var solution in known.Solve(expression))
        {
            found(
                state with
                {
                    Values = state.Values.SetItems(
                        solution.Select(value =>
                            KeyValuePair.Create(value.Key, new ScalarTerm(value.Value, expression.Location))
                        )
                    ),
                },
                solution
            );
        }
    }

    /// <summary>Replaces the first part of an expression that can be, and goes on with each result; false when there is
    /// none.</summary>
    private bool Reduce(Expression expression, PartialState state, Action<PartialState> found)
    {
        Term? part = null;
        foreach (
            var term in expression is UnifyExpression unify
                ? [unify.Left, unify.Right]
                : new[] { ((TermExpression)expression).Term }
        )
        {
            part ??= Reducible(term, state);
        }

        if (part is null)
            return false;
        void Continue(PartialState next, Term value) =>
            Expression(Rewrite.Of(expression, term => ReferenceEquals(term, part) ? value : null), next, found);
        if (!IsUnknown(part, state))
        {
            var value = Fresh(part.Location);
            Solve(
                new UnifyExpression(value, part, false, part.Location),
                state,
                (next, solution) => Continue(next, new ScalarTerm(solution[value.Name], part.Location))
            );
            return true;
        }

        bool truth =
            expression is TermExpression lone && ReferenceEquals(lone.Term, part)
            || (
                expression is UnifyExpression { Left: var left, Right: var right }
                && (
                    left is ScalarTerm { Value: RegoBoolean { Value: true } }
                    || right is ScalarTerm { Value: RegoBoolean { Value: true } }
                )
                && (ReferenceEquals(left, part) || ReferenceEquals(right, part))
            );
        if (Rules.Find(part, truth) is { } target)
            target.Expand(state, Continue);
        else
            Enumerate((RefTerm)part, state, Continue);
        return true;
    }

    // Innermost first: a part all of whose own parts are worked out.
    private Term? Reducible(Term term, PartialState state)
    {
        Term? part = null;
        switch (term)
        {
            case RefTerm reference:
                part = reference.Head is VarTerm ? null : Reducible(reference.Head, state);
                foreach (var element in reference.Path)
                    part ??= Reducible(element, state);
                if (
                    part is null
                    && (
                        !IsUnknown(reference, state)
                        || Rules.Find(reference, truth: true) is not null
                        || Enumerated(reference, state) is not null
                    )
                )
                {
                    part = reference;
                }

                break;
            case ArrayTerm array:
                foreach (var item in array.Items)
                    part ??= Reducible(item, state);
                break;
            case SetTerm set:
                foreach (var item in set.Items)
                    part ??= Reducible(item, state);
                break;
            case ObjectTerm o:
                foreach (var (key, value) in o.Members)
                    part ??= Reducible(key, state) ?? Reducible(value, state);
                break;
            case CallTerm call:
                foreach (var argument in call.Arguments)
                    part ??= Reducible(argument, state);
                if (part is null && (!IsUnknown(call, state) || Rules.Find(call, truth: false) is not null))
                    part = call;
                break;
            case ComprehensionTerm or TemplateTerm when !IsUnknown(term, state):
                part = term;
                break;
        }

        return part;
    }

    // A known collection that is looked into with an unknown key: each member is a way to go on.
    private List<Dictionary<string, RegoValue>>? Enumerated(RefTerm reference, PartialState state)
    {
        var (lookup, _) = Members(reference, state);
        if (lookup is null)
            return null;
        var members = known.Solve(lookup);
        return members.Count > MaxEnumerated ? null : members;
    }

    private static readonly VarTerm Key = new("__key__", default),
        Member = new("__member__", default);

    private (UnifyExpression? Lookup, int At) Members(RefTerm reference, PartialState state)
    {
        int at = reference.Path.ToList().FindIndex(element => IsUnknown(element, state) || HasVariable(element));
        if (at < 0 || reference.Head is not (ScalarTerm or VarTerm { Name: "data" or "input" }))
            return (null, at);
        var lookup = new UnifyExpression(
            Member,
            new RefTerm(reference.Head, [.. reference.Path.Take(at), Key], reference.Location),
            false,
            reference.Location
        );
        return IsUnknown(lookup, state) ? (null, at) : (lookup, at);
    }

    private static bool HasVariable(Term term)
    {
        bool found = false;
        Variables.Visit(term, closures: true, _ => found = true);
        return found;
    }

    private void Enumerate(RefTerm reference, PartialState state, Action<PartialState, Term> found)
    {
        int at = Members(reference, state).At;
        foreach (var member in Enumerated(reference, state)!)
        {
            var key = new ScalarTerm(member[Key.Name], reference.Location);
            var value = new ScalarTerm(member[Member.Name], reference.Location);
            Expression(
                new UnifyExpression(reference.Path[at], key, false, reference.Location),
                state,
                next => found(next, Rewrite.Join(value, [.. reference.Path.Skip(at + 1)], reference.Location))
            );
        }
    }

    // Fails where a way through the expression leaves nothing open; else holds when none of the ways does.
    private void Negated(Expression expression, PartialState state, Action<PartialState> found)
    {
        var before = new List<Expression>();
        var rest = Negation.LiftReferences(expression, Fresh, before);
        if (before.Count > 0)
        {
            Body([.. before, rest], 0, state, found);
            return;
        }

        var ways = new List<List<Expression>>();
        bool always = false;
        Expression(
            expression with
            {
                Negated = false,
            },
            state with
            {
                Saved = [],
            },
            way =>
            {
                var body = way.Body;
                if (CopyPropagation.Run(body, [], state.Unknown))
                    ways.Add(body);
                always |= body.Count == 0;
            }
        );
        if (always)
            return;
        if (
            ways.TrueForAll(way =>
                way is [TermExpression or UnifyExpression] and [{ Negated: false, With.Count: 0 }]
                && !Negation.NeedsFirst(way[0])
                && Closed(way[0], state)
            )
        )
        {
            found(ways.Aggregate(state, (next, way) => next.Save(way[0] with { Negated = true })));
        }
        else
        {
            found(state.Save(Rules.Negation(ways, state.Unknown, expression.Location)));
        }
    }

    private static bool Closed(Expression expression, PartialState state)
    {
        bool closed = true;
        Variables.Visit(expression, closures: true, variable => closed &= state.Unknown.Contains(variable.Name));
        return closed;
    }
}
