using System.Text.Json;

namespace Cairn.JsonSchema.Tests.Conformance;

/// <summary>The official test suite, where it is on the machine.</summary>
internal static class SuiteFiles
{
    private const string RemoteBase = "http://localhost:1234/";

    private static readonly string? Root = FindRoot();

    private static readonly Lazy<Dictionary<string, JsonElement>> Remotes = new(ReadRemotes);

    public static string RootOrSkip()
    {
        Assert.SkipWhen(Root is null, "The conformance data is not here; set CAIRN_CONFORMANCE to its folder.");
        return Root!;
    }

    public static JsonElement? Resolve(Uri uri) =>
        Remotes.Value.TryGetValue(uri.OriginalString, out var document) ? document : null;

    /// <summary>Every test of a draft's main or optional files.</summary>
    public static IEnumerable<SuiteCase> Read(string draft, bool optional)
    {
        string folder = Path.Combine(RootOrSkip(), draft);
        var files = optional
            ? Directory.EnumerateFiles(Path.Combine(folder, "optional"), "*.json", SearchOption.AllDirectories)
            : Directory.EnumerateFiles(folder, "*.json");
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var group in document.RootElement.Clone().EnumerateArray())
            {
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    yield return new SuiteCase(
                        Path.GetRelativePath(folder, file).Replace('\\', '/'),
                        group.GetProperty("description").GetString()!,
                        test.GetProperty("description").GetString()!,
                        group.GetProperty("schema"),
                        test.GetProperty("data"),
                        test.GetProperty("valid").GetBoolean()
                    );
                }
            }
        }
    }

    private static Dictionary<string, JsonElement> ReadRemotes()
    {
        string folder = Path.Combine(Root!, "remotes");
        return Directory
            .EnumerateFiles(folder, "*.json", SearchOption.AllDirectories)
            .ToDictionary(
                file => RemoteBase + Path.GetRelativePath(folder, file).Replace('\\', '/'),
                file =>
                {
                    using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                    return document.RootElement.Clone();
                }
            );
    }

    private static string? FindRoot()
    {
        string? folder = Environment.GetEnvironmentVariable("CAIRN_CONFORMANCE");
        for (string? at = AppContext.BaseDirectory; folder is null && at is not null; at = Path.GetDirectoryName(at))
        {
            string candidate = Path.Combine(at, "shared", "conformance");
            folder = Directory.Exists(candidate) ? candidate : null;
        }

        string? suite = folder is null ? null : Path.Combine(folder, "json-schema");
        return Directory.Exists(suite) ? suite : null;
    }
}

internal sealed record SuiteCase(
    string File,
    string Group,
    string Test,
    JsonElement Schema,
    JsonElement Data,
    bool Valid
)
{
    public override string ToString() => $"{File} | {Group} | {Test}";
}
