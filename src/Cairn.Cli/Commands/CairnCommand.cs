using System.CommandLine;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary>The program's table of contents.</summary>
internal static class CairnCommand
{
    /// <summary>Which saved server and key to use.</summary>
    public static readonly Option<string?> Profile = new("--profile") { Description = "The profile made by 'cairn login --profile NAME'", Recursive = true };

    /// <summary>Which server to ask.</summary>
    public static readonly Option<string?> Url = new("--url") { Description = $"The server; CAIRN_URL, the profile's, or {Profiles.DefaultUrl} when not given", Recursive = true };

    /// <summary>How to print.</summary>
    public static readonly Option<string> OutputFormat = MakeOutputFormat();

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Cairn keeps every service's configuration in one place: versioned, validated, encrypted, access-controlled,\naudited, and pushed live to whoever watches.")
        {
            ServeCommand.Create(),
            SettingsCommand.Create(),
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
        var option = new Option<string>("--output", "-o") { Description = "How to print", Recursive = true, DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong(Output.Printer.Formats);
        return option;
    }
}
