using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Input;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn env vars</c> and <c>cairn project vars</c>.</summary>
internal static class VariablesCommand
{
    /// <summary>The command for one kind of owner.</summary>
    /// <param name="owners">As in the API's paths.</param>
    /// <param name="name">Whose variables.</param>
    /// <param name="whose">For the help.</param>
    public static Command Create(string owners, Argument<string> name, string whose)
    {
        string noun = owners == "environments" ? "env" : "project";
        string example = owners == "environments" ? "prod" : "payments";
        var assignments = new Argument<string[]>("assignments")
        {
            HelpName = "key=value",
            Description = "A variable and its value: JSON when it is valid JSON, else text",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var keys = new Argument<string[]>("keys")
        {
            HelpName = "key",
            Description = "A variable",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new ApiCommand(
            "vars",
            $"Show {whose} variables, or change them\n\nTemplates in configs can use them: {{{{ REGION }}}}.\n\n"
                + "Examples:\n"
                + $"  cairn {noun} vars {example}\n  cairn {noun} vars {example} set REGION=eu-west-1 REPLICAS=3\n"
                + $"  cairn {noun} vars {example} unset REPLICAS",
            ShowAll,
            name
        )
        {
            new ApiCommand("get", $"Show {whose} variables\n\nExamples:\n  cairn {noun} vars {example} get", ShowAll),
            new ApiCommand(
                "set",
                $"Set some of {whose} variables\n\nExamples:\n  cairn {noun} vars {example} set "
                    + $"REGION=eu-west-1 REPLICAS=3\n  cairn {noun} vars {example} set -s RELEASE=12e7",
                call => Patch(call, Assignments.Parse(call.Get(assignments), call.Get(Flags.Texts))),
                assignments,
                Flags.Texts,
                Flags.Message
            ),
            new ApiCommand(
                "unset",
                $"Remove some of {whose} variables\n\nExamples:\n  cairn {noun} vars {example} unset REPLICAS",
                call => Patch(call, Assignments.Remove(call.Get(keys))),
                keys,
                Flags.Message
            ),
        };
        return command;

        string Address(Call call) => ApiClient.Resource(owners, call.Get(name)) + "/variables";

        async Task ShowAll(Call call) => Print(call, await call.Api.GetAsync(Address(call), call.Ct));

        async Task Patch(Call call, JsonObject patch)
        {
            if (patch.Count == 0)
                throw new UsageException("Say what to set: KEY=VALUE, or -s KEY=TEXT.");
            Print(call, await call.Api.SendAsync(HttpMethod.Patch, Address(call), patch, call.Ct, call.MessageHeader));
        }
    }

    private static void Print(Call call, JsonNode variables)
    {
        if (call.Printer.IsTable)
        {
            call.Printer.List(
                [
                    .. variables
                        .AsObject()
                        .Select(variable =>
                            (JsonNode)
                                new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value?.DeepClone() }
                        ),
                ],
                Column.Of("name"),
                new Column("value", item => item["value"]?.ToJsonString(Printer.Compact) ?? "null").Shortened(0)
            );
        }
        else
        {
            call.Printer.One(variables);
        }
    }
}
