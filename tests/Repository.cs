namespace Cairn.Tests;

/// <summary>The files of this repository, which the tests run from within.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>A file or folder of it.</summary>
    /// <param name="parts">Its path, such as <c>docs/architecture.md</c>; several are joined.</param>
    public static string Find(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The text of a file of it.</summary>
    public static string Read(string path) => File.ReadAllText(Find(path));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cairn.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("The tests run from within the repository.");
    }
}
