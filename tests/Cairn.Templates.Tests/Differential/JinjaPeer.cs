using System.Diagnostics;
using System.Text.Json;

namespace Cairn.Templates.Tests.Differential;

/// <summary>A template and what it may load; a native one is one expression, whose typed value is compared as
/// JSON.</summary>
internal sealed record DifferentialCase(
    string Template,
    Dictionary<string, string> Others,
    DifferentialOptions Options,
    bool IsNative = false
);

internal sealed record DifferentialOptions(
    bool TrimBlocks,
    bool LstripBlocks,
    bool KeepTrailingNewline,
    string Undefined
);

/// <summary>Jinja2 itself, in a Python process: what it makes of templates.</summary>
internal static class JinjaPeer
{
    private const string Script = """
        import json, resource, sys
        resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
        from jinja2 import ChainableUndefined, DictLoader, StrictUndefined, Undefined
        from jinja2.compiler import CodeGenerator
        from jinja2.sandbox import SandboxedEnvironment
        # Jinja2 writes the constant of (-2) ** x without its brackets, which makes it -(2 ** x).
        write_constant = CodeGenerator.visit_Const
        def in_brackets(self, node, frame):
            self.write("(")
            write_constant(self, node, frame)
            self.write(")")
        CodeGenerator.visit_Const = in_brackets
        modes = {"lenient": Undefined, "strict": StrictUndefined, "chainable": ChainableUndefined}
        work = json.load(sys.stdin)
        def plain(value):
            if isinstance(value, dict):
                return all(isinstance(k, str) and plain(v) for k, v in value.items())
            if isinstance(value, (list, tuple)):
                return all(plain(v) for v in value)
            return value is None or isinstance(value, (str, int, float))
        out = []
        for case in work["cases"]:
            try:
                options = case["Options"]
                env = SandboxedEnvironment(
                    trim_blocks=options["TrimBlocks"], lstrip_blocks=options["LstripBlocks"],
                    keep_trailing_newline=options["KeepTrailingNewline"], undefined=modes[options["Undefined"]],
                    loader=DictLoader(case["Others"]),
                    extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
                if case["IsNative"]:
                    expression = env.compile_expression(case["Template"][2:-2], undefined_to_none=False)
                    value = expression(**json.loads(work["context"]))
                    out.append(json.dumps(value, allow_nan=False) if plain(value) else "an object at 0x0")
                    continue
                out.append(env.from_string(case["Template"]).render(**json.loads(work["context"])))
            except RecursionError:
                out.append(None)
            except Exception as e:
                out.append(None)
        json.dump(out, sys.stdout)
        """;

    /// <summary>The reason why there is no Jinja2 here, or null.</summary>
    public static string? Unavailable { get; } = Probe();

    private static string? Probe()
    {
        try
        {
            string version = Run("import jinja2; print(jinja2.__version__)", "");
            return version.StartsWith("3.1", StringComparison.Ordinal)
                ? null
                : $"python3 has Jinja2 {version.Trim()}, not 3.1";
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return $"python3 with Jinja2 is not on this machine: {e.Message}";
        }
    }

    /// <summary>The text of each template, null where Jinja2 refuses it.</summary>
    public static string?[] Render(string context, IReadOnlyList<DifferentialCase> cases) =>
        JsonSerializer.Deserialize<string?[]>(Run(Script, JsonSerializer.Serialize(new { context, cases })))!;

    private static string Run(string script, string input)
    {
        var start = new ProcessStartInfo("python3", ["-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            process.Kill();
            throw new InvalidOperationException("python3 did not end");
        }
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException(error.Result);
    }
}
