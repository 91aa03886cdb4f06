using System.CommandLine;
using System.Text;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn login</c>, <c>logout</c> and <c>whoami</c>.</summary>
internal static class LoginCommand
{
    private static readonly Option<bool> KeyFromInput = new("--key-stdin")
    {
        Description = "Read the key from standard input instead of asking for it",
    };

    public static Command Create()
    {
        var command = new Command(
            "login",
            "Check a key with the server, and remember both\n\n"
                + "The key is asked for, or read from standard input; never given as an argument, which others could "
                + "see. "
                + "It is kept in a\nfile that only you can read, under a name when you work with several servers."
                + "\n\nExamples:\n  cairn login --url https://cairn.example.com\n"
                + "  cairn login --url https://cairn.staging.example.com --profile staging\n"
                + "  vault read -field=key secret/cairn | cairn login --key-stdin"
        )
        {
            KeyFromInput,
        };
        command.SetAction(
            async (result, ct) =>
            {
                string name = result.GetValue(CairnCommand.Profile) ?? Profiles.Current;
                string url =
                    result.GetValue(CairnCommand.Url)
                    ?? Profiles.Variable("CAIRN_URL")
                    ?? Profiles.Find(name)?.Url
                    ?? Profiles.DefaultUrl;
                var saved = Profiles.Find(name) is { } known && known.Url == url ? known : new Profile(url, null);
                var profile = CairnCommand.WithTls(result, saved) with
                {
                    Key = ReadKey(result.GetValue(KeyFromInput), url),
                    KeySource = "this login",
                };
                using var api = new ApiClient(profile);
                var caller = await api.GetAsync("api/v1/auth/whoami", ct);
                Profiles.Save(name, profile);
                CairnCommand
                    .Printer(result)
                    .One(
                        caller,
                        $"Logged in to {url} as {(string?)caller["name"]} ({(string?)caller["permission"]}), "
                            + $"profile {name}."
                    );
                if (Environment.GetEnvironmentVariable(Profiles.KeyVariable) is not null)
                {
                    Console.Error.WriteLine(
                        $"{Profiles.KeyVariable} is set in this shell, and goes before the key of every profile."
                    );
                }

                return ExitCodes.Success;
            }
        );
        return command;
    }

    public static Command CreateLogout()
    {
        var command = new Command(
            "logout",
            "Forget a server and its key\n\nThe key itself stays valid: end it with 'cairn key revoke'.\n\n"
                + "Examples:\n  cairn logout\n  cairn logout --profile staging"
        );
        command.SetAction(result =>
        {
            string name = result.GetValue(CairnCommand.Profile) ?? Profiles.Current;
            if (!Profiles.Remove(name))
                throw new UsageException($"There is no profile '{name}'.");
            Console.Out.WriteLine($"Forgot profile {name}.");
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command CreateWhoAmI() =>
        new ApiCommand(
            "whoami",
            "Show who the server takes you for\n\nExamples:\n  cairn whoami\n  cairn whoami --profile staging -o json",
            async call =>
            {
                var caller = await call.Api.GetAsync("api/v1/auth/whoami", call.Ct);
                _ = caller.Text("permission");
                caller["server"] = call.Api.Address.ToString();
                call.Printer.One(caller);
            }
        );

    private static string ReadKey(bool fromInput, string url)
    {
        string? key;
        if (fromInput)
        {
            key = Console.In.ReadLine();
        }
        else if (Console.IsInputRedirected)
        {
            throw new UsageException(
                "Standard input is not a terminal to ask on. Give the key there with --key-stdin."
            );
        }
        else
        {
            key = Ask($"API key for {url}: ");
        }

        return key?.Trim() is { Length: > 0 } given ? given : throw new UsageException("No key was given.");
    }

    // Nothing of the key is shown, not even how long it is.
    private static string Ask(string question)
    {
        Console.Error.Write(question);
        Console.TreatControlCAsInput = true;
        try
        {
            var text = new StringBuilder();
            while (true)
            {
                var key = Console.ReadKey(intercept: true);
                if (key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control })
                    throw new OperationCanceledException();
                if (key.Key == ConsoleKey.Enter)
                    return text.ToString();
                if (key.Key == ConsoleKey.Backspace)
                    text.Length = Math.Max(0, text.Length - 1);
                else if (!char.IsControl(key.KeyChar))
                    text.Append(key.KeyChar);
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
            Console.Error.WriteLine();
        }
    }
}
