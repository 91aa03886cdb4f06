using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>Finds variables in resolved terms and expressions.</summary>
internal static class Variables
{
    /// <summary>Whether a name stands for a whole document and is no variable.</summary>
    public static bool IsRoot(string name) => name is "data" or "input";

    /// <summary>Visits the variables of a term; those inside comprehensions, templates and bodies on demand.</summary>
    public static void Visit(Term term, bool closures, Action<VarTerm> visit)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (term)
        {
            case VarTerm variable:
                if (!IsRoot(variable.Name))
                    visit(variable);
                break;
            case RefTerm reference:
                Visit(reference.Head, closures, visit);
                foreach (var element in reference.Path)
                    Visit(element, closures, visit);
                break;
            case ArrayTerm array:
                foreach (var item in array.Items)
                    Visit(item, closures, visit);
                break;
            case SetTerm set:
                foreach (var item in set.Items)
                    Visit(item, closures, visit);
                break;
            case ObjectTerm o:
                foreach (var (key, value) in o.Members)
                {
                    Visit(key, closures, visit);
                    Visit(value, closures, visit);
                }

                break;
            case CallTerm call:
                foreach (var argument in call.Arguments)
                    Visit(argument, closures, visit);
                break;
            case ComprehensionTerm comprehension when closures:
                if (comprehension.Key is not null)
                    Visit(comprehension.Key, closures, visit);
                Visit(comprehension.Value, closures, visit);
                foreach (var expression in comprehension.Body)
                    Visit(expression, closures, visit);
                break;
            case TemplateTerm template when closures:
                foreach (var part in template.Parts)
                {
                    if (part.Value is not null)
                        Visit(part.Value, closures, visit);
                }

                break;
        }
    }

    /// <inheritdoc cref="Visit(Term, bool, Action{VarTerm})"/>
    public static void Visit(Expression expression, bool closures, Action<VarTerm> visit)
    {
        switch (expression)
        {
            case TermExpression term:
                Visit(term.Term, closures, visit);
                break;
            case UnifyExpression unify:
                Visit(unify.Left, closures, visit);
                Visit(unify.Right, closures, visit);
                break;
            case SomeInExpression some:
                if (some.Key is not null)
                    Visit(some.Key, closures, visit);
                Visit(some.Value, closures, visit);
                Visit(some.Collection, closures, visit);
                break;
            case EveryExpression every:
                Visit(every.Collection, closures, visit);
                if (closures)
                {
                    if (every.Key is not null)
                        visit(every.Key);
                    visit(every.Value);
                    foreach (var inner in every.Body)
                        Visit(inner, closures, visit);
                }

                break;
        }

        foreach (var with in expression.With)
            Visit(with.Value, closures, visit);
    }

    public static bool AllIn(Term term, bool closures, HashSet<string> known)
    {
        bool all = true;
        Visit(term, closures, variable => all &= known.Contains(variable.Name));
        return all;
    }

    /// <summary>The variables that matching a value against a term binds: those outside references and calls.</summary>
    public static void VisitPattern(Term term, Action<VarTerm> visit) =>
        VisitDeclared(
            term,
            variable =>
            {
                if (!IsRoot(variable.Name))
                    visit(variable);
            }
        );

    /// <summary>The names that a pattern declares: <c>input</c> and <c>data</c> too, which before v1 may be
    /// variables.</summary>
    public static void VisitDeclared(Term pattern, Action<VarTerm> visit)
    {
        switch (pattern)
        {
            case VarTerm variable:
                visit(variable);
                break;
            case ArrayTerm array:
                foreach (var item in array.Items)
                    VisitDeclared(item, visit);
                break;
            case ObjectTerm o:
                foreach (var (_, value) in o.Members)
                    VisitDeclared(value, visit);
                break;
        }
    }

    /// <summary>How a variable is called in messages.</summary>
    public static string Shown(string name) =>
        name[0] == '$' ? "_"
        : name.IndexOf('#') is > 0 and var end ? name[..end]
        : name;
}
