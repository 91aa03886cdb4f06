using System.Text.Json.Nodes;

namespace Cairn.JsonSchema.Output;

/// <summary>Writes results in the standard output formats (2020-12 core, section 12).</summary>
internal static class OutputWriter
{
    public static JsonNode Write(ValidationResult result, OutputFormat format)
    {
        var output = new JsonObject { ["valid"] = result.IsValid };
        if (format == OutputFormat.Flag)
            return output;

        string list = result.IsValid ? "annotations" : "errors";
        var units = result.IsValid ? result.Annotations.Select(Unit) : result.Errors.Select(Unit);
        if (format == OutputFormat.Basic)
        {
            output[list] = new JsonArray([.. units.Select(unit => unit.Json)]);
            return output;
        }

        var root = new OutputTree("");
        foreach (var unit in units)
            root.Add(unit.Path, unit.Json);

        output["keywordLocation"] = "";
        output["instanceLocation"] = "";
        var nested = root.Write(result.IsValid, list);
        if (nested.Count > 0)
            output[list] = new JsonArray([.. nested]);

        return output;
    }

    private static (string Path, JsonObject Json) Unit(ValidationError error) =>
        (
            error.EvaluationPath,
            Locate(error.EvaluationPath, error.SchemaUri, error.InstancePointer, false, "error", error.Message)
        );

    private static (string Path, JsonObject Json) Unit(ValidationAnnotation note) =>
        (
            note.EvaluationPath,
            Locate(
                note.EvaluationPath,
                note.SchemaUri,
                note.InstancePointer,
                true,
                "annotation",
                JsonNode.Parse(note.Value.GetRawText())
            )
        );

    private static JsonObject Locate(
        string path,
        string uri,
        string instance,
        bool valid,
        string what,
        JsonNode? content
    ) =>
        new()
        {
            ["valid"] = valid,
            ["keywordLocation"] = path,
            ["absoluteKeywordLocation"] = uri,
            ["instanceLocation"] = instance,
            [what] = content,
        };
}
