using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Node;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn version</c>: what this program is; asks no server.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command(
            "version",
            "Show the version of this program; 'cairn health -o json' has the server's\n\nExamples:\n"
                + "  cairn version\n  cairn version -o json"
        );
        command.SetAction(result =>
            CairnCommand
                .Printer(result)
                .One(
                    new JsonObject
                    {
                        ["name"] = "cairn",
                        ["version"] = CairnNode.Version,
                        ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
                        ["platform"] = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier,
                    },
                    "cairn " + CairnNode.Version
                )
        );
        return command;
    }
}

/// <summary><c>cairn help [command]</c>: the same as <c>--help</c> behind it.</summary>
internal static class HelpCommand
{
    private static readonly Argument<string[]> Words = new("command")
    {
        Description = "Which command",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        var command = new Command(
            "help",
            "Show what a command does\n\nExamples:\n  cairn help\n  cairn help config set"
        )
        {
            Words,
        };
        command.SetAction(result =>
        {
            var found = result.RootCommandResult.Command;
            foreach (string word in result.GetValue(Words)!)
            {
                found =
                    found.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word))
                    ?? throw new UsageException(
                        $"'{word}' is no command of {HelpPage.NameOf(found)}. See: {HelpPage.NameOf(found)} --help"
                    );
            }

            HelpPage.Write(found, Console.Out);
        });
        return command;
    }
}
