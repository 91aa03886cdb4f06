using System.Text;
using System.Text.Json;
using Cairn.Cli.Output;
using Cairn.Core;
using Cairn.Core.Documents;

namespace Cairn.Cli.Transfer;

/// <summary>Configs as JSON lines: <c>{"path":"payments/database","environment":"prod","document":{…}}</c>, without
/// <c>environment</c> for a base.</summary>
internal static class DocumentLines
{
    /// <summary>A document as one line, with its end.</summary>
    public static byte[] Write(ConfigDocument document)
    {
        byte[] line = JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("path", document.Path);
            if (document.Environment is not null)
                writer.WriteString("environment", document.Environment);
            writer.WritePropertyName("document");
            writer.WriteRawValue(document.Json, skipInputValidation: true);
            writer.WriteEndObject();
        });
        return [.. line, (byte)'\n'];
    }

    /// <summary>Reads documents, one a line; empty lines are left out.</summary>
    /// <exception cref="UsageException">A line is malformed, or the same document as an earlier one.</exception>
    public static IEnumerable<ConfigDocument> Read(TextReader reader, string name)
    {
        var known = new HashSet<(string, string?)>();
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            var document = Read(line, $"{name}, line {number}");
            if (!known.Add((document.Path, document.Environment)))
                throw new UsageException($"{name}, line {number}: {document.Name} was there already.");
            yield return document;
        }
    }

    private static ConfigDocument Read(string line, string place)
    {
        try
        {
            using var json = JsonText.Parse(Encoding.UTF8.GetBytes(line));
            var root = json.RootElement;
            if (
                root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("path", out var path)
                && path.ValueKind == JsonValueKind.String
                && root.TryGetProperty("document", out var document)
            )
            {
                return new ConfigDocument(
                    path.GetString()!,
                    root.TryGetProperty("environment", out var environment) ? environment.GetString() : null,
                    JsonText.ToUtf8(document)
                );
            }
        }
        catch (Exception e) when (e is ProblemException or InvalidOperationException)
        {
            throw new UsageException($"{place}: {e.Message}");
        }

        throw new UsageException($"{place} is not an object with 'path' and 'document'.");
    }
}
