using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Cairn.JsonSchema.Instances;

namespace Cairn.JsonSchema.Loading;

/// <summary>Bounds on the text of a schema document, however it was parsed.</summary>
internal static class SchemaText
{
    /// <summary>Each subschema may bring its keyword, a map or a list.</summary>
    private const int JsonLevelsPerSubschema = 3;

    public static int MaxJsonDepth(SchemaLimits limits) => limits.MaxSchemaDepth * JsonLevelsPerSubschema;

    /// <summary>Why a document is too large or too deep; null when it is not.</summary>
    public static string? WhyRefused(JsonElement document, SchemaLimits limits)
    {
        var text = JsonMarshal.GetRawUtf8Value(document);
        if (text.Length > limits.MaxSchemaBytes)
            return $"the schema is larger than {limits.MaxSchemaBytes} bytes";

        if (!Utf8.IsValid(text))
            return "the schema is not valid UTF-8";

        var reader = new Utf8JsonReader(
            text,
            new JsonReaderOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                MaxDepth = int.MaxValue,
            }
        );
        while (reader.Read())
        {
            // Half a surrogate pair, written as an escape, is no text that could ever match.
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                byte[] resolved = new byte[reader.ValueSpan.Length];
                if (!Utf8.IsValid(resolved.AsSpan(0, StringEscapes.Resolve(reader.ValueSpan, resolved))))
                    return "a text in the schema is not valid Unicode";
            }

            if (reader.CurrentDepth > MaxJsonDepth(limits))
                return $"the schema's JSON is nested deeper than {MaxJsonDepth(limits)} levels";
        }

        return null;
    }
}
