using System.Text.Json;
using Cairn.JsonSchema.Evaluation;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compilation;

/// <summary>Reads the keywords about arrays.</summary>
internal static class ArrayKeywords
{
    public static void Read(KeywordReader reader, List<Keyword> keywords)
    {
        var (min, max, unique) = (reader.Count("minItems"), reader.Count("maxItems"), reader.Flag("uniqueItems"));
        var elements = ReadElements(reader, min, max, unique);
        if (elements is not { Prefix.Length: 0, Rest: null, Min: null, Max: null, Unique: false })
            keywords.Add(elements);

        var (minContains, maxContains) = (reader.Count("minContains"), reader.Count("maxContains"));
        if (reader.Subschema("contains") is { } contained)
        {
            bool marks = reader.Dialect.Draft == SchemaDraft.Draft202012;
            keywords.Add(new ContainsKeyword(contained, minContains ?? 1, maxContains, marks));
        }

        if (reader.Subschema("unevaluatedItems") is { } unevaluated)
            keywords.Add(new UnevaluatedKeyword(KindSet.Array, unevaluated));
    }

    private static ArrayKeyword ReadElements(KeywordReader reader, long? min, long? max, bool unique)
    {
        if (reader.Dialect.Draft == SchemaDraft.Draft202012)
        {
            if (reader.Read("items") is { ValueKind: JsonValueKind.Array })
                reader.Problem("items", "items must be a schema; a list of schemas is written as prefixItems");

            return new ArrayKeyword
            {
                Prefix = reader.Subschemas("prefixItems") ?? [],
                Rest = reader.Read("items") is { ValueKind: JsonValueKind.Array } ? null : reader.Subschema("items"),
                Min = min,
                Max = max,
                Unique = unique,
            };
        }

        bool isTuple = reader.Read("items") is { ValueKind: JsonValueKind.Array };
        return new ArrayKeyword
        {
            Prefix = isTuple ? ReadTuple(reader) : [],
            PrefixKeyword = "items",
            Rest = isTuple ? reader.Subschema("additionalItems") : reader.Subschema("items"),
            RestKeyword = isTuple ? "additionalItems" : "items",
            Min = min,
            Max = max,
            Unique = unique,
        };
    }

    /// <summary>An empty list is allowed here, unlike elsewhere, from draft 6 on.</summary>
    private static SchemaNode[] ReadTuple(KeywordReader reader) =>
        reader.Read("items") is { } list && list.GetArrayLength() > 0 ? reader.Subschemas("items")! : [];
}
