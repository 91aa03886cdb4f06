using System.Text;
using Cairn.Templates.Evaluation;
using Cairn.Templates.Values;

namespace Cairn.Templates.Builtins;

/// <summary>Filters for HTML, URLs and JSON.</summary>
internal static class MarkupFilters
{
    public static void Register(BuiltinTable table)
    {
        table.Add("escape e", (in c) => c.Input.IsMarkup ? c.Input : Escape(c));
        table.Add("forceescape", (in c) => Escape(c));
        table.Add("safe", (in c) => Value.Markup(c.InputText));
        table.Add("striptags", (in c) => Value.String(StripTags(c.Run, c.InputText)));
        table.Add("xmlattr", ["autospace?"], XmlAttributes);
        table.Add("urlencode", UrlEncode);
        table.Add("urlize", ["trim_url_limit?", "nofollow?", "target?", "rel?", "extra_schemes?"], Urlizer.Apply);
        table.Add(
            "tojson",
            ["indent?"],
            (in c) => Value.Markup(JsonText.Of(c.Run, c.Input, c.HasValue(0) ? c.Integer(0) : null))
        );
    }

    private static Value Escape(in BuiltinCall call)
    {
        string text = call.InputText;
        call.Run.ChargeText(text.Length * 2L);
        return Value.Markup(Text.EscapeHtml(text));
    }

    private static Value XmlAttributes(in BuiltinCall call)
    {
        if (!call.Input.TryHeap<MappingValue>(out var mapping))
            throw BuiltinCall.Mismatch(call.Input, "a mapping");
        var buffer = call.Run.RentBuffer();
        for (int i = 0; i < mapping.Length; i++)
        {
            var (key, value) = mapping[i];
            if (value.IsNone || value.IsUndefined)
                continue;
            if (!key.TryString(out string? name))
                throw BuiltinCall.Mismatch(key, "a string as attribute name");
            if (name.AsSpan().ContainsAny(" \t\n\r\f\v/>="))
                throw Errors.Type($"{Repr.Of(call.Run, key)} cannot be an attribute's name");
            buffer
                .Append(buffer.Length == 0 ? "" : " ")
                .Append(Markups.Escaped(key, name))
                .Append("=\"")
                .Append(Markups.Escaped(value, Repr.Str(call.Run, value)))
                .Append('"');
        }
        string text = call.Run.ReturnBuffer(buffer);
        text = call.Flag(0, otherwise: true) && text.Length > 0 ? " " + text : text;
        return Markups.Make(call.Context.AutoEscape, text);
    }

    private static Value UrlEncode(in BuiltinCall call)
    {
        var run = call.Run;
        var buffer = run.RentBuffer();
        if (call.Input.IsText || call.Input.Heap?.Iterate() is null)
        {
            WriteUrl(buffer, call.InputText, forQuery: false);
            return Value.String(run.ReturnBuffer(buffer));
        }
        var pairs = call.Input.TryHeap<MappingValue>(out var mapping) ? MappingView.Items(mapping) : call.Input;
        foreach (var pair in run.Each(pairs))
        {
            var items = run.ToList(pair);
            if (items.Count != 2)
                throw Errors.Type("urlencode needs pairs of a name and a value");
            buffer.Append(buffer.Length == 0 ? "" : "&");
            WriteUrl(buffer, Repr.Str(run, items[0]), forQuery: true);
            buffer.Append('=');
            WriteUrl(buffer, Repr.Str(run, items[1]), forQuery: true);
        }
        return Value.String(run.ReturnBuffer(buffer));
    }

    private static void WriteUrl(TextBuffer output, string text, bool forQuery)
    {
        output.Run.ChargeText(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && !forQuery))
                output.Append(c);
            else if (c == ' ' && forQuery)
                output.Append('+');
            else
                output.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
        }
    }

    /// <summary>Without comments and tags, references resolved, white space folded.</summary>
    private static string StripTags(Run run, string text)
    {
        run.ChargeText(text.Length * 2L);
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isComment = string.CompareOrdinal(text, i, "<!--", 0, 4) == 0;
            int end =
                text[i] != '<' ? -1
                : isComment ? text.IndexOf("-->", i, StringComparison.Ordinal) + 2
                : text.IndexOf('>', i);
            if (text[i] == '<' && end < (isComment ? 2 : 0))
            {
                // Nothing closes any more: the rest is text, and looking again at each '<' would take forever.
                plain.Append(text, i, text.Length - i);
                break;
            }
            if (text[i] == '<')
            {
                i = end;
                continue;
            }
            plain.Append(text[i]);
        }
        string[] words = plain.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return System.Net.WebUtility.HtmlDecode(string.Join(' ', words));
    }
}

/// <summary>JSON as Python's <c>json</c> module writes it, sorted, ASCII only, and safe inside HTML.</summary>
internal static class JsonText
{
    public static string Of(Run run, Value value, int? indent)
    {
        var buffer = run.RentBuffer();
        Write(buffer, value, indent, 0);
        return run.ReturnBuffer(buffer);
    }

    private static void Write(TextBuffer output, Value value, int? indent, int depth)
    {
        output.Run.Step();
        switch (value.Kind)
        {
            case ValueKind.None:
                output.Append("null");
                break;
            case ValueKind.Boolean:
                output.Append(value.Bits != 0 ? "true" : "false");
                break;
            case ValueKind.Integer:
                output.Append(value.Bits);
                break;
            case ValueKind.BigInteger:
                Repr.Write(output, value);
                break;
            case ValueKind.Float:
                WriteFloat(output, value.AsFloat);
                break;
            case ValueKind.String or ValueKind.Markup:
                WriteString(output, Repr.Str(output.Run, value));
                break;
            case ValueKind.List or ValueKind.Tuple:
                var items = (SequenceValue)value.Heap!;
                output.Run.EnterValue();
                output.Append('[');
                for (int i = 0; i < items.Length; i++)
                {
                    Separate(output, i, indent, depth);
                    Write(output, items[i], indent, depth + 1);
                }
                Close(output, ']', items.Length, indent, depth);
                output.Run.LeaveValue();
                break;
            case ValueKind.Mapping:
                var entries = Sorted(output.Run, (MappingValue)value.Heap!);
                output.Run.EnterValue();
                output.Append('{');
                for (int i = 0; i < entries.Count; i++)
                {
                    Separate(output, i, indent, depth);
                    WriteString(output, JsonConversion.KeyText(output.Run, entries[i].Key));
                    output.Append(": ");
                    Write(output, entries[i].Value, indent, depth + 1);
                }
                Close(output, '}', entries.Count, indent, depth);
                output.Run.LeaveValue();
                break;
            default:
                throw Errors.Type($"a '{value.TypeName}' has no JSON form");
        }
    }

    private static List<(Value Key, Value Value)> Sorted(Run run, MappingValue mapping)
    {
        run.ChargeItems(Run.ObjectItems + (mapping.Length * 4L));
        var keys = Enumerable.Range(0, mapping.Length).Select(i => mapping[i].Key).ToList();
        return Sorting
            .Sort(run, keys, k => k, reverse: false)
            .ConvertAll(key =>
            {
                mapping.TryGet(run, key, out var value);
                return (key, value);
            });
    }

    private static void Separate(TextBuffer output, int index, int? indent, int depth)
    {
        output.Append(
            index == 0 ? ""
            : indent is null ? ", "
            : ","
        );
        Break(output, indent, depth + 1);
    }

    private static void Close(TextBuffer output, char close, int count, int? indent, int depth)
    {
        if (count > 0)
            Break(output, indent, depth);
        output.Append(close);
    }

    private static void Break(TextBuffer output, int? indent, int depth)
    {
        if (indent is { } width)
        {
            output.Append('\n');
            for (long i = 0; i < (long)Math.Max(0, width) * depth; i++)
                output.Append(' ');
        }
    }

    private static void WriteFloat(TextBuffer output, double value) =>
        output.Append(
            double.IsFinite(value) ? Numbers.Repr(value)
            : double.IsNaN(value) ? "NaN"
            : value > 0 ? "Infinity"
            : "-Infinity"
        );

    private static void WriteString(TextBuffer output, string text)
    {
        output.Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"':
                    output.Append("\\\"");
                    break;
                case '\\':
                    output.Append("\\\\");
                    break;
                case '\n':
                    output.Append("\\n");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case '\b':
                    output.Append("\\b");
                    break;
                case '\f':
                    output.Append("\\f");
                    break;
                case < ' ' or > '~' and not '\x7f' or '<' or '>' or '&' or '\'':
                    output
                        .Append("\\u")
                        .Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
                    break;
                default:
                    output.Append(c);
                    break;
            }
        }
        output.Append('"');
    }
}
