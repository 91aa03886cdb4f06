using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Core.Documents;

namespace Cairn.Cli.Output;

/// <summary>Prints answers for people or for programs. Colours, and lines cut to the width there is, only on a terminal.</summary>
/// <param name="format">One of <see cref="Formats"/>, or <c>jsonpath=</c> and a <see cref="JsonPath"/>.</param>
internal sealed class Printer(string format)
{
    private const string PathPrefix = "jsonpath=";

    public static readonly string[] Formats = ["table", "wide", "name", "json", "yaml"];

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>On one line.</summary>
    public static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonPath? _path = format.StartsWith(PathPrefix, StringComparison.Ordinal) ? new JsonPath(format[PathPrefix.Length..]) : null;

    /// <summary>Whether it prints for people, not for programs.</summary>
    public bool IsTable => format is "table" or "wide";

    /// <summary>Whether it prints what a path leads to.</summary>
    public bool PicksPaths => _path is not null;

    /// <summary>The format of a document that is printed as it is; JSON for what is not one.</summary>
    public string DocumentFormatName => format == "yaml" ? "yaml" : "json";

    /// <summary>Whether standard output is a person's terminal.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    /// <summary>Whether a format can be printed.</summary>
    public static bool Accepts(string format) => Formats.Contains(format) || format.StartsWith(PathPrefix, StringComparison.Ordinal);

    /// <summary>Prints a list.</summary>
    /// <param name="items">What the API answered.</param>
    /// <param name="columns">The columns of the table; the first is what <c>-o name</c> prints.</param>
    public void List(IReadOnlyList<JsonNode> items, params Column[] columns)
    {
        if (format == "name")
            foreach (var item in items)
                Console.Out.WriteLine(SafeText.Of(columns[0].Cell(item) ?? ""));
        else if (!IsTable)
            Structured(new JsonArray([.. items.Select(item => item.DeepClone())]));
        else if (items.Count == 0)
            Console.Error.WriteLine("none");
        else
            PrintTable(items, columns);
    }

    /// <summary>Prints one thing.</summary>
    /// <param name="item">What the API answered.</param>
    /// <param name="sentence">What to say instead of a table; null to show the members that are set.</param>
    public void One(JsonNode item, string? sentence = null)
    {
        if (format == "name")
            Console.Out.WriteLine(SafeText.Of(Text(item["path"] ?? item["name"] ?? item["id"])));
        else if (!IsTable)
            Structured(item);
        else if (sentence is not null)
            Console.Out.WriteLine(SafeText.Of(sentence, lines: true));
        else
            foreach (var (name, value) in item.AsObject().Where(member => member.Value is not null and not JsonArray { Count: 0 }))
                Console.Out.WriteLine($"{name + ":",-18} {SafeText.Of(Text(value))}");
    }

    /// <summary>A member of an answer as text for a cell.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "-",
        JsonArray items => items.Count == 0 ? "-" : string.Join(", ", items.Select(Text)),
        JsonObject members => members.Count == 0 ? "-" : string.Join(", ", members.Select(member => $"{member.Key}={Text(member.Value)}")),
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => scalar.GetValue<string>(),
        _ => value.ToJsonString(Compact),
    };

    /// <summary>Prints one of many things that come one by one: a line of text, a line of JSON, or a document of YAML.</summary>
    public void Next(JsonNode item, string line)
    {
        if (format == "json")
            Console.Out.WriteLine(SafeText.Of(item.ToJsonString(Compact)));
        else if (IsTable)
            Console.Out.WriteLine(SafeText.Of(line));
        else
        {
            if (format == "yaml")
                Console.Out.WriteLine("---");
            One(item);
        }
    }

    private void Structured(JsonNode node)
    {
        if (_path is not null)
        {
            foreach (var found in _path.Find(node))
                Console.Out.WriteLine(SafeText.Of(found is JsonValue or null ? Text(found) : found.ToJsonString(Compact)));
            return;
        }

        string json = node.ToJsonString(Indented);
        string text = format == "yaml"
            ? System.Text.Encoding.UTF8.GetString(DocumentFormat.Yaml.Write(System.Text.Encoding.UTF8.GetBytes(json)))
            : json + "\n";
        // In JSON an escape means the character itself.
        Console.Out.Write(format == "yaml" && !IsTerminal ? text : SafeText.Of(text, lines: true));
    }

    private void PrintTable(IReadOnlyList<JsonNode> items, Column[] columns)
    {
        var lines = Columns.Lines(columns, items, IsTerminal && format != "wide" ? Math.Max(20, Console.WindowWidth) : null);
        Console.Out.WriteLine(IsTerminal ? $"\e[1m{lines[0]}\e[0m" : lines[0]);
        foreach (string line in lines.Skip(1))
            Console.Out.WriteLine(line);
    }
}
