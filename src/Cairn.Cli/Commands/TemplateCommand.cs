using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Core.Documents;
using Cairn.Templates;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn template</c>: templates on this machine, without a server.</summary>
internal static class TemplateCommand
{
    private static readonly Argument<string> File = new("file")
    {
        Description = "A text template, or a JSON or YAML document whose strings are templates; - for standard input",
    };
    private static readonly Argument<string[]> Files = new("file")
    {
        Description = "Templates to check",
        Arity = ArgumentArity.OneOrMore,
    };
    private static readonly Option<string[]> Var = new("--var")
    {
        HelpName = "k=v",
        Description = "A variable; the value is JSON when it is valid JSON, else text",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string?> Vars = new("--vars")
    {
        HelpName = "file",
        Description = "A JSON or YAML object of variables",
    };
    private static readonly Option<string?> Env = new("--env", "-e")
    {
        HelpName = "environment",
        Description = "What env and environment are",
    };
    private static readonly Option<string?> Includes = new("--includes", "-I")
    {
        HelpName = "folder",
        Description = "Where templates that it includes are; its own folder when left out",
    };
    private static readonly Option<string?> Out = new("--out")
    {
        HelpName = "file",
        Description = "Write what is rendered to a file, as it is, instead of printing it",
    };
    private static readonly Option<bool> TrimBlocks = new("--trim-blocks")
    {
        Description = "Leave out the line's end behind a tag, as Ansible does",
    };
    private static readonly Option<bool> LstripBlocks = new("--lstrip-blocks")
    {
        Description = "Leave out white space before a tag at the beginning of a line",
    };
    private static readonly Option<string[]> Extension = MakeExtension();
    private static readonly Option<bool> Lenient = new("--lenient")
    {
        Description = "Let what does not exist be empty, as Jinja does by default",
    };

    public static Command Create()
    {
        var render = new Command(
            "render",
            "Render a template\n\nA document (.json, .yaml) stays a document: only its strings are rendered, "
                + "and one that is a single\nexpression gives its typed value.\n\nExamples:\n"
                + "  cairn template render nginx.conf.j2 --var port=8080 --env prod\n"
                + "  cairn template render config.json --vars prod.yaml --env prod\n"
                + "  cairn template render --lenient banner.j2\n  cairn template render site.conf.j2 --trim-blocks "
                + "--extension do --includes templates/ --out site.conf\n"
                + "  echo 'Hello {{ name }}' | cairn template render - --var name=you"
        )
        {
            File,
            Var,
            Vars,
            Env,
            Includes,
            Out,
            TrimBlocks,
            LstripBlocks,
            Extension,
            Lenient,
        };
        render.SetAction(RenderAsync);
        var check = new Command(
            "check",
            "Say whether templates are well-formed, and where not\n\n"
                + "A template that another one includes is checked when it is named too.\n\nExamples:\n"
                + "  cairn template check templates/*.j2 config.json"
        )
        {
            Files,
        };
        check.SetAction(CheckAsync);
        return new Command(
            "template",
            "Render and check templates on this machine\n\nExamples:\n"
                + "  cairn template render config.json --env prod\n  cairn template check templates/*.j2"
        )
        {
            render,
            check,
        };
    }

    private static async Task<int> RenderAsync(ParseResult result, CancellationToken ct)
    {
        string file = result.GetRequiredValue(File);
        var environment = Environment(file, result);
        var variables = TemplateVariables.FromObject(
            JsonText.Element(Encoding.UTF8.GetBytes((await VariablesAsync(result, ct)).ToJsonString()))
        );
        try
        {
            if (DocumentFile.FormatOf(file) is { } format)
            {
                byte[] document = await DocumentFile.ReadAsync(file, null, ct);
                byte[] rendered = DocumentTemplate
                    .Parse(environment, document, file)
                    .Render(variables, cancellationToken: ct);
                byte[] shown =
                    format == DocumentFormat.Json ? [.. JsonText.Indent(rendered), (byte)'\n'] : format.Write(rendered);
                await ShowAsync(Encoding.UTF8.GetString(shown), result, ct);
            }
            else
            {
                await ShowAsync(
                    environment.Parse(await ReadTextAsync(file, ct), file).Render(variables, cancellationToken: ct),
                    result,
                    ct
                );
            }

            return ExitCodes.Success;
        }
        catch (TemplateException e)
        {
            Report(e, file);
            return ExitCodes.Failure;
        }
    }

    private static async Task<int> CheckAsync(ParseResult result, CancellationToken ct)
    {
        int failures = 0;
        foreach (string file in result.GetRequiredValue(Files))
        {
            try
            {
                if (DocumentFile.FormatOf(file) is not null)
                {
                    DocumentTemplate.Parse(
                        TemplateEnvironment.Default,
                        await DocumentFile.ReadAsync(file, null, ct),
                        file
                    );
                }
                else
                {
                    TemplateEnvironment.Default.Parse(await ReadTextAsync(file, ct), file);
                }

                Console.Out.WriteLine($"{file}: ok");
            }
            catch (TemplateException e)
            {
                failures++;
                Report(e, file);
            }
        }

        return failures == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    // Byte for byte: nothing is added at the end.
    private static Task ShowAsync(string rendered, ParseResult result, CancellationToken ct)
    {
        if (result.GetValue(Out) is { } file)
            return System.IO.File.WriteAllTextAsync(file, rendered, ct);
        Terminal.WriteDocument(rendered);
        return Task.CompletedTask;
    }

    private static TemplateEnvironment Environment(string file, ParseResult result) =>
        new()
        {
            Undefined = result.GetValue(Lenient) ? UndefinedMode.Lenient : UndefinedMode.Strict,
            KeepTrailingNewline = true,
            TrimBlocks = result.GetValue(TrimBlocks),
            LstripBlocks = result.GetValue(LstripBlocks),
            Extensions = (result.GetValue(Extension) ?? []).Aggregate(
                TemplateExtensions.None,
                (all, name) => all | Extensions[name]
            ),
            Loader = name =>
                Load(
                    Path.GetFullPath(
                        result.GetValue(Includes) ?? Path.GetDirectoryName(Path.GetFullPath(file == "-" ? "." : file))!
                    ),
                    name
                ),
        };

    private static readonly Dictionary<string, TemplateExtensions> Extensions = new()
    {
        ["do"] = TemplateExtensions.Do,
        ["loopcontrols"] = TemplateExtensions.LoopControls,
    };

    private static Option<string[]> MakeExtension()
    {
        var option = new Option<string[]>("--extension")
        {
            HelpName = "do|loopcontrols",
            Description = "A tag to switch on, as Salt does; may be repeated",
        };
        option.AcceptOnlyFromAmong("do", "loopcontrols");
        return option;
    }

    // What a template includes stays in its own folder.
    private static string? Load(string folder, string name)
    {
        string path = Path.GetFullPath(Path.Combine(folder, name));
        return
            path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && System.IO.File.Exists(path)
            ? System.IO.File.ReadAllText(path)
            : null;
    }

    private static async Task<JsonObject> VariablesAsync(ParseResult result, CancellationToken ct)
    {
        var variables = new JsonObject();
        if (result.GetValue(Vars) is { } file)
        {
            variables =
                JsonNode.Parse(await DocumentFile.ReadAsync(file, null, ct)) as JsonObject
                ?? throw new UsageException($"{file} does not hold an object of variables.");
        }

        foreach (var (name, value) in Assignments.Parse(result.GetValue(Var)!))
            variables[name] = value?.DeepClone();
        if (result.GetValue(Env) is { } environment)
            (variables["env"], variables["environment"]) = (environment, environment);
        return variables;
    }

    private static async Task<string> ReadTextAsync(string file, CancellationToken ct)
    {
        if (file == "-")
            return await Console.In.ReadToEndAsync(ct);
        return System.IO.File.Exists(file)
            ? await System.IO.File.ReadAllTextAsync(file, ct)
            : throw new UsageException($"There is no file '{file}'.");
    }

    private static void Report(TemplateException e, string file)
    {
        string place = e.Pointer is null ? "" : $" at '{e.Pointer}'";
        Console.Error.WriteLine($"cairn: {file}{place}, line {e.Line}, column {e.Column}: {e.Detail}");
        if (e.Excerpt.Length > 0)
            Console.Error.WriteLine(e.Excerpt);
    }
}
