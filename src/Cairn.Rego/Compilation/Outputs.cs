using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>Which variables an expression binds, given those that are bound.</summary>
internal static class Outputs
{
    /// <summary>The bound variables with those the expression binds too.</summary>
    public static HashSet<string> Of(Expression expression, HashSet<string> bound, Func<CallTerm, int> arity)
    {
        var known = new HashSet<string>(bound);
        if (expression.Negated)
            return known;
        switch (expression)
        {
            case TermExpression { Term: CallTerm call } when call.Arguments.Count > arity(call):
                References(call, known);
                if (call.Arguments.SkipLast(1).All(argument => Variables.AllIn(argument, false, known)))
                    Variables.VisitPattern(call.Arguments[^1], variable => known.Add(variable.Name));
                break;
            case TermExpression term:
                References(term.Term, known);
                break;
            case UnifyExpression unify:
                References(unify.Left, known);
                References(unify.Right, known);
                Unify(unify.Left, unify.Right, known);
                References(unify.Left, known);
                References(unify.Right, known);
                break;
            case SomeInExpression some:
                References(some.Collection, known);
                if (Variables.AllIn(some.Collection, false, known))
                {
                    if (some.Key is not null)
                        Variables.VisitPattern(some.Key, variable => known.Add(variable.Name));
                    Variables.VisitPattern(some.Value, variable => known.Add(variable.Name));
                }

                break;
            case EveryExpression every:
                References(every.Collection, known);
                break;
        }

        return known;
    }

    /// <summary>Adds what the brackets of references bind: <c>i</c> of <c>xs[i]</c>, once <c>xs</c> is known.</summary>
    public static void References(Term term, HashSet<string> known)
    {
        switch (term)
        {
            case RefTerm reference:
                References(reference.Head, known);
                foreach (var element in reference.Path)
                    References(element, known);
                if (Variables.AllIn(reference.Head, false, known))
                {
                    foreach (var element in reference.Path)
                        Variables.VisitPattern(element, variable => known.Add(variable.Name));
                }

                break;
            case ArrayTerm array:
                foreach (var item in array.Items)
                    References(item, known);
                break;
            case SetTerm set:
                foreach (var item in set.Items)
                    References(item, known);
                break;
            case ObjectTerm o:
                foreach (var (key, value) in o.Members)
                {
                    References(key, known);
                    References(value, known);
                }

                break;
            case CallTerm call:
                foreach (var argument in call.Arguments)
                    References(argument, known);
                break;
        }
    }

    /// <summary>Splits arrays and objects on both sides into pairs, or gives null where there is nothing to
    /// split.</summary>
    public static List<(Term, Term)>? Split(Term left, Term right, out bool never)
    {
        never = false;
        if (left is ArrayTerm a && right is ArrayTerm b)
        {
            never = a.Items.Count != b.Items.Count;
            return never ? [] : [.. a.Items.Zip(b.Items)];
        }

        if (
            left is not ObjectTerm x
            || right is not ObjectTerm y
            || !x.Members.Concat(y.Members).All(member => member.Key is ScalarTerm)
        )
        {
            return null;
        }

        var pairs = new List<(Term, Term)>();
        foreach (var (key, value) in x.Members)
        {
            if (
                y
                    .Members.FirstOrDefault(member => ((ScalarTerm)member.Key).Value.Equals(((ScalarTerm)key).Value))
                    .Value is
                { } other
            )
            {
                pairs.Add((value, other));
            }
        }

        never = x.Members.Count != y.Members.Count || pairs.Count != x.Members.Count;
        return pairs;
    }

    private static void Unify(Term left, Term right, HashSet<string> known)
    {
        var pairs = new List<(Term, Term)> { (left, right) };
        int before = -1;
        while (before != known.Count)
        {
            before = known.Count;
            for (int i = 0; i < pairs.Count; i++)
            {
                var (a, b) = pairs[i];
                if (Split(a, b, out _) is { } parts)
                {
                    pairs.RemoveAt(i--);
                    pairs.AddRange(parts);
                    continue;
                }

                if (Variables.AllIn(a, false, known))
                    Variables.VisitPattern(b, variable => known.Add(variable.Name));
                if (Variables.AllIn(b, false, known))
                    Variables.VisitPattern(a, variable => known.Add(variable.Name));
            }
        }
    }
}
