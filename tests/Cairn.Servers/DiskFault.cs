namespace Cairn.Servers;

/// <summary>A disk that hangs or fails, for one server: strace holds up what it would make durable, or refuses it in
/// the kernel's place.</summary>
public sealed class DiskFault : IDisposable
{
    private readonly ServerProcess _strace;

    private DiskFault(ServerProcess strace) => _strace = strace;

    /// <summary>Why it cannot be done here, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Each sync takes so much longer.</summary>
    public static Task<DiskFault> HangAsync(ServerProcess server, TimeSpan time) =>
        AttachAsync(server, $"delay_enter={(long)time.TotalMicroseconds}");

    /// <summary>No sync succeeds: the disk reports an error of its own.</summary>
    public static Task<DiskFault> FailAsync(ServerProcess server) => AttachAsync(server, "error=EIO");

    /// <summary>The disk works again.</summary>
    public void Dispose()
    {
        if (!_strace.HasExited)
            _strace.StopAsync(signal: 2).GetAwaiter().GetResult();
        _strace.Dispose();
    }

    private static async Task<DiskFault> AttachAsync(ServerProcess server, string fault)
    {
        if (ServerProcess.Missing("strace") is { } missing)
            throw new InvalidOperationException(missing);
        var processes = Children(server.Id).Prepend(server.Id).SelectMany(id => (string[])["-p", $"{id}"]);
        var strace = new ServerProcess(
            ServerProcess.Find("strace")!,
            [
                "-f",
                "-o",
                "/dev/null",
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                $"inject=fsync,fdatasync:{fault}",
                .. processes,
            ]
        );
        var attached = new DiskFault(strace);
        try
        {
            await strace.WaitUntilAsync(() =>
                Task.FromResult(strace.Output.Contains("attached", StringComparison.Ordinal))
            );
        }
        catch (InvalidOperationException e)
            when (e.Message.Contains("Operation not permitted", StringComparison.Ordinal))
        {
            attached.Problem = $"strace may not follow other processes here: {strace.Output}";
        }
        catch
        {
            attached.Dispose();
            throw;
        }
        return attached;
    }

    /// <summary>A server of many processes syncs in all of them.</summary>
    private static IEnumerable<int> Children(int parent) =>
        from status in Directory.EnumerateDirectories("/proc").Select(folder => Path.Combine(folder, "status"))
        where File.Exists(status)
        let lines = Lines(status)
        where lines.Contains($"PPid:\t{parent}")
        select int.Parse(lines.First(line => line.StartsWith("Pid:", StringComparison.Ordinal))[4..]);

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return []; // it ended meanwhile
        }
    }
}
