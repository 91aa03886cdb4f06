using System.CommandLine;
using Cairn.Cli.Client;
using Cairn.Cli.Commands.Configs;
using Cairn.Cli.Commands.Policies;
using Cairn.Cli.Input;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary>The program's table of contents.</summary>
internal static class CairnCommand
{
    /// <summary>Which saved server and key to use.</summary>
    public static readonly Option<string?> Profile = new("--profile")
    {
        HelpName = "name",
        Description = "The profile made by 'cairn login --profile NAME'",
        Recursive = true,
    };

    /// <summary>Which server to ask.</summary>
    public static readonly Option<string?> Url = new("--url")
    {
        HelpName = "address",
        Description = $"The server; CAIRN_URL, the profile's, or {Profiles.DefaultUrl} when left out",
        Recursive = true,
    };

    /// <summary>How long to wait.</summary>
    public static readonly Option<string?> Timeout = new("--timeout")
    {
        HelpName = "duration",
        Description = "How long to wait for an answer: 30s; CAIRN_TIMEOUT, or a minute when left out",
        Recursive = true,
    };

    /// <summary>Whom to trust.</summary>
    public static readonly Option<string?> CaCert = new("--ca-cert")
    {
        HelpName = "file",
        Description =
            "The authorities in PEM that alone vouch for the server; CAIRN_CACERT, or the system's when left out",
        Recursive = true,
    };

    /// <summary>What to show of oneself.</summary>
    public static readonly Option<string?> ClientCert = new("--client-cert")
    {
        HelpName = "file",
        Description = "A certificate in PEM to show to the server or a proxy before it; CAIRN_CLIENT_CERT",
        Recursive = true,
    };

    /// <inheritdoc cref="ClientCert"/>
    public static readonly Option<string?> ClientKey = new("--client-key")
    {
        HelpName = "file",
        Description = "Its key in PEM, where that is not in the same file; CAIRN_CLIENT_KEY",
        Recursive = true,
    };

    /// <summary>How to print.</summary>
    public static readonly Option<string> OutputFormat = MakeOutputFormat();

    /// <summary>The variables of the environment that are of a client, and no settings of a server in the same
    /// shell.</summary>
    public static readonly IReadOnlyList<string> Variables =
    [
        "CAIRN_TIMEOUT",
        "CAIRN_CACERT",
        "CAIRN_CLIENT_CERT",
        "CAIRN_CLIENT_KEY",
        "CAIRN_DEBUG",
    ];

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Cairn keeps every service's configuration in one place: versioned, validated, encrypted, "
                + "access-controlled,\naudited, and pushed live to whoever watches."
                + "\n\nExamples:\n  cairn serve                                   start a server\n"
                + "  cairn login                                   say which server and key to use\n"
                + "  cairn config set payments/database pool=20    write a config\n"
                + "  cairn config get payments/database --env prod read it as prod serves it"
        )
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
            VersionCommand.Create(),
            HelpCommand.Create(),
        };
        root.Options.Add(Profile);
        root.Options.Add(Url);
        root.Options.Add(OutputFormat);
        root.Options.Add(Timeout);
        root.Options.Add(CaCert);
        root.Options.Add(ClientCert);
        root.Options.Add(ClientKey);
        foreach (var version in root.Options.OfType<VersionOption>())
        {
            foreach (string alias in (string[])["-V", "-v"])
                version.Aliases.Add(alias);
        }

        Profile.CompletionSources.Add(_ => Suggestions.Profiles());
        return root;
    }

    /// <summary>A client for the server that the command line names.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="patience">How long one answer may take when nobody says; null for a minute.</param>
    /// <param name="withKey">Whether the key is sent along.</param>
    /// <exception cref="UsageException">An option, a variable or the file of profiles is wrong.</exception>
    public static ApiClient Client(ParseResult result, TimeSpan? patience = null, bool withKey = true)
    {
        var api = new ApiClient(
            WithTls(result, Profiles.Resolve(result.GetValue(Profile), result.GetValue(Url), withKey))
        );
        if ((result.GetValue(Timeout) ?? Profiles.Variable("CAIRN_TIMEOUT")) is { } text)
        {
            api.Patience =
                Times.Duration(text) is { Ticks: > 0 } wait && wait <= LongestTimeout
                    ? wait
                    : throw new UsageException("--timeout is longer than nothing and at most a day, such as 30s.");
        }
        else if (patience is { } usual)
        {
            api.Patience = usual;
        }

        return api;
    }

    /// <summary>A profile with what the command line and the environment say about TLS.</summary>
    public static Profile WithTls(ParseResult result, Profile profile) =>
        profile with
        {
            CaCert = result.GetValue(CaCert) ?? Profiles.Variable("CAIRN_CACERT") ?? profile.CaCert,
            ClientCert = result.GetValue(ClientCert) ?? Profiles.Variable("CAIRN_CLIENT_CERT") ?? profile.ClientCert,
            ClientKey = result.GetValue(ClientKey) ?? Profiles.Variable("CAIRN_CLIENT_KEY") ?? profile.ClientKey,
        };

    /// <summary>A printer for the format that the command line names.</summary>
    public static Printer Printer(ParseResult result) => new(result.GetValue(OutputFormat) ?? "table");

    private static Option<string> MakeOutputFormat()
    {
        var option = new Option<string>("--output", "-o")
        {
            HelpName = "format",
            Description =
                "How to print: table, cut to the terminal, when left out; wide, name, json, yaml or jsonpath=PATH",
            Recursive = true,
            DefaultValueFactory = _ => "table",
        };
        option.CompletionSources.Add(Output.Printer.Formats);
        option.Validators.Add(parsed =>
        {
            string text = parsed.Tokens.LastOrDefault()?.Value ?? "table";
            if (!Output.Printer.Accepts(text))
            {
                parsed.AddError(
                    $"'{text}' is no way to print: {string.Join(", ", Output.Printer.Formats)} or jsonpath=PATH."
                );
            }
        });
        return option;
    }
}
