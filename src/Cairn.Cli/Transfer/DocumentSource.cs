using Cairn.Cli.Output;

namespace Cairn.Cli.Transfer;

/// <summary>Where configs are read from: a folder, a file of JSON lines, or <c>-</c> for JSON lines on standard
/// input.</summary>
internal static class DocumentSource
{
    /// <summary>Reads all of it.</summary>
    /// <exception cref="UsageException">There is no such thing, it holds no configs, or it is malformed.</exception>
    public static List<ConfigDocument> Read(string name) =>
        ReadAll(name) is { Count: > 0 } documents
            ? documents
            : throw new UsageException($"There are no configs in '{name}'.");

    private static List<ConfigDocument> ReadAll(string name)
    {
        if (Directory.Exists(name))
        {
            var skipped = new List<string>();
            List<ConfigDocument> documents = [.. DocumentTree.Read(name, skipped.Add)];
            if (skipped.Count > 0)
            {
                Console.Error.WriteLine(
                    "Left out, as they are no documents by their names: "
                        + $"{string.Join(", ", skipped.Take(10))}{(skipped.Count > 10 ? $" and {skipped.Count - 10} more" : "")}."
                );
            }

            return documents;
        }

        if (name == "-")
            return [.. DocumentLines.Read(Console.In, "standard input")];
        if (!File.Exists(name))
            throw new UsageException($"There is no folder or file '{name}'.");
        using var reader = new StreamReader(name);
        return [.. DocumentLines.Read(reader, name)];
    }
}
