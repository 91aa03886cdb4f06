using System.Diagnostics;
using System.Reflection;

namespace Cairn.Storage.Sqlite.Tests;

/// <summary>Another process that writes to a database until it is killed.</summary>
public sealed class WriterProcess : IDisposable
{
    private readonly Process _process;

    public WriterProcess(string path, int writers, string prefix)
    {
        string program = typeof(WriterProcess)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "WriterProgram")
            .Value!;
        _process = Process.Start(
            new ProcessStartInfo("dotnet", [program, path, $"{writers}", prefix])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
    }

    /// <summary>Reads acknowledgements (revision, name), kills the process with SIGKILL after so many, and returns also
    /// those that were still in the pipe.</summary>
    public async Task<List<(long Revision, string Name)>> KillAfterAsync(int acknowledgements)
    {
        var seen = new List<(long, string)>();
        string? before = null;
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line may be cut off: only those that have a successor are taken.
            if (before?.Split(' ') is [var revision, var name])
                seen.Add((long.Parse(revision), name));
            before = line;
            if (seen.Count == acknowledgements)
                _process.Kill();
        }
        await _process.WaitForExitAsync();
        if (seen.Count < acknowledgements)
        {
            throw new InvalidOperationException(
                $"The writer ended by itself: {await _process.StandardError.ReadToEndAsync()}"
            );
        }

        return seen;
    }

    /// <summary>Waits for a process that cannot open the store.</summary>
    public async Task<(int Code, string Error)> ExitAsync()
    {
        string error = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode, error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
