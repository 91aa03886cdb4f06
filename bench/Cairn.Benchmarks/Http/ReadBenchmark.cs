using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.Benchmarks.Http;

/// <summary>Reads of a rendered config, authenticated, authorised, limited, metered and counted, beside a bare Kestrel
/// endpoint that returns the same bytes. In turn, from wrk with one thread; each server keeps to processor 0, wrk to 1.
/// The server's processor time a request says that it, and not the generator, is what is measured.</summary>
internal static partial class ReadBenchmark
{
    private const int Rounds = 7;

    /// <param name="args">Connections (64), seconds of a round (3).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int connections = args.Length > 0 ? int.Parse(args[0]) : 64;
        int seconds = args.Length > 1 ? int.Parse(args[1]) : 3;
        await using var cairn = await ChildServer.StartCairnAsync(pinned: true);
        using var written = await cairn.Client.PutAsync("/api/v1/configs/payments/database", new StringContent(Document(), Encoding.UTF8, "application/json"));
        written.EnsureSuccessStatusCode();
        string body = await cairn.Client.GetStringAsync("/api/v1/configs/payments/database?environment=prod");
        await using var bare = await ChildServer.StartBareAsync(body, pinned: true);

        foreach (var server in new[] { cairn, bare })
            await LoadAsync(server, connections, seconds * 2);
        var results = new List<(Load Cairn, Load Bare)>();
        for (int round = 0; round < Rounds; round++)
        {
            var one = await LoadAsync(cairn, connections, seconds);
            results.Add((one, await LoadAsync(bare, connections, seconds)));
        }

        Console.WriteLine($"{body.Length} bytes, {connections} connections, {Rounds} rounds of {seconds} s each, in turn; load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
        Console.WriteLine("|              | requests/s | p50 ms | p99 ms | server µs/request |");
        Console.WriteLine("|---|---|---|---|---|");
        Print("Cairn", [.. results.Select(pair => pair.Cairn)]);
        Print("bare Kestrel", [.. results.Select(pair => pair.Bare)]);
        double[] ratios = [.. results.Select(pair => pair.Cairn.PerSecond / pair.Bare.PerSecond).Order()];
        Console.WriteLine($"ratio: median {ratios[Rounds / 2]:0.00}, from {ratios[0]:0.00} to {ratios[^1]:0.00} (target 0.80); "
            + $"of processor time a request {Median(results.Select(pair => pair.Bare.Cost / pair.Cairn.Cost)):0.00}");
        return 0;
    }

    private static async Task<Load> LoadAsync(ChildServer server, int connections, int seconds)
    {
        var before = server.ProcessorTime;
        using var wrk = Process.Start(new ProcessStartInfo("taskset",
            ["-c", "1", "wrk", "-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "-H", $"X-API-Key: {ChildServer.Key}",
             $"http://127.0.0.1:{server.Port}/api/v1/configs/payments/database?environment=prod"])
        { RedirectStandardOutput = true })!;
        string output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var used = server.ProcessorTime - before;
        if (output.Contains("Non-2xx") || output.Contains("Socket errors") || !Total().IsMatch(output))
            throw new InvalidOperationException($"wrk did not measure; wrk and taskset (Debian packages wrk and util-linux) have to be installed. {output}");
        return new Load(Number(PerSecond().Match(output)), Time(Percentile50().Match(output)), Time(Percentile99().Match(output)),
            used.TotalMicroseconds / Number(Total().Match(output)));
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    private static double Time(Match match) => Number(match) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };

    private static void Print(string name, Load[] loads) => Console.WriteLine(
        $"| {name,-12} | {Median(loads.Select(load => load.PerSecond)):0} | {Median(loads.Select(load => load.P50)):0.00} | {Median(loads.Select(load => load.P99)):0.00} | {Median(loads.Select(load => load.Cost)):0.0} |");

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Total();

    [GeneratedRegex(@"\s50%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Percentile50();

    [GeneratedRegex(@"\s99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Percentile99();

    private static string Document() =>
        $$$"""{"host":"db.{{ env }}.example.com","port":5432,"pool":{"min":1,"max":"{{ 50 if env == 'prod' else 5 }}"},"options":{{{{string.Join(',', Enumerable.Range(0, 24).Select(i => $"\"option_{i}\":\"the value of option {i}\""))}}}}}""";

    /// <param name="PerSecond">Answers a second.</param>
    /// <param name="P50">Milliseconds.</param>
    /// <param name="P99">Milliseconds.</param>
    /// <param name="Cost">Microseconds of the server's processor time a request.</param>
    private sealed record Load(double PerSecond, double P50, double P99, double Cost);
}
