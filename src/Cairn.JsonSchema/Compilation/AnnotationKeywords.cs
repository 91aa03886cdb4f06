using System.Collections.Frozen;
using System.Text.Json;

namespace Cairn.JsonSchema.Compilation;

/// <summary>
/// Reads the keywords that only tell something: metadata, <c>format</c>, content, and those no draft knows, whose
/// value is an annotation too (2020-12 core, section 6.5).
/// </summary>
internal static class AnnotationKeywords
{
    private static readonly FrozenSet<string> Annotating = new[]
    {
        "title",
        "description",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "examples",
        "format",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static IEnumerable<(string Keyword, JsonElement Value)> Read(KeywordReader reader)
    {
        foreach (var member in reader.Location.Element.EnumerateObject())
        {
            if (Annotating.Contains(member.Name) || !reader.Dialect.Has(member.Name))
                yield return (member.Name, member.Value);
        }
    }
}
