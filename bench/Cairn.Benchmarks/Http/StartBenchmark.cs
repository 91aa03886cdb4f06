using System.Diagnostics;
using System.Text;

namespace Cairn.Benchmarks.Http;

/// <summary>How long a start takes until requests are answered, and how much memory a config takes beyond its
/// bytes.</summary>
internal static class StartBenchmark
{
    /// <param name="args">How many configs (100000); a shared engine: etcd or postgres (none: SQLite).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int configs = args.Length > 0 ? int.Parse(args[0]) : 100_000;
        using var engine = args.Length > 1 ? await Cluster.Engine.StartAsync(args[1]) : null;
        string? store = engine?.Address("cairn");
        int batch = args.Length > 1 && args[1] == "etcd" ? 40 : 500; // etcd takes 127 conditions and writes
        var folder = Directory.CreateTempSubdirectory("cairn-bench-");
        try
        {
            long empty,
                bytes = 0;
            var importing = Stopwatch.StartNew();
            await using (var cairn = await ChildServer.StartCairnAsync(pinned: false, folder.FullName, store))
            {
                empty = cairn.Memory;
                for (int first = 0; first < configs; first += batch)
                {
                    string[] documents =
                    [
                        .. Enumerable.Range(first, Math.Min(batch, configs - first)).Select(i => Document(i)),
                    ];
                    bytes += documents.Sum(document => (long)document.Length);
                    string body =
                        $"{{\"operations\":[{string.Join(',', documents.Select((document, i) => $$"""{"op":"put","path":"project{{(first + i) / 1000}}/service{{first + i}}","document":{{document}}}"""))}]}}";
                    using var response = await cairn.Client.PostAsync(
                        "/api/v1/changes",
                        new StringContent(body, Encoding.UTF8, "application/json")
                    );
                    response.EnsureSuccessStatusCode();
                }
            }

            double import = importing.Elapsed.TotalSeconds;
            var clock = Stopwatch.StartNew();
            await using var again = await ChildServer.StartCairnAsync(pinned: false, folder.FullName, store);
            double ready = clock.Elapsed.TotalSeconds;
            Console.WriteLine(
                $"{configs} configs of {bytes / configs} bytes: written in {import:0.0} s; ready {ready:0.0} s "
                    + "after the process began; "
                    + $"{(again.Memory - empty - bytes) / configs} bytes of memory a config beyond its own; load "
                    + $"of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static string Document(int i) =>
        $$$"""{"host":"db{{{i}}}.example.com","port":5432,"user":"service-{{{i}}}","options":{"timeout":30,"retries":5,"ssl":true}}""";
}
