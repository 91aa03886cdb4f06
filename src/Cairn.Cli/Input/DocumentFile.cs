using Cairn.Cli.Output;
using Cairn.Core.Documents;

namespace Cairn.Cli.Input;

/// <summary>A document that the command line names: a file, or <c>-</c> for standard input.</summary>
internal static class DocumentFile
{
    /// <summary>The formats a document can be in, by the ending of its file's name.</summary>
    public static DocumentFormat? FormatOf(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".json" => DocumentFormat.Json,
        ".yaml" or ".yml" => DocumentFormat.Yaml,
        ".properties" => DocumentFormat.Properties,
        ".env" => DocumentFormat.Dotenv,
        ".toml" => DocumentFormat.Toml,
        _ => null,
    };

    /// <summary>Reads it as JSON.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="format">Its format; null for what its name says, and JSON where that says nothing.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="Core.ProblemException">It is malformed.</exception>
    public static async Task<byte[]> ReadAsync(string file, string? format, CancellationToken ct)
    {
        var documentFormat = format is not null ? DocumentFormat.ByName(format) : FormatOf(file) ?? DocumentFormat.Json;
        return documentFormat.ToJson(await ReadTextAsync(file, ct));
    }

    /// <summary>Reads it as it is.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    public static async Task<byte[]> ReadTextAsync(string file, CancellationToken ct)
    {
        if (file != "-")
            return File.Exists(file) ? await File.ReadAllBytesAsync(file, ct)
                : throw new UsageException(Directory.Exists(file) ? $"'{file}' is a folder, not a file." : $"There is no file '{file}'.");
        using var bytes = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(bytes, ct);
        return bytes.ToArray();
    }
}
