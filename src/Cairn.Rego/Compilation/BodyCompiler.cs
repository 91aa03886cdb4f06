using Cairn.Rego.Builtins;
using Cairn.Rego.Compilation.Types;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

/// <summary>What the compiler of a body needs to know.</summary>
internal sealed record CompilerContext(
    RuleTreeNode Root,
    BuiltinTable Builtins,
    List<RegoError> Errors,
    List<TracePoint>? Points
)
{
    /// <summary>Takes the order of bodies that do not run as they are written.</summary>
    public BodyOrder Order { get; init; } = new();
}

/// <summary>Steps in the order they run; a <c>with</c> has its own last step, from which the next one
/// follows.</summary>
internal sealed class StepChain
{
    private Step? _last;

    public Step? First { get; private set; }

    public void Add(Step first, Step? last = null)
    {
        if (_last is null)
            First = first;
        else
            _last.Next = first;
        _last = last ?? first;
    }
}

/// <summary>
/// Orders the expressions of a body so that every variable is bound before it is used, and turns them into steps. One
/// for each rule; bodies inside the rule share its slots.
/// </summary>
internal sealed partial class BodyCompiler(CompilerContext context)
{
    private readonly Dictionary<string, int> _slots = [];
    private int _temporaries;
    private int _reserved;
    private bool _shown;

    /// <summary>What <c>rego.metadata</c>'s functions give here; null outside of rules.</summary>
    public Func<string, RegoValue>? Metadata { get; init; }

    public int Slots => _slots.Count + _temporaries;

    /// <summary>Starts at one: the first collector is the rule's own.</summary>
    public int Collectors { get; private set; } = 1;

    public IReadOnlyDictionary<string, int> SlotNames => _slots;

    /// <summary>Compiles a body to steps; false, with errors reported, when a variable is never bound.</summary>
    /// <param name="body">Resolved expressions.</param>
    /// <param name="bound">Variables bound before; those of the body are added.</param>
    /// <param name="visible">Variables of the bodies around, which must be bound before they are used in here.</param>
    /// <param name="chain">Takes the steps.</param>
    public bool Body(IReadOnlyList<Expression> body, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        visible = [.. visible, .. bound];
        foreach (var expression in body)
            Variables.Visit(expression, closures: false, variable => visible.Add(variable.Name));
        var remaining = body.ToList();
        List<Expression>? ordered = null;
        for (int done = 0; remaining.Count > 0; done++)
        {
            int next = remaining.FindIndex(expression => Missing(expression, bound, visible).Count == 0);
            if (next < 0)
            {
                ReportUnsafe(remaining, bound, visible);
                return false;
            }

            var chosen = remaining[next];
            remaining.RemoveAt(next);
            if (next > 0)
                ordered ??= [.. body.Take(done)];
            ordered?.Add(chosen);
            var after = Outputs.Of(chosen, bound, Arity);
            Traced(chosen, chosen, bound, visible, chain);
            bound.UnionWith(after);
        }

        if (ordered is not null)
            context.Order.Set(body, ordered);
        return true;
    }

    /// <summary>The expressions of a body that compiles, in the order they run.</summary>
    public List<Expression> Order(IReadOnlyList<Expression> body, HashSet<string> bound)
    {
        bound = [.. bound];
        HashSet<string> visible = [.. bound];
        foreach (var expression in body)
            Variables.Visit(expression, closures: false, variable => visible.Add(variable.Name));
        var (ordered, remaining) = (new List<Expression>(), body.ToList());
        while (remaining.Count > 0)
        {
            int next = Math.Max(0, remaining.FindIndex(expression => Missing(expression, bound, visible).Count == 0));
            bound = Outputs.Of(remaining[next], bound, Arity);
            ordered.Add(remaining[next]);
            remaining.RemoveAt(next);
        }

        return ordered;
    }

    public int SlotOf(string name)
    {
        if (!_slots.TryGetValue(name, out int slot))
            _slots.Add(name, slot = _slots.Count + _temporaries);
        return slot;
    }

    public int NewCollector() => Collectors++;

    public int Temporary()
    {
        _reserved++;
        return _slots.Count + _temporaries++;
    }

    // What a call takes; one argument more is its result.
    private int Arity(CallTerm call) =>
        call.Function switch
        {
            VarTerm builtin => context.Builtins.Find(builtin.Name)?.Arguments.Count ?? call.Arguments.Count,
            RefTerm reference => FindRules(reference)?.Arity ?? call.Arguments.Count,
            _ => call.Arguments.Count,
        };

    private RuleSet? FindRules(RefTerm reference)
    {
        var node = context.Root;
        foreach (var element in reference.Path)
        {
            if (element is not ScalarTerm key || !node.Children.TryGetValue(key.Value, out node!))
                return null;
        }

        return node.Rules;
    }

    // The variables an expression needs that nothing has bound yet.
    private List<VarTerm> Missing(Expression expression, HashSet<string> bound, HashSet<string> visible)
    {
        bool simple = true;
        Variables.Visit(expression, closures: true, variable => simple &= bound.Contains(variable.Name));
        if (simple)
            return [];
        var missing = new List<VarTerm>();
        var after = Outputs.Of(expression, bound, Arity);
        Variables.Visit(
            expression,
            closures: false,
            variable =>
            {
                if (!after.Contains(variable.Name))
                    missing.Add(variable);
            }
        );
        // Inside comprehensions only variables of the bodies around count here, and these have to be bound before.
        Variables.Visit(
            expression,
            closures: true,
            variable =>
            {
                if (visible.Contains(variable.Name) && !after.Contains(variable.Name))
                    missing.Add(variable);
            }
        );
        foreach (var with in expression.With)
        {
            Variables.Visit(
                with.Value,
                closures: true,
                variable =>
                {
                    if (
                        visible.Contains(variable.Name)
                        && !bound.Contains(variable.Name)
                        && !after.Contains(variable.Name)
                    )
                    {
                        missing.Add(variable);
                    }
                }
            );
        }

        return missing;
    }

    private void ReportUnsafe(List<Expression> remaining, HashSet<string> bound, HashSet<string> visible)
    {
        var reported = new HashSet<string>();
        foreach (var expression in remaining)
        {
            foreach (var variable in Missing(expression, bound, visible))
            {
                if (!variable.Name.StartsWith("$value", StringComparison.Ordinal) && reported.Add(variable.Name))
                {
                    Unsafe(
                        variable,
                        _shown
                            || expression is TermExpression { Term: CallTerm { Function: VarTerm { Name: "print" } } }
                    );
                }
            }
        }
    }

    // What print and templates show need not be defined, so a variable nothing binds there is a slip of its own kind.
    private void Unsafe(VarTerm variable, bool shown = false) =>
        context.Errors.Add(
            shown
                ? new RegoError(
                    RegoError.Compile,
                    $"var {Variables.Shown(variable.Name)} is undeclared",
                    variable.Location
                )
                : new RegoError(
                    RegoError.UnsafeVariable,
                    $"var {Variables.Shown(variable.Name)} is unsafe",
                    variable.Location
                )
        );

    private void Traced(
        Expression shown,
        Expression expression,
        HashSet<string> bound,
        HashSet<string> visible,
        StepChain chain,
        bool counted = true
    )
    {
        if (context.Points is not { } points)
        {
            Statement(expression, bound, visible, chain);
            return;
        }

        HashSet<string> after = [.. bound, .. Outputs.Of(expression, bound, Arity)];
        var point = new TracePoint(expression.Location, shown, Locals(bound), Locals(after)) { Counted = counted };
        if (counted)
            points.Add(point);
        chain.Add(new EvalStep(point));
        Statement(expression, bound, visible, chain);
        chain.Add(new HeldStep(point));
    }

    /// <summary>Where a trace finds the values of these variables.</summary>
    public LocalSlots Locals(IEnumerable<string> bound) => new(bound, _slots);

    // A body that is a query of its own in traces.
    private TracePoint? Enter(
        SourceLocation location,
        IReadOnlyList<Expression> body,
        HashSet<string> bound,
        StepChain chain,
        bool reported = true
    )
    {
        if (context.Points is null)
            return null;
        var locals = Locals(bound);
        var point = new TracePoint(location, body, locals, locals);
        chain.Add(new EnterStep(point, reported));
        return point;
    }

    private void Statement(Expression expression, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        if (expression.With.Count > 0)
        {
            int collector = NewCollector();
            var replacements = expression.With.Select(with => Replacement(with, bound, visible, chain)).ToArray();
            var inner = new StepChain();
            Statement(expression with { With = [] }, bound, visible, inner);
            var end = new WithEndStep(collector);
            inner.Add(end);
            chain.Add(new WithStep(replacements, inner.First!, collector), end);
            return;
        }

        if (expression.Negated)
        {
            Negated(expression, bound, visible, chain);
            return;
        }

        switch (expression)
        {
            case TermExpression term:
                TermStatement(term, bound, visible, chain);
                break;
            case UnifyExpression unify:
                Unify(unify.Left, unify.Right, bound, visible, chain);
                break;
            case SomeInExpression some:
                var key = some.Key ?? new VarTerm($"$some{_reserved++}", some.Location);
                var reference = some.Collection is RefTerm collection
                    ? collection with
                    {
                        Path = [.. collection.Path, key],
                    }
                    : new RefTerm(some.Collection, [key], some.Location);
                Reference(reference, () => ToPattern(some.Value, bound, visible, chain), bound, visible, chain);
                break;
            case EveryExpression every:
                Every(every, bound, visible, chain);
                break;
        }
    }

    private void Negated(Expression expression, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        var before = new List<Expression>();
        var rest = Negation.LiftReferences(
            expression,
            location => new VarTerm($"$value{_reserved++}", location),
            before
        );
        foreach (var first in before)
            Statement(first, bound, visible, chain);
        var inner = new StepChain();
        // A trace shows what is negated as it is written.
        var complement = expression with
        {
            Negated = false,
        };
        Enter(expression.Location, [complement], bound, inner, reported: false);
        Traced(complement, rest with { Negated = false }, [.. bound], visible, inner, counted: false);
        inner.Add(FoundStep.Instance);
        chain.Add(new NotStep(inner.First!));
    }

    private void TermStatement(
        TermExpression statement,
        HashSet<string> bound,
        HashSet<string> visible,
        StepChain chain
    )
    {
        switch (statement.Term)
        {
            case CallTerm { Function: VarTerm { Name: "print" } } print:
                chain.Add(new EffectStep(Print(print, bound, visible)));
                break;
            case CallTerm call when call.Arguments.Count == Arity(call) + 1:
                Unify(
                    call with
                    {
                        Arguments = [.. call.Arguments.SkipLast(1)],
                    },
                    call.Arguments[^1],
                    bound,
                    visible,
                    chain
                );
                break;
            case RefTerm reference when Iterates(reference, bound):
                Reference(reference, () => TruePattern.Instance, bound, visible, chain);
                break;
            default:
                chain.Add(new TruthStep(ToOperand(statement.Term, bound, visible, chain)));
                break;
        }
    }

    private void Every(EveryExpression every, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        var collection = ToOperand(every.Collection, bound, visible, chain);
        HashSet<string> inside = [.. bound];
        var key = every.Key is null ? null : ToPattern(every.Key, inside, visible, chain);
        var value = ToPattern(every.Value, inside, visible, chain);
        var body = new StepChain();
        var point = Enter(every.Location, every.Body, inside, body);
        Body(every.Body, inside, visible, body);
        if (point is not null)
            body.Add(new ExitStep(point));
        body.Add(FoundStep.Instance);
        chain.Add(new EveryStep(collection, key, value, body.First!));
    }

    private PrintOperand Print(CallTerm print, HashSet<string> bound, HashSet<string> visible) =>
        new(
            [
                .. print.Arguments.Select(argument =>
                    Values(new TermExpression(argument, argument.Location), bound, visible)
                ),
            ],
            print.Location.ToString()
        );

    // The set of values an expression has: one, none when it is undefined, more when it iterates.
    private Operand Values(Expression expression, HashSet<string> bound, HashSet<string> visible)
    {
        var value = new VarTerm($"$value{_reserved++}", expression.Location);
        var unify = expression is TermExpression term
            ? new UnifyExpression(value, term.Term, false, expression.Location) { With = expression.With }
            : expression;
        bool outer = _shown;
        _shown = true;
        var operand = ToOperand(
            new ComprehensionTerm(ComprehensionKind.Set, null, value, [unify], expression.Location),
            bound,
            visible,
            new StepChain()
        );
        _shown = outer;
        return operand;
    }

    private WithReplacement Replacement(
        WithModifier with,
        HashSet<string> bound,
        HashSet<string> visible,
        StepChain chain
    )
    {
        if (with.Target is VarTerm { Name: not ("input" or "data") } builtin)
            return Function(builtin.Name, with.Value, bound, visible, chain);
        var reference = with.Target as RefTerm;
        if (reference is not null && FindRules(reference) is { Kind: RuleSetKind.Function } function)
            return Function(function.Name, with.Value, bound, visible, chain);
        string head = ((VarTerm)(reference?.Head ?? with.Target)).Name;
        RegoValue[] path = [.. reference?.Path.OfType<ScalarTerm>().Select(element => element.Value) ?? []];
        return new WithReplacement(head == "input", path, null, ToOperand(with.Value, bound, visible, chain), null);
    }

    private WithReplacement Function(
        string name,
        Term value,
        HashSet<string> bound,
        HashSet<string> visible,
        StepChain chain
    )
    {
        if (value is FunctionTerm { Function: VarTerm builtin })
        {
            return new WithReplacement(
                false,
                [],
                name,
                null,
                new FunctionMock(null, context.Builtins.Find(builtin.Name), null)
            );
        }

        if (value is FunctionTerm { Function: RefTerm function })
            return new WithReplacement(false, [], name, null, new FunctionMock(null, null, FindRules(function)));
        return new WithReplacement(false, [], name, ToOperand(value, bound, visible, chain), null);
    }
}
