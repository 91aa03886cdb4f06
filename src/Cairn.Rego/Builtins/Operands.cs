using System.Numerics;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>Reads the operands of a call. Their outermost kinds have been checked; what is inside has not. Counted from
/// 0 here, from 1 in messages.</summary>
internal static class Operands
{
    public static string Text(this ReadOnlySpan<RegoValue> args, int index) => ((RegoString)args[index]).Value;

    public static RegoNumber Number(this ReadOnlySpan<RegoValue> args, int index) => (RegoNumber)args[index];

    public static RegoObject Members(this ReadOnlySpan<RegoValue> args, int index) => (RegoObject)args[index];

    /// <summary>An integer of any size.</summary>
    public static BigInteger Whole(this ReadOnlySpan<RegoValue> args, int index) =>
        args.Number(index).TryToBigInteger(out var value)
            ? value
            : throw BuiltinException.Value(index + 1, "must be integer number but got floating-point number");

    /// <summary>An integer that fits in 32 bits.</summary>
    public static int Int(this ReadOnlySpan<RegoValue> args, int index) =>
        args.Number(index).TryToInt(out int value)
            ? value
            : throw BuiltinException.Value(
                index + 1,
                args.Number(index).IsInteger ? "is too large" : "must be integer number but got floating-point number"
            );

    /// <summary>The elements of an array or set.</summary>
    public static ReadOnlySpan<RegoValue> Items(this ReadOnlySpan<RegoValue> args, int index) => Items(args[index]);

    /// <summary>The elements of an array or set.</summary>
    public static ReadOnlySpan<RegoValue> Items(RegoValue collection) =>
        collection is RegoArray array ? array.AsSpan() : ((RegoSet)collection).AsSpan();

    /// <summary>The elements of an array or set, each of which has to be a string.</summary>
    public static string[] Texts(this ReadOnlySpan<RegoValue> args, int index)
    {
        var items = args.Items(index);
        string[] texts = new string[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            texts[i] = items[i] is RegoString text
                ? text.Value
                : throw BuiltinException.Element(index + 1, args[index], items[i], "string");
        }

        return texts;
    }

    /// <summary>An array of strings.</summary>
    public static RegoArray ArrayOf(IEnumerable<string> texts) =>
        RegoArray.Of(texts.Select(text => (RegoValue)RegoString.Of(text)));
}
