using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn settings</c>: the values <c>cairn serve</c> would run with.</summary>
internal static class SettingsCommand
{
    public static Command Create()
    {
        var command = new Command(
            "settings",
            "Show the settings of 'cairn serve', their values here, and where those come from\n\n"
                + "Secrets are masked.\n\nExamples:\n  cairn settings\n"
                + "  CAIRN_STORE=sqlite:/srv/cairn.db cairn settings -o json"
        );
        ServeCommand.AddSettings(command);
        command.SetAction(result =>
        {
            var (_, settings) = ServeCommand.Load(result);
            CairnCommand
                .Printer(result)
                .List(
                    [
                        .. settings.Select(setting =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["name"] = setting.Setting.Name,
                                    ["value"] = setting.Shown,
                                    ["source"] = setting.Source,
                                    ["variable"] = setting.Setting.Variable,
                                    ["meaning"] = setting.Setting.Meaning,
                                }
                        ),
                    ],
                    Column.Of("name"),
                    Column.Of("value").Shortened(0),
                    Column.Of("source").Shortened(2),
                    Column.Of("meaning").Shortened(1)
                );
            return ExitCodes.Success;
        });
        return command;
    }
}
