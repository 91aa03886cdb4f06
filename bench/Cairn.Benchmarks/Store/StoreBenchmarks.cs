using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cairn.Storage;
using Cairn.Storage.Sqlite;
using Cairn.Storage.Sqlite.Native;

namespace Cairn.Benchmarks.Store;

/// <summary>Durable commits a second against what the same disk syncs a second.</summary>
/// <remarks>The peer is a loop that writes one 4 KiB page of a file and calls fsync, in the same folder, before and
/// after the commits: the least that a store without group commit would do for each.</remarks>
public static class StoreBenchmarks
{
    private static readonly int[] Writers = [1, 32, 256];

    /// <summary>Runs and prints a table.</summary>
    /// <param name="args">The seconds of each row (default 5), then the folder (default: the current one).</param>
    public static async Task Run(string[] args)
    {
        var time = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5);
        string folder = Path.Combine(args.Length > 1 ? args[1] : ".", $"cairn-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            Console.WriteLine($"SQLite {SqliteLibrary.Version}, values of 256 bytes, {time.TotalSeconds:0.#} s a row");
            Console.WriteLine();
            Console.WriteLine("| writers | commits/s | p50 ms | p99 ms | x the disk's fsyncs | x one writer |");
            Console.WriteLine("|--------:|----------:|-------:|-------:|--------------------:|-------------:|");
            double before = MeasureFsyncs(folder, time);
            await MeasureCommitsAsync(folder, 32, TimeSpan.FromSeconds(1)); // compiles what is hot
            var rows = new List<(int Writers, Measurement Measured)>();
            foreach (int writers in Writers)
                rows.Add((writers, await MeasureCommitsAsync(folder, writers, time)));
            double fsyncs = (before + MeasureFsyncs(folder, time)) / 2;
            double alone = rows[0].Measured.PerSecond;
            foreach (var (writers, m) in rows)
            {
                Console.WriteLine(
                    $"| {writers} | {m.PerSecond:0} | {m.Median:0.00} | {m.P99:0.00} | "
                        + $"{m.PerSecond / fsyncs:0.0} | {m.PerSecond / alone:0.0} |"
                );
            }
            Console.WriteLine();
            Console.WriteLine($"The disk: {fsyncs:0} fsyncs of a 4 KiB page a second (mean of before and after).");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed record Measurement(double PerSecond, double Median, double P99);

    private static async Task<Measurement> MeasureCommitsAsync(string folder, int writers, TimeSpan time)
    {
        string path = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        await using var store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = path },
            CancellationToken.None
        );
        byte[] value = Encoding.UTF8.GetBytes(new string('x', 256));
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(
            Enumerable
                .Range(0, writers)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        var taken = new List<double>();
                        for (int i = 0; clock.Elapsed < time; i++)
                        {
                            long began = Stopwatch.GetTimestamp();
                            string key = $"bench/{writer:D4}/{i:D8}";
                            var result = await store.CommitAsync(
                                new Transaction([new Condition.Absent(key)], [new Write.Put(key, value)]),
                                CancellationToken.None
                            );
                            if (result is not CommitResult.Committed)
                                throw new InvalidOperationException($"{key}: {result}");
                            taken.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                        }
                        return taken;
                    })
                )
        );
        double elapsed = clock.Elapsed.TotalSeconds;
        double[] all = latencies.SelectMany(l => l).Order().ToArray();
        return new Measurement(all.Length / elapsed, all[all.Length / 2], all[all.Length * 99 / 100]);
    }

    internal static double MeasureFsyncs(string folder, TimeSpan time)
    {
        const int pages = 1000;
        byte[] page = new byte[4096];
        using var file = File.OpenHandle(
            Path.Combine(folder, "fsync"),
            FileMode.Create,
            FileAccess.Write,
            preallocationSize: pages * page.Length
        );
        var clock = Stopwatch.StartNew();
        int count = 0;
        for (; clock.Elapsed < time; count++)
        {
            RandomAccess.Write(file, page, (count % pages) * (long)page.Length);
            RandomAccess.FlushToDisk(file);
        }
        return count / clock.Elapsed.TotalSeconds;
    }
}
