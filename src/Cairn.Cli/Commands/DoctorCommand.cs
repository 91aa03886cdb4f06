using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Diagnostics;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn doctor</c>.</summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Option<string?> Data = new("--data")
    {
        HelpName = "folder",
        Description = "The data folder of the server on this machine, as for 'cairn serve'",
    };

    public static Command Create()
    {
        var command = new Command(
            "doctor",
            "Look for what is wrong, on this machine and with the server, and say what to do about it\n\n"
                + "Examples:\n  cairn doctor\n  cairn doctor --data /var/lib/cairn --url https://cairn.example.com"
        )
        {
            ServeCommand.File,
            Data,
        };
        command.SetAction(
            async (result, ct) =>
            {
                var checks = new List<Check>();
                bool table = CairnCommand.Printer(result).IsTable;
                foreach (var check in NodeChecks.Run(result))
                    Add(check);
                using var api = CairnCommand.Client(result, Patience);
                await foreach (var check in new ServerChecks(api).RunAsync(ct))
                    Add(check);
                if (!table)
                    CairnCommand.Printer(result).List([.. checks.Select(ToJson)]);
                return checks.Any(check => check.Result == CheckResult.Bad) ? ExitCodes.Failure : ExitCodes.Success;

                void Add(Check check)
                {
                    checks.Add(check);
                    if (table)
                        Print(check);
                }
            }
        );
        return command;
    }

    private static void Print(Check check)
    {
        var (mark, colour) = check.Result switch
        {
            CheckResult.Good => ("✓", 32),
            CheckResult.Bad => ("✗", 31),
            _ => ("–", 90),
        };
        Terminal.Write(mark, colour);
        Console.Out.WriteLine($" {check.Name}: {check.Finding}");
        if (check.Cure is not null)
            Console.Out.WriteLine($"    → {check.Cure}");
    }

    private static JsonNode ToJson(Check check) =>
        new JsonObject
        {
            ["check"] = check.Name,
            ["result"] = check.Result.ToString().ToLowerInvariant(),
            ["finding"] = check.Finding,
            ["cure"] = check.Cure,
        };
}
