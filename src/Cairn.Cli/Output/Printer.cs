using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Core.Documents;

namespace Cairn.Cli.Output;

/// <summary>Prints answers for people or for programs. Colours, and lines cut to the width there is, only on a
/// terminal.</summary>
/// <param name="format">One of <see cref="Formats"/>, or <c>jsonpath=</c> and a <see cref="JsonPath"/>.</param>
internal sealed class Printer(string format)
{
    private const string PathPrefix = "jsonpath=";

    // A document of 64 levels, with what lies around it.
    private const int MaxDepth = 128;

    // What something is called, in the order of preference.
    private static readonly string[] Names = ["path", "id", "schema", "name", "check"];

    public static readonly string[] Formats = ["table", "wide", "name", "json", "yaml"];

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
        MaxDepth = MaxDepth,
    };

    /// <summary>On one line.</summary>
    public static readonly JsonSerializerOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
    };

    private readonly JsonPath? _path = format.StartsWith(PathPrefix, StringComparison.Ordinal)
        ? new JsonPath(format[PathPrefix.Length..])
        : null;

    /// <summary>Whether it prints for people, not for programs.</summary>
    public bool IsTable => format is "table" or "wide";

    /// <summary>Whether it prints what a path leads to.</summary>
    public bool PicksPaths => _path is not null;

    /// <summary>The format of a document that is printed as it is; JSON for what is not one.</summary>
    public string DocumentFormatName => format == "yaml" ? "yaml" : "json";

    /// <summary>Whether a format can be printed.</summary>
    public static bool Accepts(string format) =>
        Formats.Contains(format) || format.StartsWith(PathPrefix, StringComparison.Ordinal);

    /// <summary>Prints a list.</summary>
    /// <param name="items">What the API answered.</param>
    /// <param name="columns">The columns of the table; the first is what <c>-o name</c> prints of what has no
    /// name.</param>
    public void List(IReadOnlyList<JsonNode> items, params Column[] columns)
    {
        if (format == "name")
        {
            foreach (var item in items)
                Console.Out.WriteLine(NameOf(item) ?? columns[0].Cell(item));
        }
        else if (!IsTable)
        {
            Structured(new JsonArray([.. items.Select(item => item.DeepClone())]));
        }
        else if (items.Count == 0)
        {
            Console.Error.WriteLine("none");
        }
        else
        {
            PrintTable(items, columns);
        }
    }

    /// <summary>Prints one thing.</summary>
    /// <param name="item">What the API answered.</param>
    /// <param name="sentence">What to say instead of a table; null to show the members that are set.</param>
    public void One(JsonNode item, string? sentence = null)
    {
        if (format == "name")
        {
            Console.Out.WriteLine(
                NameOf(item) ?? throw new UsageException("-o name is not for this command: what it prints has no name.")
            );
        }
        else if (!IsTable)
        {
            Structured(item);
        }
        else if (sentence is not null)
        {
            Console.Out.WriteLine(sentence);
        }
        else
        {
            foreach (
                var (name, value) in item.AsObject()
                    .Where(member => member.Value is not null and not JsonArray { Count: 0 })
            )
            {
                Console.Out.WriteLine($"{(name + ":").PadRight(18)} {Text(value)}");
            }
        }
    }

    /// <summary>A member of an answer as text for a cell, on one line.</summary>
    public static string Text(JsonNode? value) =>
        value switch
        {
            null => "-",
            JsonArray items => items.Count == 0 ? "-" : string.Join(", ", items.Select(Text)),
            JsonObject members => members.Count == 0
                ? "-"
                : string.Join(", ", members.Select(member => $"{SafeText.Of(member.Key)}={Text(member.Value)}")),
            JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => SafeText.Of(
                scalar.GetValue<string>()
            ),
            _ => value.ToJsonString(Compact),
        };

    /// <summary>Prints a document that somebody keeps: JSON over several lines, YAML, or what a path leads to in
    /// it.</summary>
    /// <param name="json">The document.</param>
    public void Document(byte[] json)
    {
        if (PicksPaths)
            Structured(JsonNode.Parse(json));
        else
            Terminal.WriteDocument(format == "yaml" ? DocumentFormat.Yaml.Write(json) : JsonText.Indent(json));
    }

    /// <summary>Prints a value of a document: a text as it is, for scripts, unless JSON or YAML is asked for.</summary>
    public void Value(JsonNode value)
    {
        if (IsTable && value is JsonValue)
            Console.Out.WriteLine(Plain(value));
        else
            Document(JsonText.Write(writer => value.WriteTo(writer)));
    }

    /// <summary>Prints one of many things that come one by one: a line of text, a line of JSON, or a document of
    /// YAML.</summary>
    public void Next(JsonNode item, string line)
    {
        if (format == "json")
        {
            Console.Out.WriteLine(item.ToJsonString(Compact));
        }
        else if (IsTable)
        {
            Console.Out.WriteLine(line);
        }
        else
        {
            if (format == "yaml")
                Console.Out.WriteLine("---");
            One(item);
        }
    }

    private void Structured(JsonNode? node)
    {
        if (_path is not null)
        {
            PrintFound(_path, node);
        }
        else if (format == "yaml")
        {
            Terminal.WriteDocument(
                DocumentFormat.Yaml.Write(Encoding.UTF8.GetBytes(node?.ToJsonString(Compact) ?? "null"))
            );
        }
        else
        {
            Console.Out.Write((node?.ToJsonString(Indented) ?? "null") + "\n");
        }
    }

    private void PrintFound(JsonPath path, JsonNode? node)
    {
        var found = path.Find(node).ToList();
        if (found.Count == 0 && !path.IsMany)
            throw new NothingThereException($"There is nothing at {format[PathPrefix.Length..]}.");
        foreach (var value in found)
            Console.Out.WriteLine(Plain(value));
    }

    // For whoever goes on with it: a text without quotes, its line breaks with it.
    private static string Plain(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : value?.ToJsonString(Compact) ?? "null";

    private void PrintTable(IReadOnlyList<JsonNode> items, Column[] columns)
    {
        var (lines, leftOut) = Columns.Lay(columns, items, format == "wide" ? null : Terminal.Width);
        Terminal.Write(lines[0], colour: 1);
        Console.Out.WriteLine();
        foreach (string line in lines.Skip(1))
            Console.Out.WriteLine(line);
        if (leftOut.Count > 0)
            Console.Error.WriteLine($"Not shown for want of room: {string.Join(", ", leftOut)}. -o wide shows all.");
    }

    private static string? NameOf(JsonNode item) =>
        item is JsonObject members
            ? Names
                .Select(name => members[name])
                .FirstOrDefault(value => value?.GetValueKind() == JsonValueKind.String)
                ?.GetValue<string>()
            : null;
}
