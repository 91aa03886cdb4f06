using System.Diagnostics;
using System.Text;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>A <c>cairn serve</c> of its own, on a free port.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ServerProcess(ProcessStartInfo start, string url)
    {
        Url = url;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Url { get; }

    /// <summary>What it has printed so far.</summary>
    public string Output => Read(_output);

    /// <summary>Its log so far.</summary>
    public string Error => Read(_error);

    public bool HasExited => _process.HasExited;

    /// <summary>What it has used of the processors so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one and waits until it takes requests.</summary>
    /// <param name="folder">Where it runs; its data are below.</param>
    /// <param name="arguments">More options.</param>
    /// <param name="variables">Its settings in the environment.</param>
    public static Task<ServerProcess> StartAsync(
        string folder,
        string[]? arguments = null,
        params IEnumerable<(string, string)> variables
    ) => StartAsync($"http://127.0.0.1:{FreePort.Next()}", folder, arguments ?? [], variables);

    /// <summary>Starts one in the place of another that has ended.</summary>
    public static Task<ServerProcess> StartAgainAsync(string folder, string url) => StartAsync(url, folder, [], []);

    /// <summary>Starts one that speaks TLS.</summary>
    public static Task<ServerProcess> StartWithTlsAsync(string folder, string certificate, string key) =>
        StartAsync($"https://localhost:{FreePort.Next()}", folder, ["--tls-cert", certificate, "--tls-key", key], []);

    private static async Task<ServerProcess> StartAsync(
        string url,
        string folder,
        string[] arguments,
        IEnumerable<(string, string)> variables
    )
    {
        var server = new ServerProcess(
            CairnProcess.Describe(["serve", "--listen", url, .. arguments], folder, variables),
            url
        );
        await CairnProcess.UntilAsync(
            () =>
                server.HasExited
                    ? throw new InvalidOperationException(
                        $"The server ended with {server._process.ExitCode}.\n{server.Output}\n{server.Error}"
                    )
                    : Task.FromResult(server.Output.Contains("listening", StringComparison.Ordinal)),
            "The server did not start."
        );
        return server;
    }

    /// <summary>Runs one that is not expected to start.</summary>
    public static Task<Outcome> FailAsync(
        string folder,
        string[]? arguments = null,
        params IEnumerable<(string, string)> variables
    ) =>
        CairnProcess.RunAsync(
            CairnProcess.Describe(
                ["serve", "--listen", $"http://127.0.0.1:{FreePort.Next()}", .. arguments ?? []],
                folder,
                variables
            )
        );

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as systemd and Kubernetes do.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
