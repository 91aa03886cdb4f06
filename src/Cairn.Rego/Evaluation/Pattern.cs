using Cairn.Rego.Values;

namespace Cairn.Rego.Evaluation;

/// <summary>What a value has to look like; binds variables on the way.</summary>
internal abstract class Pattern
{
    public abstract bool Matches(RegoValue value, Frame frame);
}

internal sealed class AnyPattern : Pattern
{
    public static readonly AnyPattern Instance = new();

    public override bool Matches(RegoValue value, Frame frame) => true;
}

/// <summary>Any value but false: a reference that stands alone.</summary>
internal sealed class TruePattern : Pattern
{
    public static readonly TruePattern Instance = new();

    public override bool Matches(RegoValue value, Frame frame) => !value.IsFalse;
}

internal sealed class BindPattern(int slot) : Pattern
{
    public int Slot => slot;

    public override bool Matches(RegoValue value, Frame frame)
    {
        frame.Slots[slot] = value;
        return true;
    }
}

internal sealed class EqualPattern(Operand operand) : Pattern
{
    public Operand Operand => operand;

    public override bool Matches(RegoValue value, Frame frame) =>
        operand.Get(frame) is { } expected && expected.Equals(value);
}

internal sealed class ArrayPattern(Pattern[] items) : Pattern
{
    public override bool Matches(RegoValue value, Frame frame)
    {
        if (value is not RegoArray array || array.Count != items.Length)
            return false;
        for (int i = 0; i < items.Length; i++)
        {
            if (!items[i].Matches(array[i], frame))
                return false;
        }

        return true;
    }
}

internal sealed class ObjectPattern((Operand Key, Pattern Value)[] members) : Pattern
{
    public override bool Matches(RegoValue value, Frame frame)
    {
        if (value is not RegoObject o || o.Count != members.Length)
            return false;
        foreach (var (key, pattern) in members)
        {
            if (key.Get(frame) is not { } name || o[name] is not { } member || !pattern.Matches(member, frame))
                return false;
        }

        return true;
    }
}
