using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Cairn.Cli.Commands;
using Cairn.Cli.Output;

namespace Cairn.Cli;

/// <summary>Runs one command line.</summary>
internal static class CommandLine
{
    /// <summary>How long a command may take to end cleanly after Ctrl-C.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <returns>The exit code, one of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = CairnCommand.Create();
        root.Options.OfType<HelpOption>().Single().Action = new HelpPage();
        var result = root.Parse(args);
        if (result.Action is ParseErrorAction corrections)
            return RefuseUsage(result, corrections);
        // A server ends itself, and not because nobody reads its greeting: requests in flight may take longer than a command.
        bool serves = result.CommandResult.Command.Name == ServeCommand.Name;
        if (!serves)
            ClosablePipe.Watch();
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = serves ? null : Grace,
        };
        return await result.InvokeAsync(configuration).ReportFailures();
    }

    private static int RefuseUsage(ParseResult result, ParseErrorAction corrections)
    {
        var command = result.CommandResult.Command;
        if (command.Subcommands.Count > 0 && result.UnmatchedTokens.Count == 0)
        {
            HelpPage.Write(command, Console.Error);
            return ExitCodes.Usage;
        }

        // "No command" says nothing that "this is not one" does not.
        var messages = result.Errors.Select(error => error.Message).Distinct().ToList();
        if (messages.Count > 1 && command.Subcommands.Count > 0)
            messages.RemoveAt(0);
        foreach (string message in messages)
            Console.Error.WriteLine("cairn: " + message);
        corrections.ShowHelp = false;
        result.InvocationConfiguration.Output = Console.Error;
        result.InvocationConfiguration.Error = TextWriter.Null;
        corrections.Invoke(result);
        Console.Error.WriteLine($"See: {HelpPage.NameOf(command)} --help");
        return ExitCodes.Usage;
    }
}
