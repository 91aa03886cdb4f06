using System.CommandLine;
using Cairn.Cli.Output;
using Cairn.Core.Policies;
using Cairn.Rego;
using Cairn.Rego.Evaluation;
using Cairn.Rego.Formatting;
using Cairn.Rego.Partial;
using Cairn.Rego.Syntax;
using Cairn.Rego.Values;

namespace Cairn.Cli.Commands.Policies;

/// <summary><c>cairn policy</c>: Rego on this machine, without a server and without OPA. Options are named as
/// OPA's.</summary>
internal static class PolicyCommand
{
    public static readonly Option<string[]> DataFiles = new("--data", "-d")
    {
        HelpName = "path",
        Description = "Rego, JSON and YAML files, or folders of them",
        DefaultValueFactory = _ => [],
    };
    public static readonly Option<bool> V0 = new("--v0-compatible")
    {
        Description = "Read modules as OPA before 1.0 did",
    };
    public static readonly Option<string?> Schema = new("--schema", "-s")
    {
        HelpName = "path",
        Description = "A JSON Schema of the input, or a folder of schemas that metadata refers to",
    };
    public static readonly Argument<string[]> Paths = new("path")
    {
        Description = "Rego, JSON and YAML files, or folders of them",
        Arity = ArgumentArity.OneOrMore,
    };

    public static readonly Option<string?> Input = new("--input", "-i")
    {
        HelpName = "file",
        Description = "The input document, JSON or YAML; - for standard input",
    };
    private static readonly Option<string> Format = MakeFormat();
    private static readonly Option<bool> Partial = new("--partial", "-p")
    {
        Description = "Evaluate as far as it goes without what is unknown; print what is left",
    };
    private static readonly Option<string[]> Unknowns = new("--unknowns", "-u")
    {
        HelpName = "path",
        Description = "With --partial: what is unknown; input when left out",
        DefaultValueFactory = _ => ["input"],
    };
    private static readonly Option<string[]> DisableInlining = new("--disable-inlining")
    {
        HelpName = "path",
        Description = "With --partial: rules that are left as rules",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<bool> Fail = new("--fail")
    {
        Description = "Exit with 1 when the result is undefined",
    };
    private static readonly Option<bool> StrictErrors = new("--strict-builtin-errors")
    {
        Description = "Let a failing built-in end the evaluation",
    };
    private static readonly Option<string> Explain = PolicyExplanation.MakeOption("off");
    private static readonly Option<bool> Write = new("--write", "-w") { Description = "Change the files" };
    private static readonly Option<bool> List = new("--list", "-l")
    {
        Description = "Name the files whose form differs",
    };
    private static readonly Option<bool> Upgrade = new("--v0-v1")
    {
        Description = "Read modules as OPA before 1.0 did, and write them for both",
    };
    public static readonly Argument<string> Query = new("query")
    {
        Description = "A query, for example data.app.allow",
    };

    public static Command Create()
    {
        var eval = new Command(
            "eval",
            "Evaluate a query\n\nExamples:\n  cairn policy eval -d policy.rego -d data.json -i input.json "
                + "data.app.allow\n  cairn policy eval -d policies --format pretty 'data.app.users[u].admin'\n"
                + "  cairn policy eval -d policies -i input.json --format pretty --explain fails data.app.allow\n"
                + "  cairn policy eval -d policies --partial --format source 'data.app.allow == true'"
        )
        {
            DataFiles,
            Input,
            Schema,
            Format,
            Partial,
            Unknowns,
            DisableInlining,
            Explain,
            PolicyExplanation.VariableValues,
            Fail,
            StrictErrors,
            V0,
            Query,
        };
        eval.SetAction(EvalAsync);
        var fmt = new Command(
            "fmt",
            "Write modules in their canonical form\n\nWithout an option the formatted text is printed.\n\n"
                + "Examples:\n  cairn policy fmt -w policies\n  cairn policy fmt --list policies\n"
                + "  cairn policy fmt -w --v0-v1 old-policies"
        )
        {
            Write,
            List,
            Upgrade,
            Paths,
        };
        fmt.SetAction(FormatAsync);
        var inspect = new Command(
            "inspect",
            "List packages, rules and what they refer to\n\nExamples:\n  cairn policy inspect policies\n"
                + "  cairn policy inspect policies -o json"
        )
        {
            V0,
            Paths,
        };
        inspect.SetAction(InspectAsync);
        return new Command(
            "policy",
            "Evaluate, test, check and format Rego policies on this machine\n\nExamples:\n"
                + "  cairn policy test policies -v\n  cairn policy eval -d policies -i input.json data.app.allow\n"
                + "  cairn policy fmt -w policies"
        )
        {
            eval,
            PolicyTestCommand.Create(),
            PolicyCheckCommand.Create(),
            fmt,
            PolicyBenchCommand.Create(),
            inspect,
            PolicyBundleCommand.Create(),
        };
    }

    public static CompileOptions Options(ParseResult result) =>
        new() { Version = result.GetValue(V0) ? RegoVersion.V0 : RegoVersion.V1 };

    /// <summary>Prints what is wrong with modules; the exit code of commands that cannot go on.</summary>
    public static int Report(RegoCompilationException e)
    {
        Console.Error.WriteLine($"{e.Errors.Count} error{(e.Errors.Count == 1 ? "" : "s")} occurred:");
        foreach (var error in e.Errors)
            Console.Error.WriteLine(error);
        return ExitCodes.Failure;
    }

    private static async Task<int> EvalAsync(ParseResult result, CancellationToken ct)
    {
        try
        {
            if (result.GetValue(Partial))
                return await PartialAsync(result, ct);
            var (query, input) = await PrepareAsync(result, ct);
            string explain = result.GetValue(Explain)!;
            var trace = explain == "off" ? null : new RegoTrace();
            var found = query.Evaluate(input, EvaluationOptions(result) with { Trace = trace }, ct);
            PolicyOutput.Print(
                result,
                Format,
                format =>
                    PolicyOutput.Show(
                        found,
                        format,
                        PolicyExplanation.Choose(trace, explain),
                        result.GetValue(PolicyExplanation.VariableValues)
                    )
            );
            return found.IsUndefined && result.GetValue(Fail) ? ExitCodes.Failure : ExitCodes.Success;
        }
        catch (RegoCompilationException e)
        {
            return Report(e);
        }
        catch (RegoEvaluationException e)
        {
            Console.Error.WriteLine($"1 error occurred: {e.Message}");
            return ExitCodes.Failure;
        }
    }

    private static async Task<int> PartialAsync(ParseResult result, CancellationToken ct)
    {
        var policy = await CompileAsync(result, instrument: false, ct);
        var input = result.GetValue(Input) is { } file ? await PolicyFiles.ReadValueAsync(file, ct) : null;
        var partial = new PartialOptions
        {
            Unknowns = result.GetValue(Unknowns)!,
            DisableInlining = result.GetValue(DisableInlining)!,
        };
        PartialEvaluation left;
        try
        {
            left = policy.EvaluatePartially(
                result.GetRequiredValue(Query),
                partial,
                input,
                EvaluationOptions(result),
                ct
            );
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }

        PolicyOutput.Print(result, Format, format => PolicyOutput.Show(left, format));
        return left.Queries.Count == 0 && result.GetValue(Fail) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task<int> FormatAsync(ParseResult result, CancellationToken ct)
    {
        bool changed = false;
        foreach (var module in (await PolicyFiles.LoadAsync(result.GetRequiredValue(Paths), ct)).Modules)
        {
            try
            {
                string formatted = RegoFormatter.Format(
                    module.Source,
                    module.Name,
                    result.GetValue(Upgrade) ? RegoVersion.V0 : RegoVersion.V1
                );
                bool differs = formatted != module.Source;
                changed |= differs;
                if (result.GetValue(List) && differs)
                    Console.Out.WriteLine(module.Name);
                if (result.GetValue(Write) && differs)
                    await File.WriteAllTextAsync(module.Name, formatted, ct);
                if (!result.GetValue(List) && !result.GetValue(Write))
                    Terminal.WriteDocument(formatted);
            }
            catch (RegoCompilationException e)
            {
                return Report(e);
            }
        }

        return changed && result.GetValue(List) && !result.GetValue(Write) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task<int> InspectAsync(ParseResult result, CancellationToken ct)
    {
        try
        {
            var inspection = PolicyInspection.Of(
                (await PolicyFiles.LoadAsync(result.GetRequiredValue(Paths), ct)).Compile(Options(result))
            );
            PolicyOutput.Print(inspection, CairnCommand.Printer(result));
            return ExitCodes.Success;
        }
        catch (RegoCompilationException e)
        {
            return Report(e);
        }
    }

    private static async Task<RegoPolicy> CompileAsync(ParseResult result, bool instrument, CancellationToken ct)
    {
        var schemas = await PolicyFiles.ReadSchemasAsync(result.GetValue(Schema), ct);
        return (await PolicyFiles.LoadAsync(result.GetValue(DataFiles)!, ct)).Compile(
            Options(result) with
            {
                Schemas = schemas,
                Instrument = instrument,
            }
        );
    }

    /// <summary>The query and the input that the command line names.</summary>
    public static async Task<(PreparedQuery Query, RegoValue? Input)> PrepareAsync(
        ParseResult result,
        CancellationToken ct
    )
    {
        var policy = await CompileAsync(result, result.GetValue(Explain) is not (null or "off"), ct);
        var input = result.GetValue(Input) is { } file ? await PolicyFiles.ReadValueAsync(file, ct) : null;
        return (policy.Prepare(result.GetRequiredValue(Query)), input);
    }

    private static EvaluationOptions EvaluationOptions(ParseResult result) =>
        PolicyHost.Evaluation with
        {
            StrictBuiltinErrors = result.GetValue(StrictErrors),
            Print = (_, text) => Console.Error.WriteLine(text),
        };

    private static Option<string> MakeFormat()
    {
        var option = new Option<string>("--format", "-f")
        {
            HelpName = "json|pretty|source|values|raw",
            Description = "How to print the result",
            DefaultValueFactory = _ => "json",
        };
        option.AcceptOnlyFromAmong("json", "pretty", "source", "values", "raw");
        return option;
    }
}
