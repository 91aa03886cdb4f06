using System.Text.Json;
using System.Xml.Linq;

namespace Cairn.Cli.Tests;

/// <summary>NOTICE.md names every package that comes with the program, those that others bring, too.</summary>
public sealed class NoticeTests
{
    private const string Begin =
        "<!-- What follows is compared with the program by a test, which shows what is right. -->";

    [Fact]
    public void Every_package_is_named_with_its_licence()
    {
        string notice = Repository.Read("NOTICE.md");
        string[] table =
        [
            "| package | version | licence | copyright |",
            "|---|---|---|---|",
            .. Packages().Select(package => Row(package.Name, package.Version)),
        ];
        notice.ShouldContain(Begin + "\n\n" + string.Join('\n', table) + "\n");
    }

    private static IEnumerable<(string Name, string Version)> Packages()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "cairn.deps.json");
        using var program = JsonDocument.Parse(File.ReadAllBytes(file));
        return
        [
            .. program
                .RootElement.GetProperty("libraries")
                .EnumerateObject()
                .Where(library => library.Value.GetProperty("type").GetString() == "package")
                .Select(library => library.Name.Split('/'))
                .Select(parts => (parts[0], parts[1]))
                .OrderBy(package => package.Item1, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static string Row(string name, string version)
    {
        var metadata = Nuspec(name, version).Root!.Elements().First();
        string? Text(string element) =>
            metadata.Elements().FirstOrDefault(child => child.Name.LocalName == element)?.Value.ReplaceLineEndings(" ");
        var license = metadata.Elements().FirstOrDefault(child => child.Name.LocalName == "license");
        string licence = license?.Attribute("type")?.Value == "expression" ? license.Value : Text("licenseUrl") ?? "?";
        return $"| {name} | {version} | {licence} | {(Text("copyright") ?? Text("authors") ?? "").Trim()} |";
    }

    private static XDocument Nuspec(string name, string version)
    {
        string folder =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string id = name.ToLowerInvariant();
        return XDocument.Load(Path.Combine(folder, id, version.ToLowerInvariant(), id + ".nuspec"));
    }
}
