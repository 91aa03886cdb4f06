using System.Collections;
using System.Diagnostics;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>What a command left behind.</summary>
public sealed record Outcome(int Code, string Out, string Error)
{
    public override string ToString() => $"exit code {Code}\n--- standard output\n{Out}\n--- standard error\n{Error}";
}

/// <summary>Runs the built program as other processes do.</summary>
public static class CairnProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>The program beside the tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "cairn");

    /// <summary>A process that has not been started: no setting of this process reaches it.</summary>
    public static ProcessStartInfo Describe(
        IEnumerable<string> arguments,
        string folder,
        params IEnumerable<(string Name, string Value)> variables
    )
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            string name in Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Select(entry => (string)entry.Key)
        )
        {
            if (
                name.StartsWith("CAIRN_", StringComparison.Ordinal)
                || name is "RATE_LIMIT_READ" or "RATE_LIMIT_WRITE" or "VISUAL" or "EDITOR"
            )
            {
                start.Environment.Remove(name);
            }
        }
        // Hundreds of processes run for a moment each: measuring their own code for later is of no use to them.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["CAIRN_CONFIG"] = Path.Combine(folder, "profiles.json");
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Runs a process to its end.</summary>
    public static async Task<Outcome> RunAsync(ProcessStartInfo start, string input = "")
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it.
        }

        using var limit = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{string.Join(' ', start.ArgumentList)} did not end.\n{await output}\n{await error}"
            );
        }

        return new Outcome(process.ExitCode, await output, await error);
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > Deadline)
                throw new TimeoutException(what);
            await Task.Delay(20);
        }
    }
}
