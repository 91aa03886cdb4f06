using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>
/// What a negated expression needs and is worked out before the negation: where it is undefined, the whole expression
/// is, and not true. Everything counts but what is compared or called last:
/// <list type="bullet">
/// <item>calls inside the expression, and what references begin with that is no name, from the start: variables in them
/// are bound there, so <c>not f(g(xs[_]))</c> goes on for each element;</item>
/// <item>references in arguments, brackets and collections once all variables are bound. Those that stand alone or on a
/// side of <c>=</c> or <c>==</c> are a part of what is negated: <c>not input.a</c> and <c>not input.a == 1</c> are true
/// where there is no <c>input.a</c>.</item>
/// </list>
/// Comprehensions, templates and what <c>print</c> shows are always defined.
/// </summary>
internal static class Negation
{
    /// <summary>Takes out the calls.</summary>
    /// <param name="negated">An expression whose names are resolved.</param>
    /// <param name="fresh">Makes variables that nothing else uses.</param>
    /// <param name="before">Takes what has to hold before, under the same <c>with</c>.</param>
    public static Expression LiftCalls(Expression negated, Func<SourceLocation, VarTerm> fresh, List<Expression> before)
    {
        Term Before(Term term)
        {
            var variable = fresh(term.Location);
            before.Add(new UnifyExpression(variable, term, false, term.Location) { With = negated.With });
            return variable;
        }

        Term Lift(Term term) =>
            term switch
            {
                CallTerm => Before(term),
                RefTerm { Head: not (VarTerm or ScalarTerm) and var head } reference => reference with
                {
                    Head = Before(head),
                    Path = [.. reference.Path.Select(Lift)],
                },
                RefTerm reference => reference with { Path = [.. reference.Path.Select(Lift)] },
                _ => Inside(term, Lift),
            };

        return negated switch
        {
            TermExpression { Term: CallTerm call } statement => statement with { Term = Arguments(call, Lift) },
            _ => Operands(negated, Lift),
        };
    }

    /// <summary>Takes out the references of an expression without calls inside.</summary>
    /// <inheritdoc cref="LiftCalls" path="/param"/>
    public static Expression LiftReferences(
        Expression negated,
        Func<SourceLocation, VarTerm> fresh,
        List<Expression> before
    )
    {
        Term Lift(Term term)
        {
            if (term is not (RefTerm or VarTerm { Name: "input" }))
                return Inside(term, Lift);
            var variable = fresh(term.Location);
            before.Add(new UnifyExpression(variable, term, false, term.Location) { With = negated.With });
            return variable;
        }

        Term Operand(Term term) =>
            term switch
            {
                RefTerm reference => reference with { Path = [.. reference.Path.Select(Lift)] },
                VarTerm => term,
                _ => Inside(term, Lift),
            };

        return negated switch
        {
            TermExpression { Term: CallTerm call } statement => statement with { Term = Arguments(call, Lift) },
            _ => Operands(negated, Operand),
        };
    }

    /// <summary>Whether a plain expression has what its negation would need first.</summary>
    public static bool NeedsFirst(Expression expression)
    {
        static VarTerm Name(SourceLocation location) => new("$value", location);
        var before = new List<Expression>();
        LiftReferences(LiftCalls(expression, Name, before), Name, before);
        return before.Count > 0;
    }

    private static Expression Operands(Expression expression, Func<Term, Term> change) =>
        expression switch
        {
            TermExpression term => term with { Term = change(term.Term) },
            UnifyExpression unify => unify with { Left = change(unify.Left), Right = change(unify.Right) },
            _ => expression,
        };

    private static CallTerm Arguments(CallTerm call, Func<Term, Term> change) =>
        call.Function is VarTerm { Name: "print" }
            ? call
            : call with
            {
                Arguments = [.. call.Arguments.Select(change)],
            };

    private static Term Inside(Term term, Func<Term, Term> change) =>
        term switch
        {
            ArrayTerm array => array with { Items = [.. array.Items.Select(change)] },
            SetTerm set => set with { Items = [.. set.Items.Select(change)] },
            ObjectTerm o => o with
            {
                Members = [.. o.Members.Select(member => (change(member.Key), change(member.Value)))],
            },
            _ => term,
        };
}
