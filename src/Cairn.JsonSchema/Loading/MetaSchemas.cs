using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;

namespace Cairn.JsonSchema.Loading;

/// <summary>
/// The official meta-schemas of all drafts, reduced to what validates (titles, comments and defaults left out), each
/// under its own URI.
/// </summary>
internal static class MetaSchemas
{
    private static readonly ConcurrentDictionary<string, FrozenDictionary<string, JsonElement>> Loaded = new();

    /// <param name="uri">Without fragment.</param>
    public static JsonElement? Find(string uri)
    {
        string? file = uri switch
        {
            "http://json-schema.org/draft-04/schema" => "draft-04",
            "http://json-schema.org/draft-06/schema" => "draft-06",
            "http://json-schema.org/draft-07/schema" => "draft-07",
            _ when uri.StartsWith("https://json-schema.org/draft/2019-09/", StringComparison.Ordinal) => "2019-09",
            _ when uri.StartsWith("https://json-schema.org/draft/2020-12/", StringComparison.Ordinal) => "2020-12",
            _ => null,
        };
        return file is not null && Loaded.GetOrAdd(file, Load).TryGetValue(uri, out var schema) ? schema : null;
    }

    private static FrozenDictionary<string, JsonElement> Load(string file)
    {
        using var stream = typeof(MetaSchemas).Assembly.GetManifestResourceStream($"MetaSchemas/{file}.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone().EnumerateArray().ToFrozenDictionary(IdOf);
    }

    private static string IdOf(JsonElement schema) =>
        (schema.TryGetProperty("$id", out var id) ? id : schema.GetProperty("id")).GetString()!.TrimEnd('#');
}
