using System.Diagnostics;
using System.Text;
using Cairn.Cli.Client;
using Cairn.Cli.Commands.Configs;
using Cairn.Cli.Output;
using Cairn.Client;
using Cairn.Core;
using Cairn.Core.Documents;

namespace Cairn.Cli.Editing;

/// <summary>Lets a person edit a config: reads it, starts their editor, and writes it if nobody else has
/// meanwhile.</summary>
internal sealed class ConfigEditor(ApiClient api, Printer printer)
{
    /// <summary>Edits a base, or an environment's overlay; one that does not exist yet begins as an empty
    /// object.</summary>
    /// <exception cref="ApiException">The server refused it; the text is kept in a file that a message
    /// names.</exception>
    public async Task EditAsync(
        string path,
        string? environment,
        string formatName,
        (string, string?) message,
        CancellationToken ct
    )
    {
        var format = DocumentFormat.ByName(formatName);
        string address = CairnPath.Query(ApiClient.Resource("configs", path), ("environment", environment));
        var (raw, unchanged) = await RawDocument.ReadAsync(api, path, environment, ct);
        byte[] document = raw ?? "{}"u8.ToArray();
        string before = Encoding.UTF8.GetString(
            format == DocumentFormat.Json ? [.. JsonText.Indent(document), (byte)'\n'] : format.Write(document)
        );

        var folder = Directory.CreateTempSubdirectory("cairn-edit-");
        string file = Path.Combine(
            folder.FullName,
            $"{path.Split('/')[^1]}{(environment is null ? "" : "@" + environment)}.{format.Name}"
        );
        await File.WriteAllTextAsync(file, before, ct);
        await RunEditorAsync(file, ct);
        string after = await File.ReadAllTextAsync(file, ct);
        if (after == before)
        {
            folder.Delete(recursive: true);
            Console.Error.WriteLine("Nothing was changed.");
            return;
        }

        try
        {
            byte[] json = format.ToJson(Encoding.UTF8.GetBytes(after));
            var written = await api.SendAsync(
                HttpMethod.Put,
                address,
                json,
                "application/json",
                ct,
                unchanged,
                message
            );
            folder.Delete(recursive: true);
            DocumentCommands.PrintWritten(printer, written);
        }
        catch (Exception e) when (e is ApiException or ProblemException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync($"Your text is kept in {file}");
            throw;
        }
    }

    private static async Task RunEditorAsync(string file, CancellationToken ct)
    {
        string editor = Profiles.Variable("VISUAL") ?? Profiles.Variable("EDITOR") ?? "vi";
        // An editor's variable may hold options too, so a shell takes it apart.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd", ["/c", $"{editor} \"{file}\""])
            : new ProcessStartInfo("/bin/sh", ["-c", editor + " \"$1\"", "sh", file]);
        using var process = Process.Start(start) ?? throw new IOException($"The editor '{editor}' does not start.");
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new IOException(
                $"The editor '{editor}' ended with code {process.ExitCode}, so nothing was written. The text is "
                    + $"in {file}"
            );
        }
    }
}
