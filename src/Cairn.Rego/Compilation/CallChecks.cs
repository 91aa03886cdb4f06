using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation;

/// <summary>Calls: that there is such a function, that it takes as many arguments, that it is not deprecated.</summary>
internal static class CallChecks
{
    public static void Check(
        IReadOnlyList<RuleDeclaration> declarations,
        BuiltinTable builtins,
        Dictionary<ModuleNode, ModuleScope> scopes,
        bool strict,
        List<RegoError> errors
    )
    {
        foreach (var declaration in declarations)
        {
            for (var rule = declaration.Resolved; rule is not null; rule = rule.Else)
            {
                void Visit(CallTerm call, bool statement) =>
                    Check(call, statement, builtins, scopes[declaration.Module], strict, errors);
                foreach (var term in rule.Arguments.Concat(rule.Path).Append(rule.Value))
                    CallVisitor.Visit(term, Visit);
                foreach (var expression in rule.Body)
                    CallVisitor.Visit(expression, Visit);
            }
        }
    }

    /// <summary>Checks one call. As a statement it may have an argument more, which its result has to equal.</summary>
    public static void Check(
        CallTerm call,
        bool statement,
        BuiltinTable builtins,
        ModuleScope scope,
        bool strict,
        List<RegoError> errors
    )
    {
        int arity;
        string name;
        BuiltinDefinition? definition = null;
        if (call.Function is RefTerm reference)
        {
            name = reference.DottedName ?? "function";
            if (scope.FindRules(reference) is not { Kind: RuleSetKind.Function } rules)
            {
                errors.Add(new RegoError(RegoError.Type, $"undefined function {name}", call.Location));
                return;
            }

            arity = rules.Arity;
        }
        else
        {
            name = ((VarTerm)call.Function).Name;
            if (name == "print" && statement)
                return;
            if (builtins.Find(name) is not { } builtin)
            {
                errors.Add(new RegoError(RegoError.Type, $"undefined function {name}", call.Location));
                return;
            }

            (arity, definition) = (builtin.Arguments.Count, builtin);
            if (!statement && ReferenceEquals(builtin.Result, RegoType.Void))
            {
                errors.Add(new RegoError(RegoError.Type, $"{TypeErrors.Name(call)} used as value", call.Location));
                return;
            }

            if (scope.Unsafe.Contains(name))
            {
                errors.Add(
                    new RegoError(
                        RegoError.Type,
                        $"unsafe built-in function calls in expression: {name}",
                        call.Location
                    )
                );
            }

            if ((strict || scope.Version1) && builtin.Has(BuiltinTraits.Deprecated))
            {
                errors.Add(
                    new RegoError(
                        RegoError.Type,
                        $"deprecated built-in function calls in expression: {name}",
                        call.Location
                    )
                );
            }
        }

        if (call.Arguments.Count == arity || (statement && call.Arguments.Count == arity + 1))
            return;
        errors.Add(
            definition is null
                ? new RegoError(
                    RegoError.Type,
                    $"function {name} has arity {arity}, got {call.Arguments.Count} "
                        + $"argument{(call.Arguments.Count == 1 ? "" : "s")}",
                    call.Location
                )
                : ArityMismatch(call, statement, definition)
        );
    }

    // Of the operands only the constants are known here.
    private static RegoError ArityMismatch(CallTerm call, bool statement, BuiltinDefinition builtin)
    {
        var types = new TermTypes(new TypeUnification());
        var nothing = new TypeEnvironment(new DocumentTypes(new TypeTree(), RegoType.Any, null), null);
        var have = call.Arguments.Select(argument => types.Of(argument, nothing));
        var want = BuiltinSignatures.Describe(call.Function, BuiltinSignatures.TypeOf(builtin), withResult: false);
        return TypeErrors.Call(
            builtin.Name,
            "arity mismatch",
            statement ? have : have.Append(RegoType.Unknown),
            want,
            call.Location
        );
    }
}

/// <summary>Visits every call, with whether it stands alone as an expression.</summary>
internal static class CallVisitor
{
    public static void Visit(Expression expression, Action<CallTerm, bool> visit)
    {
        switch (expression)
        {
            case TermExpression { Term: CallTerm call }:
                visit(call, true);
                foreach (var argument in call.Arguments)
                    Visit(argument, visit);
                break;
            case TermExpression term:
                Visit(term.Term, visit);
                break;
            case UnifyExpression unify:
                Visit(unify.Left, visit);
                Visit(unify.Right, visit);
                break;
            case SomeInExpression some:
                if (some.Key is not null)
                    Visit(some.Key, visit);
                Visit(some.Value, visit);
                Visit(some.Collection, visit);
                break;
            case EveryExpression every:
                Visit(every.Collection, visit);
                foreach (var inner in every.Body)
                    Visit(inner, visit);
                break;
        }

        foreach (var with in expression.With)
            Visit(with.Value, visit);
    }

    public static void Visit(Term term, Action<CallTerm, bool> visit)
    {
        switch (term)
        {
            case RefTerm reference:
                Visit(reference.Head, visit);
                foreach (var element in reference.Path)
                    Visit(element, visit);
                break;
            case ArrayTerm array:
                foreach (var item in array.Items)
                    Visit(item, visit);
                break;
            case SetTerm set:
                foreach (var item in set.Items)
                    Visit(item, visit);
                break;
            case ObjectTerm o:
                foreach (var (key, value) in o.Members)
                {
                    Visit(key, visit);
                    Visit(value, visit);
                }

                break;
            case CallTerm call:
                visit(call, false);
                foreach (var argument in call.Arguments)
                    Visit(argument, visit);
                break;
            case ComprehensionTerm comprehension:
                if (comprehension.Key is not null)
                    Visit(comprehension.Key, visit);
                Visit(comprehension.Value, visit);
                foreach (var expression in comprehension.Body)
                    Visit(expression, visit);
                break;
            case TemplateTerm template:
                foreach (var part in template.Parts)
                {
                    if (part.Value is not null)
                        Visit(part.Value, visit);
                }

                break;
        }
    }
}
