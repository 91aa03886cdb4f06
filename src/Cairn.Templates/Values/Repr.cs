using System.Globalization;
using System.Text;
using Cairn.Templates.Evaluation;

namespace Cairn.Templates.Values;

/// <summary>How values look when printed, which is how Python prints them.</summary>
internal static class Repr
{
    /// <summary><c>str()</c>.</summary>
    public static string Str(Run run, Value value)
    {
        if (value.TryString(out string? text))
            return text;
        if (value.IsSmallInteger)
            return value.Bits.ToString(CultureInfo.InvariantCulture);
        var buffer = run.RentBuffer();
        WriteStr(buffer, value);
        return run.ReturnBuffer(buffer);
    }

    /// <summary><c>repr()</c>.</summary>
    public static string Of(Run run, Value value)
    {
        var buffer = run.RentBuffer();
        Write(buffer, value);
        return run.ReturnBuffer(buffer);
    }

    public static void WriteStr(TextBuffer output, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.String or ValueKind.Markup:
                value.TryString(out string? text);
                output.Append(text!);
                break;
            case ValueKind.Integer:
                output.Append(value.Bits);
                break;
            default:
                Write(output, value, asRepr: false);
                break;
        }
    }

    public static void Write(TextBuffer output, Value value, bool asRepr = true)
    {
        output.Run.Step();
        switch (value.Kind)
        {
            case ValueKind.None:
                output.Append("None");
                break;
            case ValueKind.Boolean:
                output.Append(value.Bits != 0 ? "True" : "False");
                break;
            case ValueKind.Integer:
                output.Append(value.Bits);
                break;
            case ValueKind.Float:
                output.Append(Numbers.Repr(value.AsFloat));
                break;
            case ValueKind.String:
                value.TryString(out string? text);
                WriteString(output, text!);
                break;
            case ValueKind.Missing:
                break;
            default:
                value.Heap!.Write(output, asRepr);
                break;
        }
    }

    public static void WriteItems(TextBuffer output, SequenceValue items, char open, char close)
    {
        output.Run.EnterValue();
        output.Append(open);
        for (int i = 0; i < items.Length; i++)
        {
            output.Append(i == 0 ? "" : ", ");
            Write(output, items[i]);
        }
        output.Append(close);
        output.Run.LeaveValue();
    }

    public static void WriteString(TextBuffer output, string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        output.Append(quote);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and < '\x7f')
            {
                if (c == quote || c == '\\')
                    output.Append('\\');
                output.Append(c);
            }
            else if (c is '\n' or '\r' or '\t')
            {
                output.Append(
                    c switch
                    {
                        '\n' => "\\n",
                        '\r' => "\\r",
                        _ => "\\t",
                    }
                );
            }
            else
            {
                i += WriteOther(output, text, i);
            }
        }
        output.Append(quote);
    }

    /// <summary>Whether a character prints as itself; of the blanks none does, the caller lets the ASCII one
    /// pass.</summary>
    public static bool IsPrintable(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator
            );

    /// <summary>A character beyond printable ASCII; answers how many more UTF-16 units than one it took.</summary>
    private static int WriteOther(TextBuffer output, string text, int index)
    {
        if (!Rune.TryGetRuneAt(text, index, out var rune))
        {
            output.Append("\\u").Append(((int)text[index]).ToString("x4", CultureInfo.InvariantCulture));
            return 0;
        }
        if (IsPrintable(rune))
        {
            output.Append(text.AsSpan(index, rune.Utf16SequenceLength));
        }
        else
        {
            output.Append(
                rune.Value switch
                {
                    <= 0xff => "\\x" + rune.Value.ToString("x2", CultureInfo.InvariantCulture),
                    <= 0xffff => "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture),
                    _ => "\\U" + rune.Value.ToString("x8", CultureInfo.InvariantCulture),
                }
            );
        }
        return rune.Utf16SequenceLength - 1;
    }
}
