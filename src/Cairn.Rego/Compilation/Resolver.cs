using Cairn.Rego.Builtins;
using Cairn.Rego.Partial;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>
/// Gives every variable of a rule a name of its own and turns names of rules and imports into references below
/// <c>data</c> and <c>input</c>.
/// </summary>
internal sealed class Resolver(ModuleScope module, List<RegoError> errors)
{
    private const string Declared = "declared",
        Assigned = "assigned";

    private readonly HashSet<string> _taken = [];
    private int _fresh;

    public sealed class Scope(Scope? parent)
    {
        public Dictionary<string, string> Names { get; } = [];

        public HashSet<string> Declared { get; } = [];

        /// <summary>Names used here before something declared them.</summary>
        public HashSet<string> Seen { get; } = [];

        /// <summary>Arguments that stand more than once.</summary>
        public HashSet<string> Repeated { get; } = [];

        /// <summary>Declared names nobody has used yet, with their place.</summary>
        public Dictionary<string, (SourceLocation At, string Verb)> Unused { get; } = [];

        public Scope? Parent => parent;

        public bool Arguments { get; init; }
    }

    public Scope ArgumentScope(IReadOnlyList<Term> arguments)
    {
        var scope = new Scope(null) { Arguments = true };
        foreach (var argument in arguments)
        {
            CheckShadowing(argument, "args");
            Variables.VisitPattern(
                argument,
                variable =>
                {
                    if (!scope.Names.ContainsKey(variable.Name))
                        Declare(scope, variable.Name);
                    else
                        scope.Repeated.Add(variable.Name);
                }
            );
        }

        return scope;
    }

    /// <summary>From here on arguments have to be used, in strict mode.</summary>
    public void ExpectUse(Scope arguments)
    {
        if (module.Strict)
        {
            foreach (string name in arguments.Names.Keys)
            {
                if (name[0] != '$' && !arguments.Repeated.Contains(name))
                    arguments.Unused[name] = default;
            }
        }
    }

    /// <summary>Reports the arguments that no branch of a function used.</summary>
    public void ReportUnusedArguments(Scope arguments, SourceLocation head)
    {
        foreach (string name in arguments.Unused.Keys)
        {
            errors.Add(
                new RegoError(
                    RegoError.Compile,
                    $"unused argument {name}. (hint: use _ (wildcard variable) instead)",
                    head
                )
            );
        }
    }

    public List<Expression> Body(IReadOnlyList<Expression> body, Scope scope, params ReadOnlySpan<Term?> head)
    {
        if (module.NegatesWhole)
            body = [.. body.Select(Whole)];
        Introduce(body, scope, head);
        var resolved = new List<Expression>(body.Count);
        foreach (var expression in body)
        {
            if (Resolve(expression, scope) is { } result)
                Add(result, resolved);
        }

        return resolved;
    }

    // Puts what is negated, with all that it needs, into a body of its own.
    private static Expression Whole(Expression expression) =>
        expression
            is not { Negated: true }
                or UnifyExpression { Declares: true }
                or TermExpression { Term: VarTerm or RefTerm { Head: ComprehensionTerm { IsBlock: true } } }
            ? expression
            : Parser.Exists([expression with { Negated = false, With = [] }], expression.Location) with
            {
                Negated = true,
                With = expression.With,
            };

    // Gives names to the variables that nothing declares.
    private void Introduce(IReadOnlyList<Expression> body, Scope scope, params ReadOnlySpan<Term?> head)
    {
        var declared = new HashSet<string>();
        foreach (var expression in body)
            VisitDeclared(expression, variable => declared.Add(variable.Name));
        void Implicit(VarTerm variable)
        {
            if (
                !declared.Contains(variable.Name)
                && Find(scope, variable.Name) is null
                && module.Find(variable.Name) is null
            )
            {
                Declare(scope, variable.Name);
            }
        }

        foreach (var expression in body)
        {
            Variables.Visit(expression with { With = [] }, closures: false, Implicit);
            foreach (var with in expression.With)
            {
                if (!module.IsFunction(with.Value, this, scope))
                    Variables.Visit(with.Value, closures: false, Implicit);
            }
        }

        foreach (var term in head)
        {
            if (term is not null)
                Variables.Visit(term, closures: false, Implicit);
        }
    }

    private Expression Alone(Expression expression, Scope scope)
    {
        Introduce([expression], scope);
        return Resolve(expression, scope)!;
    }

    // Adds an expression to a body, after what it needs to be worked out before it.
    private void Add(Expression expression, List<Expression> body)
    {
        if (expression.With.Any(with => MayIterate(with.Value)))
        {
            expression = expression with
            {
                With =
                [
                    .. expression.With.Select(with =>
                        MayIterate(with.Value) ? with with { Value = Before(with.Value, body) } : with
                    ),
                ],
            };
        }

        if (expression.Negated)
        {
            expression = Negation.LiftCalls(expression, Fresh, body);
            // In bodies of rules == compares as = does; in queries it is a call, whose arguments have to be defined.
            if (
                !module.Query
                && expression is TermExpression { Term: CallTerm { Arguments: [var left, var right] } comparison }
                && comparison.Function is VarTerm { Name: "equal" }
            )
            {
                expression = new UnifyExpression(left, right, false, expression.Location)
                {
                    Compares = true,
                    Negated = true,
                    With = expression.With,
                };
            }
        }

        body.Add(expression);
    }

    private VarTerm Before(Term term, List<Expression> body)
    {
        var variable = Fresh(term.Location);
        body.Add(new UnifyExpression(variable, term, false, term.Location));
        return variable;
    }

    private VarTerm Fresh(SourceLocation location) => new($"$value_before{_fresh++}", location);

    // Whether a term may have many values, by variables in the brackets of a reference.
    private static bool MayIterate(Term term) =>
        Rewrite.Any(
            term,
            part => part is RefTerm reference && reference.Path.Any(element => element is not ScalarTerm)
        );

    public void ReportUnused(Scope scope)
    {
        // A variable that is declared for nothing is always a mistake, one that is assigned only in strict mode.
        foreach (var (name, (at, verb)) in scope.Unused)
        {
            if (module.Strict || verb == Declared)
                errors.Add(new RegoError(RegoError.Compile, $"{verb} var {name} unused", at));
        }
    }

    public Term Resolve(Term term, Scope scope)
    {
        switch (term)
        {
            case VarTerm variable:
                return Variable(variable, scope);
            case RefTerm reference:
                var path = All(reference.Path, scope);
                return Resolve(reference.Head, scope) is RefTerm head && reference.Head is VarTerm or RefTerm
                    ? Join(Resolve(reference.Head, scope), path, reference.Location)
                    : new RefTerm(Resolve(reference.Head, scope), path, reference.Location);
            case ArrayTerm array:
                return array with { Items = All(array.Items, scope) };
            case SetTerm set:
                return set with { Items = All(set.Items, scope) };
            case ObjectTerm o:
                return o with
                {
                    Members =
                    [
                        .. o.Members.Select(member => (Resolve(member.Key, scope), Resolve(member.Value, scope))),
                    ],
                };
            case CallTerm call:
                if (Shadows(call, scope) is { } shadowed)
                    errors.Add(new RegoError(RegoError.Compile, $"called function {shadowed} shadowed", call.Location));
                return Call(call, scope);
            case ComprehensionTerm comprehension:
                var inner = new Scope(scope);
                var body = Body(comprehension.Body, inner, comprehension.Key, comprehension.Value);
                var result = comprehension with
                {
                    Body = body,
                    Key = comprehension.Key is null ? null : Resolve(comprehension.Key, inner),
                    Value = Resolve(comprehension.Value, inner),
                };
                ReportUnused(inner);
                return result;
            case TemplateTerm template:
                foreach (var part in template.Parts)
                {
                    if (
                        part.Value is TermExpression { Term: CallTerm { Function: VarTerm relation } }
                        && module.FindBuiltin(relation.Name)?.Has(BuiltinTraits.Relation) == true
                    )
                    {
                        errors.Add(
                            new RegoError(
                                RegoError.Compile,
                                $"illegal call to relation built-in '{relation.Name}' that may cause multiple outputs",
                                template.Location
                            )
                        );
                    }
                }

                return template with
                {
                    Parts =
                    [
                        .. template.Parts.Select(part =>
                            part.Value is null ? part : part with { Value = Alone(part.Value, new Scope(scope)) }
                        ),
                    ],
                };
            default:
                return term;
        }
    }

    /// <summary>A function's name: a reference below <c>data</c>, or the built-in's name as a variable.</summary>
    public Term Function(Term function)
    {
        string name = function is VarTerm variable ? variable.Name : ((RefTerm)function).DottedName ?? "";
        string head = function is VarTerm single ? single.Name : ((VarTerm)((RefTerm)function).Head).Name;
        if (head == "data" && function is RefTerm)
            return function;
        if (module.Find(head) is { } global)
        {
            return function is RefTerm reference
                ? Join(At(global, function.Location), reference.Path, function.Location)
                : At(global, function.Location);
        }

        return new VarTerm(name, function.Location);
    }

    private CallTerm Call(CallTerm call, Scope scope) =>
        call with
        {
            Function = Function(call.Function),
            Arguments = All(call.Arguments, scope),
        };

    // What a call names where that is a variable here; functions are no values.
    private static string? Shadows(CallTerm call, Scope scope)
    {
        string? name = call.Function is VarTerm variable ? variable.Name : (call.Function as RefTerm)?.DottedName;
        string? head = name?.Split('.')[0];
        for (var at = scope; head is not null && at is not null; at = at.Parent)
        {
            if (at.Declared.Contains(head) || (at.Arguments && at.Names.ContainsKey(head)))
                return name;
        }

        return null;
    }

    private Expression? Resolve(Expression expression, Scope scope)
    {
        // With comes first: it applies to the whole expression and sees what was there before.
        var with = new List<WithModifier>();
        foreach (var modifier in expression.With)
            with.Add(With(modifier, scope));
        Expression? resolved;
        switch (expression)
        {
            case TermExpression { Term: CallTerm call } statement:
                if (Shadows(call, scope) is { } name)
                    errors.Add(new RegoError(RegoError.Type, $"undefined function {name}", call.Location));
                resolved = statement with { Term = Call(call, scope) };
                break;
            case TermExpression term:
                resolved = term with { Term = Resolve(term.Term, scope) };
                break;
            case UnifyExpression { Declares: true } assignment:
                if (assignment.Negated)
                {
                    errors.Add(
                        new RegoError(
                            RegoError.Compile,
                            "cannot assign vars inside negated expression",
                            assignment.Location
                        )
                    );
                }

                var right = Resolve(assignment.Right, scope);
                if (assignment.Left is not (VarTerm or ArrayTerm or ObjectTerm))
                {
                    errors.Add(
                        new RegoError(
                            RegoError.Compile,
                            $"cannot assign to {Kind(assignment.Left)}",
                            assignment.Left.Location
                        )
                    );
                }

                CheckShadowing(assignment.Left, "variables");
                Variables.VisitDeclared(assignment.Left, variable => Declare(scope, variable, Assigned));
                resolved = assignment with { Left = Resolve2(assignment.Left, scope), Right = right };
                break;
            case UnifyExpression unify:
                resolved = unify with { Left = Resolve(unify.Left, scope), Right = Resolve(unify.Right, scope) };
                break;
            case SomeExpression some:
                foreach (var variable in some.Variables)
                    Declare(scope, variable, Declared);
                return null;
            case SomeInExpression some:
                var collection = Resolve(some.Collection, scope);
                foreach (var pattern in new[] { some.Key, some.Value })
                {
                    if (pattern is not null)
                    {
                        CheckShadowing(pattern, "variables");
                        Variables.VisitDeclared(pattern, variable => Declare(scope, variable, Declared));
                        // They have a value, whether it is used or not.
                        Variables.VisitDeclared(pattern, variable => scope.Unused.Remove(variable.Name));
                    }
                }

                resolved = some with
                {
                    Key = some.Key is null ? null : Resolve2(some.Key, scope),
                    Value = Resolve2(some.Value, scope),
                    Collection = collection,
                };
                break;
            case EveryExpression every:
                resolved = Every(every, scope);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        return resolved with
        {
            With = with,
        };
    }

    private EveryExpression Every(EveryExpression every, Scope scope)
    {
        var collection = Resolve(every.Collection, scope);
        var inner = new Scope(scope);
        if (every.Key is not null)
            Declare(inner, every.Key, Declared);
        Declare(inner, every.Value, Declared);
        var resolved = every with
        {
            Collection = collection,
            Key = every.Key is null ? null : (VarTerm)Resolve2(every.Key, inner),
            Value = (VarTerm)Resolve2(every.Value, inner),
            Body = Body(every.Body, new Scope(inner)),
        };
        ReportUnused(inner);
        return resolved;
    }

    private WithModifier With(WithModifier modifier, Scope scope)
    {
        string name = modifier.Target is VarTerm variable
            ? variable.Name
            : ((VarTerm)((RefTerm)modifier.Target).Head).Name;
        var target = Variables.IsRoot(name) ? modifier.Target : Function(modifier.Target);
        if (WithTargets.Check(target, modifier.Target.Location, module) is { } error)
            errors.Add(error);
        return modifier with
        {
            Target = target,
            Value = module.IsFunction(modifier.Value, this, scope)
                ? new FunctionTerm(Function(modifier.Value), modifier.Value.Location)
                : Resolve(modifier.Value, scope),
        };
    }

    // The declaration itself is no use.
    private Term Resolve2(Term pattern, Scope scope)
    {
        var unused = scope.Unused.ToArray();
        var resolved = Resolve(pattern, scope);
        foreach (var (name, at) in unused)
            scope.Unused.TryAdd(name, at);
        return resolved;
    }

    private Term Variable(VarTerm variable, Scope scope)
    {
        if (Find(scope, variable.Name) is { } name)
        {
            MarkUsed(scope, variable.Name);
            return name == variable.Name ? variable : variable with { Name = name };
        }

        if (Variables.IsRoot(variable.Name))
            return variable;
        scope.Seen.Add(variable.Name);
        if (module.Find(variable.Name) is { } global)
            return At(global, variable.Location);
        return variable with { Name = Declare(scope, variable.Name) };
    }

    /// <summary>What a name means as a variable here, or null.</summary>
    public static string? Find(Scope? scope, string name)
    {
        for (; scope is not null; scope = scope.Parent)
        {
            if (scope.Names.TryGetValue(name, out string? known))
                return known;
        }

        return null;
    }

    // A body may use the name of a body around and then declare it for what follows.
    private static void MarkUsed(Scope scope, string name)
    {
        var at = scope;
        while (!at.Names.ContainsKey(name))
            at = at.Parent!;
        at.Unused.Remove(name);
    }

    private string Declare(Scope scope, string name)
    {
        string own = name;
        for (int i = 1; Variables.IsRoot(own) || !_taken.Add(own); i++)
            own = $"{name}#{i}";
        scope.Names[name] = own;
        return own;
    }

    private void Declare(Scope scope, VarTerm variable, string verb)
    {
        if (variable.IsWildcard)
        {
            Declare(scope, variable.Name);
            return;
        }

        CheckShadowing(variable, "variables");
        if (!scope.Declared.Add(variable.Name))
            errors.Add(new RegoError(RegoError.Compile, $"var {variable.Name} {verb} above", variable.Location));
        else if (scope.Parent is { Arguments: true } arguments && arguments.Names.ContainsKey(variable.Name))
            errors.Add(new RegoError(RegoError.Compile, $"arg {variable.Name} redeclared", variable.Location));
        else if (scope.Seen.Contains(variable.Name) || scope.Names.ContainsKey(variable.Name))
            errors.Add(new RegoError(RegoError.Compile, $"var {variable.Name} referenced above", variable.Location));
        Declare(scope, variable.Name);
        scope.Unused[variable.Name] = (variable.Location, verb);
    }

    // The names of the two documents are no names for variables. (Version 0 allows it for variables.)
    private void CheckShadowing(Term pattern, string what)
    {
        switch (pattern)
        {
            case VarTerm variable
                when Variables.IsRoot(variable.Name) && (what == "args" || module.Strict || module.Version1):
                errors.Add(
                    new RegoError(
                        RegoError.Compile,
                        $"{what} must not shadow {variable.Name} (use a different variable name)",
                        variable.Location
                    )
                );
                break;
            case ArrayTerm array:
                foreach (var item in array.Items)
                    CheckShadowing(item, what);
                break;
            case ObjectTerm o:
                foreach (var (_, value) in o.Members)
                    CheckShadowing(value, what);
                break;
        }
    }

    private static void VisitDeclared(Expression expression, Action<VarTerm> visit)
    {
        switch (expression)
        {
            case UnifyExpression { Declares: true } assignment:
                Variables.VisitDeclared(assignment.Left, visit);
                break;
            case SomeExpression some:
                foreach (var variable in some.Variables)
                    visit(variable);
                break;
            case SomeInExpression some:
                if (some.Key is not null)
                    Variables.VisitDeclared(some.Key, visit);
                Variables.VisitDeclared(some.Value, visit);
                break;
        }
    }

    private Term[] All(IReadOnlyList<Term> terms, Scope scope)
    {
        var resolved = new Term[terms.Count];
        for (int i = 0; i < resolved.Length; i++)
            resolved[i] = Resolve(terms[i], scope);
        return resolved;
    }

    private static RefTerm Join(Term head, IReadOnlyList<Term> path, SourceLocation location) =>
        head is RefTerm reference
            ? new RefTerm(reference.Head, [.. reference.Path, .. path], location)
            : new RefTerm(head, path, location);

    private static Term At(Term global, SourceLocation location) => global with { Location = location };

    private static string Kind(Term term) =>
        term switch
        {
            RefTerm => "ref",
            CallTerm => "call",
            ComprehensionTerm c => $"{c.Kind.ToString().ToLowerInvariant()}comprehension",
            SetTerm => "set",
            ScalarTerm scalar => ((ScalarTerm)term).Value is RegoNull ? "null" : scalar.Value.TypeName,
            _ => "term",
        };
}
