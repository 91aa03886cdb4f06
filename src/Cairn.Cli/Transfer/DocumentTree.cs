using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Core;
using Cairn.Core.Documents;

namespace Cairn.Cli.Transfer;

/// <summary>
/// Configs as a folder: <c>payments/database.json</c> is the base of <c>payments/database</c>, and
/// <c>payments/database@prod.json</c> its overlay for prod. What would be ambiguous in a file's name is percent-encoded:
/// an <c>@</c> of the path itself, a dot in front, an ending such as <c>.json</c> of a folder.
/// </summary>
internal static class DocumentTree
{
    /// <summary>The file of a document, below the folder.</summary>
    public static string FileOf(string path, string? environment)
    {
        string[] segments = path.Split('/');
        for (int i = 0; i < segments.Length - 1; i++)
            if (DocumentFile.FormatOf(segments[i]) is not null)
                segments[i] = EncodeAt(segments[i], segments[i].LastIndexOf('.'));
        segments[^1] = segments[^1].Replace("@", "%40", StringComparison.Ordinal);
        for (int i = 0; i < segments.Length; i++)
            if (segments[i][0] == '.')
                segments[i] = EncodeAt(segments[i], 0);
        return $"{string.Join('/', segments)}{(environment is null ? "" : "@" + environment)}.json";
    }

    /// <summary>Writes a document to its file, over several lines.</summary>
    public static async Task WriteAsync(string folder, ConfigDocument document, CancellationToken ct)
    {
        string file = Path.Combine(folder, FileOf(document.Path, document.Environment));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, [.. JsonText.Indent(document.Json), (byte)'\n'], ct);
    }

    /// <summary>Reads all documents below a folder, in the order of their files' names. Files whose name begins with a dot
    /// or whose ending is that of no format are not configs.</summary>
    /// <exception cref="UsageException">A file is malformed, or two files are the same document.</exception>
    public static IEnumerable<ConfigDocument> Read(string folder)
    {
        var known = new Dictionary<(string, string?), string>();
        foreach (string file in Files(folder))
        {
            var document = Read(folder, file);
            if (!known.TryAdd((document.Path, document.Environment), file))
                throw new UsageException($"{file} and {known[(document.Path, document.Environment)]} are both {document.Name}.");
            yield return document;
        }
    }

    private static IEnumerable<string> Files(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Where(IsShown).Order(StringComparer.Ordinal))
            if (DocumentFile.FormatOf(file) is not null)
                yield return file;
        foreach (string below in Directory.EnumerateDirectories(folder).Where(IsShown).Order(StringComparer.Ordinal))
            foreach (string file in Files(below))
                yield return file;
    }

    private static ConfigDocument Read(string folder, string file)
    {
        string relative = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
        relative = relative[..^Path.GetExtension(relative).Length];
        int at = relative.IndexOf('@', relative.LastIndexOf('/') + 1);
        string? environment = at < 0 ? null : relative[(at + 1)..];
        string path = Uri.UnescapeDataString(at < 0 ? relative : relative[..at]);
        try
        {
            return new ConfigDocument(path, environment, DocumentFile.FormatOf(file)!.ToJson(File.ReadAllBytes(file)));
        }
        catch (ProblemException e)
        {
            throw new UsageException($"{file}: {e.Message}");
        }
    }

    private static bool IsShown(string path) => !Path.GetFileName(path).StartsWith('.');

    private static string EncodeAt(string text, int index) => $"{text[..index]}%{(int)text[index]:X2}{text[(index + 1)..]}";
}
