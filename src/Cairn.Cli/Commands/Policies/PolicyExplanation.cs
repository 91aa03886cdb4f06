using System.CommandLine;
using Cairn.Rego.Evaluation;

namespace Cairn.Cli.Commands.Policies;

/// <summary>The options that ask for a trace, and the part of it that is shown.</summary>
internal static class PolicyExplanation
{
    public static readonly Option<bool> VariableValues = new("--var-values")
    {
        Description = "With an explanation: show the values of each expression's variables",
    };

    public static Option<string> MakeOption(string otherwise)
    {
        var option = new Option<string>("--explain")
        {
            HelpName = "full|notes|fails|off",
            Description = "Say what was evaluated: everything, calls of trace(), or what failed",
            DefaultValueFactory = _ => otherwise,
        };
        option.AcceptOnlyFromAmong("full", "notes", "fails", "off");
        return option;
    }

    public static RegoTrace? Choose(RegoTrace? trace, string explain) =>
        explain switch
        {
            "notes" => trace?.Notes(),
            "fails" => trace?.Fails(),
            _ => trace,
        };
}
