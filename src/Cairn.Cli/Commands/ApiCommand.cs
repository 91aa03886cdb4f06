using System.CommandLine;
using System.CommandLine.Parsing;
using Cairn.Cli.Client;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary>What a command is run with: its flags, the server and the way to print.</summary>
internal sealed record Call(ParseResult Flags, ApiClient Api, Printer Printer, CancellationToken Ct)
{
    /// <summary>The value of an option.</summary>
    public T? Get<T>(Option<T> option) => Flags.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T Get<T>(Argument<T> argument) => Flags.GetValue(argument)!;

    /// <summary>Whether an option was given, rather than left at its default.</summary>
    public bool Has(Option option) => Flags.GetResult(option) is OptionResult { Implicit: false };

    /// <summary>The message for the history, as a header.</summary>
    public (string Name, string? Value) MessageHeader =>
        ("Cairn-Message", Get(Commands.Flags.Message) is { } message ? Uri.EscapeDataString(message) : null);
}

/// <summary>A command that asks the server.</summary>
internal sealed class ApiCommand : Command
{
    /// <summary>Describes it.</summary>
    /// <param name="name">As it is called.</param>
    /// <param name="description">As <see cref="HelpPage"/> has it.</param>
    /// <param name="run">What it does; returns the exit code.</param>
    /// <param name="symbols">Its arguments and options, in the order of the help.</param>
    public ApiCommand(string name, string description, Func<Call, Task<int>> run, params IEnumerable<Symbol> symbols)
        : base(name, description)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                Arguments.Add(argument);
            else
                Options.Add((Option)symbol);
        }

        SetAction(
            async (result, ct) =>
            {
                using var api = CairnCommand.Client(result);
                return await run(new Call(result, api, CairnCommand.Printer(result), ct));
            }
        );
    }

    /// <inheritdoc/>
    public ApiCommand(string name, string description, Func<Call, Task> run, params IEnumerable<Symbol> symbols)
        : this(name, description, Succeeding(run), symbols) { }

    private static Func<Call, Task<int>> Succeeding(Func<Call, Task> run) =>
        async call =>
        {
            await run(call);
            return ExitCodes.Success;
        };
}
