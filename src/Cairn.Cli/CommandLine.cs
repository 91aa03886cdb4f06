using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Cairn.Cli.Commands;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Node.Settings;

namespace Cairn.Cli;

/// <summary>Runs one command line.</summary>
internal static class CommandLine
{
    /// <summary>How long a command may take to end cleanly after Ctrl-C.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <returns>The exit code, one of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (Arguments.Malformed() is { } malformed)
        {
            await Console.Error.WriteLineAsync(
                $"cairn: argument {malformed} is not UTF-8. Text in other encodings goes into a file, or through iconv."
            );
            return ExitCodes.Usage;
        }

        var root = CairnCommand.Create();
        // Without the aliases of other systems, which completion would show each time.
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Options.Add(new HelpOption("--help", "-h") { Action = new HelpPage() });
        var suggestion = SuggestRequest.Of(args);
        var result = root.Parse(suggestion.Arguments);
        // A server ends itself, and not because nobody reads its greeting: requests in flight may take longer than a
        // command.
        bool serves = result.CommandResult.Command.Name == ServeCommand.Name;
        if (!serves)
        {
            ClosablePipe.Watch();
            Terminal.Protect();
        }

        if (result.Action is ParseErrorAction corrections)
            return RefuseUsage(result, corrections);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = serves ? null : Grace,
        };
        if (suggestion.Prefix is not null)
        {
            configuration.Output = new StringWriter();
            int code = await result.InvokeAsync(configuration).ReportFailures();
            suggestion.Print(configuration.Output.ToString()!);
            return code;
        }

        var running = result.InvokeAsync(configuration);
        // The newest is called first, and the one of the invocation waits for the command's end.
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => IsTerminated = true);
        return await running.ReportFailures();
    }

    /// <summary>Whether the program was asked to end by SIGTERM.</summary>
    public static bool IsTerminated { get; private set; }

    private static int RefuseWord(Command command, string word)
    {
        string kind = word.StartsWith('-') ? "option" : "command";
        string? meant = Nearest.To(
            word,
            word.StartsWith('-')
                ? command.Options.Select(option => option.Name)
                : command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)
        );
        Console.Error.WriteLine(
            $"cairn: '{word}' is no {kind} of "
                + $"{HelpPage.NameOf(command)}.{(meant is null ? "" : $" Did you mean {meant}?")}"
        );
        Console.Error.WriteLine($"See: {HelpPage.NameOf(command)} --help");
        return ExitCodes.Usage;
    }

    private static int RefuseUsage(ParseResult result, ParseErrorAction corrections)
    {
        var command = result.CommandResult.Command;
        if (command.Subcommands.Count > 0 && result.UnmatchedTokens.Count == 0)
        {
            HelpPage.Write(command, Console.Error);
            return ExitCodes.Usage;
        }

        // Where the first word is no command, nothing can be said of those that follow.
        var messages = result.Errors.Select(error => error.Message).Distinct().ToList();
        if (command.Subcommands.Count > 0 && command.Action is null && result.UnmatchedTokens.Count > 0)
            return RefuseWord(command, result.UnmatchedTokens[0]);
        foreach (string message in messages)
            Console.Error.WriteLine("cairn: " + Arguments.Explain(message));
        corrections.ShowHelp = false;
        result.InvocationConfiguration.Output = Console.Error;
        result.InvocationConfiguration.Error = TextWriter.Null;
        corrections.Invoke(result);
        Console.Error.WriteLine($"See: {HelpPage.NameOf(command)} --help");
        return ExitCodes.Usage;
    }
}
