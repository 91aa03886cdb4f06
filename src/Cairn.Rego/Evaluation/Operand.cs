using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>Something with at most one value once its variables are bound; null is undefined.</summary>
internal abstract class Operand
{
    public abstract RegoValue? Get(Frame frame);
}

internal sealed class ConstantOperand(RegoValue value) : Operand
{
    public RegoValue Value => value;

    public override RegoValue Get(Frame frame) => value;
}

internal sealed class SlotOperand(int slot) : Operand
{
    public int Slot => slot;

    public override RegoValue? Get(Frame frame) => frame.Slots[slot];
}

internal sealed class InputOperand : Operand
{
    public static readonly InputOperand Instance = new();

    public override RegoValue? Get(Frame frame) => frame.Scope.Input;
}

/// <summary>Looks into a value along known keys.</summary>
internal sealed class PathOperand(Operand head, Operand[] path) : Operand
{
    public Operand Head => head;

    public Operand[] Path => path;

    public override RegoValue? Get(Frame frame)
    {
        var value = head.Get(frame);
        foreach (var element in path)
        {
            if (value is null || element.Get(frame) is not { } key)
                return null;
            value = Look(value, key);
        }

        return value;
    }

    /// <summary>The same in base data, whose objects know only strings: <c>data[2]</c> is the member
    /// <c>"2"</c>.</summary>
    public static RegoValue? LookInData(RegoValue value, RegoValue key) =>
        Look(value, key) ?? (value is RegoObject o && key is RegoNumber number ? o[number.Text] : null);

    public static RegoValue? Look(RegoValue value, RegoValue key) =>
        value switch
        {
            RegoObject o => o[key],
            RegoArray array => key is RegoNumber n && n.TryToInt(out int index) && (uint)index < (uint)array.Count
                ? array[index]
                : null,
            RegoSet set => set.Find(key),
            _ => null,
        };
}

internal sealed class ArrayOperand(Operand[] items) : Operand
{
    public override RegoValue? Get(Frame frame)
    {
        var values = new RegoValue[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].Get(frame) is not { } value)
                return null;
            values[i] = value;
        }

        frame.Evaluation.Budget.ChargeMemory(32 + (values.Length * 8));
        return RegoArray.Own(values);
    }
}

internal sealed class SetOperand(Operand[] items) : Operand
{
    public override RegoValue? Get(Frame frame)
    {
        var set = new RegoSetBuilder(items.Length);
        foreach (var item in items)
        {
            if (item.Get(frame) is not { } value)
                return null;
            set.Add(value);
        }

        frame.Evaluation.Budget.ChargeMemory(64 + (items.Length * 16));
        return set.Build();
    }
}

internal sealed class ObjectOperand((Operand Key, Operand Value)[] members) : Operand
{
    public override RegoValue? Get(Frame frame)
    {
        var result = new RegoObjectBuilder(members.Length);
        foreach (var (key, value) in members)
        {
            if (key.Get(frame) is not { } k || value.Get(frame) is not { } v)
                return null;
            if (!result.TryAdd(k, v) && !result[k]!.Equals(v))
            {
                throw new RegoEvaluationException(
                    "eval_conflict_error",
                    "object keys must be unique",
                    frame.Evaluation.Budget.Location
                );
            }
        }

        frame.Evaluation.Budget.ChargeMemory(64 + (members.Length * 24));
        return result.Build();
    }
}

/// <summary>Runs a body and collects a value of each solution.</summary>
internal sealed class ComprehensionOperand(Syntax.ComprehensionKind kind, Step body, int collector, string location)
    : Operand
{
    public override RegoValue? Get(Frame frame)
    {
        object? outer = frame.Collectors[collector];
        object collected = kind switch
        {
            Syntax.ComprehensionKind.Array => new List<RegoValue>(),
            Syntax.ComprehensionKind.Set => new RegoSetBuilder(),
            _ => new RegoObjectBuilder(),
        };
        frame.Collectors[collector] = collected;
        frame.Evaluation.Budget.Location = location;
        body.Run(frame);
        frame.Collectors[collector] = outer;
        return collected switch
        {
            List<RegoValue> list => RegoArray.Own([.. list]),
            RegoSetBuilder set => set.Build(),
            _ => ((RegoObjectBuilder)collected).Build(),
        };
    }
}

/// <summary>The end of a comprehension's body.</summary>
internal sealed class CollectStep(int collector, Operand? key, Operand value, string location) : Step
{
    public override bool Run(Frame frame)
    {
        var budget = frame.Evaluation.Budget;
        budget.Step();
        budget.ChargeMemory(24);
        if (value.Get(frame) is not { } got)
            return false;
        switch (frame.Collectors[collector])
        {
            case List<RegoValue> list:
                list.Add(got);
                break;
            case RegoSetBuilder set:
                set.Add(got);
                break;
            case RegoObjectBuilder members when key!.Get(frame) is { } k:
                if (!members.TryAdd(k, got) && !members[k]!.Equals(got))
                    throw new RegoEvaluationException("eval_conflict_error", "object keys must be unique", location);
                break;
        }

        return false;
    }
}

/// <summary><c>$"text {expression}"</c>.</summary>
internal sealed class TemplateOperand((string? Text, Operand? Values)[] parts, string location) : Operand
{
    public override RegoValue Get(Frame frame)
    {
        var text = new System.Text.StringBuilder();
        foreach (var (literal, values) in parts)
        {
            if (literal is not null)
            {
                text.Append(literal);
                continue;
            }

            var found = (RegoSet)values!.Get(frame)!;
            if (found.Count > 1)
            {
                throw new RegoEvaluationException(
                    "eval_conflict_error",
                    "template-strings must not produce multiple outputs",
                    location
                );
            }

            text.Append(
                found.Count == 0 ? "<undefined>"
                : found.AsSpan()[0] is RegoString s ? s.Value
                : found.AsSpan()[0].ToString()
            );
        }

        frame.Evaluation.Budget.ChargeMemory(32 + (text.Length * 2));
        return RegoString.Of(text.ToString());
    }
}

/// <summary>The operators that compare, without a call's overhead.</summary>
internal sealed class CompareOperand(string name, Operand left, Operand right) : Operand
{
    private readonly int _operator = Array.IndexOf(Names, name);

    private static readonly string[] Names = ["equal", "neq", "lt", "lte", "gt", "gte"];

    public static bool Knows(string name) => Names.Contains(name);

    public override RegoValue? Get(Frame frame)
    {
        if (left.Get(frame) is not { } a || right.Get(frame) is not { } b)
            return null;
        return RegoBoolean.Of(
            _operator switch
            {
                0 => a.Equals(b),
                1 => !a.Equals(b),
                2 => a.CompareTo(b) < 0,
                3 => a.CompareTo(b) <= 0,
                4 => a.CompareTo(b) > 0,
                _ => a.CompareTo(b) >= 0,
            }
        );
    }
}
