using System.CommandLine;
using Cairn.Cli.Client;
using Cairn.Cli.Commands.Configs;
using Cairn.Cli.Commands.Policies;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary>The program's table of contents.</summary>
internal static class CairnCommand
{
    /// <summary>Which saved server and key to use.</summary>
    public static readonly Option<string?> Profile = new("--profile") { HelpName = "name", Description = "The profile made by 'cairn login --profile NAME'", Recursive = true };

    /// <summary>Which server to ask.</summary>
    public static readonly Option<string?> Url = new("--url") { HelpName = "address", Description = $"The server; CAIRN_URL, the profile's, or {Profiles.DefaultUrl} when left out", Recursive = true };

    /// <summary>How to print.</summary>
    public static readonly Option<string> OutputFormat = MakeOutputFormat();

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Cairn keeps every service's configuration in one place: versioned, validated, encrypted, access-controlled,\naudited, and pushed live to whoever watches."
            + "\n\nExamples:\n  cairn serve                                   start a server\n  cairn login                                   say which server and key to use\n"
            + "  cairn config set payments/database pool=20    write a config\n  cairn config get payments/database --env prod read it as prod serves it")
        {
            ServeCommand.Create(),
            SettingsCommand.Create(),
            DoctorCommand.Create(),
            HealthCommand.Create(),
            LoginCommand.Create(),
            LoginCommand.CreateLogout(),
            LoginCommand.CreateWhoAmI(),
            ConfigCommand.Create(),
            ApplyCommand.Create(),
            ChangeCommand.Create(),
            EnvironmentCommand.Create(),
            ProjectCommand.Create(),
            KeyCommand.Create(),
            AuditCommand.Create(),
            KeyringCommand.Create(),
            ClusterCommand.Create(),
            TemplateCommand.Create(),
            SchemaCommand.Create(),
            RegistryCommand.Create(),
            MigrateCommand.Create(),
            PolicyCommand.Create(),
            CompletionCommand.Create(),
        };
        root.Options.Add(Profile);
        root.Options.Add(Url);
        root.Options.Add(OutputFormat);
        return root;
    }

    /// <summary>A client for the server that the command line names.</summary>
    public static ApiClient Client(ParseResult result) => new(Profiles.Resolve(result.GetValue(Profile), result.GetValue(Url)));

    /// <summary>A printer for the format that the command line names.</summary>
    public static Printer Printer(ParseResult result) => new(result.GetValue(OutputFormat) ?? "table");

    private static Option<string> MakeOutputFormat()
    {
        var option = new Option<string>("--output", "-o") { HelpName = "table|json|yaml", Description = "How to print; table when left out", Recursive = true, DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong(Output.Printer.Formats);
        return option;
    }
}
