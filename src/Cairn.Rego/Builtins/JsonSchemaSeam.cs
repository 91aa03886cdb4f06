using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>One way in which a document does not match a schema, with the members <c>json.match_schema</c>
/// gives.</summary>
/// <param name="Error">The whole message.</param>
/// <param name="Type">The kind of mistake, for example <c>invalid_type</c>.</param>
/// <param name="Field">Where in the document; <c>(root)</c> for the whole.</param>
/// <param name="Description">What is wrong there.</param>
public sealed record JsonSchemaMistake(string Error, string Type, string Field, string Description);

/// <summary>A JSON Schema validator that the host provides for <c>json.match_schema</c> and
/// <c>json.verify_schema</c>.</summary>
public interface IJsonSchemaValidator
{
    /// <summary>What is wrong with a schema (a JSON string or object), or null.</summary>
    string? CheckSchema(RegoValue schema);

    /// <summary>The document's mistakes; empty when it matches.</summary>
    /// <exception cref="ArgumentException">The schema is not one; the message says why.</exception>
    IReadOnlyList<JsonSchemaMistake> Validate(RegoValue schema, RegoValue document);
}
