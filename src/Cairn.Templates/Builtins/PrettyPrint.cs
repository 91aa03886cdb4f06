using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>
/// The filter <c>pprint</c>: keys sorted, and what does not fit in 80 columns one item a line. A group of
/// <c>groupby</c> is printed as it is: to Python's module it is no tuple, because it says itself how it looks.
/// </summary>
internal static class PrettyPrint
{
    private const int Width = 80;

    public static string Of(Run run, Value value)
    {
        var buffer = run.RentBuffer();
        Write(buffer, value, indent: 0, after: 0);
        return run.ReturnBuffer(buffer);
    }

    private static void Write(TextBuffer output, Value value, int indent, int after)
    {
        output.Run.EnterValue();
        WriteNested(output, value, indent, after);
        output.Run.LeaveValue();
    }

    private static void WriteNested(TextBuffer output, Value value, int indent, int after)
    {
        string line = OneLine(output.Run, value);
        if (
            value.Heap is not (ListValue or TupleValue or MappingValue) or GroupValue
            || line.Length <= Width - indent - after
        )
        {
            output.Append(line);
            return;
        }
        if (value.TryHeap<MappingValue>(out var mapping))
        {
            var keys = SortedKeys(output.Run, mapping);
            output.Append('{');
            for (int i = 0; i < keys.Count; i++)
            {
                Separate(output, i, indent);
                string key = OneLine(output.Run, keys[i]);
                output.Append(key).Append(": ");
                mapping.TryGet(output.Run, keys[i], out var item);
                Write(output, item, indent + key.Length + 3, i == keys.Count - 1 ? after + 1 : 1);
            }
            output.Append('}');
            return;
        }
        value.TryHeap<SequenceValue>(out var items);
        bool isTuple = value.Kind == ValueKind.Tuple;
        output.Append(isTuple ? '(' : '[');
        for (int i = 0; i < items!.Length; i++)
        {
            Separate(output, i, indent);
            Write(output, items[i], indent + 1, i == items.Length - 1 ? after + 1 : 1);
        }
        output.Append(
            isTuple && items.Length == 1 ? ",)"
            : isTuple ? ")"
            : "]"
        );
    }

    private static void Separate(TextBuffer output, int index, int indent)
    {
        if (index > 0)
        {
            output.Append(",\n");
            for (int i = 0; i <= indent; i++)
                output.Append(' ');
        }
    }

    private static string OneLine(Run run, Value value)
    {
        var buffer = run.RentBuffer();
        WriteLine(buffer, value);
        return run.ReturnBuffer(buffer);
    }

    private static void WriteLine(TextBuffer output, Value value)
    {
        output.Run.EnterValue();
        if (value.TryHeap<MappingValue>(out var mapping))
        {
            var keys = SortedKeys(output.Run, mapping);
            output.Append('{');
            for (int i = 0; i < keys.Count; i++)
            {
                output.Append(i == 0 ? "" : ", ");
                WriteLine(output, keys[i]);
                output.Append(": ");
                mapping.TryGet(output.Run, keys[i], out var item);
                WriteLine(output, item);
            }
            output.Append('}');
        }
        else if (
            value.Heap is ListValue or TupleValue and not GroupValue
            && value.TryHeap<SequenceValue>(out var items)
        )
        {
            bool isTuple = value.Kind == ValueKind.Tuple;
            output.Append(isTuple ? '(' : '[');
            for (int i = 0; i < items.Length; i++)
            {
                output.Append(i == 0 ? "" : ", ");
                WriteLine(output, items[i]);
            }
            output.Append(
                isTuple && items.Length == 1 ? ",)"
                : isTuple ? ")"
                : "]"
            );
        }
        else
        {
            Repr.Write(output, value);
        }

        output.Run.LeaveValue();
    }

    /// <summary>By value where the keys can be compared, otherwise by type first, as Python's module does.</summary>
    private static List<Value> SortedKeys(Run run, MappingValue mapping)
    {
        var keys = Enumerable.Range(0, mapping.Length).Select(i => mapping[i].Key).ToList();
        if (keys.Count > 1 && keys.Find(k => k.IsUndefined).TryHeap<UndefinedValue>(out var undefined))
        {
            // It has no order, and says so in its own way.
            throw undefined.Fail();
        }
        bool comparable = keys.TrueForAll(k => k.IsText) || keys.TrueForAll(k => k.IsNumber);
        return comparable
            ? Sorting.Sort(run, keys, k => k, reverse: false)
            : Sorting.Sort(run, keys, k => Value.String($"{k.TypeName}:{Repr.Of(run, k)}"), reverse: false);
    }
}
