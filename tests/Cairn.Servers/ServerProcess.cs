using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Cairn.Servers;

/// <summary>A server that runs as long as a test needs it, in a folder of its own.</summary>
public sealed partial class ServerProcess : IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    public ServerProcess(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        Program = program;
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        // A PostgreSQL session whose server was killed asks its standard input what to do next: at its end, it goes.
        _process.StandardInput.Close();
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Program { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it said so far, its end when that is much.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Why a program cannot be run here, or null. With <c>CI=true</c> a program that is missing is a
    /// failure.</summary>
    public static string? Missing(string program)
    {
        if (Find(program) is not null)
            return null;
        return Environment.GetEnvironmentVariable("CI") == "true"
            ? throw new InvalidOperationException($"{program} is not installed, and with CI=true it has to be.")
            : $"{program} is not installed.";
    }

    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/sbin")
            .Append("/usr/lib/postgresql/15/bin")
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>A folder in memory where there is one, so that tests do not wait for a disk others use too.</summary>
    public static string TemporaryFolder(string name)
    {
        string root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        return Directory.CreateDirectory(Path.Combine(root, $"cairn-{name}-{Guid.NewGuid():N}")).FullName;
    }

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    /// <exception cref="InvalidOperationException">The server ended, or it took longer than 30 s.</exception>
    public async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        for (long began = Stopwatch.GetTimestamp(); !await condition(); await Task.Delay(20))
        {
            if (HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException($"{Program} {(HasExited ? "ended" : "is not ready")}: {Output}");
        }
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            Signal(9);
        // With a limit it does not wait for the end of the output, which children that outlive it may hold open.
        _process.WaitForExit(TimeSpan.FromSeconds(30));
    }

    /// <summary>Lets it hang: its connections stay open, and nothing is answered.</summary>
    public void Pause() => Signal(19);

    /// <summary>Lets it go on.</summary>
    public void Continue() => Signal(18);

    /// <summary>Asks it to stop (SIGTERM), or as another signal says, and waits for its end.</summary>
    public async Task StopAsync(int signal = 15)
    {
        if (!_process.HasExited)
            Signal(signal);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Collect(object sender, DataReceivedEventArgs e)
    {
        lock (_output)
        {
            _output.AppendLine(e.Data);
            if (_output.Length > 20_000)
                _output.Remove(0, 10_000);
        }
    }

    private void Signal(int signal) => _ = Kill(_process.Id, signal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
