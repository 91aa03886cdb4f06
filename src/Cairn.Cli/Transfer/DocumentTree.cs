using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Core;
using Cairn.Core.Documents;

namespace Cairn.Cli.Transfer;

/// <summary>
/// Configs as a folder: <c>payments/database.json</c> is the base of <c>payments/database</c>, and
/// <c>payments/database@prod.json</c> its overlay for prod. What would be ambiguous in a file's name is
/// percent-encoded: an <c>@</c> of the path itself, a dot in front, an ending such as <c>.json</c> of a folder.
/// </summary>
internal static class DocumentTree
{
    /// <summary>The file of a document, below the folder.</summary>
    public static string FileOf(string path, string? environment)
    {
        string[] segments = path.Split('/');
        for (int i = 0; i < segments.Length - 1; i++)
        {
            if (DocumentFile.FormatOf(segments[i]) is not null)
                segments[i] = EncodeAt(segments[i], segments[i].LastIndexOf('.'));
        }

        segments[^1] = segments[^1].Replace("@", "%40", StringComparison.Ordinal);
        for (int i = 0; i < segments.Length; i++)
        {
            if (segments[i][0] == '.')
                segments[i] = EncodeAt(segments[i], 0);
        }

        return $"{string.Join('/', segments)}{(environment is null ? "" : "@" + environment)}.json";
    }

    /// <summary>Writes a document to its file, over several lines.</summary>
    /// <returns>The file.</returns>
    public static async Task<string> WriteAsync(string folder, ConfigDocument document, CancellationToken ct)
    {
        string file = Path.Combine(folder, FileOf(document.Path, document.Environment));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using var output = PrivateFile.Create(file);
        await output.WriteAsync((byte[])[.. JsonText.Indent(document.Json), (byte)'\n'], ct);
        return file;
    }

    /// <summary>Reads all documents below a folder, in the order of their files' names. Files whose name begins with a
    /// dot or whose ending is that of no format are not configs.</summary>
    /// <exception cref="UsageException">A file is malformed, or two files are the same document.</exception>
    /// <param name="folder">The folder.</param>
    /// <param name="onSkipped">Told of each other file.</param>
    public static IEnumerable<ConfigDocument> Read(string folder, Action<string> onSkipped)
    {
        var known = new Dictionary<(string, string?), string>();
        foreach (string file in Files(folder, onSkipped))
        {
            foreach (var document in Read(folder, file))
            {
                if (!known.TryAdd((document.Path, document.Environment), file))
                {
                    throw new UsageException(
                        $"{file} and {known[(document.Path, document.Environment)]} are both {document.Name}."
                    );
                }

                yield return document;
            }
        }
    }

    /// <summary>The files that hold documents, and of which configs.</summary>
    public static IEnumerable<(string File, string Path)> Names(string folder) =>
        Files(folder, static _ => { }).Select(file => (file, NameOf(folder, file).Path));

    private static IEnumerable<string> Files(string folder, Action<string> onSkipped)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (IsShown(file) && DocumentFile.FormatOf(file) is not null)
                yield return file;
            else
                onSkipped(file);
        }

        foreach (string below in Directory.EnumerateDirectories(folder).Where(IsShown).Order(StringComparer.Ordinal))
        {
            foreach (string file in Files(below, onSkipped))
                yield return file;
        }
    }

    private static IReadOnlyList<ConfigDocument> Read(string folder, string file)
    {
        var (path, environment) = NameOf(folder, file);
        var format = DocumentFile.FormatOf(file)!;
        byte[] text = File.ReadAllBytes(file);
        var warnings = new List<DocumentWarning>();
        try
        {
            return format == DocumentFormat.Yaml
                ? ProfileDocuments.Read(path, environment, text, warnings)
                : [new ConfigDocument(path, environment, format.ToJson(text, warnings))];
        }
        catch (ProblemException e)
        {
            throw new UsageException($"{file}: {e.Message}");
        }
        finally
        {
            DocumentFile.Tell(file, warnings);
        }
    }

    private static (string Path, string? Environment) NameOf(string folder, string file)
    {
        string relative = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
        relative = relative[..^Path.GetExtension(relative).Length];
        int at = relative.IndexOf('@', relative.LastIndexOf('/') + 1);
        return (Uri.UnescapeDataString(at < 0 ? relative : relative[..at]), at < 0 ? null : relative[(at + 1)..]);
    }

    private static bool IsShown(string path) => !Path.GetFileName(path).StartsWith('.');

    private static string EncodeAt(string text, int index) =>
        $"{text[..index]}%{(int)text[index]:X2}{text[(index + 1)..]}";
}
