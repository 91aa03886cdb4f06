using System.Text;
using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Instances;
using Cairn.JsonSchema.Keywords;
using Cairn.JsonSchema.Numbers;

namespace Cairn.JsonSchema.Compilation;

/// <summary>Reads the keywords about a value itself: its type, the values allowed, bounds, lengths, patterns.</summary>
internal static class ValueKeywords
{
    public static void Read(KeywordReader reader, List<Keyword> keywords)
    {
        ReadType(reader, keywords);
        ReadValues(reader, keywords);
        ReadBounds(reader, keywords);
        if (reader.Number("multipleOf") is { } divisor)
        {
            if (Parse(divisor).Sign > 0)
                keywords.Add(new MultipleOfKeyword(divisor));
            else
                reader.Problem("multipleOf", "multipleOf must be greater than 0");
        }

        var (min, max) = (reader.Count("minLength"), reader.Count("maxLength"));
        if (min is not null || max is not null)
            keywords.Add(new LengthKeyword(min, max));

        if (reader.Text("pattern") is { } source && reader.Pattern("pattern", source) is { } pattern)
            keywords.Add(new PatternKeyword(pattern));
    }

    private static JsonNumber Parse(string text) => JsonNumber.Parse(Encoding.UTF8.GetBytes(text));

    private static void ReadType(KeywordReader reader, List<Keyword> keywords)
    {
        if (reader.Read("type") is not { } value)
            return;

        List<string> names;
        if (value.ValueKind == JsonValueKind.String)
        {
            names = [value.GetString()!];
        }
        else
        {
            names = reader.Names("type", value);
            if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
                reader.Problem("type", "type must not be empty");
        }

        var kinds = KindSet.None;
        foreach (string name in names)
        {
            var kind = name switch
            {
                "null" => KindSet.Null,
                "boolean" => KindSet.Boolean,
                "number" => KindSet.Number,
                "string" => KindSet.String,
                "array" => KindSet.Array,
                "object" => KindSet.Object,
                _ => KindSet.None,
            };
            if (kind == KindSet.None && name != "integer")
                reader.Problem("type", $"\"{name}\" is not a type");

            kinds |= kind;
        }

        keywords.Add(new TypeKeyword(kinds, names.Contains("integer"), reader.Dialect.Draft == SchemaDraft.Draft4));
    }

    private static void ReadValues(KeywordReader reader, List<Keyword> keywords)
    {
        if (reader.Read("enum") is { } list)
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                reader.Problem("enum", "enum must be an array");
            }
            else
            {
                keywords.Add(
                    new EnumKeyword(
                        "enum",
                        [.. list.EnumerateArray().Select(value => reader.Value("enum", value)).OfType<JsonValue>()]
                    )
                );
            }
        }

        if (reader.Read("const") is { } constant && reader.Value("const", constant) is { } only)
            keywords.Add(new EnumKeyword("const", [only]));
    }

    private static void ReadBounds(KeywordReader reader, List<Keyword> keywords)
    {
        foreach (bool isUpper in (ReadOnlySpan<bool>)[false, true])
        {
            string inclusive = isUpper ? "maximum" : "minimum";
            string exclusive = isUpper ? "exclusiveMaximum" : "exclusiveMinimum";
            bool isDraft4 = reader.Dialect.Draft == SchemaDraft.Draft4;
            bool excludesBound = isDraft4 && reader.Flag(exclusive); // there a flag beside the bound
            if (reader.Number(inclusive) is { } bound)
                keywords.Add(new BoundKeyword(excludesBound ? exclusive : inclusive, bound, isUpper, excludesBound));

            if (!isDraft4 && reader.Number(exclusive) is { } exclusiveBound)
                keywords.Add(new BoundKeyword(exclusive, exclusiveBound, isUpper, true));
        }
    }
}
