using Cairn.Rego.Syntax;

namespace Cairn.Rego.Partial;

/// <summary>Copies of syntax trees with other terms in places.</summary>
internal static class Rewrite
{
    /// <summary>
    /// The term with replacements, given for a term before those inside it; null keeps a term and looks inside. The
    /// <c>input</c> or <c>data</c> that a reference begins with is no term of its own.
    /// </summary>
    public static Term Of(Term term, Func<Term, Term?> replace)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (replace(term) is { } other)
            return other;
        switch (term)
        {
            case RefTerm reference:
                var head = reference.Head is VarTerm { Name: "input" or "data" }
                    ? reference.Head
                    : Of(reference.Head, replace);
                var path = All(reference.Path, replace);
                return Join(head, path, reference.Location);
            case ArrayTerm array:
                return array with { Items = All(array.Items, replace) };
            case SetTerm set:
                return set with { Items = All(set.Items, replace) };
            case ObjectTerm o:
                return o with
                {
                    Members = [.. o.Members.Select(member => (Of(member.Key, replace), Of(member.Value, replace)))],
                };
            case CallTerm call:
                return call with { Arguments = All(call.Arguments, replace) };
            case ComprehensionTerm comprehension:
                return comprehension with
                {
                    Key = comprehension.Key is null ? null : Of(comprehension.Key, replace),
                    Value = Of(comprehension.Value, replace),
                    Body = All(comprehension.Body, replace),
                };
            case TemplateTerm template:
                return template with
                {
                    Parts =
                    [
                        .. template.Parts.Select(part =>
                            part.Value is null ? part : part with { Value = Of(part.Value, replace) }
                        ),
                    ],
                };
            default:
                return term;
        }
    }

    public static Expression Of(Expression expression, Func<Term, Term?> replace)
    {
        var copy = expression switch
        {
            TermExpression term => term with { Term = Of(term.Term, replace) },
            // What is left may be read as a query, in which == is a call.
            UnifyExpression unify => unify with
            {
                Left = Of(unify.Left, replace),
                Right = Of(unify.Right, replace),
                Compares = false,
            },
            SomeInExpression some => some with
            {
                Key = some.Key is null ? null : Of(some.Key, replace),
                Value = Of(some.Value, replace),
                Collection = Of(some.Collection, replace),
            },
            EveryExpression every => every with
            {
                Key = every.Key is null ? null : (VarTerm)Of(every.Key, replace),
                Value = (VarTerm)Of(every.Value, replace),
                Collection = Of(every.Collection, replace),
                Body = All(every.Body, replace),
            },
            _ => expression,
        };
        return copy.With.Count == 0
            ? copy
            : copy with
            {
                With = [.. copy.With.Select(with => with with { Value = Of(with.Value, replace) })],
            };
    }

    public static List<Expression> All(IReadOnlyList<Expression> body, Func<Term, Term?> replace) =>
        [.. body.Select(expression => Of(expression, replace))];

    /// <summary>A reference that goes on from a term.</summary>
    public static Term Join(Term head, IReadOnlyList<Term> path, SourceLocation location) =>
        path.Count == 0 ? head
        : head is RefTerm reference ? new RefTerm(reference.Head, [.. reference.Path, .. path], location)
        : new RefTerm(head, path, location);

    /// <summary>Whether a condition holds for any term in an expression, closures included; functions' names are no
    /// terms.</summary>
    public static bool Any(Expression expression, Func<Term, bool> condition)
    {
        bool found = false;
        Of(
            expression,
            term =>
            {
                found = found || condition(term);
                return found ? term : null;
            }
        );
        return found;
    }

    /// <inheritdoc cref="Any(Expression, Func{Term, bool})"/>
    public static bool Any(Term term, Func<Term, bool> condition) =>
        Any(new TermExpression(term, term.Location), condition);

    private static Term[] All(IReadOnlyList<Term> terms, Func<Term, Term?> replace) =>
        [.. terms.Select(term => Of(term, replace))];
}
