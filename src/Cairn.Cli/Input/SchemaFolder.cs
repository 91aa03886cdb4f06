using System.Text.Json;
using Cairn.Core.Documents;

namespace Cairn.Cli.Input;

/// <summary>The schemas that others on this machine may refer to: named files, and those in named folders.</summary>
internal sealed class SchemaFolder
{
    private readonly Dictionary<string, JsonElement> _byUri = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _byName = new(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <exception cref="Output.UsageException">A file is not there.</exception>
    /// <exception cref="Core.ProblemException">One is malformed.</exception>
    public static async Task<SchemaFolder> ReadAsync(IEnumerable<string> places, CancellationToken ct)
    {
        var folder = new SchemaFolder();
        foreach (string place in places)
        {
            foreach (
                string file in Directory.Exists(place)
                    ? Directory
                        .GetFiles(place, "*", SearchOption.AllDirectories)
                        .Order(StringComparer.Ordinal)
                        .ToArray()
                    : [place]
            )
            {
                if (
                    file == place
                    || DocumentFile.FormatOf(file) is { } format
                        && (format == DocumentFormat.Json || format == DocumentFormat.Yaml)
                )
                {
                    folder.Add(file, JsonText.Element(await DocumentFile.ReadAsync(file, null, ct)));
                }
            }
        }

        return folder;
    }

    /// <summary>The schema that a reference means: by its <c>$id</c>, by where its file is, else by its file's
    /// name.</summary>
    public JsonElement? Find(Uri uri) =>
        _byUri.TryGetValue(uri.ToString(), out var schema)
        || _byName.TryGetValue(uri.ToString().Split('/')[^1], out schema)
            ? schema
            : null;

    /// <summary>What a schema's relative references are resolved against.</summary>
    public static Uri AddressOf(string file) => new("file://" + Path.GetFullPath(file == "-" ? "stdin" : file));

    private void Add(string file, JsonElement schema)
    {
        _byUri.TryAdd(AddressOf(file).ToString(), schema);
        _byName.TryAdd(Path.GetFileName(file), schema);
        if (
            schema.ValueKind == JsonValueKind.Object
            && (schema.TryGetProperty("$id", out var id) || schema.TryGetProperty("id", out id))
            && id.ValueKind == JsonValueKind.String
        )
        {
            _byUri.TryAdd(id.GetString()!.TrimEnd('#'), schema);
        }
    }
}
