using System.Numerics;
using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Values;

/// <summary>A value that lives on the heap, and what templates can do with it. The defaults refuse politely.</summary>
internal abstract class HeapValue
{
    public virtual ValueKind Kind => ValueKind.Object;

    public abstract string TypeName { get; }

    public virtual bool IsTrue => true;

    /// <summary>How many items <c>len()</c> finds; -1 where Python has no <c>len()</c>.</summary>
    public virtual int Length => -1;

    /// <summary>The items one by one, or null where the value is not iterable.</summary>
    public virtual IEnumerator<Value>? Iterate() => null;

    /// <summary><c>value[key]</c>; false where there is no such item.</summary>
    public virtual bool TryItem(Run run, Value key, out Value item)
    {
        item = default;
        return false;
    }

    /// <summary><c>value.name</c>; false where there is no such attribute.</summary>
    public virtual bool TryAttribute(string name, out Value attribute)
    {
        attribute = default;
        return false;
    }

    /// <summary>Whether <see cref="Call"/> does more than refuse.</summary>
    public virtual bool IsCallable => false;

    public virtual Value Call(RenderContext context, Arguments arguments) =>
        throw Errors.Type($"a '{TypeName}' cannot be called");

    /// <summary>Writes what <c>str()</c>, or in a list <c>repr()</c>, gives.</summary>
    public virtual void Write(TextBuffer output, bool asRepr) => output.Append('<').Append(TypeName).Append('>');
}

internal sealed class BigIntegerValue(BigInteger value) : HeapValue
{
    public BigInteger Value => value;

    public override ValueKind Kind => ValueKind.BigInteger;

    public override string TypeName => "int";

    public override void Write(TextBuffer output, bool asRepr)
    {
        output.Run.StepForBits(value.GetBitLength(), value.GetBitLength());
        output.Append(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}

internal sealed class MarkupValue(string text) : HeapValue
{
    public string Text => text;

    public override ValueKind Kind => ValueKind.Markup;

    public override string TypeName => "Markup";

    public override bool IsTrue => text.Length > 0;

    public override IEnumerator<Value> Iterate() => Values.Text.Characters(text).Select(Value.String).GetEnumerator();

    public override void Write(TextBuffer output, bool asRepr)
    {
        if (!asRepr)
        {
            output.Append(text);
            return;
        }
        output.Append("Markup(");
        Repr.WriteString(output, text);
        output.Append(')');
    }
}

/// <summary>A value that does not exist. What may be done with it depends on the environment's undefined
/// mode.</summary>
internal sealed class UndefinedValue(UndefinedMode mode, string name, string? ownerType, string? hint) : HeapValue
{
    public UndefinedMode Mode => mode;

    public override ValueKind Kind => ValueKind.Undefined;

    public override string TypeName => "Undefined";

    public override bool IsTrue => mode == UndefinedMode.Strict ? throw Fail() : false;

    public override int Length => mode == UndefinedMode.Strict ? throw Fail() : 0;

    public override bool IsCallable => true;

    public override IEnumerator<Value> Iterate() =>
        mode == UndefinedMode.Strict ? throw Fail() : Enumerable.Empty<Value>().GetEnumerator();

    public override Value Call(RenderContext context, Arguments arguments) => throw Fail();

    public override void Write(TextBuffer output, bool asRepr)
    {
        if (asRepr)
            output.Append("Undefined");
        else if (mode == UndefinedMode.Strict)
            throw Fail();
    }

    /// <summary>The error of using it. Names Python reserves for its internals are refused rather than
    /// missing.</summary>
    public TemplateException Fail()
    {
        if (ownerType is not null && name.StartsWith("__", StringComparison.Ordinal))
            return Errors.Security($"access to '{name}' of a '{ownerType}' is not allowed");
        string message =
            hint ?? (ownerType is null ? $"'{name}' is undefined" : $"'{ownerType}' has no attribute or item '{name}'");
        return new TemplateException(TemplateErrorKind.Undefined, message);
    }
}
