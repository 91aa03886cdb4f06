using System.Text;
using System.Text.Json;
using Cairn.JsonSchema;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Core.Policies;

/// <summary>JSON Schema for policies: <c>json.match_schema</c> and <c>json.verify_schema</c>, with the error members
/// and words that OPA has.</summary>
public sealed class PolicyJsonSchema : IJsonSchemaValidator
{
    // OPA knows schemas up to draft 7; one that names a later draft gets that.
    private static readonly SchemaOptions Options = new() { DefaultDraft = SchemaDraft.Draft7, AssertFormat = true };

    private const int MaxDepth = 1_000;

    /// <inheritdoc/>
    public string? CheckSchema(RegoValue schema)
    {
        try
        {
            Compile(schema, []);
            return null;
        }
        catch (SchemaException e)
        {
            return e.Keyword == "type" && TypeName(schema, e.SchemaPointer) is { } name
                ? $"has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[array "
                    + "boolean integer number null object string]"
                : e.Message;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<JsonSchemaMistake> Validate(RegoValue schema, RegoValue document)
    {
        JsonSchemaValidator validator;
        var named = new Dictionary<string, RegoValue>();
        try
        {
            validator = Compile(schema, named);
        }
        catch (SchemaException e)
        {
            throw new ArgumentException(e.Message, nameof(schema), e);
        }

        return new PolicySchemaMistakes(schema, named, document).Of(
            validator.Validate(Encoding.UTF8.GetBytes(document.ToJson())).Errors
        );
    }

    private static JsonSchemaValidator Compile(RegoValue schema, Dictionary<string, RegoValue> named)
    {
        byte[] text = Encoding.UTF8.GetBytes(schema is RegoString { Value: var json } ? json : schema.ToJson());
        return JsonSchemaValidator.Compile(text, Options with { Resolver = uri => Find(text, uri, named) });
    }

    // Schemas with names of their own may stand under keywords that JSON Schema does not know.
    private static JsonElement? Find(byte[] schema, Uri uri, Dictionary<string, RegoValue> named)
    {
        using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = MaxDepth });
        var root =
            document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("$id", out var own)
            && own.ValueKind == JsonValueKind.String
            && Uri.TryCreate(own.GetString(), UriKind.Absolute, out var absolute)
                ? absolute
                : null;
        var open = new Stack<JsonElement>([document.RootElement]);
        while (open.TryPop(out var element))
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    if (
                        element.TryGetProperty("$id", out var id)
                        && id.ValueKind == JsonValueKind.String
                        && Names(root, id.GetString()!, uri)
                    )
                    {
                        named[uri.OriginalString] = RegoValue.From(element);
                        return element.Clone();
                    }

                    foreach (var member in element.EnumerateObject())
                        open.Push(member.Value);
                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                        open.Push(item);
                    break;
            }
        }

        return null;
    }

    private static bool Names(Uri? root, string id, Uri uri) =>
        (
            root is null
                ? Uri.TryCreate(id, UriKind.RelativeOrAbsolute, out var named)
                : Uri.TryCreate(root, id, out named)
        )
        && named!.OriginalString.TrimEnd('#') == uri.OriginalString.TrimEnd('#');

    private static string? TypeName(RegoValue schema, string pointer) =>
        (PolicySchemaMistakes.At(schema, pointer) ?? PolicySchemaMistakes.At(schema, pointer + "/type")) switch
        {
            RegoString name => name.Value,
            RegoObject inner => (inner["type"] as RegoString)?.Value,
            _ => null,
        };
}
