using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cairn.Core.Documents;

namespace Cairn.Core.Schemas;

/// <summary>Makes up a document that a JSON Schema describes, for people to look at: what the schema itself gives
/// (constants, examples, defaults, the first of several choices), else the simplest value of the type within its
/// limits.</summary>
internal sealed class SampleDocument(JsonElement root, Func<string, byte[]?> registry)
{
    private const int MaxDepth = 24;
    private const int MaxNodes = 5_000;
    private const int MaxText = 1_000;

    private static readonly Dictionary<string, string> Formats = new()
    {
        ["date-time"] = "2026-01-31T12:00:00Z",
        ["date"] = "2026-01-31",
        ["time"] = "12:00:00Z",
        ["duration"] = "P1D",
        ["email"] = "someone@example.com",
        ["hostname"] = "host.example.com",
        ["ipv4"] = "192.0.2.1",
        ["ipv6"] = "2001:db8::1",
        ["uri"] = "https://example.com/",
        ["uri-reference"] = "/path",
        ["uuid"] = "00000000-0000-4000-8000-000000000000",
        ["json-pointer"] = "/member",
        ["regex"] = "^.*$",
    };

    private int _nodes;

    public JsonNode? Make() => Make(root, root, 0);

    private JsonNode? Make(JsonElement schema, JsonElement document, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth || ++_nodes > MaxNodes)
            return schema.ValueKind == JsonValueKind.True ? new JsonObject() : null;
        if (Given(schema) is { } given)
            return JsonNode.Parse(given.GetRawText());
        JsonNode? made = null;
        if (
            schema.TryGetProperty("$ref", out var reference)
            && Follow(reference.GetString() ?? "", document) is var (target, home)
        )
        {
            made = Make(target, home, depth + 1);
        }

        if (schema.TryGetProperty("allOf", out var all) && all.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in all.EnumerateArray())
                made = Merge(made, Make(part, document, depth + 1));
        }

        foreach (string choice in new[] { "oneOf", "anyOf" })
        {
            if (
                schema.TryGetProperty(choice, out var choices)
                && choices.ValueKind == JsonValueKind.Array
                && choices.GetArrayLength() > 0
            )
            {
                made = Merge(made, Make(choices[0], document, depth + 1));
            }
        }

        return TypeOf(schema) is { } type
            ? Merge(made, OfType(type, schema, document, depth))
            : made ?? new JsonObject();
    }

    private static JsonElement? Given(JsonElement schema)
    {
        if (schema.TryGetProperty("const", out var constant))
            return constant;
        foreach (string name in new[] { "examples", "enum" })
        {
            if (
                schema.TryGetProperty(name, out var values)
                && values.ValueKind == JsonValueKind.Array
                && values.GetArrayLength() > 0
            )
            {
                return values[0];
            }
        }

        return schema.TryGetProperty("default", out var value) ? value : null;
    }

    private static string? TypeOf(JsonElement schema)
    {
        if (schema.TryGetProperty("type", out var type))
        {
            return type.ValueKind == JsonValueKind.Array
                ? type.EnumerateArray().Select(item => item.GetString()).FirstOrDefault(name => name != "null")
                    ?? "null"
                : type.GetString();
        }

        if (schema.TryGetProperty("properties", out _) || schema.TryGetProperty("required", out _))
            return "object";
        return schema.TryGetProperty("items", out _) || schema.TryGetProperty("prefixItems", out _) ? "array" : null;
    }

    private JsonNode? OfType(string type, JsonElement schema, JsonElement document, int depth) =>
        type switch
        {
            "object" => Object(schema, document, depth),
            "array" => Array(schema, document, depth),
            "string" => JsonValue.Create(Text(schema)),
            "integer" => JsonValue.Create(Math.Ceiling(Number(schema, 1))),
            "number" => JsonValue.Create(Number(schema, 0.5m)),
            "boolean" => JsonValue.Create(true),
            _ => null,
        };

    private JsonObject Object(JsonElement schema, JsonElement document, int depth)
    {
        var made = new JsonObject();
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (depth < MaxDepth / 2 || IsRequired(schema, property.Name))
                    made[property.Name] = Make(property.Value, document, depth + 1);
            }
        }

        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (name.GetString() is { } member && !made.ContainsKey(member))
                {
                    made[member] = schema.TryGetProperty("additionalProperties", out var other)
                        ? Make(other, document, depth + 1)
                        : new JsonObject();
                }
            }
        }

        return made;
    }

    private JsonArray Array(JsonElement schema, JsonElement document, int depth)
    {
        var made = new JsonArray();
        if (schema.TryGetProperty("prefixItems", out var prefix) && prefix.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in prefix.EnumerateArray())
                made.Add(Make(item, document, depth + 1));
        }

        int wanted = (int)Math.Clamp(Limit(schema, "minItems") ?? (depth < MaxDepth / 2 ? 1 : 0), 0, 100);
        wanted = (int)Math.Min(wanted, Limit(schema, "maxItems") ?? wanted);
        bool described = schema.TryGetProperty("items", out var items);
        while (made.Count < wanted && (described || Limit(schema, "minItems") is not null) && _nodes < MaxNodes)
            made.Add(described ? Make(items, document, depth + 1) : new JsonObject());
        return made;
    }

    private static string Text(JsonElement schema)
    {
        string text =
            schema.TryGetProperty("format", out var format)
            && Formats.TryGetValue(format.GetString() ?? "", out string? known)
                ? known
                : "text";
        int least = (int)Math.Clamp(Limit(schema, "minLength") ?? 0, 0, MaxText),
            most = (int)Math.Clamp(Limit(schema, "maxLength") ?? MaxText, 0, MaxText);
        return text.Length < least ? text.PadRight(least, 'x')
            : text.Length > most ? text[..most]
            : text;
    }

    // In decimals, for 0.3 is a multiple of 0.1; what is too large or too fine for them is left aside.
    private static decimal Number(JsonElement schema, decimal usual)
    {
        decimal? multiple = Exact(schema, "multipleOf") is > 0 and var given ? given : null;
        decimal step = multiple ?? usual;
        decimal least = Exact(schema, "minimum") ?? Exact(schema, "exclusiveMinimum") + step ?? decimal.MinValue;
        decimal most = Exact(schema, "maximum") ?? Exact(schema, "exclusiveMaximum") - step ?? decimal.MaxValue;
        decimal value = Math.Min(Math.Max(step, least), most);
        return multiple is null ? value : Math.Ceiling(value / step) * step;
    }

    private static decimal? Exact(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var value)
        && value.ValueKind == JsonValueKind.Number
        && decimal.TryParse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
        && (
            number == 0
                ? value.GetRawText().AsSpan().IndexOfAnyInRange('1', '9') < 0
                : Math.Abs(number) is >= 1e-12m and <= 1e12m
        )
            ? number
            : null;

    private (JsonElement Target, JsonElement Home)? Follow(string reference, JsonElement document)
    {
        string[] parts = reference.Split('#', 2);
        string fragment = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        if (parts[0].StartsWith(SchemaCompiler.Scheme + ":", StringComparison.Ordinal))
        {
            string address = Uri.UnescapeDataString(parts[0][(SchemaCompiler.Scheme.Length + 1)..]);
            if (SchemaSelector.Parse(address).Exact is not { } exact || registry(exact.Path) is not { } text)
                return null;
            document = JsonText.Element(text);
        }
        else if (parts[0].Length > 0)
        {
            return null;
        }

        var target = document;
        foreach (string part in fragment.Split('/').Skip(1))
        {
            string name = part.Replace("~1", "/", StringComparison.Ordinal)
                .Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind == JsonValueKind.Object && target.TryGetProperty(name, out var member))
            {
                target = member;
            }
            else if (
                target.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && index < target.GetArrayLength()
            )
            {
                target = target[index];
            }
            else
            {
                return null;
            }
        }

        return (target, document);
    }

    private static JsonNode? Merge(JsonNode? one, JsonNode? other)
    {
        if (one is not JsonObject members || other is not JsonObject more)
            return one is null or JsonObject { Count: 0 } ? other : one;
        foreach (var (name, value) in more.ToList())
        {
            if (!members.ContainsKey(name))
                members[name] = value?.DeepClone();
        }

        return members;
    }

    private static bool IsRequired(JsonElement schema, string name) =>
        schema.TryGetProperty("required", out var required)
        && required.ValueKind == JsonValueKind.Array
        && required.EnumerateArray().Any(item => item.ValueEquals(name));

    private static double? Limit(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out double number)
            ? number
            : null;
}

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class SampleJson : JsonSerializerContext;
