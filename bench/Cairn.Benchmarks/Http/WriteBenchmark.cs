using Cairn.Benchmarks.Store;

namespace Cairn.Benchmarks.Http;

/// <summary>Durable writes over HTTP, each a new version of a config of its writer, beside the disk's own
/// fsyncs.</summary>
internal static class WriteBenchmark
{
    /// <summary>Until then the runtime still compiles what it found to be used most.</summary>
    public const int WarmUpSeconds = 20;

    /// <param name="args">Seconds of a measurement (5).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int seconds = args.Length > 0 ? int.Parse(args[0]) : 5;
        var folder = Directory.CreateTempSubdirectory("cairn-bench-");
        try
        {
            Console.WriteLine(
                $"{seconds} s a measurement; load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
            );
            Console.WriteLine(
                "| writers | writes/s | p50 ms | p99 ms | server µs/write | fsyncs/s of the disk | ratio | x "
                    + "one writer |"
            );
            Console.WriteLine("|---|---|---|---|---|---|---|---|");
            double alone = 0;
            foreach (int writers in new[] { 1, 32, 256 })
            {
                double before = StoreBenchmarks.MeasureFsyncs(folder.FullName, TimeSpan.FromSeconds(2));
                Load load;
                await using (var cairn = await ChildServer.StartCairnAsync(pinned: false))
                {
                    await Wrk.PutAsync(cairn, writers, WarmUpSeconds);
                    load = await Wrk.PutAsync(cairn, writers, seconds);
                }

                double fsyncs = (before + StoreBenchmarks.MeasureFsyncs(folder.FullName, TimeSpan.FromSeconds(2))) / 2;
                alone = alone == 0 ? load.PerSecond : alone;
                Console.WriteLine(
                    $"| {writers} | {load.PerSecond:0} | {load.P50:0.00} | {load.P99:0.00} | {load.Cost:0} | "
                        + $"{fsyncs:0} | {load.PerSecond / fsyncs:0.00} | {load.PerSecond / alone:0.0} |"
                );
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }
}
