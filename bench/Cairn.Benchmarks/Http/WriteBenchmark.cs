using Cairn.Benchmarks.Store;

namespace Cairn.Benchmarks.Http;

/// <summary>Durable writes over HTTP, each a new version of a config of its writer, beside the disk's own fsyncs.</summary>
internal static class WriteBenchmark
{
    /// <param name="args">Seconds of a measurement (5).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var time = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0]) : 5);
        var folder = Directory.CreateTempSubdirectory("cairn-bench-");
        try
        {
            Console.WriteLine($"{time.TotalSeconds} s a measurement; load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
            Console.WriteLine("| writers | writes/s | p50 ms | p99 ms | fsyncs/s of the disk | ratio | x one writer |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            double alone = 0;
            foreach (int writers in new[] { 1, 32, 256 })
            {
                double before = StoreBenchmarks.MeasureFsyncs(folder.FullName, TimeSpan.FromSeconds(2));
                LoadResult load;
                await using (var cairn = await ChildServer.StartCairnAsync(pinned: false))
                {
                    byte[] Request(int i) => LoadGenerator.Request($"PUT /api/v1/configs/load/c{i}", """{"host":"db","port":5432,"pool":{"min":1,"max":10}}""");
                    await LoadGenerator.RunAsync(cairn.Port, writers, TimeSpan.FromSeconds(2), Request);
                    load = await LoadGenerator.RunAsync(cairn.Port, writers, time, Request);
                }

                double fsyncs = (before + StoreBenchmarks.MeasureFsyncs(folder.FullName, TimeSpan.FromSeconds(2))) / 2;
                alone = alone == 0 ? load.PerSecond : alone;
                Console.WriteLine($"| {writers} | {load.PerSecond:0} | {load.Median:0.00} | {load.P99:0.00} | {fsyncs:0} | {load.PerSecond / fsyncs:0.00} | {load.PerSecond / alone:0.0} |");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }
}
