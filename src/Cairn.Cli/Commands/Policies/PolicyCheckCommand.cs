using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Rego.Syntax;

namespace Cairn.Cli.Commands.Policies;

/// <summary><c>cairn policy check</c>: says whether modules compile.</summary>
internal static class PolicyCheckCommand
{
    private static readonly Option<bool> Strict = new("--strict", "-S")
    {
        Description = "Refuse unused imports, arguments and variables too",
    };
    private static readonly Option<string> Format = MakeFormat();

    public static Command Create()
    {
        var check = new Command(
            "check",
            "Say whether modules compile, and where not\n\nTypes are checked through all modules together; of "
                + "other files in folders nothing is read. Prints nothing and exits\n"
                + "with 0 when all is well, with 1 when there are mistakes.\n\nExamples:\n"
                + "  cairn policy check policies\n  cairn policy check --strict policy.rego helpers.rego\n"
                + "  cairn policy check --schema input.schema.json policies\n"
                + "  cairn policy check --format json policies"
        )
        {
            Strict,
            PolicyCommand.Schema,
            Format,
            PolicyCommand.V0,
            PolicyCommand.Paths,
        };
        check.SetAction(CheckAsync);
        return check;
    }

    private static async Task<int> CheckAsync(ParseResult result, CancellationToken ct)
    {
        var schemas = await PolicyFiles.ReadSchemasAsync(result.GetValue(PolicyCommand.Schema), ct);
        var files = await PolicyFiles.LoadModulesAsync(result.GetRequiredValue(PolicyCommand.Paths), ct);
        try
        {
            files.Compile(PolicyCommand.Options(result) with { Strict = result.GetValue(Strict), Schemas = schemas });
            return ExitCodes.Success;
        }
        catch (RegoCompilationException e)
        {
            if (!PolicyOutput.IsStructured(result, Format))
                return PolicyCommand.Report(e);
            var report = new JsonObject { ["errors"] = new JsonArray([.. e.Errors.Select(Json)]) };
            PolicyOutput.Print(
                result,
                Format,
                _ =>
                    report.ToJsonString(
                        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
                    )
            );
            return ExitCodes.Failure;
        }
    }

    private static JsonNode Json(RegoError error)
    {
        var json = new JsonObject { ["message"] = error.Message, ["code"] = error.Code };
        if (error.Location != default)
        {
            json["location"] = new JsonObject
            {
                ["file"] = error.Location.File,
                ["row"] = error.Location.Row,
                ["col"] = error.Location.Column,
            };
        }

        return json;
    }

    private static Option<string> MakeFormat()
    {
        var option = new Option<string>("--format", "-f")
        {
            HelpName = "pretty|json",
            Description = "How to print the mistakes",
            DefaultValueFactory = _ => "pretty",
        };
        option.AcceptOnlyFromAmong("pretty", "json");
        return option;
    }
}
