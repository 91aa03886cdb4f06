using System.Diagnostics;

namespace Cairn.Servers;

/// <summary>A real PostgreSQL cluster in a temporary folder. As root it runs as the user <c>postgres</c>, since it
/// refuses to run as root.</summary>
public sealed class PostgresServer : IDisposable
{
    private static readonly bool IsRoot = Environment.UserName == "root";

    private readonly string _folder;
    private readonly string _data;
    private readonly string[] _extra;
    private ServerProcess? _process;

    private PostgresServer(string[] extra)
    {
        _folder = ServerProcess.TemporaryFolder("postgres");
        _data = Path.Combine(_folder, "data");
        _extra = extra;
        Port = FreePort.Next();
    }

    public static string? Missing =>
        ServerProcess.Missing("postgres") ?? (IsRoot ? ServerProcess.Missing("setpriv") : null);

    public int Port { get; }

    public ServerProcess Process => _process ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>The store's address in a schema of its own.</summary>
    public string Address(string schema = "cairn") => $"postgres://postgres@127.0.0.1:{Port}/postgres?schema={schema}";

    public static async Task<PostgresServer> StartAsync(params string[] extra)
    {
        var server = new PostgresServer(extra);
        await server.RunAsync(
            "initdb",
            "-D",
            server._data,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "-A",
            "trust",
            "--no-sync"
        );
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A streaming replica of <paramref name="primary"/>.</summary>
    public static async Task<PostgresServer> ReplicateAsync(PostgresServer primary, string name)
    {
        var server = new PostgresServer([]);
        await server.RunAsync(
            "pg_basebackup",
            "-D",
            server._data,
            "-R",
            "-X",
            "stream",
            "--no-sync",
            "-c",
            "fast",
            "-d",
            $"host=127.0.0.1 port={primary.Port} user=postgres application_name={name}"
        );
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it with the data it had.</summary>
    public async Task StartAgainAsync()
    {
        var (program, arguments) = AsPostgres(
            ServerProcess.Find("postgres")!,
            [
                "-D",
                _data,
                "-p",
                $"{Port}",
                "-k",
                _folder,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off",
                "-c",
                "dynamic_shared_memory_type=mmap",
                .. _extra,
            ]
        );
        _process = new ServerProcess(program, arguments);
        await _process.WaitUntilAsync(async () =>
            await RunAsync(0, "pg_isready", "-q", "-h", "127.0.0.1", "-p", $"{Port}")
        );
    }

    public void Kill()
    {
        _process?.Dispose();
        _process = null;
    }

    /// <summary>Stops it and its sessions at once.</summary>
    public async Task StopAsync()
    {
        await Process.StopAsync(signal: 3);
        Kill();
    }

    public Task PromoteAsync() => RunAsync("pg_ctl", "promote", "-D", _data, "-w");

    public void Dispose()
    {
        if (_process is not null)
        {
            // Killed with -9 its children would outlive it for a moment, in the folder that is to go.
            _process.StopAsync(signal: 3).GetAwaiter().GetResult();
            _process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        if (!await RunAsync(0, program, arguments))
            throw new InvalidOperationException($"{program} failed.");
    }

    private async Task<bool> RunAsync(int expected, string program, params string[] arguments)
    {
        if (IsRoot)
        {
            using (var chown = System.Diagnostics.Process.Start("chown", ["postgres", _folder]))
                await chown.WaitForExitAsync();
        }

        var (run, all) = AsPostgres(ServerProcess.Find(program)!, arguments);
        using var process = System.Diagnostics.Process.Start(
            new ProcessStartInfo(run, all)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = "/",
            }
        )!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await said;
        return process.ExitCode == expected;
    }

    private static (string Program, string[] Arguments) AsPostgres(string program, string[] arguments) =>
        IsRoot
            ? ("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", program, .. arguments])
            : (program, arguments);
}
