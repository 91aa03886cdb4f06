using System.Text.Json;

namespace Cairn.Templates.Tests.Conformance;

/// <summary>Finds the conformance data, which is not part of this repository.</summary>
internal static class ConformanceSuite
{
    public const string Missing =
        "the conformance data is not here: set CAIRN_CONFORMANCE to its folder, or put it at "
        + "shared/conformance beside the checkout";

    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        string? given = Environment.GetEnvironmentVariable("CAIRN_CONFORMANCE");
        if (!string.IsNullOrEmpty(given))
            return Existing(Path.Combine(given, "jinja"));
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Existing(Path.Combine(folder.FullName, "shared", "conformance", "jinja")) is { } found)
                return found;
        }
        return null;
    }

    private static string? Existing(string folder) => Directory.Exists(folder) ? folder : null;

    public static IReadOnlyList<ConformanceCase> Cases(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder!, file)));
        return [.. document.RootElement.EnumerateArray().Select(e => ConformanceCase.From(file, e.Clone()))];
    }
}

/// <summary>One case: a template, its data, and the text or the error that Jinja2 makes of it.</summary>
internal sealed record ConformanceCase(
    string Id,
    string Template,
    TemplateEnvironment Environment,
    TemplateVariables Variables,
    string? Expected
)
{
    public static ConformanceCase From(string file, JsonElement json)
    {
        var sources = json.TryGetProperty("templates", out var templates)
            ? templates.EnumerateObject().ToDictionary(t => t.Name, t => t.Value.GetString()!)
            : [];
        json.TryGetProperty("options", out var options);
        bool Flag(string name) =>
            options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty(name, out var value)
            && value.GetBoolean();
        string Word(string name) =>
            options.ValueKind == JsonValueKind.Object && options.TryGetProperty(name, out var value)
                ? value.ToString()
                : "";
        var extensions = TemplateExtensions.None;
        extensions |= Word("extensions").Contains("\"do\"") ? TemplateExtensions.Do : 0;
        extensions |= Word("extensions").Contains("\"loopcontrols\"") ? TemplateExtensions.LoopControls : 0;
        var environment = new TemplateEnvironment
        {
            TrimBlocks = Flag("trim_blocks"),
            LstripBlocks = Flag("lstrip_blocks"),
            KeepTrailingNewline = Flag("keep_trailing_newline"),
            Undefined = Word("undefined") == "strict" ? UndefinedMode.Strict : UndefinedMode.Lenient,
            Extensions = extensions,
            Loader = name => sources.GetValueOrDefault(name),
        };
        return new ConformanceCase(
            $"{file}/{json.GetProperty("name").GetString()}",
            json.GetProperty("template").GetString()!,
            environment,
            TemplateVariables.FromObject(json.GetProperty("context")),
            json.TryGetProperty("expect", out var expected) ? expected.GetString() : null
        );
    }

    /// <summary>What is wrong, or null when all is as expected.</summary>
    public string? Failure()
    {
        string? actual;
        try
        {
            actual = Environment.Parse(Template, "case").Render(Variables);
        }
        catch (TemplateException e)
        {
            if (e.Line < 1 || e.Excerpt.Length == 0)
                return $"{Id}: the error has no position: {e.Message}";
            return Expected is null ? null : $"{Id}: {e.Message}\n{e.Excerpt}\n  expected: {Expected}";
        }
        return actual == Expected
            ? null
            : $"{Id}: {Template}\n  expected: {Expected ?? "an error"}\n  actual:   {actual}";
    }
}
