using System.Globalization;
using System.Text;

namespace Cairn.Rego.Values;

/// <summary>Values as Rego source text.</summary>
internal static class RegoText
{
    public static void Append(StringBuilder text, RegoValue value)
    {
        switch (value)
        {
            case RegoNull:
                text.Append("null");
                break;
            case RegoBoolean b:
                text.Append(b.Value ? "true" : "false");
                break;
            case RegoNumber n:
                ValueWork.Write(n.Text.Length);
                text.Append(n.Text);
                break;
            case RegoString s:
                AppendQuoted(text, s.Value);
                break;
            case RegoArray array:
                text.Append('[');
                AppendAll(text, array.AsSpan());
                text.Append(']');
                break;
            case RegoSet { Count: 0 }:
                text.Append("set()");
                break;
            case RegoSet set:
                text.Append('{');
                AppendAll(text, set.AsSpan());
                text.Append('}');
                break;
            case RegoObject o:
                ValueWork.Visit(o.Count);
                text.Append('{');
                bool first = true;
                foreach (var (key, member) in o)
                {
                    text.Append(first ? "" : ", ");
                    first = false;
                    Append(text, key);
                    text.Append(": ");
                    Append(text, member);
                }

                text.Append('}');
                break;
        }
    }

    /// <summary>A string literal as Go's <c>strconv.Quote</c> makes it.</summary>
    public static void AppendQuoted(StringBuilder text, string value)
    {
        ValueWork.Write(value.Length);
        text.Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\a':
                    text.Append("\\a");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '\v':
                    text.Append("\\v");
                    break;
                case < ' ' or 0x7f:
                    text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                    break;
                default:
                    if (IsPrintable(rune))
                        text.Append(rune.ToString());
                    else if (rune.Value < 0x10000)
                        text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    else
                        text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                    break;
            }
        }

        text.Append('"');
    }

    private static void AppendAll(StringBuilder text, ReadOnlySpan<RegoValue> values)
    {
        ValueWork.Visit(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                text.Append(", ");
            Append(text, values[i]);
        }
    }

    // Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII blank.
    private static bool IsPrintable(Rune rune) =>
        rune.Value == ' '
        || Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            );
}
