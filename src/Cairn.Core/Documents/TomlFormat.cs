using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cairn.Core.Documents;

/// <summary>TOML 1.0, written only. A member that is null is left out, for TOML has no null.</summary>
internal static partial class TomlFormat
{
    public static void Write(JsonElement root, LimitedText output)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new ProblemException(ProblemKind.UnsupportedFormat, "Only an object can be written as TOML.");
        var text = new StringBuilder();
        WriteTable(text, "", root);
        output.Write(text.ToString().TrimStart('\n'));
    }

    private static void WriteTable(StringBuilder text, string path, JsonElement table)
    {
        foreach (var member in table.EnumerateObject())
            if (!IsTable(member.Value) && !IsTableArray(member.Value) && member.Value.ValueKind != JsonValueKind.Null)
            {
                text.Append(Key(member.Name)).Append(" = ");
                WriteValue(text, member.Value);
                text.Append('\n');
            }

        foreach (var member in table.EnumerateObject())
        {
            string name = path.Length == 0 ? Key(member.Name) : $"{path}.{Key(member.Name)}";
            if (IsTable(member.Value))
            {
                text.Append('\n').Append('[').Append(name).Append("]\n");
                WriteTable(text, name, member.Value);
            }
            else if (IsTableArray(member.Value))
            {
                foreach (var item in member.Value.EnumerateArray())
                {
                    text.Append('\n').Append("[[").Append(name).Append("]]\n");
                    WriteTable(text, name, item);
                }
            }
        }
    }

    private static bool IsTable(JsonElement value) => value.ValueKind == JsonValueKind.Object;

    private static bool IsTableArray(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(IsTable);

    private static void WriteValue(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append("{ ").AppendJoin(", ", value.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null)
                    .Select(member => $"{Key(member.Name)} = {Inline(member.Value)}")).Append(" }");
                break;
            case JsonValueKind.Array:
                if (value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Null))
                    throw new ProblemException(ProblemKind.Unprocessable, "TOML has no null, and an item of an array cannot be left out.");
                text.Append('[').AppendJoin(", ", value.EnumerateArray().Select(Inline)).Append(']');
                break;
            case JsonValueKind.String:
                text.Append(Quote(value.GetString()!));
                break;
            case JsonValueKind.Number:
                text.Append(Number(value));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static string Inline(JsonElement value)
    {
        var text = new StringBuilder();
        WriteValue(text, value);
        return text.ToString();
    }

    private static string Number(JsonElement value)
    {
        string raw = value.GetRawText();
        if (raw.AsSpan().ContainsAny('.', 'e', 'E'))
            return double.IsFinite(value.GetDouble()) ? raw : throw TooLarge(raw);
        return value.TryGetInt64(out _) ? raw : throw TooLarge(raw);
    }

    private static ProblemException TooLarge(string raw) =>
        new(ProblemKind.Unprocessable, $"TOML cannot hold the number {(raw.Length > 40 ? raw[..40] + "…" : raw)}: integers have 64 bits, floats are doubles.");

    private static string Key(string name) => BareKey().IsMatch(name) ? name : Quote(name);

    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or '\u007f' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        return text.Append('"').ToString();
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]+\z")]
    private static partial Regex BareKey();
}
