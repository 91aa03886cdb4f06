using Cairn.Rego.Builtins;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Rego.Compilation;

internal sealed partial class BodyCompiler
{
    /// <summary>A term whose variables are bound as an operand; references that iterate become steps before
    /// it.</summary>
    public Operand ToOperand(Term term, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        switch (term)
        {
            case ScalarTerm scalar:
                return new ConstantOperand(scalar.Value);
            case VarTerm { Name: "input" }:
                return InputOperand.Instance;
            case VarTerm { Name: "data" }:
                return new DataOperand([]);
            case VarTerm variable:
                if (!bound.Contains(variable.Name))
                    Unsafe(variable);
                return new SlotOperand(SlotOf(variable.Name));
            case RefTerm reference:
                if (!Iterates(reference, bound))
                    return Lookup(reference, bound, visible, chain);
                int slot = Temporary();
                Reference(reference, () => new BindPattern(slot), bound, visible, chain);
                return new SlotOperand(slot);
            case ArrayTerm array:
                return Collection(
                    ToOperands(array.Items, bound, visible, chain),
                    RegoArray.Of,
                    items => new ArrayOperand(items)
                );
            case SetTerm set:
                return Collection(
                    ToOperands(set.Items, bound, visible, chain),
                    RegoSet.Of,
                    items => new SetOperand(items)
                );
            case ObjectTerm o:
                var members = ToOperands(
                    [.. o.Members.SelectMany(member => new[] { member.Key, member.Value })],
                    bound,
                    visible,
                    chain
                );
                return new ObjectOperand([.. members.Chunk(2).Select(member => (member[0], member[1]))]);
            case CallTerm call:
                return Call(call, bound, visible, chain);
            case ComprehensionTerm comprehension:
                return Comprehension(comprehension, bound, visible);
            case TemplateTerm template:
                return new TemplateOperand(
                    [
                        .. template.Parts.Select(part =>
                            (part.Text, part.Value is null ? null : Values(part.Value, bound, visible))
                        ),
                    ],
                    template.Location.ToString()
                );
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Operand[] ToOperands(
        IReadOnlyList<Term> terms,
        HashSet<string> bound,
        HashSet<string> visible,
        StepChain chain
    )
    {
        var operands = new Operand[terms.Count];
        // A variable that one operand binds in its brackets may stand in those before it.
        for (int left = operands.Length; left > 0; left--)
        {
            int next = -1;
            for (int i = 0; i < operands.Length && next < 0; i++)
            {
                if (operands[i] is null && (left == 1 || Ready(terms[i], bound)))
                    next = i;
            }

            if (next < 0)
                next = Array.FindIndex(operands, operand => operand is null);
            operands[next] = ToOperand(terms[next], bound, visible, chain);
        }

        return operands;
    }

    private static Operand Collection(
        Operand[] items,
        Func<IEnumerable<RegoValue>, RegoValue> constant,
        Func<Operand[], Operand> computed
    ) =>
        items.All(item => item is ConstantOperand)
            ? new ConstantOperand(constant(items.Select(item => ((ConstantOperand)item).Value)))
            : computed(items);

    private ComprehensionOperand Comprehension(
        ComprehensionTerm comprehension,
        HashSet<string> bound,
        HashSet<string> visible
    )
    {
        HashSet<string> inside = [.. bound];
        var body = new StepChain();
        int collector = NewCollector();
        string location = comprehension.Location.ToString();
        var point = Enter(comprehension.Location, comprehension.Body, inside, body);
        if (Body(comprehension.Body, inside, visible, body))
        {
            if (point is not null)
                body.Add(new ExitStep(point));
            var key = comprehension.Key is null ? null : ToOperand(comprehension.Key, inside, visible, body);
            body.Add(new CollectStep(collector, key, ToOperand(comprehension.Value, inside, visible, body), location));
        }

        return new ComprehensionOperand(comprehension.Kind, body.First ?? FoundStep.Instance, collector, location);
    }

    private Operand Call(CallTerm call, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        string location = call.Location.ToString();
        if (call.Function is VarTerm { Name: "print" })
            return Print(call, bound, visible);
        var arguments = ToOperands(call.Arguments, bound, visible, chain);
        if (call.Function is RefTerm reference)
        {
            if (FindRules(reference) is { Kind: RuleSetKind.Function } function && function.Arity == arguments.Length)
                return new FunctionOperand(function, arguments, location);
            return new ConstantOperand(RegoNull.Instance);
        }

        string name = ((VarTerm)call.Function).Name;
        if (context.Builtins.Find(name) is not { } builtin || builtin.Arguments.Count != arguments.Length)
            return new ConstantOperand(RegoNull.Instance);
        if (Metadata is not null && name.StartsWith("rego.metadata.", StringComparison.Ordinal))
            return new ConstantOperand(Metadata(name));
        if (CompareOperand.Knows(name))
            return new CompareOperand(name, arguments[0], arguments[1]);
        var operand = new BuiltinOperand(builtin, arguments, location);
        if (!builtin.Has(BuiltinTraits.Relation))
            return operand;
        int slot = Temporary();
        chain.Add(new RelationStep(operand, new BindPattern(slot)));
        return new SlotOperand(slot);
    }

    private Operand Lookup(RefTerm reference, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        var path = ToOperands(reference.Path, bound, visible, chain);
        if (reference.Head is not VarTerm { Name: "data" })
            return new PathOperand(ToOperand(reference.Head, bound, visible, chain), path);
        var (head, used) = DataHead(reference.Path);
        if (head is null)
            return new DataOperand(path);
        return used == path.Length ? head : new PathOperand(head, path[used..]);
    }

    // As much of a path below data as is known now: rules, or base data where no rules are.
    private (Operand? Head, int Used) DataHead(IReadOnlyList<Term> path)
    {
        var node = context.Root;
        for (int i = 0; i < path.Count; i++)
        {
            if (node.HasDynamic || path[i] is not ScalarTerm key)
                return (null, 0);
            if (!node.Children.TryGetValue(key.Value, out var child))
            {
                RegoValue[] constant =
                [
                    .. path.TakeWhile(element => element is ScalarTerm).Select(element => ((ScalarTerm)element).Value),
                ];
                return (new BaseDataOperand(constant), constant.Length);
            }

            node = child;
            if (node.Rules is { } rules)
            {
                return rules.Kind == RuleSetKind.Function || node.HasDynamic
                    ? (null, 0)
                    : (
                        new RuleOperand(rules, [.. path.Take(i + 1).Select(element => ((ScalarTerm)element).Value)]),
                        i + 1
                    );
            }
        }

        return (null, 0);
    }

    // Whether a reference has a variable in its brackets that it has to bind itself.
    private static bool Iterates(RefTerm reference, HashSet<string> bound)
    {
        bool iterates = false;
        foreach (var element in reference.Path)
            Variables.VisitPattern(element, variable => iterates |= !bound.Contains(variable.Name));
        return iterates;
    }

    // A reference that iterates, as a step; the target is made once the variables of the brackets are bound.
    private void Reference(
        RefTerm reference,
        Func<Pattern> target,
        HashSet<string> bound,
        HashSet<string> visible,
        StepChain chain
    )
    {
        Operand? head = null;
        int used = 0;
        if (reference.Head is not VarTerm { Name: "data" })
            head = ToOperand(reference.Head, bound, visible, chain);
        else
            (head, used) = DataHead(reference.Path);
        var path = new List<PathElement>();
        foreach (var element in reference.Path.Skip(used))
        {
            bool binds = false;
            Variables.VisitPattern(element, variable => binds |= !bound.Contains(variable.Name));
            path.Add(
                binds
                    ? new PathElement(null, ToPattern(element, bound, visible, chain))
                    : new PathElement(ToOperand(element, bound, visible, chain), null)
            );
        }

        chain.Add(new ReferenceStep(head, [.. path], target()));
    }

    /// <summary>A term as a pattern: unbound variables are bound by it, everything else is compared.</summary>
    public Pattern ToPattern(Term term, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        bool binds = false;
        Variables.VisitPattern(term, variable => binds |= !bound.Contains(variable.Name));
        if (!binds)
            return new EqualPattern(ToOperand(term, bound, visible, chain));
        switch (term)
        {
            case VarTerm variable:
                bound.Add(variable.Name);
                return variable.IsWildcard && !variable.Name.StartsWith("$value", StringComparison.Ordinal)
                    ? AnyPattern.Instance
                    : new BindPattern(SlotOf(variable.Name));
            case ArrayTerm array:
                var items = new Pattern[array.Items.Count];
                for (int i = 0; i < items.Length; i++)
                    items[i] = ToPattern(array.Items[i], bound, visible, chain);
                return new ArrayPattern(items);
            default:
                var members = new List<(Operand, Pattern)>();
                foreach (var (key, value) in ((ObjectTerm)term).Members)
                    members.Add((ToOperand(key, bound, visible, chain), ToPattern(value, bound, visible, chain)));
                return new ObjectPattern([.. members]);
        }
    }

    private void Unify(Term left, Term right, HashSet<string> bound, HashSet<string> visible, StepChain chain)
    {
        var pairs = new List<(Term Left, Term Right)> { (left, right) };
        while (pairs.Count > 0)
        {
            bool progress = false;
            for (int i = 0; i < pairs.Count; i++)
            {
                var (a, b) = pairs[i];
                if (Outputs.Split(a, b, out bool never) is { } parts)
                {
                    pairs.RemoveAt(i);
                    pairs.InsertRange(i, parts);
                    if (never)
                        chain.Add(new FailStep());
                    progress = true;
                    break;
                }

                if (UnifyPair(a, b, bound, visible, chain, pairs))
                {
                    pairs.RemoveAt(i);
                    progress = true;
                    break;
                }
            }

            if (progress)
                continue;
            foreach (var (a, b) in pairs)
            {
                Variables.Visit(
                    a,
                    false,
                    variable =>
                    {
                        if (!bound.Contains(variable.Name))
                            Unsafe(variable);
                    }
                );
                Variables.Visit(
                    b,
                    false,
                    variable =>
                    {
                        if (!bound.Contains(variable.Name))
                            Unsafe(variable);
                    }
                );
            }

            return;
        }
    }

    // False when neither side can be worked out yet.
    private bool UnifyPair(
        Term a,
        Term b,
        HashSet<string> bound,
        HashSet<string> visible,
        StepChain chain,
        List<(Term, Term)> pairs
    )
    {
        if (!Ready(b, bound) || (Ready(a, bound) && Binding(b, bound) is null && a is RefTerm && b is not RefTerm))
        {
            if (!Ready(a, bound))
                return false;
            (a, b) = (b, a);
        }

        // b has a value now; a may be a pattern.
        if (b is RefTerm reference && Iterates(reference, bound))
        {
            HashSet<string> after = [.. bound];
            Outputs.References(reference, after);
            if (a is not VarTerm && !Simple(a, after))
            {
                var value = new VarTerm($"$value{_reserved++}", b.Location);
                Reference(reference, () => ToPattern(value, bound, visible, chain), bound, visible, chain);
                pairs.Add((a, value));
                return true;
            }

            Reference(reference, () => ToPattern(a, bound, visible, chain), bound, visible, chain);
            return true;
        }

        if (
            b is CallTerm { Function: VarTerm name } call
            && context.Builtins.Find(name.Name) is { } builtin
            && builtin.Has(BuiltinTraits.Relation)
            && builtin.Arguments.Count == call.Arguments.Count
        )
        {
            var relation = new BuiltinOperand(
                builtin,
                ToOperands(call.Arguments, bound, visible, chain),
                call.Location.ToString()
            );
            chain.Add(new RelationStep(relation, ToPattern(a, bound, visible, chain)));
            return true;
        }

        var operand = ToOperand(b, bound, visible, chain);
        if (Binding(a, bound) is not null)
            chain.Add(new MatchStep(operand, ToPattern(a, bound, visible, chain)));
        else
            chain.Add(new EqualStep(operand, ToOperand(a, bound, visible, chain)));
        return true;
    }

    // Whether every reference in a term is a lookup once these variables are bound.
    private static bool Simple(Term term, HashSet<string> bound) => Variables.AllIn(term, false, bound);

    private static bool Ready(Term term, HashSet<string> bound)
    {
        HashSet<string> after = [.. bound];
        Outputs.References(term, after);
        return Variables.AllIn(term, false, after);
    }

    private static string? Binding(Term term, HashSet<string> bound)
    {
        string? name = null;
        Variables.VisitPattern(term, variable => name ??= bound.Contains(variable.Name) ? null : variable.Name);
        return name;
    }
}
