using System.Text.RegularExpressions;

namespace Cairn.Core.Tests;

/// <summary>What docs/architecture.md promises of the source.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>A folder of Core is a capability; which folders does each one's code name?</summary>
    [Fact]
    public void Capabilities_do_not_import_each_other_in_circles()
    {
        string core = Repository.Find("src", "Cairn.Core");
        string[] folders =
        [
            .. Directory
                .GetDirectories(core)
                .Select(folder => Path.GetFileName(folder)!)
                .Where(name => name is not ("bin" or "obj")),
        ];
        var imports = folders.ToDictionary(
            folder => folder,
            folder =>
                Directory
                    .EnumerateFiles(Path.Combine(core, folder), "*.cs", SearchOption.AllDirectories)
                    .SelectMany(file => Named().Matches(File.ReadAllText(file)))
                    .Where(match =>
                        match.Value.StartsWith("using", StringComparison.Ordinal)
                        || IsType(match.Groups[1].Value, match.Groups[2].Value)
                    )
                    .Select(match => match.Groups[1].Value)
                    .Where(name => name != folder && folders.Contains(name))
                    .ToHashSet()
        );

        // A property may have a folder's name; then what follows is no type of that folder.
        bool IsType(string folder, string name) =>
            folders.Contains(folder)
            && Directory.EnumerateFiles(Path.Combine(core, folder), name + ".cs", SearchOption.AllDirectories).Any();

        // Takes away again and again what imports nothing that is left; what remains is a circle.
        var left = imports.ToDictionary();
        while (left.FirstOrDefault(entry => !entry.Value.Any(left.ContainsKey)) is { Key: { } free })
            left.Remove(free);
        left.Select(entry => $"{entry.Key} -> {string.Join(", ", entry.Value.Where(left.ContainsKey))}")
            .ShouldBeEmpty();
        imports["Changes"]
            .ShouldBe(
                ["Access", "Audit", "Cryptography", "Documents"],
                ignoreOrder: true,
                "it knows no capability that it serves"
            );
    }

    [Fact]
    public void Every_folder_is_in_the_architecture_page()
    {
        string page = Repository.Read("docs/architecture.md");
        var folders = Directory
            .GetDirectories(Repository.Find("src"))
            .SelectMany(project =>
                Path.GetFileName(project) is "Cairn.Core" or "Cairn.Node" or "Cairn.Server"
                    ? Directory.GetDirectories(project).Append(project)
                    : [project]
            )
            .Select(folder => Path.GetFileName(folder)!)
            .Where(name => name is not ("bin" or "obj"));
        foreach (string folder in folders)
            page.ShouldContain($"  {folder}/", Case.Sensitive, folder);
    }

    /// <summary>Only text in quotes may go on beyond it, where it has no place to break.</summary>
    [Fact]
    public void No_line_is_longer_than_120_columns()
    {
        var files = new[] { "src", "tests", "bench" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(Repository.Find(folder), "*.cs", SearchOption.AllDirectories)
            )
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"));
        foreach (string file in files)
        {
            bool quoted = false;
            foreach (var (index, line) in File.ReadLines(file).Index())
            {
                bool turns = line.Split("\"\"\"").Length % 2 == 0;
                bool isText = quoted || turns || line.Contains('"') && Text().Replace(line, "").Length <= 120;
                (line.Length <= 120 || isText).ShouldBeTrue($"{file}:{index + 1} has {line.Length} columns");
                quoted ^= turns;
            }
        }
    }

    [GeneratedRegex("\".*\"")]
    private static partial Regex Text();

    // "using Cairn.Core.Configs;" and, from a neighbour's namespace, "Configs.ConfigPath".
    [GeneratedRegex(
        @"^using Cairn\.Core\.(?<1>\w+);|(?<![\w.])(?:Cairn\.Core\.)?(?<1>[A-Z]\w+)\.(?<2>[A-Z]\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Named();
}
