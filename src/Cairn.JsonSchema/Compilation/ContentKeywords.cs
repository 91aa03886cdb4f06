using Cairn.JsonSchema.Formats;
using Cairn.JsonSchema.Keywords;

namespace Cairn.JsonSchema.Compilation;

/// <summary>Reads <c>format</c> and, where they are checked, <c>contentEncoding</c> and
/// <c>contentMediaType</c>.</summary>
internal static class ContentKeywords
{
    public static void Read(KeywordReader reader, List<Keyword> keywords)
    {
        bool asserts = reader.Options.AssertFormat || reader.Dialect.AssertsFormat;
        if (reader.Text("format") is { } format && asserts && FormatTable.Find(format) is { } check)
            keywords.Add(new FormatKeyword(format, check));

        var (encoding, mediaType) = (reader.Text("contentEncoding"), reader.Text("contentMediaType"));
        bool isBase64 = encoding == "base64";
        bool isJson = mediaType == "application/json" && encoding is null or "base64";
        if (asserts && reader.Dialect.Draft == SchemaDraft.Draft7 && (isBase64 || isJson))
            keywords.Add(new ContentKeyword(isBase64, isJson));
    }
}
