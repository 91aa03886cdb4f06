using Cairn.JsonSchema;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests;

/// <summary>Lets policies under test use this project's own JSON Schema validator.</summary>
internal sealed class SchemaValidator : IJsonSchemaValidator
{
    public string? CheckSchema(RegoValue schema)
    {
        try
        {
            Compile(schema);
            return null;
        }
        catch (SchemaException e)
        {
            return e.Message;
        }
    }

    public IReadOnlyList<JsonSchemaMistake> Validate(RegoValue schema, RegoValue document)
    {
        try
        {
            return [.. Compile(schema).Validate(Bytes(document)).Errors.Select(error => new JsonSchemaMistake(error.Message, error.Keyword, error.InstancePointer, error.Message))];
        }
        catch (SchemaException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }

    private static JsonSchemaValidator Compile(RegoValue schema) =>
        JsonSchemaValidator.Compile(schema is RegoString text ? System.Text.Encoding.UTF8.GetBytes(text.Value) : Bytes(schema));

    private static byte[] Bytes(RegoValue value) => System.Text.Encoding.UTF8.GetBytes(value.ToJson());
}
