using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.JsonSchema.Inference;

namespace Cairn.JsonSchema;

/// <summary>Drafts a schema from sample documents.</summary>
public static class SchemaInference
{
    /// <summary>
    /// The 2020-12 schema of what the samples have in common: types, members, which of them are always there, element
    /// types and formats. Every sample is valid under it. It stays open: members not seen are allowed.
    /// </summary>
    /// <param name="samples">Documents of one kind; with none, the schema allows everything.</param>
    public static JsonNode Infer(IEnumerable<JsonElement> samples)
    {
        var shape = new ObservedShape();
        foreach (var sample in samples)
            shape.Observe(sample);

        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema" };
        shape.WriteTo(schema);
        return schema;
    }
}
