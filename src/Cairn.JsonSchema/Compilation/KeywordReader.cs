using System.Text;
using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Loading;
using Cairn.JsonSchema.Numbers;
using Cairn.JsonSchema.Patterns;

namespace Cairn.JsonSchema.Compilation;

/// <summary>
/// Reads the keywords of one schema object: whether they are in force, and their values in the shape they must have.
/// What has another shape is noted as a problem and read as absent.
/// </summary>
internal sealed class KeywordReader(SchemaLocation location, SchemaCompiler compiler)
{
    public SchemaLocation Location => location;

    public Dialect Dialect => location.Resource.Dialect;

    public SchemaOptions Options => compiler.Options;

    public void Problem(string keyword, string message) =>
        compiler.Problem(
            new SchemaProblem(location.Resource.Document.Describe(location.Pointer + "/" + keyword), keyword, message)
        );

    public JsonElement? Read(string keyword) =>
        Dialect.Has(keyword) && location.Element.TryGetProperty(keyword, out var value) ? value : null;

    private JsonElement? Read(string keyword, JsonValueKind kind, string shape)
    {
        if (Read(keyword) is not { } value)
            return null;

        if (value.ValueKind == kind)
            return value;

        Problem(keyword, $"{keyword} must be {shape}");
        return null;
    }

    public string? Text(string keyword) => Read(keyword, JsonValueKind.String, "a string")?.GetString();

    public bool Flag(string keyword)
    {
        if (Read(keyword) is not { } value)
            return false;

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Problem(keyword, $"{keyword} must be true or false");

        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>The text of a number.</summary>
    public string? Number(string keyword)
    {
        if (Read(keyword, JsonValueKind.Number, "a number") is not { } value)
            return null;

        string text = value.GetRawText();
        const int longest = 1_000;
        if (text.Length > longest)
        {
            Problem(keyword, $"{keyword} has more than {longest} digits");
            return null;
        }

        try
        {
            _ = JsonNumber.Parse(Encoding.UTF8.GetBytes(text));
            return text;
        }
        catch (EvaluationAbortedException refused)
        {
            Problem(keyword, refused.Message);
            return null;
        }
    }

    /// <summary>A non-negative integer, clamped to 64 bits: no instance comes near.</summary>
    public long? Count(string keyword)
    {
        if (Number(keyword) is not { } text)
            return null;

        var number = JsonNumber.Parse(Encoding.UTF8.GetBytes(text));
        if (number.Sign < 0 || !number.IsInteger)
        {
            Problem(keyword, $"{keyword} must be an integer that is not negative");
            return null;
        }

        if (number.Magnitude > 18)
            return long.MaxValue / 8;

        long value = 0;
        foreach (int digit in number)
            value = value * 10 + digit;

        for (long i = 0; i < number.Scale; i++)
            value *= 10;

        return number.Sign == 0 ? 0 : value;
    }

    public List<string> Names(string keyword) => Read(keyword) is { } value ? Names(keyword, value) : [];

    /// <summary>A list of different strings.</summary>
    public List<string> Names(string keyword, JsonElement value)
    {
        if (
            value.ValueKind != JsonValueKind.Array
            || value.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String)
        )
        {
            Problem(keyword, $"{keyword} must list strings");
            return [];
        }

        var names = value.EnumerateArray().Select(name => name.GetString()!).ToList();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
            Problem(keyword, $"{keyword} must not repeat a name");

        return names;
    }

    public IEnumerable<JsonProperty> Map(string keyword) =>
        Read(keyword, JsonValueKind.Object, "an object") is { } map ? map.EnumerateObject() : [];

    public SchemaNode? Subschema(string keyword) => Read(keyword) is null ? null : At("/" + keyword);

    public SchemaNode Subschema(string keyword, string key) => At(JsonPointer.Append("/" + keyword, key));

    public SchemaNode[]? Subschemas(string keyword)
    {
        if (Read(keyword, JsonValueKind.Array, "an array of schemas") is not { } list)
            return null;

        if (list.GetArrayLength() == 0)
            Problem(keyword, $"{keyword} must not be empty");

        return
        [
            .. Enumerable.Range(0, list.GetArrayLength()).Select(index => At(JsonPointer.Append("/" + keyword, index))),
        ];
    }

    private SchemaNode At(string step) =>
        compiler.NodeFor(location.Resource.Document.Locations[location.Pointer + step]);

    public EcmaPattern? Pattern(string keyword, string source)
    {
        try
        {
            return compiler.Pattern(source);
        }
        catch (EcmaPatternException refused)
        {
            const int shown = 200;
            Problem(
                keyword,
                $"the pattern {(source.Length > shown ? source[..shown] + "…" : source)} {refused.Message}"
            );
            return null;
        }
    }

    public JsonValue? Value(string keyword, JsonElement element)
    {
        try
        {
            return new JsonValue(element, Options.Limits.MaxInstanceDepth);
        }
        catch (EvaluationAbortedException refused)
        {
            Problem(keyword, refused.Message);
            return null;
        }
    }

    /// <summary>Follows a reference; null, with the problem noted, when it leads nowhere.</summary>
    public SchemaLocation? Follow(string keyword, string reference) => compiler.Follow(this, keyword, reference);

    public SchemaNode NodeFor(SchemaLocation target) => compiler.NodeFor(target);
}
