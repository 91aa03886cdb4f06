using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Client;
using Cairn.Core.Documents;
using Cairn.Core.Schemas;

namespace Cairn.Cli.Commands.Schemas;

/// <summary>The commands of <c>cairn schema</c> that ask the server's registry.</summary>
internal static class RegisteredSchemaCommands
{
    private static readonly Argument<string> Address = new("schema")
    {
        Description = "namespace/Model@1.2.0, or Model@1.2.0 when it is global; to read also @^1.2 and @latest",
    };
    private static readonly Argument<string> Model = new("model")
    {
        Description = "namespace/Model, or Model when it is global",
    };
    private static readonly Argument<string?> Filter = new("text")
    {
        Description = "Only models with this in their name or title",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => null,
    };
    private static readonly Option<string> File = new("--file", "-f")
    {
        HelpName = "file",
        Description = "The schema, JSON or YAML; - for standard input",
        Required = true,
    };
    private static readonly Option<string?> Type = new("--type")
    {
        HelpName = "json-schema|avro|other",
        Description = "What the file is; json-schema when left out",
    };
    private static readonly Option<string?> MediaType = new("--media-type")
    {
        HelpName = "type",
        Description = "With --type other: what it is served as, such as text/x-protobuf",
    };
    private static readonly Option<bool> Backport = new("--backport")
    {
        Description = "Also when it is lower than the highest version of its major number",
    };
    private static readonly Option<bool> Metadata = new("--metadata")
    {
        Description = "What is known about it, instead of its text",
    };
    private static readonly Option<string?> Namespace = new("--namespace")
    {
        HelpName = "name",
        Description = "Only this namespace; _ for the global ones",
    };
    private static readonly Option<string> From = new("--from")
    {
        HelpName = "version",
        Description = "The first version, or a range",
        Required = true,
    };
    private static readonly Option<string> To = new("--to")
    {
        HelpName = "version",
        Description = "The second; latest when left out",
        DefaultValueFactory = _ => "latest",
    };
    private static readonly Option<string?> Compatibility = new("--compatibility")
    {
        HelpName = "rule",
        Description =
            "Judge by this instead of by the rule in force: BACKWARD, FORWARD, FULL, each also with _TRANSITIVE",
    };
    private static readonly Option<string?> Why = new("--message", "-m")
    {
        HelpName = "text",
        Description = "Why, and what to do",
    };
    private static readonly Option<string?> Replacement = new("--replacement")
    {
        HelpName = "schema",
        Description = "What to use instead, such as payments/Database@^2.0",
    };
    private static readonly Option<bool> Undo = new("--undo") { Description = "It may be used again" };
    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Also when configs or schemas rely on it, which then lead nowhere",
    };
    private static readonly Argument<string> RulePath = new("path")
    {
        Description = "A namespace, or namespace/Model; _ for the global ones",
    };
    private static readonly Argument<string?> Rule = new("rule")
    {
        Description = "NONE, BACKWARD, FORWARD, FULL, the last three also with _TRANSITIVE; 'unset' takes it off",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => null,
    };

    static RegisteredSchemaCommands()
    {
        foreach (var argument in (Argument[])[Address, Model, RulePath])
            argument.CompletionSources.Add(context => Suggestions.Models(context));
        Rule.CompletionSources.Add(
            "NONE",
            "BACKWARD",
            "FORWARD",
            "FULL",
            "BACKWARD_TRANSITIVE",
            "FORWARD_TRANSITIVE",
            "FULL_TRANSITIVE",
            "unset"
        );
    }

    public static IEnumerable<Command> Create() =>
        [
            new ApiCommand(
                "register",
                "Register a version in the server's registry\n\nThe same content again changes nothing; other "
                    + "content under the same version is refused.\n\nExamples:\n"
                    + "  cairn schema register payments/Database@1.2.0 -f database.schema.json",
                Register,
                Address,
                File,
                Type,
                MediaType,
                Backport,
                Flags.Message
            ),
            new ApiCommand(
                "get",
                "Print a registered schema\n\nExamples:\n  cairn schema get payments/Database@^1.2\n"
                    + "  cairn schema get payments/Database@latest --metadata",
                Get,
                Address,
                Metadata
            ),
            new ApiCommand(
                "list",
                "List the models of the registry\n\nExamples:\n  cairn schema list\n"
                    + "  cairn schema list database --namespace payments",
                List,
                Filter,
                Namespace,
                Flags.Limit(100)
            ),
            new ApiCommand(
                "versions",
                "List the versions of a model, highest first\n\nExamples:\n  cairn schema versions payments/Database",
                Versions,
                Model
            ),
            new ApiCommand(
                "compare",
                "Compare two registered versions, and say which changes break whom\n\n"
                    + "The exit code is 0 when documents of the first are valid under the second, else 1.\n\n"
                    + "Examples:\n  cairn schema compare payments/Database --from 1.0.0 --to 2.0.0",
                Compare,
                Model,
                From,
                To
            ),
            new ApiCommand(
                "check",
                "Say what registering a version would be answered, without doing it\n\nExamples:\n"
                    + "  cairn schema check payments/Database@1.3.0 -f database.schema.json",
                Check,
                Address,
                File,
                Compatibility
            ),
            new ApiCommand(
                "deprecate",
                "Say that a version should not be used any more\n\nExamples:\n"
                    + "  cairn schema deprecate payments/Database@1.0.0 -m 'Lacks the port' --replacement "
                    + "payments/Database@^1.2",
                Deprecate,
                Address,
                Why,
                Replacement,
                Undo
            ),
            new ApiCommand(
                "delete",
                "Delete a version that nobody relies on\n\nExamples:\n  cairn schema delete payments/Database@1.0.0",
                Delete,
                Address,
                Force,
                Flags.Message
            ),
            new ApiCommand(
                "usage",
                "Show which configs and schemas rely on a version\n\nExamples:\n"
                    + "  cairn schema usage payments/Database@latest",
                Usage,
                Address
            ),
            new ApiCommand(
                "sample",
                "Make up a document that a version describes\n\nExamples:\n"
                    + "  cairn schema sample payments/Database@latest",
                Sample,
                Address
            ),
            new ApiCommand(
                "rule",
                "Show or set what new versions must keep to\n\nExamples:\n  cairn schema rule payments\n"
                    + "  cairn schema rule payments BACKWARD\n  cairn schema rule payments/Database unset",
                RuleOf,
                RulePath,
                Rule
            ),
        ];

    /// <summary>A path of the API for a schema as people write it.</summary>
    /// <exception cref="UsageException">It names none.</exception>
    public static string Resource(string collection, string address)
    {
        try
        {
            var selector = SchemaSelector.Parse(address);
            return $"{ModelResource(collection, selector.Model)}/{Uri.EscapeDataString(selector.Range.Text)}";
        }
        catch (Core.ProblemException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static string ModelResource(string collection, ModelName model) =>
        $"api/v1/{collection}/{Uri.EscapeDataString(model.Namespace ?? ModelName.Global)}/{Uri.EscapeDataString(model.Name)}";

    private static string ModelResource(string collection, string name)
    {
        string[] parts = name.Split('/');
        return parts.Length <= 2
            ? ModelResource(
                collection,
                parts.Length == 2 && parts[0] != ModelName.Global
                    ? new ModelName(parts[0], parts[1])
                    : new ModelName(null, parts[^1])
            )
            : throw new UsageException($"'{name}' is not namespace/Model.");
    }

    private static async Task Register(Call call)
    {
        string? type = call.Get(Type);
        byte[] text =
            type == "other"
                ? await DocumentFile.ReadTextAsync(call.Get(File)!, call.Ct)
                : await DocumentFile.ReadAsync(call.Get(File)!, null, call.Ct);
        var written = await call.Api.SendAsync(
            HttpMethod.Put,
            CairnPath.Query(Resource("schemas", call.Get(Address)), ("type", type), ("backport", call.Get(Backport))),
            text,
            type == "other" ? call.Get(MediaType) ?? "text/plain" : "application/json",
            call.Ct,
            call.MessageHeader
        );
        call.Printer.One(written, $"{written["schema"]} is registered: {written["digest"]}");
    }

    private static async Task Get(Call call)
    {
        if (call.Get(Metadata))
        {
            call.Printer.One(await call.Api.GetAsync(Resource("schema-metadata", call.Get(Address)), call.Ct));
            return;
        }

        byte[] text = await call.Api.GetBytesAsync(Resource("schemas", call.Get(Address)), call.Ct);
        bool json = text is [(byte)'{' or (byte)'[' or (byte)'t' or (byte)'f', ..] && IsJson(text);
        bool yaml = json && call.Flags.GetValue(CairnCommand.OutputFormat) == "yaml";
        Terminal.WriteDocument(
            yaml ? DocumentFormat.Yaml.Write(text)
            : json ? JsonText.Indent(text)
            : text
        );
    }

    private static async Task List(Call call)
    {
        var items = new List<JsonNode>();
        string path = CairnPath.Query("api/v1/schemas", ("q", call.Get(Filter)), ("namespace", call.Get(Namespace)));
        int limit = call.Flags.GetValue<int>("--limit");
        await foreach (var item in call.Api.ListAsync(path, call.Ct))
        {
            items.Add(item.DeepClone());
            if (items.Count == limit)
                break;
        }

        call.Printer.List(
            items,
            Column.Of("model", "path"),
            Column.Of("latest"),
            Column.Of("versions").Shortened(1),
            Column.Of("deprecated", "deprecated_versions").Shortened(3),
            Column.Of("title").Shortened(2)
        );
    }

    private static async Task Versions(Call call)
    {
        var items = new List<JsonNode>();
        await foreach (var item in call.Api.ListAsync(ModelResource("schema-versions", call.Get(Model)), call.Ct))
            items.Add(item.DeepClone());
        call.Printer.List(
            items,
            Column.Of("version"),
            Column.Of("type").Spared(3),
            Column.Time("registered", "registered_at").Spared(1),
            Column.Of("by", "registered_by").Spared(4),
            Column.Of("deprecated").Shortened(2),
            Column.Of("digest").Spared(5)
        );
    }

    private static async Task<int> Compare(Call call)
    {
        var compared = await call.Api.GetAsync(
            CairnPath.Query(
                ModelResource("schema-comparisons", call.Get(Model)),
                ("from", call.Get(From)),
                ("to", call.Get(To))
            ),
            call.Ct
        );
        if (call.Printer.IsTable)
        {
            call.Printer.List(
                compared.Items("differences"),
                Column.Of("change", "kind"),
                Column.Of("at", "pointer"),
                Column.Of("from").Shortened(0),
                Column.Of("to").Shortened(0)
            );
            Console.Out.WriteLine($"{compared["from"]} to {compared["to"]}: {compared["verdict"]}");
            PrintBreaks(compared.Items("breaks"));
        }
        else
        {
            call.Printer.One(compared);
        }

        return compared.Flag("backward") ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task<int> Check(Call call)
    {
        var check = (
            await call.Api.SendAsync(
                HttpMethod.Post,
                CairnPath.Query(
                    Resource("schema-checks", call.Get(Address)),
                    ("compatibility", call.Get(Compatibility))
                ),
                await DocumentFile.ReadAsync(call.Get(File)!, null, call.Ct),
                "application/json",
                call.Ct
            )
        );
        if (call.Printer.IsTable)
        {
            foreach (var error in check.Items("errors"))
                Console.Out.WriteLine($"  {error["pointer"]}: {error["message"]}");
            Console.Out.WriteLine(
                $"{(check.Flag("acceptable") ? "acceptable" : "not acceptable")}; judged by "
                    + $"{check["compatibility"]} against {Printer.Text(check["against"])}"
            );
            PrintBreaks(check.Items("breaks"));
        }
        else
        {
            call.Printer.One(check);
        }

        return check.Flag("acceptable") ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task Deprecate(Call call)
    {
        bool undo = call.Get(Undo);
        var written = await call.Api.SendAsync(
            undo ? HttpMethod.Delete : HttpMethod.Put,
            Resource("schema-deprecations", call.Get(Address)),
            undo ? null : new JsonObject { ["message"] = call.Get(Why), ["replacement"] = call.Get(Replacement) },
            call.Ct
        );
        call.Printer.One(
            written,
            undo ? $"{written["schema"]} may be used again" : $"{written["schema"]} is deprecated"
        );
    }

    private static async Task Delete(Call call)
    {
        var deleted = await call.Api.SendAsync(
            HttpMethod.Delete,
            CairnPath.Query(Resource("schemas", call.Get(Address)), ("force", call.Get(Force))),
            null,
            call.Ct,
            call.MessageHeader
        );
        call.Printer.One(deleted, $"{deleted["schema"]} is deleted");
    }

    private static async Task Usage(Call call)
    {
        var usage = await call.Api.GetAsync(Resource("schema-usage", call.Get(Address)), call.Ct);
        if (!call.Printer.IsTable)
        {
            call.Printer.One(usage);
            return;
        }

        var users = usage
            .Texts("schemas")
            .Select(schema => (JsonNode)new JsonObject { ["kind"] = "schema", ["name"] = schema })
            .Concat(
                usage
                    .Items("configs")
                    .Select(config => new JsonObject
                    {
                        ["kind"] = "config",
                        ["name"] = config.Text("path"),
                        ["binding"] = config.Text("binding"),
                        ["problems"] = config.Items("errors").Count,
                    })
            );
        call.Printer.List(
            [.. users],
            Column.Of("kind"),
            Column.Of("name"),
            Column.Of("binding"),
            Column.Of("problems")
        );
    }

    private static async Task Sample(Call call)
    {
        var sample = await call.Api.GetAsync(Resource("schema-samples", call.Get(Address)), call.Ct);
        if (!sample.Flag("valid"))
            Console.Error.WriteLine($"cairn: the schema is too involved to make a valid document up; this one is not");
        byte[] document = Encoding.UTF8.GetBytes(sample["document"]?.ToJsonString() ?? "null");
        call.Printer.Document(document);
    }

    private static async Task RuleOf(Call call)
    {
        string path =
            $"api/v1/schema-rules/{string.Join('/', call.Get(RulePath).Split('/').Select(Uri.EscapeDataString))}";
        var rule = call.Get(Rule) switch
        {
            null => await call.Api.GetAsync(path, call.Ct),
            "unset" => await call.Api.SendAsync(HttpMethod.Delete, path, null, call.Ct),
            var text => await call.Api.SendAsync(
                HttpMethod.Put,
                path,
                new JsonObject { ["compatibility"] = text },
                call.Ct
            ),
        };
        call.Printer.One(
            rule,
            $"{rule["path"]}: "
                + $"{rule["compatibility"]}{(rule.OptionalText("set_at") is { } place ? $", set at {place}" : ", as nobody set one")}"
        );
    }

    private static void PrintBreaks(IReadOnlyList<JsonNode> breaks)
    {
        foreach (var item in breaks)
        {
            Console.Out.WriteLine(
                $"  {(item["version"] is { } version ? version + ", " : "")}{item["direction"]}: "
                    + $"{(item.Text("pointer") is { Length: > 0 } pointer ? pointer : "(root)")}: {item["reason"]}"
            );
        }
    }

    private static bool IsJson(byte[] text)
    {
        try
        {
            JsonText.Parse(text).Dispose();
            return true;
        }
        catch (Core.ProblemException)
        {
            return false;
        }
    }
}
