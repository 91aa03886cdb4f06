using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Apply;
using Cairn.Cli.Output;
using Cairn.Cli.Transfer;

namespace Cairn.Cli.Commands.Configs;

/// <summary><c>cairn config export|import</c>.</summary>
internal static class TransferCommands
{
    private static readonly Option<string?> Folder = new("--directory", "-d")
    {
        HelpName = "folder",
        Description = "Write a folder: a file for each base and overlay",
    };
    private static readonly Option<string?> File = new("--file", "-f")
    {
        HelpName = "file",
        Description = "Or one file of JSON lines; - for standard output",
    };
    private static readonly Option<bool> Prune = new("--prune")
    {
        Description = "Also remove files in the folder of configs that are not there (any more)",
    };
    private static readonly Argument<string> Source = new("source")
    {
        Description = "A folder, a file of JSON lines, or - for JSON lines on standard input",
    };

    private const string Layout =
        "In a folder, payments/database.json is the base of payments/database, and payments/database@prod.json "
        + "its\noverlay for prod.";

    public static IEnumerable<Command> Create() =>
        [
            new ApiCommand(
                "export",
                "Write configs to a folder or a file, as they were written\n\n"
                    + $"{Layout} Schemas, pins and older versions are not exported.\n\n"
                    + "Examples:\n  cairn config export -d configs/\n  cairn config export payments/ -f payments.jsonl",
                Export,
                Flags.Prefix,
                Folder,
                File,
                Prune
            ),
            new ApiCommand(
                "import",
                $"Write many configs to the server\n\n{Layout} YAML, TOML, JSON with comments (.jsonc), "
                    + "properties and\n.env files are read too; of several documents in a YAML file those with "
                    + "spring.config.activate.on-profile are overlays.\n"
                    + "What is the same already is left alone, so that an "
                    + "import which was interrupted can be run again.\n"
                    + "For a change that happens at once or not at all, see 'cairn apply'.\n\n"
                    + "Examples:\n  cairn config import configs/ --dry-run\n"
                    + "  cairn config import payments.jsonl -m 'From the old system'",
                Import,
                Source,
                Flags.Verbatim,
                Flags.DryRun,
                Flags.Message
            ),
        ];

    private static async Task Export(Call call)
    {
        var (folder, file, prefix) = (call.Get(Folder), call.Get(File), call.Get(Flags.Prefix));
        if (folder is null == file is null)
            throw new UsageException("Say where to: -d FOLDER, or -f FILE.");
        var exporter = new Exporter(new ServerConfigs(call.Api), new ProgressDisplay());
        int count = folder is not null
            ? await exporter.ToFolderAsync(prefix, folder, call.Ct)
            : await exporter.ToFileAsync(prefix, file!, call.Ct);
        if (folder is not null)
            TellStale(call, exporter.Stale(prefix, folder));
        string sentence =
            $"Exported {count:N0} document{(count == 1 ? "" : "s")} to "
            + $"{(file == "-" ? "standard output" : folder ?? file)}.";
        if (file == "-")
            await Console.Error.WriteLineAsync(sentence);
        else
            call.Printer.One(new JsonObject { ["documents"] = count, ["to"] = folder ?? file }, sentence);
    }

    private static void TellStale(Call call, IReadOnlyList<string> files)
    {
        foreach (string file in files)
        {
            if (call.Get(Prune))
            {
                System.IO.File.Delete(file);
                Console.Error.WriteLine($"Removed {file}: there is no such config any more.");
            }
            else
            {
                Console.Error.WriteLine($"{file} is of no config that was exported; --prune removes it.");
            }
        }
    }

    private static async Task Import(Call call)
    {
        var documents = DocumentSource.Read(call.Get(Source));
        var plan = await new Planner(new ServerConfigs(call.Api)).MakeAsync(documents, prune: false, call.Ct);
        var report = new JsonObject
        {
            ["created"] = plan.Count(StepAction.Create),
            ["changed"] = plan.Count(StepAction.Change),
            ["unchanged"] = plan.Unchanged,
        };
        if (call.Get(Flags.DryRun))
        {
            foreach (var step in plan.Steps)
            {
                await Console.Error.WriteLineAsync(
                    $"{step.Action.ToString().ToLowerInvariant().PadRight(6)} "
                        + $"{step.Path}{(step.Environment is null ? "" : $" ({step.Environment})")}"
                );
            }

            call.Printer.One(report, plan.Summary + ".");
            return;
        }

        report["changes"] = await new Importer(call.Api, new ProgressDisplay(), call.Get(Flags.Verbatim)).WriteAsync(
            plan.Steps,
            call.Get(Flags.Message) ?? "Import",
            call.Ct
        );
        call.Printer.One(
            report,
            $"Imported: {report["created"]!.GetValue<int>():N0} created, "
                + $"{report["changed"]!.GetValue<int>():N0} changed, {plan.Unchanged:N0} unchanged."
        );
    }
}
