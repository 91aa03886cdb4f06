using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Rego;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Partial;
using Cairn.Rego.Values;

namespace Cairn.Cli.Commands.Policies;

/// <summary>Results as <c>opa eval</c> prints them.</summary>
internal static class PolicyOutput
{
    // A value of 1,000 levels, inside of what is printed around it.
    private const int MaxDepth = 1_100;

    private static readonly JsonSerializerOptions Indented = new()
    {
        MaxDepth = MaxDepth,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether a program reads the output: <c>-f json</c>, or <c>-o json</c> or <c>yaml</c> without
    /// <c>-f</c>.</summary>
    public static bool IsStructured(ParseResult result, Option<string> format) =>
        result.GetResult(format) is { Implicit: false }
            ? result.GetValue(format) == "json"
            : !CairnCommand.Printer(result).IsTable;

    /// <summary>Prints what a format of OPA's makes of a result; as <c>-o</c> says where that is given and <c>-f</c> is
    /// not.</summary>
    public static void Print(ParseResult result, Option<string> format, Func<string, string> show)
    {
        if (
            result.GetResult(CairnCommand.OutputFormat) is not { Implicit: false }
            || result.GetResult(format) is { Implicit: false }
        )
        {
            Terminal.WriteDocument(show(result.GetValue(format)!) + "\n");
        }
        else if (CairnCommand.Printer(result) is { IsTable: false } printer)
        {
            printer.One(
                JsonNode.Parse(show("json"), documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth })!
            );
        }
        else
        {
            Terminal.WriteDocument(show("pretty") + "\n");
        }
    }

    /// <summary>A result, with its explanation before it, or in the JSON under <c>explanation</c>.</summary>
    public static string Show(QueryResult result, string format, RegoTrace? explanation, bool variableValues)
    {
        if (explanation is null)
            return Show(result, format);
        if (format != "json")
            return explanation.ToText(variableValues) + Show(result, format);
        var json = Json(result);
        json["explanation"] = explanation.ToJson();
        return Text(json);
    }

    /// <summary>What partial evaluation leaves: OPA's JSON, a table, or Rego.</summary>
    public static string Show(PartialEvaluation partial, string format) =>
        format switch
        {
            "json" => Text(new JsonObject { ["partial"] = partial.ToJson() }),
            "pretty" => Table([
                .. partial.Queries.Select((query, index) => ($"Query {index + 1}", query)),
                .. partial.Support.Select((module, index) => ($"Support {index + 1}", module.Source)),
            ]),
            _ => partial.ToText().TrimEnd('\n'),
        };

    private static string Table(IReadOnlyList<(string Name, string Text)> rows)
    {
        if (rows.Count == 0)
            return "undefined";
        var lines = rows.Select(row =>
                (row.Name, Lines: row.Text.TrimEnd('\n').Replace("\t", "  ", StringComparison.Ordinal).Split('\n'))
            )
            .ToList();
        int left = lines.Max(row => row.Name.Length),
            right = lines.Max(row => row.Lines.Max(line => line.Length));
        string rule = $"+{new string('-', left + 2)}+{new string('-', right + 2)}+";
        return string.Join(
            '\n',
            lines
                .SelectMany(row =>
                    row.Lines.Select(
                            (line, index) =>
                                $"| {(index == 0 ? row.Name : "").PadRight(left)} | {line.PadRight(right)} |"
                        )
                        .Append(rule)
                )
                .Prepend(rule)
        );
    }

    private static string Show(QueryResult result, string format) =>
        format switch
        {
            "pretty" => Pretty(result),
            "values" => string.Join(
                '\n',
                result.Solutions.Select(solution =>
                    Text(new JsonArray([.. solution.Expressions.Select(expression => expression.Value.ToJsonNode())]))
                )
            ),
            "raw" => string.Join(
                '\n',
                result.Solutions.Select(solution =>
                    string.Join(
                        ' ',
                        solution.Expressions.Select(expression =>
                            expression.Value is RegoString s ? s.Value : expression.Value.ToJson()
                        )
                    )
                )
            ),
            _ => Text(Json(result)),
        };

    public static void Print(PolicyInspection inspection, Printer printer)
    {
        var rules = inspection.Rules.Select(
            JsonNode (rule) =>
                new JsonObject
                {
                    ["path"] = rule.Path,
                    ["kind"] = rule.Kind,
                    ["locations"] = new JsonArray([
                        .. rule.Locations.Select(location => (JsonNode)location.ToString()),
                    ]),
                    ["uses"] = new JsonArray([.. rule.Rules.Concat(rule.Data).Select(path => (JsonNode)path)]),
                    ["annotations"] = new JsonArray([
                        .. rule.Annotations.Select(annotation => annotation.ToJsonNode()),
                    ]),
                }
        );
        printer.List(
            [.. rules],
            Column.Of("path", "path"),
            Column.Of("kind").Spared(2),
            Column.Of("uses").Shortened(3),
            Column.Of("at", "locations").Shortened(1)
        );
    }

    private static JsonObject Json(QueryResult result)
    {
        if (result.IsUndefined)
            return [];
        var solutions = new JsonArray();
        foreach (var solution in result.Solutions)
        {
            var one = new JsonObject
            {
                ["expressions"] = new JsonArray([
                    .. solution.Expressions.Select(
                        JsonNode (expression) =>
                            new JsonObject { ["value"] = expression.Value.ToJsonNode(), ["text"] = expression.Text }
                    ),
                ]),
            };
            if (solution.Bindings.Count > 0)
                one["bindings"] = Bindings(solution);
            solutions.Add(one);
        }

        return new JsonObject { ["result"] = solutions };
    }

    private static string Pretty(QueryResult result)
    {
        if (result.IsUndefined)
            return "undefined";
        if (result.Solutions is [{ Bindings.Count: 0, Expressions: [var only] }])
            return Text(only.Value.ToJsonNode());
        return string.Join('\n', result.Solutions.Select(solution => Text(Bindings(solution))));
    }

    private static JsonObject Bindings(QuerySolution solution) =>
        new(
            solution
                .Bindings.OrderBy(binding => binding.Key, StringComparer.Ordinal)
                .Select(binding => KeyValuePair.Create(binding.Key, binding.Value.ToJsonNode()))
        );

    private static string Text(JsonNode? node) => node?.ToJsonString(Indented) ?? "null";
}
