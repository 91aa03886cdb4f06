using Cairn.Rego.Builtins;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Compilation.Types;

/// <summary>Checks the expressions of bodies, innermost terms first, in the order in which they are
/// evaluated.</summary>
internal sealed class ExpressionCheck
{
    /// <summary>How many mistakes are kept to choose the first ones from.</summary>
    private const int MaxErrors = 1_000;

    private readonly BuiltinTable _builtins;
    private readonly BodyOrder _order;
    private readonly bool _query;
    private readonly TypeUnification _unification = new();
    private readonly ReferenceCheck _references;
    private readonly Dictionary<string, RegoType> _functions = [];
    private int _generated;

    /// <param name="builtins">The built-ins and their types.</param>
    /// <param name="order">The order of bodies' expressions.</param>
    /// <param name="errors">Takes the mistakes.</param>
    /// <param name="query">Whether this is a query: there a comparison of what cannot be equal is just false.</param>
    public ExpressionCheck(BuiltinTable builtins, BodyOrder order, List<RegoError> errors, bool query)
    {
        (_builtins, _order, Errors, _query) = (builtins, order, errors, query);
        Types = new TermTypes(_unification);
        _references = new ReferenceCheck(Types, _unification);
    }

    public TermTypes Types { get; }

    public List<RegoError> Errors { get; }

    /// <summary>Checks a body; false when something is wrong with it.</summary>
    public bool Body(IReadOnlyList<Expression> body, TypeEnvironment environment)
    {
        int before = Errors.Count;
        foreach (var expression in _order.Of(body))
        {
            if (Errors.Count < MaxErrors)
                Check(expression, environment);
        }

        return Errors.Count == before;
    }

    /// <summary>Checks the references, calls and comprehensions in a term.</summary>
    public void Term(Term term, TypeEnvironment environment, bool calls = true)
    {
        switch (term)
        {
            case RefTerm reference:
                Term(reference.Head, environment, calls);
                foreach (var element in reference.Path)
                    Term(element, environment, calls);
                if (_references.Check(reference, environment) is { } error)
                    Errors.Add(error);
                break;
            case ArrayTerm array:
                All(array.Items, environment, calls);
                break;
            case SetTerm set:
                All(set.Items, environment, calls);
                break;
            case ObjectTerm o:
                foreach (var (key, value) in o.Members)
                {
                    Term(key, environment, calls);
                    Term(value, environment, calls);
                }

                break;
            case CallTerm call:
                All(call.Arguments, environment, calls);
                Types.Found(call, calls ? Call(call, environment, nested: true) : RegoType.Any);
                break;
            case ComprehensionTerm comprehension:
                Comprehension(comprehension, environment);
                break;
            case TemplateTerm template:
                foreach (var part in template.Parts)
                {
                    if (part.Value is not null)
                        Body([part.Value], new TypeEnvironment(environment.Documents, environment));
                }

                break;
        }
    }

    private void All(IReadOnlyList<Term> terms, TypeEnvironment environment, bool calls)
    {
        foreach (var term in terms)
            Term(term, environment, calls);
    }

    private void Check(Expression expression, TypeEnvironment environment)
    {
        int before = Errors.Count;
        foreach (var with in expression.With)
        {
            Term(with.Value, environment);
            With(with, environment);
        }

        switch (expression)
        {
            case TermExpression { Term: CallTerm { Function: VarTerm { Name: "print" } } print }:
                foreach (var argument in print.Arguments)
                    Term(argument, new TypeEnvironment(environment.Documents, environment));
                break;
            case TermExpression { Term: CallTerm call }:
                All(call.Arguments, environment, calls: true);
                // Outside of queries OPA rewrites == to a unification before it looks at types.
                if (!_query && call is { Function: VarTerm { Name: "equal" }, Arguments: [var x, var y] })
                    Match(x, y, expression.Location, environment, before);
                else
                    Call(call, environment, nested: false);
                break;
            case TermExpression term:
                Term(term.Term, environment);
                break;
            case UnifyExpression unify:
                Term(unify.Left, environment);
                Term(unify.Right, environment);
                Match(unify.Left, unify.Right, unify.Location, environment, before);
                break;
            case SomeInExpression some:
                var element = Element(some);
                Term(some.Value, environment);
                Term(element, environment);
                Match(some.Value, element, some.Location, environment, before);
                break;
            case EveryExpression every:
                Term(every.Collection, environment);
                References(every.Body, environment);
                break;
        }
    }

    // OPA looks at the references and comprehensions in the body of an every, and at nothing else.
    private void References(IReadOnlyList<Expression> body, TypeEnvironment environment)
    {
        foreach (var expression in _order.Of(body))
        {
            switch (expression)
            {
                case TermExpression { Term: CallTerm call }:
                    All(call.Arguments, environment, calls: false);
                    break;
                case TermExpression term:
                    Term(term.Term, environment, calls: false);
                    break;
                case UnifyExpression unify:
                    All([unify.Left, unify.Right], environment, calls: false);
                    break;
                case SomeInExpression some:
                    All([some.Value, Element(some)], environment, calls: false);
                    break;
                case EveryExpression every:
                    Term(every.Collection, environment, calls: false);
                    References(every.Body, environment);
                    break;
            }
        }
    }

    private RefTerm Element(SomeInExpression some)
    {
        var key = some.Key ?? new VarTerm($"$element{_generated++}", some.Location);
        return some.Collection is RefTerm collection
            ? collection with
            {
                Path = [.. collection.Path, key],
            }
            : new RefTerm(some.Collection, [key], some.Location);
    }

    private void Comprehension(ComprehensionTerm comprehension, TypeEnvironment outer)
    {
        int before = Errors.Count;
        var environment = new TypeEnvironment(outer.Documents, outer);
        Body(comprehension.Body, environment);
        if (comprehension.Key is not null)
            Term(comprehension.Key, environment);
        Term(comprehension.Value, environment);
        if (Errors.Count > before)
            return;
        var value = Types.Of(comprehension.Value, environment);
        Types.Found(
            comprehension,
            comprehension.Kind switch
            {
                ComprehensionKind.Array => RegoType.Array(value),
                ComprehensionKind.Set => RegoType.Set(value),
                _ => RegoType.Object(Types.Of(comprehension.Key!, environment), value),
            }
        );
    }

    private void Match(Term left, Term right, SourceLocation location, TypeEnvironment environment, int errorsBefore)
    {
        RegoType a = Types.Of(left, environment),
            b = Types.Of(right, environment);
        // What is unknown because of a mistake inside has been reported.
        if (!Types.Match(left, right, environment) && ((a.IsKnown && b.IsKnown) || Errors.Count == errorsBefore))
            Errors.Add(TypeErrors.Match(a, b, location));
    }

    // The type of the result; unknown when the call is wrong.
    private RegoType Call(CallTerm call, TypeEnvironment environment, bool nested)
    {
        var function = Function(call.Function, environment);
        if (function.Form != TypeForm.Function)
            return TypeOperations.IsAny(function) ? RegoType.Any : RegoType.Unknown;
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            if (
                !Types.Match(
                    call.Arguments[i],
                    i < function.Items.Count ? function.Items[i] : function.Element!,
                    environment
                )
            )
            {
                var have = call.Arguments.Select(argument => Types.Of(argument, environment));
                string name = TypeErrors.Name(call.Function);
                Errors.Add(
                    TypeErrors.Call(
                        name,
                        "invalid argument(s)",
                        nested ? have.Append(RegoType.Unknown) : have,
                        BuiltinSignatures.Describe(call.Function, function, withResult: true),
                        call.Location
                    )
                );
                return RegoType.Unknown;
            }
        }

        return function.Element!;
    }

    private RegoType Function(Term function, TypeEnvironment environment)
    {
        if (function is RefTerm reference)
            return environment.Documents.Find(reference);
        string name = ((VarTerm)function).Name;
        if (!_functions.TryGetValue(name, out var type))
        {
            _functions.Add(
                name,
                type = _builtins.Find(name) is { } builtin ? BuiltinSignatures.TypeOf(builtin) : RegoType.Unknown
            );
        }

        return type;
    }

    private void With(WithModifier with, TypeEnvironment environment)
    {
        if (
            with.Value is not FunctionTerm replacement
            || Function(with.Target, environment) is not { Form: TypeForm.Function } target
        )
        {
            return;
        }

        var function = Function(replacement.Function, environment);
        if (function.Form != TypeForm.Function || _unification.Unifies(target, function))
            return;
        string name = TypeErrors.Name(with.Target);
        Errors.Add(
            TypeErrors.Call(
                name,
                "arity mismatch",
                function.Items,
                BuiltinSignatures.Describe(with.Target, target, withResult: false),
                with.Location
            )
        );
    }
}
