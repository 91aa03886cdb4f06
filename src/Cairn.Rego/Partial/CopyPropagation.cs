using Cairn.Rego.Compilation;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Partial;

/// <summary>
/// Takes variables out of what is left of a body: <c>x = input.a; x > 1</c> becomes <c>input.a > 1</c>. What defines a
/// variable goes only where its being defined stays asked for.
/// </summary>
internal static class CopyPropagation
{
    /// <summary>Simplifies a body and the terms of its rule's head with it; false when it can never hold.</summary>
    /// <param name="body">Expressions, changed in place.</param>
    /// <param name="head">Terms that are worked out after the body, changed in place.</param>
    /// <param name="live">Variables that are not taken out.</param>
    public static bool Run(List<Expression> body, Term[] head, IReadOnlySet<string> live)
    {
        int i = 0;
        while (i < body.Count)
        {
            if (body[i] is not UnifyExpression { Negated: false, With.Count: 0 } unify)
            {
                i++;
                continue;
            }

            if (unify is { Left: ScalarTerm left, Right: ScalarTerm right })
            {
                if (!left.Value.Equals(right.Value))
                    return false;
                body.RemoveAt(i);
            }
            else if (
                Replace(unify.Left, unify.Right, i, body, head, live)
                || Replace(unify.Right, unify.Left, i, body, head, live)
            )
            {
                i = 0;
            }
            else
            {
                i++;
            }
        }

        return true;
    }

    private static bool Replace(
        Term left,
        Term right,
        int at,
        List<Expression> body,
        Term[] head,
        IReadOnlySet<string> live
    )
    {
        if (
            left is not VarTerm variable
            || Variables.IsRoot(variable.Name)
            || live.Contains(variable.Name)
            || Rewrite.Any(right, term => Same(term, variable))
        )
        {
            return false;
        }

        var (strict, other) = Uses(variable, at, body, head);
        bool allowed = right switch
        {
            ScalarTerm => true,
            VarTerm => strict + other > 0,
            RefTerm { Head: VarTerm { Name: "input" or "data" } } reference
                when reference.Path.All(element => element is ScalarTerm) => strict > 0
                && !LooksDifferent(reference, variable, body, head),
            RefTerm or CallTerm or ArrayTerm or ObjectTerm or SetTerm => strict == 1
                && other == 0
                && StaysBound(right, variable, at, body),
            _ => false,
        };
        if (!allowed)
            return false;
        body.RemoveAt(at);
        Term? With(Term term) => Same(term, variable) ? right : null;
        for (int i = 0; i < body.Count; i++)
            body[i] = Rewrite.Of(body[i], With);
        for (int i = 0; i < head.Length; i++)
            head[i] = Rewrite.Of(head[i], With);
        return true;
    }

    // Uses that fail when the variable has no value, and those that do not: in closures, negated, or under a with.
    private static (int Strict, int Other) Uses(VarTerm variable, int except, List<Expression> body, Term[] head)
    {
        var (strict, all) = (0, 0);
        void Count(Expression expression, bool positive)
        {
            if (positive)
                Variables.Visit(expression, closures: false, found => strict += found.Name == variable.Name ? 1 : 0);
            Rewrite.Any(
                expression,
                term =>
                {
                    all += Same(term, variable) ? 1 : 0;
                    return false;
                }
            );
        }

        for (int i = 0; i < body.Count; i++)
        {
            if (i != except)
            {
                Count(
                    body[i],
                    body[i]
                        is (TermExpression or UnifyExpression or SomeInExpression)
                            and { Negated: false, With.Count: 0 }
                );
                if (body[i] is { Negated: true, With.Count: 0 })
                    strict += UsesBefore(variable, body[i]);
            }
        }

        foreach (var term in head)
            Count(new TermExpression(term, term.Location), true);
        return (strict, all - strict);
    }

    // A reference in the place of the variable would be worked out before the negation.
    private static int UsesBefore(VarTerm variable, Expression negated)
    {
        var reference = new RefTerm(variable, [], variable.Location);
        var before = new List<Expression>();
        Negation.LiftReferences(
            Rewrite.Of(negated, term => Same(term, variable) ? reference : null),
            location => new VarTerm("$value", location),
            before
        );
        return before.Count(first => Rewrite.Any(first, term => ReferenceEquals(term, reference)));
    }

    // The term's own variables are bound where it goes: in an expression that does not need them elsewhere, not in a
    // head.
    private static bool StaysBound(Term term, VarTerm variable, int at, List<Expression> body)
    {
        var own = new HashSet<string>();
        Variables.Visit(term, closures: true, found => own.Add(found.Name));
        if (own.Count == 0)
            return true;
        var target = body.Where((_, i) => i != at)
            .FirstOrDefault(expression => Rewrite.Any(expression, part => Same(part, variable)));
        return target is { Negated: false }
            && !Rewrite.Any(target, part => part is VarTerm other && own.Contains(other.Name));
    }

    // Base data finds a member "2" under the number too; a value taken from it does not.
    private static bool LooksDifferent(RefTerm reference, VarTerm variable, List<Expression> body, Term[] head)
    {
        bool Looks(Term term) =>
            term is RefTerm inner
            && Same(inner.Head, variable)
            && !inner.Path.All(element => element is ScalarTerm { Value: Values.RegoString });
        return reference.Head is VarTerm { Name: "data" }
            && (
                body.Exists(expression => Rewrite.Any(expression, Looks)) || head.Any(term => Rewrite.Any(term, Looks))
            );
    }

    private static bool Same(Term term, VarTerm variable) => term is VarTerm other && other.Name == variable.Name;
}
