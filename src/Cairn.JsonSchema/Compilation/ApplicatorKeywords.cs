using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compilation;

/// <summary>Reads the keywords that combine subschemas for the same value.</summary>
internal static class ApplicatorKeywords
{
    public static void Read(KeywordReader reader, List<Keyword> keywords)
    {
        if (reader.Subschemas("allOf") is { } all)
            keywords.Add(new AllOfKeyword(all));

        if (reader.Subschemas("anyOf") is { } any)
            keywords.Add(new AlternativesKeyword("anyOf", any, exactlyOne: false));

        if (reader.Subschemas("oneOf") is { } one)
            keywords.Add(new AlternativesKeyword("oneOf", one, exactlyOne: true));

        if (reader.Subschema("not") is { } not)
            keywords.Add(new NotKeyword(not));

        var (then, otherwise) = (reader.Subschema("then"), reader.Subschema("else"));
        if (reader.Subschema("if") is { } condition)
            keywords.Add(new ConditionalKeyword(condition, then, otherwise));
    }
}
