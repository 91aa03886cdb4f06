using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Core.Documents;
using Spectre.Console;

namespace Cairn.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Heading">Above it.</param>
/// <param name="Cell">How a cell is made of an item.</param>
internal sealed record Column(string Heading, Func<JsonNode, string?> Cell)
{
    /// <summary>A column that shows a member; its heading is the member's name unless another is given first.</summary>
    public static Column Of(string heading, string? member = null) =>
        new(heading, item => item[member ?? heading] is { } value and not JsonArray { Count: 0 } ? Printer.Text(value) : "");
}

/// <summary>Prints answers as a table, JSON or YAML. Colours and rules only on a terminal.</summary>
internal sealed class Printer(string format)
{
    public static readonly string[] Formats = ["table", "json", "yaml"];

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>On one line.</summary>
    public static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether it prints for people, not for programs.</summary>
    public bool IsTable => format == "table";

    /// <summary>Whether standard output is a person's terminal.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    /// <summary>Prints a list.</summary>
    /// <param name="items">What the API answered.</param>
    /// <param name="columns">The columns of the table.</param>
    public void List(IReadOnlyList<JsonNode> items, params Column[] columns)
    {
        if (format != "table")
        {
            Structured(new JsonArray([.. items.Select(item => item.DeepClone())]));
            return;
        }

        if (items.Count == 0)
        {
            Console.Error.WriteLine("none");
            return;
        }

        var rows = items.Select(item => columns.Select(column => column.Cell(item) ?? "").ToArray()).ToList();
        if (IsTerminal)
            PrintTable(columns.Select(column => column.Heading), rows);
        else
            PrintColumns(columns.Select(column => column.Heading).ToArray(), rows);
    }

    /// <summary>Prints one thing.</summary>
    /// <param name="item">What the API answered.</param>
    /// <param name="sentence">What to say instead of a table; null to show the members that are set.</param>
    public void One(JsonNode item, string? sentence = null)
    {
        if (format != "table")
            Structured(item);
        else if (sentence is not null)
            Console.Out.WriteLine(sentence);
        else
            foreach (var (name, value) in item.AsObject().Where(member => member.Value is not null and not JsonArray { Count: 0 }))
                Console.Out.WriteLine($"{name + ":",-18} {Text(value)}");
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
            Console.Out.WriteLine(item.ToJsonString(Compact));
        else if (format == "table")
            Console.Out.WriteLine(line);
        else
        {
            Console.Out.WriteLine("---");
            Structured(item);
        }
    }

    private void Structured(JsonNode node)
    {
        string json = node.ToJsonString(Indented);
        Console.Out.Write(format == "yaml"
            ? System.Text.Encoding.UTF8.GetString(DocumentFormat.Yaml.Write(System.Text.Encoding.UTF8.GetBytes(json)))
            : json + "\n");
    }

    private static void PrintTable(IEnumerable<string> headings, List<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string heading in headings)
            table.AddColumn(new TableColumn(Markup.Escape(heading)).NoWrap());
        foreach (string[] row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }

    private static void PrintColumns(string[] headings, List<string[]> rows)
    {
        rows.Insert(0, [.. headings.Select(heading => heading.ToUpperInvariant())]);
        int[] widths = [.. headings.Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]))).TrimEnd());
    }
}
