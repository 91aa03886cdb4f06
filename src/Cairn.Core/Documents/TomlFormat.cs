using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Cairn.Core.Documents;

/// <summary>TOML. Dates and times become text; a member that is null is left out when it is written, for TOML has no
/// null.</summary>
internal static partial class TomlFormat
{
    private static readonly TomlSerializerOptions Limits = new() { MaxDepth = JsonText.MaxDepth };

    /// <summary>Reads a document.</summary>
    /// <param name="toml">The text.</param>
    /// <param name="budget">Charged for what is read and made.</param>
    /// <exception cref="ProblemException">It is malformed or too deep, or JSON cannot hold it.</exception>
    public static byte[] ToJson(string toml, WorkBudget budget)
    {
        budget.Charge(toml.Length / 8, toml.Length);
        TomlTable root;
        try
        {
            // Only the syntax tree is checked for keys that are there twice.
            var syntax = SyntaxParser.Parse(toml, Limits, validate: true);
            if (syntax.HasErrors)
                throw Malformed(syntax.Diagnostics[0]);
            root = TomlSerializer.Deserialize<TomlTable>(toml, Limits) ?? [];
        }
        catch (Exception e)
            when (e
                    is TomlException
                        or ArgumentException
                        or InvalidOperationException
                        or IndexOutOfRangeException
                        or OverflowException
                        or FormatException
            )
        {
            // What the parser says otherwise than by a diagnostic: depth, and escapes that stand for no character.
            throw new ProblemException(
                ProblemKind.Invalid,
                $"The document is not valid TOML, or nests deeper than {JsonText.MaxDepth} levels."
            );
        }

        return JsonText.Write(writer => Write(writer, root, budget));
    }

    private static ProblemException Malformed(DiagnosticMessage fault) =>
        new(
            ProblemKind.Invalid,
            $"The document is not valid TOML: {DocumentFormat.Shown(fault.Message)}. At line "
                + $"{fault.Span.Start.Line + 1}, column {fault.Span.Start.Column + 1}."
        );

    private static void Write(Utf8JsonWriter writer, object? value, WorkBudget budget)
    {
        budget.Charge(1);
        switch (value)
        {
            case TomlTable table:
                writer.WriteStartObject();
                foreach (var (name, member) in table)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member, budget);
                }

                writer.WriteEndObject();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case IEnumerable<object?> items:
                writer.WriteStartArray();
                foreach (object? item in items)
                    Write(writer, item, budget);
                writer.WriteEndArray();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case double number when double.IsFinite(number):
                writer.WriteRawValue(FloatText(number));
                break;
            case double number:
                throw new ProblemException(
                    ProblemKind.Invalid,
                    $"JSON has no number '{number.ToString(CultureInfo.InvariantCulture)}'."
                );
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    // A float that is whole stays a float when it is written as TOML again.
    private static string FloatText(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    /// <summary>Writes an object.</summary>
    /// <exception cref="ProblemException">It is no object, or TOML has no such value.</exception>
    public static void Write(JsonElement root, LimitedText text)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new ProblemException(ProblemKind.UnsupportedFormat, "Only an object can be written as TOML.");
        WriteTable(text, [], root);
    }

    private static void WriteTable(LimitedText text, string[] path, JsonElement table)
    {
        foreach (var member in table.EnumerateObject())
        {
            if (!IsTable(member.Value) && !IsTableArray(member.Value) && member.Value.ValueKind != JsonValueKind.Null)
            {
                text.Write(Key(member.Name));
                text.Write(" = ");
                WriteValue(text, member.Value);
                text.Write('\n');
            }
        }

        foreach (var member in table.EnumerateObject())
        {
            string[] inner = [.. path, Key(member.Name)];
            if (IsTable(member.Value))
            {
                WriteHeader(text, "[", inner, "]\n");
                WriteTable(text, inner, member.Value);
            }
            else if (IsTableArray(member.Value))
            {
                foreach (var item in member.Value.EnumerateArray())
                {
                    WriteHeader(text, "[[", inner, "]]\n");
                    WriteTable(text, inner, item);
                }
            }
        }
    }

    private static void WriteHeader(LimitedText text, string open, string[] path, string close)
    {
        if (text.Length > 0)
            text.Write('\n');
        text.Write(open);
        for (int i = 0; i < path.Length; i++)
        {
            text.Write(i > 0 ? "." : "");
            text.Write(path[i]);
        }

        text.Write(close);
    }

    private static bool IsTable(JsonElement value) => value.ValueKind == JsonValueKind.Object;

    private static bool IsTableArray(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(IsTable);

    private static void WriteValue(LimitedText text, JsonElement value)
    {
        bool first = true;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Write("{ ");
                foreach (
                    var member in value.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null)
                )
                {
                    text.Write(first ? "" : ", ");
                    text.Write(Key(member.Name));
                    text.Write(" = ");
                    WriteValue(text, member.Value);
                    first = false;
                }

                text.Write(" }");
                break;
            case JsonValueKind.Array:
                text.Write('[');
                foreach (var item in value.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.Null)
                    {
                        throw new ProblemException(
                            ProblemKind.Unprocessable,
                            "TOML has no null, and an item of an array cannot be left out."
                        );
                    }

                    text.Write(first ? "" : ", ");
                    WriteValue(text, item);
                    first = false;
                }

                text.Write(']');
                break;
            case JsonValueKind.String:
                text.Write(Quote(value.GetString()!));
                break;
            case JsonValueKind.Number:
                text.Write(Number(value));
                break;
            default:
                text.Write(value.GetRawText());
                break;
        }
    }

    private static string Number(JsonElement value)
    {
        string raw = value.GetRawText();
        if (raw.AsSpan().ContainsAny('.', 'e', 'E'))
            return double.IsFinite(value.GetDouble()) ? raw : throw TooLarge(raw);
        return value.TryGetInt64(out _) ? raw : throw TooLarge(raw);
    }

    private static ProblemException TooLarge(string raw) =>
        new(
            ProblemKind.Unprocessable,
            $"TOML cannot hold the number {(raw.Length > 40 ? raw[..40] + "…" : raw)}: integers have 64 bits, "
                + "floats are doubles."
        );

    private static string Key(string name) => BareKey().IsMatch(name) ? name : Quote(name);

    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            text.Append(
                c switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    < ' ' or '\u007f' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                    _ => c.ToString(),
                }
            );
        }

        return text.Append('"').ToString();
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]+\z")]
    private static partial Regex BareKey();
}
