using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Core.Documents;
using Cairn.JsonSchema;

namespace Cairn.Core.Schemas;

/// <summary>Reads the texts of schemas.</summary>
public static partial class SchemaText
{
    /// <summary>How large the text of one schema may be, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly Lazy<JsonSchemaValidator> MetaSchema = new(() =>
        JsonSchemaValidator.Compile(
            """{"$ref":"https://json-schema.org/draft/2020-12/schema"}"""u8.ToArray(),
            new SchemaOptions { AssertFormat = true }
        )
    );

    /// <summary>A text as it will be kept.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="mediaType">What it is served as.</param>
    /// <param name="utf8">As it came.</param>
    /// <exception cref="ProblemException">It is too large, not UTF-8, or not JSON where it has to be.</exception>
    public static SchemaContent Read(SchemaType type, string mediaType, ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw new ProblemException(
                ProblemKind.TooLarge,
                $"A schema has at most {MaxBytes} bytes; this one has {utf8.Length}."
            );
        }

        if (utf8.IsEmpty)
            throw new ProblemException(ProblemKind.Invalid, "The schema is empty.");
        if (type == SchemaType.Other)
        {
            return System.Text.Unicode.Utf8.IsValid(utf8.Span)
                ? new SchemaContent(type, mediaType, utf8.ToArray())
                : throw new ProblemException(ProblemKind.Invalid, "The schema is not valid UTF-8.");
        }

        byte[] text = JsonText.Normalize(utf8);
        var kind = JsonText.Element(text).ValueKind;
        if (
            type == SchemaType.JsonSchema
            && kind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False)
        )
        {
            throw new ProblemException(ProblemKind.Unprocessable, "A JSON Schema is an object, or true or false.");
        }

        return new SchemaContent(type, mediaType, text);
    }

    /// <summary>What is wrong with a schema by the meta-schema of draft 2020-12, whatever draft it names and whether or
    /// not its references lead anywhere; null when nothing is.</summary>
    /// <remarks>Of the formats only that of regular expressions counts, and those of other dialects pass.</remarks>
    public static string? FaultByMetaSchema(ReadOnlySpan<byte> schema)
    {
        if (MetaSchema.Value.IsValid(schema))
            return null;
        foreach (var error in MetaSchema.Value.Validate(schema, 1_000).Errors)
        {
            if (
                error.Keyword != "format"
                || (TryGetPattern(schema, error, out string? pattern) && !IsRegularExpression(pattern))
            )
            {
                if (
                    error.Keyword
                    is not (
                        "allOf"
                        or "anyOf"
                        or "$ref"
                        or "$dynamicRef"
                        or "propertyNames"
                        or "additionalProperties"
                        or "properties"
                    )
                )
                {
                    return error.ToString();
                }
            }
        }

        return null;
    }

    private static bool TryGetPattern(
        ReadOnlySpan<byte> schema,
        ValidationError error,
        [NotNullWhen(true)] out string? pattern
    )
    {
        pattern = null;
        if (!error.SchemaPointer.Contains("pattern", StringComparison.Ordinal))
            return false;
        string[] path =
        [
            .. error
                .InstancePointer.Split('/')
                .Skip(1)
                .Select(part =>
                    part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
                ),
        ];
        var element = JsonText.Element(schema);
        foreach (string part in path)
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(part, out var member))
            {
                element = member;
            }
            else if (
                element.ValueKind == JsonValueKind.Array
                && int.TryParse(part, out int index)
                && index < element.GetArrayLength()
            )
            {
                element = element[index];
            }
            else
            {
                return false;
            }
        }

        // A name under patternProperties is pointed to by its member, a pattern by itself.
        pattern = path[^1] == "pattern" && element.ValueKind == JsonValueKind.String ? element.GetString() : path[^1];
        return pattern is not null;
    }

    private static bool IsRegularExpression(string pattern)
    {
        try
        {
            _ = new Regex(
                NamedReference().Replace(pattern.Replace("(?P<", "(?<", StringComparison.Ordinal), @"\k<$1>")
            );
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // As Python writes "what the group of this name matched".
    [GeneratedRegex(@"\(\?P=(\w+)\)")]
    private static partial Regex NamedReference();
}
