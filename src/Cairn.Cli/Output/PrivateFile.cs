namespace Cairn.Cli.Output;

/// <summary>Files that only their owner reads: configs may be confidential.</summary>
internal static class PrivateFile
{
    /// <summary>Makes a file, or empties the one that is there.</summary>
    public static FileStream Create(string file)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(file, options);
    }
}
