using System.Globalization;
using System.Text;
using Cairn.JsonSchema;
using Cairn.Rego.Builtins;
using Cairn.Rego.Values;

namespace Cairn.Core.Policies;

/// <summary>JSON Schema for policies: <c>json.match_schema</c> and <c>json.verify_schema</c>, with the error members and words that OPA has.</summary>
public sealed class PolicyJsonSchema : IJsonSchemaValidator
{
    // OPA knows schemas up to draft 7; one that names a later draft gets that.
    private static readonly SchemaOptions Options = new() { DefaultDraft = SchemaDraft.Draft7, AssertFormat = true };

    /// <inheritdoc/>
    public string? CheckSchema(RegoValue schema)
    {
        try
        {
            Compile(schema);
            return null;
        }
        catch (SchemaException e)
        {
            return e.Keyword == "type" && TypeName(schema, e.SchemaPointer) is { } name
                ? $"has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[array boolean integer number null object string]"
                : e.Message;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<JsonSchemaMistake> Validate(RegoValue schema, RegoValue document)
    {
        JsonSchemaValidator validator;
        try
        {
            validator = Compile(schema);
        }
        catch (SchemaException e)
        {
            throw new ArgumentException(e.Message, nameof(schema), e);
        }

        return [.. validator.Validate(Encoding.UTF8.GetBytes(document.ToJson())).Errors
            .SelectMany(error => Describe(error, At(schema, error.SchemaPointer), At(document, error.InstancePointer)))];
    }

    private static JsonSchemaValidator Compile(RegoValue schema)
    {
        string text = schema is RegoString { Value: var json } ? json : schema.ToJson();
        return JsonSchemaValidator.Compile(Encoding.UTF8.GetBytes(text), Options);
    }

    private static string? TypeName(RegoValue schema, string pointer) =>
        (At(schema, pointer) ?? At(schema, pointer + "/type")) switch
        {
            RegoString name => name.Value,
            RegoObject inner => (inner["type"] as RegoString)?.Value,
            _ => null,
        };

    private static RegoValue? At(RegoValue document, string pointer)
    {
        if (document is RegoString { Value: var text } && pointer.Length > 0)
            document = RegoValue.ParseJson(text);
        RegoValue? value = document;
        foreach (string part in pointer.Split('/').Skip(1))
        {
            string key = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            value = value switch
            {
                RegoObject members => members[key],
                RegoArray array when int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < array.Count => array[index],
                _ => null,
            };
        }

        return value;
    }

    private static IEnumerable<JsonSchemaMistake> Describe(ValidationError error, RegoValue? rule, RegoValue? value)
    {
        string field = error.InstancePointer.Length == 0
            ? "(root)"
            : error.InstancePointer[1..].Replace('/', '.').Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        JsonSchemaMistake Mistake(string type, string description) => new($"{field}: {description}", type, field, description);
        if (rule is RegoArray required && error.Keyword == "required" && value is RegoObject members)
            return required.Where(name => !members.ContainsKey(name)).Select(name => Mistake("required", $"{Plain(name)} is required"));
        return
        [
            error.Keyword switch
            {
                "type" when rule is not null => Mistake("invalid_type", $"Invalid type. Expected: {Plain(rule)}, given: {JsonType(value)}"),
                "enum" when rule is RegoArray choices => Mistake("enum", $"{field} must be one of the following: {string.Join(", ", choices)}"),
                "const" => Mistake("const", $"{field} does not match: {rule}"),
                "minimum" => Mistake("number_gte", $"Must be greater than or equal to {rule}"),
                "exclusiveMinimum" => Mistake("number_gt", $"Must be greater than {rule}"),
                "maximum" => Mistake("number_lte", $"Must be less than or equal to {rule}"),
                "exclusiveMaximum" => Mistake("number_lt", $"Must be less than {rule}"),
                "multipleOf" => Mistake("multiple_of", $"Must be a multiple of {rule}"),
                "minLength" => Mistake("string_gte", $"String length must be greater than or equal to {rule}"),
                "maxLength" => Mistake("string_lte", $"String length must be less than or equal to {rule}"),
                "pattern" when rule is not null => Mistake("pattern", $"Does not match pattern '{Plain(rule)}'"),
                "format" when rule is not null => Mistake("format", $"Does not match format '{Plain(rule)}'"),
                "minItems" => Mistake("array_min_items", $"Array must have at least {rule} items"),
                "maxItems" => Mistake("array_max_items", $"Array must have at most {rule} items"),
                "minProperties" => Mistake("array_min_properties", $"Must have at least {rule} properties"),
                "maxProperties" => Mistake("array_max_properties", $"Must have at most {rule} properties"),
                _ => Mistake(error.Keyword, error.Message),
            },
        ];
    }

    private static string Plain(RegoValue value) => value switch
    {
        RegoString text => text.Value,
        RegoArray names => string.Join(',', names.Select(Plain)),
        _ => value.ToString(),
    };

    private static string JsonType(RegoValue? value) => value is RegoNumber number ? number.IsInteger ? "integer" : "number" : value?.TypeName ?? "null";
}
