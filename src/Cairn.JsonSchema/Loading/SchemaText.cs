using System.Runtime.InteropServices;
using System.Text.Json;

namespace Cairn.JsonSchema.Loading;

/// <summary>Bounds on the text of a schema document, however it was parsed.</summary>
static class SchemaText
{
    /// <summary>Each subschema may bring its keyword, a map or a list.</summary>
    const int JsonLevelsPerSubschema = 3;

    public static int MaxJsonDepth(SchemaLimits limits) => limits.MaxSchemaDepth * JsonLevelsPerSubschema;

    /// <summary>Why a document is too large or too deep; null when it is not.</summary>
    public static string? WhyRefused(JsonElement document, SchemaLimits limits)
    {
        var text = JsonMarshal.GetRawUtf8Value(document);
        if (text.Length > limits.MaxSchemaBytes)
        {
            return $"the schema is larger than {limits.MaxSchemaBytes} bytes";
        }

        var reader = new Utf8JsonReader(text, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = int.MaxValue,
        });
        while (reader.Read())
        {
            if (reader.CurrentDepth > MaxJsonDepth(limits))
            {
                return $"the schema's JSON is nested deeper than {MaxJsonDepth(limits)} levels";
            }
        }

        return null;
    }
}
