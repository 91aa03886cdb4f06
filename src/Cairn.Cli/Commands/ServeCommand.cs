using System.Collections;
using System.CommandLine;
using Cairn.Cli.Input;
using Cairn.Node.Settings;
using Cairn.Server;
using Microsoft.Extensions.Hosting;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn serve</c>: runs a node until it is told to stop.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    /// <summary>The settings file.</summary>
    public static readonly Option<string?> File = new("--config")
    {
        HelpName = "file",
        Description = "A file with settings; cairn.yaml where there is one",
    };

    public static Command Create()
    {
        var command = new Command(
            Name,
            "Run a Cairn server\n\nNothing else is needed: it makes its data folder, keys and environments.\n\n"
                + "Examples:\n  cairn serve\n  cairn serve --listen http://0.0.0.0:8080 --data /var/lib/cairn"
        );
        AddSettings(command);
        command.SetAction(
            async (result, ct) =>
            {
                var (options, _) = Load(result);
                ListenCheck.Run(options.Listen);
                options.Node.OnAdminKeyCreated = key => PrintAdminKey(key, options);
                await using var app = CairnProgram.Build(options);
                await app.StartAsync(ct);
                Console.Out.WriteLine($"Cairn is listening on {string.Join(", ", app.Urls)}");
                if (options.Docs)
                    Console.Out.WriteLine($"The API is described at {app.Urls.First()}/docs");
                await app.WaitForShutdownAsync(CancellationToken.None);
                return 0;
            }
        );
        return command;
    }

    /// <summary>Gives a command an option for every setting.</summary>
    public static void AddSettings(Command command)
    {
        command.Options.Add(File);
        foreach (var setting in SettingTable.All)
        {
            // A secret on a command line can be read by everybody who lists processes.
            if (!setting.Secret)
            {
                command.Options.Add(
                    new Option<string?>("--" + setting.Name)
                    {
                        HelpName = "value",
                        Description =
                            $"{setting.Meaning} [{setting.Variable}; default: "
                            + $"{(setting.Default.Length == 0 ? "none" : setting.Default)}]",
                    }
                );
            }
        }
    }

    /// <summary>The settings of the command line, the environment and the file, together.</summary>
    public static (ServeOptions Options, IReadOnlyList<EffectiveSetting> Settings) Load(ParseResult result)
    {
        var arguments = new Dictionary<string, string>();
        foreach (var setting in SettingTable.All)
        {
            if (
                !setting.Secret
                && result.GetResult("--" + setting.Name)
                    is System.CommandLine.Parsing.OptionResult { Implicit: false } given
                && given.GetValueOrDefault<string?>() is { } value
            )
            {
                arguments[setting.Name] = value;
            }
        }

        var environment = Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Where(entry => !CairnCommand.Variables.Contains((string)entry.Key))
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        return EffectiveSettings.Load(arguments, environment, result.GetValue(File));
    }

    /// <summary>Shows the key of a new store, this once.</summary>
    public static void PrintAdminKey(string key, ServeOptions options)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine("This is a new store. Its admin key, shown this once:");
        Console.Out.WriteLine();
        Console.Out.WriteLine("    " + key);
        Console.Out.WriteLine();
        Console.Out.WriteLine("Keep it, then log in with:");
        Console.Out.WriteLine($"    cairn login --url {options.Listen[0]}");
        Console.Out.WriteLine();
    }
}
