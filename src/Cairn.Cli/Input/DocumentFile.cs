using Cairn.Cli.Output;
using Cairn.Core.Documents;

namespace Cairn.Cli.Input;

/// <summary>A document that the command line names: a file, or <c>-</c> for standard input.</summary>
internal static class DocumentFile
{
    // Far more than a document may have, so that it is the server that says how much that is.
    private const int MaxBytes = 64 << 20;

    /// <summary>The formats a document can be in, by the ending of its file's name.</summary>
    public static DocumentFormat? FormatOf(string file) =>
        Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".json" => DocumentFormat.Json,
            ".jsonc" => DocumentFormat.Jsonc,
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
        var warnings = new List<DocumentWarning>();
        byte[] json = documentFormat.ToJson(await ReadTextAsync(file, ct), warnings);
        Tell(file, warnings);
        return json;
    }

    /// <summary>Tells on standard error what a document does not mean to all who read it.</summary>
    public static void Tell(string file, IReadOnlyList<DocumentWarning> warnings)
    {
        foreach (var warning in warnings)
            Console.Error.WriteLine($"{SafeText.Of(file)}, line {warning.Line}: {SafeText.Of(warning.Message)}");
    }

    /// <summary>Reads it as it is.</summary>
    /// <exception cref="UsageException">There is no such file, or it is larger than anything that is read
    /// here.</exception>
    public static async Task<byte[]> ReadTextAsync(string file, CancellationToken ct)
    {
        if (file != "-")
        {
            return File.Exists(file)
                ? await ReadAsync(File.OpenRead(file), file, ct)
                : throw new UsageException(
                    Directory.Exists(file) ? $"'{file}' is a folder, not a file." : $"There is no file '{file}'."
                );
        }

        return await ReadAsync(Console.OpenStandardInput(), "Standard input", ct);
    }

    // Some files and pipes have no end.
    private static async Task<byte[]> ReadAsync(Stream input, string name, CancellationToken ct)
    {
        await using (input)
        {
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[64 * 1024];
            while (await input.ReadAsync(buffer, ct) is > 0 and var read)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxBytes)
                    throw new UsageException($"{name} is larger than {MaxBytes >> 20} MiB.");
            }

            return bytes.ToArray();
        }
    }
}
