using System.Text.RegularExpressions;

namespace Cairn.Core.Tests;

/// <summary>What docs/architecture.md promises of the source.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Root = FindRoot();

    /// <summary>A folder of Core is a capability; which folders does each one's code name?</summary>
    [Fact]
    public void Capabilities_do_not_import_each_other_in_circles()
    {
        string core = Path.Combine(Root, "src", "Cairn.Core");
        string[] folders = [.. Directory.GetDirectories(core).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("bin" or "obj"))];
        var imports = folders.ToDictionary(folder => folder, folder => Directory.EnumerateFiles(Path.Combine(core, folder), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Named().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value.Length > 0 ? match.Groups[1].Value : match.Groups[2].Value))
            .Where(name => name != folder && folders.Contains(name)).ToHashSet());

        // Takes away again and again what imports nothing that is left; what remains is a circle.
        var left = imports.ToDictionary();
        while (left.FirstOrDefault(entry => !entry.Value.Any(left.ContainsKey)) is { Key: { } free })
            left.Remove(free);
        left.Select(entry => $"{entry.Key} -> {string.Join(", ", entry.Value.Where(left.ContainsKey))}").ShouldBeEmpty();
        imports["Changes"].ShouldBe(["Access", "Audit", "Cryptography", "Documents"], ignoreOrder: true, "it knows no capability that it serves");
    }

    [Fact]
    public void Every_folder_is_in_the_architecture_page()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "architecture.md"));
        var folders = Directory.GetDirectories(Path.Combine(Root, "src"))
            .SelectMany(project => Path.GetFileName(project) is "Cairn.Core" or "Cairn.Server" ? Directory.GetDirectories(project).Append(project) : [project])
            .Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("bin" or "obj"));
        foreach (string folder in folders)
            page.ShouldContain($"  {folder}/", Case.Sensitive, folder);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cairn.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("The tests run from within the repository.");
    }

    // "using Cairn.Core.Configs;" and, from a neighbour's namespace, "Configs.ConfigPath".
    [GeneratedRegex(@"using Cairn\.Core\.(\w+)|(?<![\w.""/ ] ?)\b([A-Z]\w+)\.[A-Z]\w+\.")]
    private static partial Regex Named();
}
