using System.CommandLine;

namespace Cairn.Cli.Commands.Configs;

/// <summary><c>cairn config</c>: its table of contents.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var command = new Command(
            "config",
            "Work with configs: read, write, compare, promote, watch, export, import\n\n"
                + "A config is a document at a path such as payments/database. All environments share its base; "
                + "an environment can have\n"
                + "an overlay of its own, which is merged over the base, and can be kept at an older base until "
                + "it is promoted.\n\n"
                + "Examples:\n  cairn config set payments/database -f database.json\n"
                + "  cairn config set payments/database --env prod pool.size=50\n"
                + "  cairn config get payments/database --env prod\n  cairn config diff payments/database 3 5"
        );
        foreach (
            var subcommand in (IEnumerable<Command>)
                [
                    .. DocumentCommands.Create(),
                    .. VersionCommands.Create(),
                    SchemaCommand.Create(),
                    WatchCommand.Create(),
                    .. TransferCommands.Create(),
                    ApplyCommand.Create(),
                ]
        )
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }
}
