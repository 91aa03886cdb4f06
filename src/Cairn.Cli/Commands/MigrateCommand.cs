using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Node.Import;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn migrate</c>: takes over what other systems have.</summary>
internal static class MigrateCommand
{
    private static readonly Option<string> From = new("--from")
    {
        HelpName = "database",
        Description = "sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        Required = true,
    };

    public static Command Create()
    {
        var pyrmute = new Command(
            "pyrmute",
            "Take over the schemas and API keys of a Pyrmute Registry\n\n"
                + "It writes into the store that 'cairn serve' uses with the same settings. What is there already "
                + "stays as it is, so it can be\nrepeated. Keys go on working: each is checked by its old hash the "
                + "first time it is used.\n\nExamples:\n"
                + "  cairn migrate pyrmute --from sqlite:registry.db --dry-run\n"
                + "  cairn migrate pyrmute --from postgres://user:password@db.example.com/registry --data "
                + "/var/lib/cairn"
        )
        {
            From,
            Flags.DryRun,
        };
        ServeCommand.AddSettings(pyrmute);
        pyrmute.SetAction(
            (result, ct) =>
                LocalNode.RunAsync(
                    result,
                    async node =>
                    {
                        var done = await new PyrmuteImport(node).RunAsync(
                            result.GetRequiredValue(From),
                            result.GetValue(Flags.DryRun),
                            ct
                        );
                        CairnCommand
                            .Printer(result)
                            .One(
                                new JsonObject
                                {
                                    ["schemas"] = done.Schemas,
                                    ["schemas_there"] = done.SchemasThere,
                                    ["keys"] = done.Keys,
                                    ["keys_there"] = done.KeysThere,
                                    ["refused"] = new JsonArray([.. done.Refused.Select(text => (JsonNode)text)]),
                                },
                                $"{(result.GetValue(Flags.DryRun) ? "Would take over" : "Took over")} "
                                    + $"{done.Schemas} versions of schemas and {done.Keys} keys; {done.SchemasThere} "
                                    + $"and {done.KeysThere} were there already."
                            );
                        foreach (string refused in done.Refused)
                            Console.Error.WriteLine($"cairn: not taken over: {refused}");
                        return done.Refused.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
                    },
                    ct
                )
        );
        return new Command(
            "migrate",
            "Take over what another system has\n\nExamples:\n  cairn migrate pyrmute --from sqlite:registry.db"
        )
        {
            pyrmute,
        };
    }
}
