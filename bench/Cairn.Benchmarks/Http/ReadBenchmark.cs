using System.Text;

namespace Cairn.Benchmarks.Http;

/// <summary>Reads of a rendered config, authenticated, authorised, limited, metered and counted, beside a bare Kestrel
/// endpoint that returns the same bytes. In turn, from wrk with one thread; each server keeps to processor 0, wrk to 1.
/// The server's processor time a request says that it, and not the generator, is what is measured.</summary>
internal static class ReadBenchmark
{
    private const int Rounds = 7;

    /// <param name="args">Connections (64), seconds of a round (3).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int connections = args.Length > 0 ? int.Parse(args[0]) : 64;
        int seconds = args.Length > 1 ? int.Parse(args[1]) : 3;
        await using var cairn = await ChildServer.StartCairnAsync(pinned: true);
        using var written = await cairn.Client.PutAsync(
            "/api/v1/configs/payments/database",
            new StringContent(Document(), Encoding.UTF8, "application/json")
        );
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

        Console.WriteLine(
            $"{body.Length} bytes, {connections} connections, {Rounds} rounds of {seconds} s each, in turn; "
                + $"load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
        );
        Console.WriteLine("|              | requests/s | p50 ms | p99 ms | server µs/request |");
        Console.WriteLine("|---|---|---|---|---|");
        Print("Cairn", [.. results.Select(pair => pair.Cairn)]);
        Print("bare Kestrel", [.. results.Select(pair => pair.Bare)]);
        double[] ratios = [.. results.Select(pair => pair.Cairn.PerSecond / pair.Bare.PerSecond).Order()];
        Console.WriteLine(
            $"ratio: median {ratios[Rounds / 2]:0.00}, from {ratios[0]:0.00} to {ratios[^1]:0.00} (target 0.80); "
                + $"of processor time a request {Median(results.Select(pair => pair.Bare.Cost / pair.Cairn.Cost)):0.00}"
        );
        return 0;
    }

    private static Task<Load> LoadAsync(ChildServer server, int connections, int seconds) =>
        Wrk.GetAsync(server, connections, seconds, "/api/v1/configs/payments/database?environment=prod", pinned: true);

    private static void Print(string name, Load[] loads) =>
        Console.WriteLine(
            $"| {name.PadRight(12)} | {Median(loads.Select(load => load.PerSecond)):0} | "
                + $"{Median(loads.Select(load => load.P50)):0.00} | {Median(loads.Select(load => load.P99)):0.00} | "
                + $"{Median(loads.Select(load => load.Cost)):0.0} |"
        );

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static string Document() =>
        $$$"""{"host":"db.{{ env }}.example.com","port":5432,"pool":{"min":1,"max":"{{ 50 if env == 'prod' else 5 }}"},"options":{{{{string.Join(',', Enumerable.Range(0, 24).Select(i => $"\"option_{i}\":\"the value of option {i}\""))}}}}}""";
}
