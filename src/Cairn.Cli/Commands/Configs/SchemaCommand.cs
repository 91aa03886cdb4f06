using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Commands.Configs;

/// <summary><c>cairn config schema</c>.</summary>
internal static class SchemaCommand
{
    private static readonly Argument<string?> Name = new("name")
    {
        Description = "A schema of the registry, such as payments/Database@1",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => null,
    };

    private static readonly Option<string?> File = new("--file", "-f")
    {
        HelpName = "file",
        Description = "Or a JSON Schema, in JSON or YAML; - for standard input",
    };

    private static readonly Option<bool> AssertFormat = new("--assert-format")
    {
        Description = "Check 'format' (date-time, uri, …), too, which is a note for people otherwise",
    };

    static SchemaCommand() => Name.CompletionSources.Add(context => Suggestions.Models(context));

    public static Command Create() =>
        new(
            "schema",
            "Work with the schema that a config must satisfy in every environment\n\nExamples:\n"
                + "  cairn config schema set payments/database -f database.schema.json"
        )
        {
            new ApiCommand(
                "get",
                "Print the schema that a config is bound to\n\nExamples:\n  cairn config schema get payments/database",
                Get,
                Flags.Path
            ),
            new ApiCommand(
                "set",
                "Bind a config to a schema\n\nExamples:\n  cairn config schema set payments/database -f "
                    + "database.schema.json\n"
                    + "  cairn config schema set payments/database payments/Database@1",
                Set,
                Flags.Path,
                Name,
                File,
                AssertFormat,
                Flags.IfVersion,
                Flags.Message
            ),
            new ApiCommand(
                "unset",
                "Take a config's schema off\n\nExamples:\n  cairn config schema unset payments/database",
                Unset,
                Flags.Path,
                Flags.IfVersion,
                Flags.Message
            ),
        };

    private static async Task Get(Call call)
    {
        byte[] schema = await call.Api.GetBytesAsync(
            ApiClient.Resource("config-schemas", call.Get(Flags.Path)),
            call.Ct
        );
        call.Printer.Document(schema);
    }

    private static async Task Set(Call call)
    {
        var (name, file) = (call.Get(Name), call.Get(File));
        if (name is null == file is null)
            throw new UsageException("Say one of the two: the NAME of a schema, or -f FILE with one.");
        byte[] schema = file is not null
            ? await DocumentFile.ReadAsync(file, null, call.Ct)
            : System.Text.Encoding.UTF8.GetBytes(JsonValue.Create(name!).ToJsonString());
        var written = await call.Api.SendAsync(
            HttpMethod.Put,
            CairnPath.Query(
                ApiClient.Resource("config-schemas", call.Get(Flags.Path)),
                ("assert_format", call.Get(AssertFormat))
            ),
            schema,
            "application/json",
            call.Ct,
            DocumentCommands.Precondition(call),
            call.MessageHeader
        );
        DocumentCommands.PrintWritten(call.Printer, written, "Bound");
    }

    private static async Task Unset(Call call)
    {
        var written = await call.Api.SendAsync(
            HttpMethod.Delete,
            ApiClient.Resource("config-schemas", call.Get(Flags.Path)),
            null,
            call.Ct,
            DocumentCommands.Precondition(call),
            call.MessageHeader
        );
        DocumentCommands.PrintWritten(call.Printer, written, "Took the schema off");
    }
}
