using Cairn.Rego.Compilation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>
/// A place below <c>data</c>, where rules, what rules with computed paths made, base data and replacements lie over
/// each other. Rules win over base data, replacements over both.
/// </summary>
internal readonly struct DocumentPlace(RuleTreeNode? node, DynamicEntry[]? entries, RegoValue? value, MockNode? mock)
{
    public static DocumentPlace Root(Evaluation evaluation, EvaluationScope scope) =>
        scope.Mocks is { Value: { } all }
            ? new(null, null, all, null)
            : new(evaluation.Rules.Root, null, scope.Data, scope.Mocks);

    /// <summary>Whether only a plain value is left.</summary>
    public bool IsPlain => node is null && entries is null && mock is null;

    public RegoValue? Plain => value;

    /// <summary>The place below, by key.</summary>
    public DocumentPlace Step(RegoValue key, Evaluation evaluation, EvaluationScope scope)
    {
        if (IsPlain)
            return new(null, null, value is null ? null : PathOperand.Look(value, key), null);
        var childMock = mock?.Child(key);
        if (childMock?.Value is { } replaced)
            return new(null, null, replaced, null);
        var child = node?.Children.GetValueOrDefault(key);
        DynamicEntry[]? below = null;
        if (entries is not null)
        {
            foreach (var entry in entries)
                below = Join(below, entry, key);
        }

        if (node is { HasDynamic: true })
            below = Join(below, RuleEvaluator.Dynamic(node, evaluation, scope), key);
        return new DocumentPlace(
            child,
            below,
            value is null ? null : PathOperand.LookInData(value, key),
            childMock
        ).Settle(evaluation, scope);
    }

    // Rules that end here, and leaves, make a plain value.
    private DocumentPlace Settle(Evaluation evaluation, EvaluationScope scope)
    {
        RegoValue? found = null;
        if (entries is not null)
        {
            foreach (var entry in entries)
            {
                if (entry.Value() is { } leaf)
                    found = Merge(found, leaf);
            }
        }

        if (node?.Rules is { } rules)
        {
            if (rules.Kind == RuleSetKind.Function)
                return default;
            var result = RuleEvaluator.Evaluate(rules, evaluation, scope);
            if (result is not null && entries is not null && entries.Any(entry => entry.Inner is not null))
                throw new RegoEvaluationException("eval_conflict_error", "object keys must be unique", rules.Location);
            found = result is null ? found : Merge(found, result);
            if (found is null)
                return entries is null && mock is null ? default : new(null, entries, null, mock);
        }

        return found is null ? this : new(null, null, found, null);
    }

    /// <summary>The document here; null for undefined.</summary>
    public RegoValue? Document(Evaluation evaluation, EvaluationScope scope)
    {
        if (IsPlain)
            return value;
        bool whole = node is not null && entries is null && mock is null;
        if (whole && scope.Recall(node!.DocumentId) is { } known)
            return known as RegoValue;
        var members = new RegoObjectBuilder();
        foreach (var key in Keys(evaluation, scope))
        {
            evaluation.Budget.Step();
            CheckLeaves(key, evaluation, scope);
            if (Step(key, evaluation, scope).Document(evaluation, scope) is { } member)
                members.Set(key, member);
        }

        var document = members.Build();
        if (whole)
            scope.Remember(node!.DocumentId, document);
        return document;
    }

    /// <summary>All keys below, in Rego's order.</summary>
    public List<RegoValue> Keys(Evaluation evaluation, EvaluationScope scope)
    {
        var keys = new RegoSetBuilder();
        if (value is RegoObject o)
        {
            foreach (var key in o.UnorderedKeys)
                keys.Add(key);
        }

        if (node is not null)
        {
            foreach (var key in node.Children.Keys)
                keys.Add(key);
        }

        if (mock is not null)
        {
            foreach (var key in mock.Children.Keys)
                keys.Add(key);
        }

        foreach (var entry in entries ?? [])
            AddKeys(keys, entry);
        if (node is { HasDynamic: true })
            AddKeys(keys, RuleEvaluator.Dynamic(node, evaluation, scope));
        return [.. keys.Build().AsSpan()];
    }

    // A leaf where other rules have something deeper: seen only by who reads the whole document.
    private void CheckLeaves(RegoValue key, Evaluation evaluation, EvaluationScope scope)
    {
        if (node?.Children.GetValueOrDefault(key) is not { Rules: null, Children.Count: > 0 } deeper)
            return;
        var place = Step(key, evaluation, scope);
        if (
            place.IsPlain
            && place.Plain is not null
            && mock?.Child(key)?.Value is null
            && new DocumentPlace(deeper, null, null, null).Document(evaluation, scope) is RegoObject { Count: > 0 }
        )
        {
            throw new RegoEvaluationException("eval_conflict_error", "object keys must be unique", deeper.Path);
        }
    }

    private static void AddKeys(RegoSetBuilder keys, DynamicEntry entry)
    {
        if (entry.Inner is not null)
        {
            foreach (var key in entry.Inner.Keys)
                keys.Add(key);
        }
    }

    private static DynamicEntry[]? Join(DynamicEntry[]? entries, DynamicEntry parent, RegoValue key) =>
        parent.Inner?.GetValueOrDefault(key) is { } entry
            ? entries is null
                ? [entry]
                : [.. entries, entry]
            : entries;

    private static RegoValue Merge(RegoValue? a, RegoValue b)
    {
        if (a is null || a.Equals(b))
            return b;
        if (a is RegoSet x && b is RegoSet y)
            return RegoSet.Of(x.Concat(y));
        throw new RegoEvaluationException("eval_conflict_error", "object keys must be unique");
    }
}

/// <summary>A value below <c>data</c> along known keys, whatever it is made of.</summary>
internal sealed class DataOperand(Operand[] path) : Operand
{
    public override RegoValue? Get(Frame frame)
    {
        var (evaluation, scope) = (frame.Evaluation, frame.Scope);
        evaluation.Budget.Step();
        var place = DocumentPlace.Root(evaluation, scope);
        foreach (var element in path)
        {
            if (element.Get(frame) is not { } key)
                return null;
            place = place.Step(key, evaluation, scope);
            if (place is { IsPlain: true, Plain: null })
                return null;
        }

        return place.Document(evaluation, scope);
    }
}

/// <summary>A value of the base data, where no rule has its path.</summary>
internal sealed class BaseDataOperand(RegoValue[] path) : Operand
{
    private readonly DataOperand _replaced = new([.. path.Select(key => new ConstantOperand(key))]);

    public override RegoValue? Get(Frame frame)
    {
        if (frame.Scope.Mocks is not null)
            return _replaced.Get(frame);
        var value = frame.Scope.Data;
        foreach (var key in path)
        {
            value = PathOperand.LookInData(value, key);
            if (value is null)
                return null;
        }

        return value;
    }
}

/// <summary>The value of rules that are known at compile time.</summary>
internal sealed class RuleOperand(RuleSet rules, RegoValue[] path) : Operand
{
    private readonly DataOperand _replaced = new([.. path.Select(key => new ConstantOperand(key))]);

    public override RegoValue? Get(Frame frame) =>
        frame.Scope.Mocks is null ? RuleEvaluator.Evaluate(rules, frame.Evaluation, frame.Scope) : _replaced.Get(frame);
}
