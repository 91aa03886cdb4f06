using System.Diagnostics;

namespace Cairn.Storage.Sqlite.Tests;

/// <summary>A file system of a few MiB in memory, mounted for one test; only root on Linux can have one.</summary>
public sealed class SmallFileSystem : IDisposable
{
    private readonly TemporaryFolder _mountPoint = new();

    private SmallFileSystem() { }

    public string Path => _mountPoint.Path;

    /// <summary>Skips the test where mounting is not allowed.</summary>
    public static SmallFileSystem Mount(int mebibytes)
    {
        var system = new SmallFileSystem();
        string? error = OperatingSystem.IsLinux()
            ? Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", system.Path)
            : "not Linux";
        if (error is null)
            return system;
        system._mountPoint.Dispose();
        Assert.Skip($"No file system can be mounted here: {error}");
        return null!;
    }

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path).ShouldBeNull();

    public void Dispose()
    {
        Run("umount", Path).ShouldBeNull();
        _mountPoint.Dispose();
    }

    /// <returns>What went wrong, or null.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{error.Trim()} (code {process.ExitCode})";
    }
}
