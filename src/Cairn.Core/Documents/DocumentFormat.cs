using System.Text;
using System.Text.Json;

namespace Cairn.Core.Documents;

/// <summary>The formats a document can be given in or asked for.</summary>
/// <param name="Name">As in <c>?format=</c>.</param>
/// <param name="MediaType">As in <c>Content-Type</c> and <c>Accept</c>.</param>
/// <param name="Read">Makes JSON of it; null when the format can only be asked for.</param>
/// <param name="Write">Makes it of JSON.</param>
public sealed record DocumentFormat(
    string Name, string MediaType, Func<ReadOnlyMemory<byte>, byte[]>? Read, Func<ReadOnlyMemory<byte>, byte[]> Write)
{
    public static readonly DocumentFormat Json = new("json", "application/json", JsonText.Normalize, json => json.ToArray());

    public static readonly DocumentFormat Yaml = new(
        "yaml", "application/yaml", YamlFormat.ToJson, json => Encode(YamlFormat.FromJson(JsonText.Element(json.Span))));

    /// <summary>Java properties: nested members joined by dots, items by <c>[0]</c>. Values are text.</summary>
    public static readonly DocumentFormat Properties = new(
        "properties", "text/x-java-properties",
        bytes => PropertiesFormat.ToJson(Decode(bytes)), json => Encode(PropertiesFormat.FromJson(JsonText.Element(json.Span))));

    /// <summary><c>NAME="value"</c> lines: nested members joined by underscores in capitals. Values are text.</summary>
    public static readonly DocumentFormat Dotenv = new(
        "dotenv", "text/x-dotenv",
        bytes => DotenvFormat.ToJson(Decode(bytes)), json => Encode(DotenvFormat.FromJson(JsonText.Element(json.Span))));

    /// <summary>TOML 1.0, only to be asked for.</summary>
    public static readonly DocumentFormat Toml = new(
        "toml", "application/toml", null, json => Encode(TomlFormat.FromJson(JsonText.Element(json.Span))));

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<DocumentFormat> All = [Json, Yaml, Properties, Dotenv, Toml];

    /// <summary>By the name in <c>?format=</c>.</summary>
    /// <exception cref="ProblemException">There is none of that name.</exception>
    public static DocumentFormat ByName(string name) =>
        All.FirstOrDefault(format => format.Name == name.ToLowerInvariant() || (name == "env" && format == Dotenv) || (name == "yml" && format == Yaml))
        ?? throw new ProblemException(
            ProblemKind.UnsupportedFormat, $"'{name}' is not a format. Use one of {string.Join(", ", All.Select(format => format.Name))}.");

    /// <summary>By a media type without parameters; null when it names none of them.</summary>
    public static DocumentFormat? ByMediaType(ReadOnlySpan<char> mediaType)
    {
        foreach (var format in All)
            if (mediaType.Equals(format.MediaType, StringComparison.OrdinalIgnoreCase))
                return format;
        return mediaType is "application/x-yaml" or "text/yaml" or "text/x-yaml" ? Yaml
            : mediaType is "text/json" ? Json
            : mediaType is "text/x-properties" ? Properties
            : null;
    }

    /// <summary>Reads a document of this format.</summary>
    /// <exception cref="ProblemException">It is malformed, or the format cannot be read.</exception>
    public byte[] ToJson(ReadOnlyMemory<byte> bytes) => Read is { } read
        ? read(bytes)
        : throw new ProblemException(ProblemKind.UnsupportedFormat, $"Cairn writes {Name} but does not read it.");

    private static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text);

    private static string Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.Span).TrimStart('\uFEFF');
        }
        catch (ArgumentException)
        {
            throw new ProblemException(ProblemKind.Invalid, "The document is not valid UTF-8.");
        }
    }

    /// <summary>The leaves of a document with the steps that lead to them.</summary>
    internal static IEnumerable<(IReadOnlyList<object> Steps, JsonElement Value)> Leaves(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new ProblemException(ProblemKind.UnsupportedFormat, "Only an object can be written as name and value pairs.");
        return Walk(root, []);

        static IEnumerable<(IReadOnlyList<object>, JsonElement)> Walk(JsonElement element, object[] steps) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Walk(member.Value, [.. steps, member.Name])),
            JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Walk(item, [.. steps, index])),
            _ => [(steps, element)],
        };
    }

    /// <summary>A leaf as text: strings bare, null empty, the rest as in JSON.</summary>
    internal static string LeafText(JsonElement leaf) => leaf.ValueKind switch
    {
        JsonValueKind.String => leaf.GetString()!,
        JsonValueKind.Null => "",
        _ => leaf.GetRawText(),
    };
}
