using System.Text.Json;
using Cairn.JsonSchema.Keywords;
using Cairn.JsonSchema.Loading;

namespace Cairn.JsonSchema.Compilation;

/// <summary>Reads <c>$ref</c>, <c>$dynamicRef</c> and <c>$recursiveRef</c>.</summary>
internal static class ReferenceKeywords
{
    public static void Read(KeywordReader reader, List<Keyword> keywords, SchemaCompiler compiler)
    {
        foreach (
            string keyword in (ReadOnlySpan<string>)["$id", "id", "$anchor", "$dynamicAnchor", "$schema", "$comment"]
        )
        {
            _ = reader.Text(keyword); // only that it is a string
        }

        if (reader.Text("$ref") is { } reference && reader.Follow("$ref", reference) is { } target)
            keywords.Add(new RefKeyword("$ref", reader.NodeFor(target)));

        ReadDynamic(reader, keywords, compiler);
        if (reader.Text("$recursiveRef") is { } recursive && reader.Follow("$recursiveRef", recursive) is { } start)
        {
            bool isDynamic =
                start.Element.ValueKind == JsonValueKind.Object
                && start.Element.TryGetProperty("$recursiveAnchor", out var flag)
                && flag.ValueKind == JsonValueKind.True;
            Add(reader, keywords, compiler, "$recursiveRef", "", start, isDynamic);
        }
    }

    private static void ReadDynamic(KeywordReader reader, List<Keyword> keywords, SchemaCompiler compiler)
    {
        if (
            reader.Text("$dynamicRef") is not { } reference
            || reader.Follow("$dynamicRef", reference) is not { } initial
        )
        {
            return;
        }

        // Dynamic only when the reference names, by a plain name, a $dynamicAnchor to begin with.
        string anchor = reference.Contains('#')
            ? Uri.UnescapeDataString(reference[(reference.IndexOf('#') + 1)..])
            : "";
        bool isDynamic =
            anchor.Length > 0 && initial.Resource.DynamicAnchors.TryGetValue(anchor, out var named) && named == initial;
        Add(reader, keywords, compiler, "$dynamicRef", anchor, initial, isDynamic);
    }

    private static void Add(
        KeywordReader reader,
        List<Keyword> keywords,
        SchemaCompiler compiler,
        string keyword,
        string anchor,
        SchemaLocation initial,
        bool isDynamic
    )
    {
        var node = reader.NodeFor(initial);
        keywords.Add(isDynamic ? new DynamicRefKeyword(keyword, anchor, node) : new RefKeyword(keyword, node));
        compiler.UsesDynamicScope |= isDynamic;
    }
}
