using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Cli.Client;

/// <summary>Takes members out of answers. What is not there, or is something else, is no answer of Cairn.</summary>
internal static class Answers
{
    // A document of 64 levels, with what lies around it.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 128 };

    /// <summary>Reads an answer, which is a JSON object.</summary>
    /// <param name="utf8">The answer.</param>
    /// <param name="address">Where it is from; null where that is known anyway.</param>
    /// <exception cref="ApiException">It is not: what answers is no Cairn.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> utf8, Uri? address = null)
    {
        try
        {
            return JsonNode.Parse(utf8, documentOptions: Deep) as JsonObject
                ?? throw ApiException.Foreign("what is no JSON object", address);
        }
        catch (JsonException)
        {
            throw ApiException.Foreign("what is no JSON", address);
        }
    }

    /// <summary>A text.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public static string Text(this JsonNode node, string name) => Value<string>(node, name);

    /// <summary>A whole number.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    public static long Number(this JsonNode node, string name) => Value<long>(node, name);

    /// <summary>True or false.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    public static bool Flag(this JsonNode node, string name) => Value<bool>(node, name);

    /// <summary>A text that may be missing.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public static string? OptionalText(this JsonNode node, string name) =>
        Member(node, name) is null ? null : Value<string>(node, name);

    /// <summary>A list of objects.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    public static IReadOnlyList<JsonNode> Items(this JsonNode node, string name) =>
        Member(node, name) is JsonArray items && items.All(item => item is JsonObject)
            ? [.. items.Select(item => item!)]
            : throw Lacks(name);

    /// <summary>A list of texts.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    public static IReadOnlyList<string> Texts(this JsonNode node, string name) =>
        Member(node, name) is JsonArray items && items.All(item => item?.GetValueKind() == JsonValueKind.String)
            ? [.. items.Select(item => item!.GetValue<string>())]
            : throw Lacks(name);

    /// <summary>An object.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    public static JsonObject Members(this JsonNode node, string name) =>
        Member(node, name) as JsonObject ?? throw Lacks(name);

    private static T Value<T>(JsonNode node, string name) =>
        Member(node, name) is JsonValue value && value.TryGetValue(out T? typed) && typed is not null
            ? typed
            : throw Lacks(name);

    private static JsonNode? Member(JsonNode node, string name) => (node as JsonObject)?[name];

    private static ApiException Lacks(string name) =>
        ApiException.Foreign($"JSON without the '{name}' that belongs there");
}
