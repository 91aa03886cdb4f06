using System.Text;
using System.Text.Json;

namespace Cairn.JsonSchema.Tests;

/// <summary>Short ways to write schemas and instances in tests.</summary>
internal static class Schemas
{
    public static JsonSchemaValidator Compile(string schema, SchemaOptions? options = null) =>
        JsonSchemaValidator.Compile(Encoding.UTF8.GetBytes(schema), options);

    public static SchemaException Refused(string schema, SchemaOptions? options = null) =>
        Should.Throw<SchemaException>(() => Compile(schema, options));

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 10_000 });
        return document.RootElement.Clone();
    }
}
