using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Cli.Client;
using Cairn.Cli.Commands.Schemas;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Core.Documents;
using Cairn.JsonSchema;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn schema</c>: schemas of the server's registry, and JSON Schemas on this machine without a
/// server.</summary>
internal static class SchemaCommand
{
    private static readonly Dictionary<string, SchemaDraft> Drafts = new()
    {
        ["4"] = SchemaDraft.Draft4,
        ["6"] = SchemaDraft.Draft6,
        ["7"] = SchemaDraft.Draft7,
        ["2019-09"] = SchemaDraft.Draft201909,
        ["2020-12"] = SchemaDraft.Draft202012,
    };

    private static readonly Option<string?> Schema = new("--schema", "-s")
    {
        HelpName = "file",
        Description = "The schema, JSON or YAML",
    };
    private static readonly Option<string?> Registered = new("--registered", "-r")
    {
        HelpName = "schema",
        Description = "Or one of the server's registry, such as payments/Database@^1.2",
    };
    private static readonly Option<string[]> Instances = new("--instance", "-i")
    {
        HelpName = "file",
        Description = "Documents to validate",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string?> Draft = MakeDraft();
    private static readonly Option<bool> Formats = new("--assert-format")
    {
        Description = "Check the format keyword too",
    };
    private static readonly Option<string[]> References = new("--ref")
    {
        HelpName = "file|folder",
        Description = "Schemas that the schema refers to; may be repeated",
    };
    private static readonly Argument<string> Old = new("old") { Description = "The schema before" };
    private static readonly Argument<string> New = new("new") { Description = "The schema after" };
    private static readonly Argument<string[]> Samples = new("file")
    {
        Description = "Sample documents",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var validate = new Command(
            "validate",
            "Validate documents against a schema\n\nExamples:\n"
                + "  cairn schema validate --schema database.schema.json --instance dev.json prod.json\n"
                + "  cairn schema validate -s schema.json -i config.yaml -o json\n"
                + "  cairn schema validate -s order.schema.json --ref schemas/ -i order.json\n"
                + "  cairn schema validate -r payments/Database@latest -i config.json"
        )
        {
            Schema,
            Registered,
            Instances,
            References,
            Draft,
            Formats,
        };
        validate.SetAction(ValidateAsync);
        var diff = new Command(
            "diff",
            "Compare two schemas, and say which changes break whom\n\n"
                + "Backward: whoever has the new schema can read what was valid under the old one. Forward: the "
                + "other way.\nThe exit code is 0 when both hold, else 1.\n\nExamples:\n"
                + "  cairn schema diff v1.json v2.json"
        )
        {
            Old,
            New,
            Draft,
        };
        diff.SetAction(DiffAsync);
        var infer = new Command(
            "infer",
            "Make a schema from sample documents\n\nExamples:\n"
                + "  cairn schema infer dev.json staging.json prod.json > database.schema.json"
        )
        {
            Samples,
        };
        infer.SetAction(InferAsync);
        var schema = new Command(
            "schema",
            "Work with the registry's schemas, and with JSON Schemas on this machine\n\n"
                + "validate -s, diff and infer ask no server.\n\nExamples:\n"
                + "  cairn schema register payments/Database@1.2.0 -f database.schema.json\n"
                + "  cairn schema get payments/Database@^1.2\n"
                + "  cairn schema validate -s schema.json -i config.json\n  cairn schema diff v1.json v2.json"
        );
        foreach (var command in RegisteredSchemaCommands.Create())
            schema.Add(command);
        schema.Add(validate);
        schema.Add(diff);
        schema.Add(infer);
        return schema;
    }

    private static async Task<int> ValidateAsync(ParseResult result, CancellationToken ct)
    {
        var (local, registered) = (result.GetValue(Schema), result.GetValue(Registered));
        if (local is null == registered is null)
        {
            throw new UsageException(
                "Say one of the two: -s FILE with a schema, or -r with the name of a registered one."
            );
        }

        if (registered is not null)
            return await ValidateByServerAsync(registered, result, ct);
        var validator = await CompileAsync(local!, result, ct);
        if (validator is null)
            return ExitCodes.Usage;
        var all = new List<JsonNode>();
        bool valid = true;
        foreach (string file in result.GetRequiredValue(Instances))
        {
            if (await ReadInstanceAsync(file, all, result, ct) is not { } document)
            {
                valid = false;
                continue;
            }

            var verdict = validator.Validate(document);
            valid &= verdict.IsValid;
            foreach (var error in verdict.Errors)
                all.Add(Error(file, error.InstancePointer, error.SchemaPointer, error.Keyword, error.Message));
            if (CairnCommand.Printer(result).IsTable)
                Console.Out.WriteLine($"{file}: {(verdict.IsValid ? "valid" : "not valid")}");
        }

        return Report(result, all, valid);
    }

    // A stream of YAML without a document is a null to whoever loads it.
    private static bool IsBlank(byte[] yaml) =>
        Encoding
            .UTF8.GetString(yaml)
            .TrimStart('\uFEFF')
            .Split('\n')
            .All(line => line.AsSpan().Trim() is [] or ['#', ..]);

    /// <summary>A document of the list; null, and said of it alone, when it is none.</summary>
    private static async Task<byte[]?> ReadInstanceAsync(
        string file,
        List<JsonNode> all,
        ParseResult result,
        CancellationToken ct
    )
    {
        try
        {
            byte[] text = await DocumentFile.ReadTextAsync(file, ct);
            var format = DocumentFile.FormatOf(file) ?? DocumentFormat.Json;
            return format == DocumentFormat.Yaml && IsBlank(text) ? "null"u8.ToArray() : format.ToJson(text);
        }
        catch (Core.ProblemException e)
        {
            all.Add(Error(file, "", "", "document", e.Message));
            if (CairnCommand.Printer(result).IsTable)
                Console.Out.WriteLine($"{file}: not a document");
            return null;
        }
    }

    private static async Task<int> ValidateByServerAsync(string registered, ParseResult result, CancellationToken ct)
    {
        using var api = CairnCommand.Client(result);
        var all = new List<JsonNode>();
        bool valid = true;
        foreach (string file in result.GetRequiredValue(Instances))
        {
            if (await ReadInstanceAsync(file, all, result, ct) is not { } document)
            {
                valid = false;
                continue;
            }

            var verdict = (
                await api.SendAsync(
                    HttpMethod.Post,
                    RegisteredSchemaCommands.Resource("schema-validations", registered),
                    document,
                    "application/json",
                    ct
                )
            )!;
            bool isValid = verdict.Flag("valid");
            valid &= isValid;
            foreach (var error in verdict.Items("errors"))
            {
                all.Add(
                    Error(
                        file,
                        error.Text("pointer"),
                        error.Text("schema_pointer"),
                        error.Text("keyword"),
                        error.Text("message")
                    )
                );
            }

            if (CairnCommand.Printer(result).IsTable)
                Console.Out.WriteLine($"{file}: {(isValid ? "valid" : "not valid")} by {verdict["schema"]}");
        }

        return Report(result, all, valid);
    }

    private static JsonObject Error(string file, string instance, string schema, string keyword, string message) =>
        new()
        {
            ["file"] = file,
            ["instance"] = instance,
            ["schema"] = schema,
            ["keyword"] = keyword,
            ["message"] = message,
        };

    private static int Report(ParseResult result, List<JsonNode> all, bool valid)
    {
        if (!valid || !CairnCommand.Printer(result).IsTable)
        {
            CairnCommand
                .Printer(result)
                .List(
                    all,
                    Column.Of("file"),
                    Column.Of("at", "instance"),
                    Column.Of("message").Shortened(0),
                    Column.Of("schema").Shortened(1)
                );
        }

        return valid ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task<int> DiffAsync(ParseResult result, CancellationToken ct)
    {
        if (
            await CompileAsync(result.GetRequiredValue(Old), result, ct) is not { } before
            || await CompileAsync(result.GetRequiredValue(New), result, ct) is not { } after
        )
        {
            return ExitCodes.Usage;
        }

        var comparison = SchemaComparer.Compare(before, after);
        var report = new JsonObject
        {
            ["backward"] = comparison.IsBackwardCompatible,
            ["forward"] = comparison.IsForwardCompatible,
            ["full"] = comparison.IsFullyCompatible,
            ["differences"] = new JsonArray([
                .. comparison.Differences.Select(difference =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["kind"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(difference.Kind.ToString()),
                            ["pointer"] = difference.Pointer,
                            ["from"] = Node(difference.From),
                            ["to"] = Node(difference.To),
                        }
                ),
            ]),
            ["backward_breaks"] = Breaks(comparison.BackwardBreaks),
            ["forward_breaks"] = Breaks(comparison.ForwardBreaks),
        };
        var printer = CairnCommand.Printer(result);
        if (!printer.IsTable)
        {
            printer.One(report);
        }
        else
        {
            printer.List(
                [.. report["differences"]!.AsArray().Select(item => item!)],
                Column.Of("change", "kind"),
                Column.Of("at", "pointer"),
                Column.Of("from").Shortened(0),
                Column.Of("to").Shortened(0)
            );
            Explain("backward", comparison.IsBackwardCompatible, comparison.BackwardBreaks);
            Explain("forward", comparison.IsForwardCompatible, comparison.ForwardBreaks);
        }

        return comparison.IsFullyCompatible ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static async Task<int> InferAsync(ParseResult result, CancellationToken ct)
    {
        var samples = new List<JsonElement>();
        foreach (string file in result.GetRequiredValue(Samples))
            samples.Add(JsonText.Element(await DocumentFile.ReadAsync(file, null, ct)));
        byte[] schema = Encoding.UTF8.GetBytes(SchemaInference.Infer(samples).ToJsonString());
        Console.Out.WriteLine(Encoding.UTF8.GetString(JsonText.Indent(schema)));
        return ExitCodes.Success;
    }

    private static async Task<JsonSchemaValidator?> CompileAsync(string file, ParseResult result, CancellationToken ct)
    {
        var options = new SchemaOptions
        {
            DefaultDraft = result.GetValue(Draft) is { } draft ? Drafts[draft] : SchemaOptions.Default.DefaultDraft,
            BaseUri = SchemaFolder.AddressOf(file),
            Resolver = (
                await SchemaFolder.ReadAsync(
                    result.CommandResult.Command.Options.Contains(References) ? result.GetValue(References) ?? [] : [],
                    ct
                )
            ).Find,
            AssertFormat = result.CommandResult.Command.Options.Contains(Formats) && result.GetValue(Formats),
        };
        byte[] schema = await DocumentFile.ReadAsync(file, null, ct);
        try
        {
            var validator = JsonSchemaValidator.Compile(schema, options);
            foreach (var warning in validator.Warnings)
                Console.Error.WriteLine($"cairn: {SafeText.Of(file)} {SafeText.Of(warning.ToString())}");
            return validator;
        }
        catch (SchemaException e)
        {
            Console.Error.WriteLine($"cairn: {file} is not a valid schema:");
            foreach (var problem in e.Problems)
                Console.Error.WriteLine($"  {problem}");
            return null;
        }
    }

    private static void Explain(string direction, bool holds, IReadOnlyList<CompatibilityBreak> breaks)
    {
        Console.Out.WriteLine($"{direction} compatible: {(holds ? "yes" : "no")}");
        foreach (var (pointer, reason, isUnknown) in breaks)
        {
            Console.Out.WriteLine(
                $"  {(pointer.Length == 0 ? "(root)" : pointer)}: "
                    + $"{reason}{(isUnknown ? " (unknown, treated as breaking)" : "")}"
            );
        }
    }

    private static JsonArray Breaks(IReadOnlyList<CompatibilityBreak> breaks) =>
        [
            .. breaks.Select(item => new JsonObject
            {
                ["pointer"] = item.Pointer,
                ["reason"] = item.Reason,
                ["unknown"] = item.IsUnknown,
            }),
        ];

    private static JsonNode? Node(JsonElement? element) =>
        element is { } value ? JsonNode.Parse(value.GetRawText()) : null;

    private static Option<string?> MakeDraft()
    {
        var option = new Option<string?>("--draft")
        {
            HelpName = string.Join('|', Drafts.Keys),
            Description = "The draft of a schema without $schema; 2020-12 when left out",
        };
        option.AcceptOnlyFromAmong([.. Drafts.Keys]);
        return option;
    }
}
