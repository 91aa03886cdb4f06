using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Cairn.Benchmarks.Http;

/// <summary>What a load by wrk did.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Cost">Microseconds of the server's processor time a request.</param>
internal sealed record Load(double PerSecond, double P50, double P99, double Cost);

/// <summary>Load by wrk with one thread, which takes little from the server beside it.</summary>
internal static partial class Wrk
{
    /// <summary>GETs of one address.</summary>
    /// <param name="server">Whom to ask.</param>
    /// <param name="connections">Keep-alive, each with one request at a time.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="path">What to ask for.</param>
    /// <param name="pinned">Whether wrk is to keep to processor 1.</param>
    public static Task<Load> GetAsync(ChildServer server, int connections, int seconds, string path, bool pinned) =>
        RunAsync(server, connections, seconds, [$"http://127.0.0.1:{server.Port}{path}"], pinned);

    /// <summary>PUTs of a small config, to many more paths than connections so that hardly two write one at a
    /// time.</summary>
    public static async Task<Load> PutAsync(ChildServer server, int connections, int seconds)
    {
        string script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                script,
                $$$"""
                wrk.method = "PUT"
                wrk.headers["Content-Type"] = "application/json"
                wrk.body = '{"host":"db","port":5432,"pool":{"min":1,"max":10}}'
                local n = 0
                function request()
                  n = n + 1
                  return wrk.format(nil, "/api/v1/configs/load/c" .. (n % {{{connections * 8}}}))
                end
                """
            );
            return await RunAsync(
                server,
                connections,
                seconds,
                ["-s", script, $"http://127.0.0.1:{server.Port}"],
                pinned: false
            );
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static async Task<Load> RunAsync(
        ChildServer server,
        int connections,
        int seconds,
        string[] target,
        bool pinned
    )
    {
        var before = server.ProcessorTime;
        string[] command =
        [
            .. pinned ? ["taskset", "-c", "1"] : (string[])[],
            "wrk",
            "-t1",
            $"-c{connections}",
            $"-d{seconds}s",
            "--latency",
            "-H",
            $"X-API-Key: {ChildServer.Key}",
            .. target,
        ];
        using var wrk = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true }
        )!;
        string output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var used = server.ProcessorTime - before;
        if (output.Contains("Non-2xx") || output.Contains("Socket errors") || !Total().IsMatch(output))
        {
            throw new InvalidOperationException(
                "wrk did not measure; wrk and taskset (Debian packages wrk and util-linux) have to be "
                    + $"installed. {output}"
            );
        }

        return new Load(
            Number(PerSecond().Match(output)),
            Time(Percentile50().Match(output)),
            Time(Percentile99().Match(output)),
            used.TotalMicroseconds / Number(Total().Match(output))
        );
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    private static double Time(Match match) =>
        Number(match)
        * match.Groups[2].Value switch
        {
            "us" => 0.001,
            "ms" => 1,
            _ => 1000,
        };

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Total();

    [GeneratedRegex(@"\s50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Percentile50();

    [GeneratedRegex(@"\s99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Percentile99();
}
