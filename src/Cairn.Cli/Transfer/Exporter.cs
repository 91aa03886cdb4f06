using Cairn.Cli.Output;

namespace Cairn.Cli.Transfer;

/// <summary>Writes a server's configs to a folder or a file.</summary>
internal sealed class Exporter(ServerConfigs configs, ProgressDisplay progress)
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Writes each document to a file of its own.</summary>
    /// <returns>How many documents there were.</returns>
    public async Task<int> ToFolderAsync(string prefix, string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        return await RunAsync(
            prefix,
            async document => _written.Add(await DocumentTree.WriteAsync(folder, document, ct)),
            ct
        );
    }

    /// <summary>The files of a folder that would be read as documents below the prefix and were not written by the last
    /// export.</summary>
    public IReadOnlyList<string> Stale(string prefix, string folder) =>
        [
            .. DocumentTree
                .Names(folder)
                .Where(file => file.Path.StartsWith(prefix, StringComparison.Ordinal) && !_written.Contains(file.File))
                .Select(file => file.File),
        ];

    /// <summary>Writes one file of JSON lines; under its name it is either complete or not there.</summary>
    /// <inheritdoc cref="ToFolderAsync" path="/returns"/>
    public async Task<int> ToFileAsync(string prefix, string file, CancellationToken ct)
    {
        if (file == "-")
        {
            // Disposing would close the console's own stream.
            var output = Console.Out;
            return await RunAsync(
                prefix,
                async document =>
                    await output.WriteAsync(System.Text.Encoding.UTF8.GetString(DocumentLines.Write(document))),
                ct
            );
        }

        string temporary = file + ".new";
        int count;
        await using (var output = PrivateFile.Create(temporary))
        {
            count = await RunAsync(
                prefix,
                document => output.WriteAsync(DocumentLines.Write(document), ct).AsTask(),
                ct
            );
        }

        File.Move(temporary, file, overwrite: true);
        return count;
    }

    private async Task<int> RunAsync(string prefix, Func<ConfigDocument, Task> write, CancellationToken ct)
    {
        int count = 0;
        await progress.RunAsync(
            "Exporting",
            total: null,
            async advance =>
            {
                await foreach (var config in configs.ListAsync(prefix, ct))
                {
                    foreach (
                        var document in config.Documents.OrderBy(
                            document => document.Environment,
                            StringComparer.Ordinal
                        )
                    )
                    {
                        await write(document);
                        count++;
                        advance(1);
                    }
                }
            }
        );
        return count;
    }
}
