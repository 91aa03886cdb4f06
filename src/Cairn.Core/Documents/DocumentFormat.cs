using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Cairn.Core.Documents;

/// <summary>The formats a document can be given in or asked for.</summary>
/// <param name="Name">As in <c>?format=</c>.</param>
/// <param name="MediaType">As in <c>Content-Type</c> and <c>Accept</c>.</param>
/// <param name="Reader">Makes JSON of it, and warns of what others may read otherwise.</param>
/// <param name="Writer">Makes it of JSON.</param>
public sealed record DocumentFormat(
    string Name,
    string MediaType,
    Func<ReadOnlyMemory<byte>, WorkBudget, List<DocumentWarning>?, byte[]> Reader,
    Func<ReadOnlyMemory<byte>, WorkBudget, byte[]> Writer
)
{
    public static readonly DocumentFormat Json = new(
        "json",
        "application/json",
        (bytes, _, _) => JsonText.Normalize(bytes),
        (json, _) => json.ToArray()
    );

    /// <summary>JSON with comments and commas behind the last item, which are left out; written as plain
    /// JSON.</summary>
    public static readonly DocumentFormat Jsonc = new(
        "jsonc",
        "application/jsonc",
        (bytes, _, _) => JsonText.NormalizeCommented(bytes),
        (json, _) => json.ToArray()
    );

    public static readonly DocumentFormat Yaml = new(
        "yaml",
        "application/yaml",
        YamlFormat.ToJson,
        Text(YamlFormat.Write)
    );

    /// <summary>Java properties: nested members joined by dots, items by <c>[0]</c>. Values are text.</summary>
    public static readonly DocumentFormat Properties = new(
        "properties",
        "text/x-java-properties",
        (bytes, budget, _) => PropertiesFormat.ToJson(Decode(bytes), budget),
        Text(PropertiesFormat.Write)
    );

    /// <summary><c>NAME="value"</c> lines: nested members joined by underscores in capitals. Values are text.</summary>
    public static readonly DocumentFormat Dotenv = new(
        "dotenv",
        "text/x-dotenv",
        (bytes, budget, _) => DotenvFormat.ToJson(Decode(bytes), budget),
        Text(DotenvFormat.Write)
    );

    /// <summary>TOML 1.0, and what 1.1 adds to it when it is read.</summary>
    public static readonly DocumentFormat Toml = new(
        "toml",
        "application/toml",
        (bytes, budget, _) => TomlFormat.ToJson(Decode(bytes), budget),
        Text(TomlFormat.Write)
    );

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<DocumentFormat> All = [Json, Yaml, Properties, Dotenv, Toml, Jsonc];

    /// <summary>By the name in <c>?format=</c>.</summary>
    /// <exception cref="ProblemException">There is none of that name.</exception>
    public static DocumentFormat ByName(string name) =>
        All.FirstOrDefault(format =>
            format.Name == name.ToLowerInvariant()
            || (name == "env" && format == Dotenv)
            || (name == "yml" && format == Yaml)
        )
        ?? throw new ProblemException(
            ProblemKind.UnsupportedFormat,
            $"'{name}' is not a format. Use one of {string.Join(", ", All.Select(format => format.Name))}."
        );

    /// <summary>By a media type without parameters; null when it names none of them.</summary>
    public static DocumentFormat? ByMediaType(ReadOnlySpan<char> mediaType)
    {
        foreach (var format in All)
        {
            if (mediaType.Equals(format.MediaType, StringComparison.OrdinalIgnoreCase))
                return format;
        }

        return mediaType is "application/x-yaml" or "text/yaml" or "text/x-yaml" ? Yaml
            : mediaType is "text/json" ? Json
            : mediaType is "text/jsonc" ? Jsonc
            : mediaType is "text/x-properties" ? Properties
            : null;
    }

    /// <summary>Reads a document of this format.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="budget">What the request may still use.</param>
    /// <param name="warnings">Takes what others may read otherwise; null when nobody wants to know.</param>
    /// <returns>Compact JSON.</returns>
    /// <exception cref="ProblemException">It is malformed, or it makes more than it may.</exception>
    public byte[] ToJson(ReadOnlyMemory<byte> bytes, WorkBudget budget, List<DocumentWarning>? warnings = null) =>
        Reader(bytes, budget, warnings);

    /// <summary>Reads a document of this format, with a budget for it alone.</summary>
    /// <exception cref="ProblemException">As with a budget given.</exception>
    public byte[] ToJson(ReadOnlyMemory<byte> bytes, List<DocumentWarning>? warnings = null)
    {
        using var budget = new WorkBudget(CancellationToken.None);
        return ToJson(bytes, budget, warnings);
    }

    /// <summary>Writes a document in this format.</summary>
    /// <param name="json">The document, valid JSON.</param>
    /// <param name="budget">What the request may still use.</param>
    /// <exception cref="ProblemException">The format cannot hold it, or it becomes too large in it.</exception>
    public byte[] Write(ReadOnlyMemory<byte> json, WorkBudget budget) => Writer(json, budget);

    /// <summary>Writes a document in this format, with a budget for it alone.</summary>
    /// <exception cref="ProblemException">As with a budget given.</exception>
    public byte[] Write(ReadOnlyMemory<byte> json)
    {
        using var budget = new WorkBudget(CancellationToken.None);
        return Write(json, budget);
    }

    private static Func<ReadOnlyMemory<byte>, WorkBudget, byte[]> Text(Action<JsonElement, LimitedText> write) =>
        (json, budget) =>
        {
            using var text = new LimitedText(budget);
            write(JsonText.Element(json.Span), text);
            return text.ToUtf8();
        };

    /// <summary>The text of a document from outside, without a byte-order mark.</summary>
    /// <exception cref="ProblemException">It is not UTF-8.</exception>
    internal static string Decode(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span.StartsWith("\uFEFF"u8) ? bytes.Span[3..] : bytes.Span;
        return Utf8.IsValid(span)
            ? Encoding.UTF8.GetString(span)
            : throw new ProblemException(ProblemKind.Invalid, "The document is not valid UTF-8.");
    }

    /// <summary>A name, a key or a value in a message: the beginning of it when it is long.</summary>
    internal static string Shown(string text) => text.Length > 100 ? text[..100] + "…" : text;

    /// <summary>The leaves of a document with the steps that lead to them.</summary>
    internal static IEnumerable<(IReadOnlyList<object> Steps, JsonElement Value)> Leaves(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ProblemException(
                ProblemKind.UnsupportedFormat,
                "Only an object can be written as name and value pairs."
            );
        }

        return Walk(root, []);

        static IEnumerable<(IReadOnlyList<object>, JsonElement)> Walk(JsonElement element, object[] steps) =>
            element.ValueKind switch
            {
                JsonValueKind.Object => element
                    .EnumerateObject()
                    .SelectMany(member => Walk(member.Value, [.. steps, member.Name])),
                JsonValueKind.Array => element
                    .EnumerateArray()
                    .SelectMany((item, index) => Walk(item, [.. steps, index])),
                _ => [(steps, element)],
            };
    }

    /// <summary>A leaf as text: strings bare, null empty, the rest as in JSON.</summary>
    internal static string LeafText(JsonElement leaf) =>
        leaf.ValueKind switch
        {
            JsonValueKind.String => leaf.GetString()!,
            JsonValueKind.Null => "",
            _ => leaf.GetRawText(),
        };
}
