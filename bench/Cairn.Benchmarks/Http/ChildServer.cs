using System.Diagnostics;
using Cairn.Tests;

namespace Cairn.Benchmarks.Http;

/// <summary>A server in a process of its own.</summary>
internal sealed class ChildServer : IAsyncDisposable
{
    public const string Key = "admin-key-for-benchmarks-0123456789";

    private readonly Process _process;
    private readonly DirectoryInfo? _folder;

    private ChildServer(Process process, int port, DirectoryInfo? folder)
    {
        (_process, Port, _folder) = (process, port, folder);
        Client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = TimeSpan.FromSeconds(100),
        };
        Client.DefaultRequestHeaders.Add("X-API-Key", Key);
    }

    public int Port { get; }
    public HttpClient Client { get; }

    /// <summary>Memory in use, in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Processor time used so far by all its threads, kernel and user.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts Cairn as anybody would, with its limits on but out of reach.</summary>
    /// <param name="pinned">Whether it is to keep to processor 0. Set before it starts (taskset), because an affinity
    /// given to a running process reaches only its first thread on Linux.</param>
    /// <param name="folder">Its data; null for a new folder that goes with it.</param>
    /// <param name="store">The address of a shared store; null for one of its own.</param>
    public static Task<ChildServer> StartCairnAsync(bool pinned, string? folder = null, string? store = null)
    {
        var own = folder is null ? Directory.CreateTempSubdirectory("cairn-bench-") : null;
        int port = FreePort.Next();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "cairn"),
            ["serve", "--listen", $"http://127.0.0.1:{port}"]
        )
        {
            WorkingDirectory = folder ?? own!.FullName,
            RedirectStandardOutput = true,
        };
        start.Environment["CAIRN_BOOTSTRAP_ADMIN_KEY"] = Key;
        start.Environment["CAIRN_RATE_LIMIT_READ"] = "2000000000/minute";
        start.Environment["CAIRN_RATE_LIMIT_WRITE"] = "2000000000/minute";
        start.Environment["CAIRN_LOG_LEVEL"] = "warn";
        if (store is not null)
        {
            start.Environment["CAIRN_STORE"] = store;
            start.Environment["CAIRN_NODE_ID"] = $"node{port}";
            start.Environment["CAIRN_MASTER_KEY"] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        }
        return StartAsync(start, port, "/health/ready", pinned, own);
    }

    /// <summary>Starts the endpoint that only returns bytes.</summary>
    public static Task<ChildServer> StartBareAsync(string body, bool pinned)
    {
        int port = FreePort.Next();
        var start = new ProcessStartInfo(Environment.ProcessPath!, [BareServer.Command, $"{port}", body])
        {
            RedirectStandardOutput = true,
        };
        return StartAsync(start, port, "/", pinned, null);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder?.Delete(recursive: true);
    }

    private static async Task<ChildServer> StartAsync(
        ProcessStartInfo start,
        int port,
        string ready,
        bool pinned,
        DirectoryInfo? folder
    )
    {
        if (pinned)
        {
            foreach (string argument in new[] { start.FileName, "0", "-c" })
                start.ArgumentList.Insert(0, argument);
            start.FileName = "taskset";
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ChildServer(process, port, folder);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if ((await server.Client.GetAsync(ready)).IsSuccessStatusCode)
                    return server;
            }
            catch (HttpRequestException) when (clock.Elapsed < TimeSpan.FromSeconds(120) && !process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }
}
