using System.Diagnostics;
using System.Text;

namespace Cairn.Benchmarks.Http;

/// <summary>Reads of a rendered config, authenticated, authorised, limited, metered and counted, beside a bare Kestrel
/// endpoint that returns the same bytes. In turn, from one generator; each server on one processor, the generator on the other.</summary>
internal static class ReadBenchmark
{
    private const int Rounds = 7;

    /// <param name="args">Connections (64), seconds of a round (3).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int connections = args.Length > 0 ? int.Parse(args[0]) : 64;
        var time = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1]) : 3);
        await using var cairn = await ChildServer.StartCairnAsync(pinned: true);
        using var written = await cairn.Client.PutAsync("/api/v1/configs/payments/database", new StringContent(Document(), Encoding.UTF8, "application/json"));
        written.EnsureSuccessStatusCode();
        string body = await cairn.Client.GetStringAsync("/api/v1/configs/payments/database?environment=prod");
        await using var bare = await ChildServer.StartBareAsync(body, pinned: true);
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1)
            Process.GetCurrentProcess().ProcessorAffinity = 2;

        byte[] request = LoadGenerator.Request("GET /api/v1/configs/payments/database?environment=prod");
        foreach (var server in new[] { cairn, bare })
            await LoadGenerator.RunAsync(server.Port, connections, time * 2, _ => request);
        var results = new List<(LoadResult Cairn, LoadResult Bare)>();
        for (int round = 0; round < Rounds; round++)
        {
            var one = await LoadGenerator.RunAsync(cairn.Port, connections, time, _ => request);
            results.Add((one, await LoadGenerator.RunAsync(bare.Port, connections, time, _ => request)));
        }

        Console.WriteLine($"{body.Length} bytes, {connections} connections, {Rounds} rounds of {time.TotalSeconds} s each, in turn; load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
        Console.WriteLine("|              | requests/s | p50 ms | p99 ms |");
        Console.WriteLine("|---|---|---|---|");
        Print("Cairn", [.. results.Select(pair => pair.Cairn)]);
        Print("bare Kestrel", [.. results.Select(pair => pair.Bare)]);
        double[] ratios = [.. results.Select(pair => pair.Cairn.PerSecond / pair.Bare.PerSecond).Order()];
        Console.WriteLine($"ratio: median {ratios[Rounds / 2]:0.00}, from {ratios[0]:0.00} to {ratios[^1]:0.00} (target 0.80)");
        return 0;
    }

    private static void Print(string name, LoadResult[] results) => Console.WriteLine(
        $"| {name,-12} | {Median(results.Select(result => result.PerSecond)):0} | {Median(results.Select(result => result.Median)):0.00} | {Median(results.Select(result => result.P99)):0.00} |");

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static string Document() =>
        $$$"""{"host":"db.{{ env }}.example.com","port":5432,"pool":{"min":1,"max":"{{ 50 if env == 'prod' else 5 }}"},"options":{{{{string.Join(',', Enumerable.Range(0, 24).Select(i => $"\"option_{i}\":\"the value of option {i}\""))}}}}}""";
}
