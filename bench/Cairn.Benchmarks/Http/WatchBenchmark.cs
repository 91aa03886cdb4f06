using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cairn.Benchmarks.Http;

/// <summary>How long it takes from the answer to a write until every one of many watchers has the event.</summary>
internal static class WatchBenchmark
{
    private const int Writes = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <param name="args">Watchers (1000); an engine that two nodes share, one written to and the other watched: etcd
    /// or postgres (none: one node on SQLite).</param>
    public static async Task<int> RunAsync(string[] args)
    {
        int watchers = args.Length > 0 ? int.Parse(args[0]) : 1000;
        using var engine = args.Length > 1 ? await Cluster.Engine.StartAsync(args[1]) : null;
        await using var cairn = await ChildServer.StartCairnAsync(pinned: false, store: engine?.Address("cairn"));
        await using var other = engine is null
            ? null
            : await ChildServer.StartCairnAsync(pinned: false, store: engine.Address("cairn"));
        int watched = other?.Port ?? cairn.Port;
        var seen = new ConcurrentQueue<(int Version, long At)>();
        using var stop = new CancellationTokenSource();
        var watching = new List<Task>();
        for (int i = 0; i < watchers; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, watched);
            await socket.SendAsync(LoadGenerator.Request("GET /api/v1/watch?prefix=configs/load/"));
            byte[] head = new byte[4096];
            string answer = Encoding.ASCII.GetString(head, 0, await socket.ReceiveAsync(head));
            if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                throw new IOException(answer);
            watching.Add(WatchAsync(socket, seen, stop.Token));
        }

        var acknowledged = new Dictionary<int, (long Sent, long At)>();
        for (int version = 1; version <= Writes + 10; version++)
        {
            long sent = Stopwatch.GetTimestamp();
            using var response = await cairn.Client.PutAsync(
                "/api/v1/configs/load/a",
                new StringContent($"{{\"v\":{version}}}", Encoding.UTF8, "application/json")
            );
            response.EnsureSuccessStatusCode();
            acknowledged[version] = (sent, Stopwatch.GetTimestamp());
            await Task.Delay(Pace);
        }

        var patience = Stopwatch.StartNew();
        while (seen.Count < watchers * (Writes + 10) && patience.Elapsed < TimeSpan.FromSeconds(30))
            await Task.Delay(50);
        await stop.CancelAsync();
        await Task.WhenAll(watching);

        // The first ten writes warm everything up.
        var measured = seen.Where(event_ => event_.Version > 10).ToList();
        Console.WriteLine(
            $"{watchers} watchers, {Writes} writes, {measured.Count} of {watchers * Writes} events arrived; "
                + $"load of the machine {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"
        );
        Console.WriteLine("|                  | p50 ms | p99 ms | max ms |");
        Console.WriteLine("|---|---|---|---|");
        Print("after the answer", measured.Select(event_ => event_.At - acknowledged[event_.Version].At));
        Print("after the sending", measured.Select(event_ => event_.At - acknowledged[event_.Version].Sent));
        return 0;
    }

    private static async Task WatchAsync(Socket socket, ConcurrentQueue<(int, long)> seen, CancellationToken ct)
    {
        using (socket)
        {
            byte[] buffer = new byte[16 * 1024];
            try
            {
                while (await socket.ReceiveAsync(buffer, SocketFlags.None, ct) is var read and > 0)
                {
                    long now = Stopwatch.GetTimestamp();
                    for (
                        var rest = buffer.AsMemory(0, read);
                        rest.Span.IndexOf("\"version\":"u8) is var at and >= 0;
                        rest = rest[(at + 10)..]
                    )
                    {
                        if (System.Buffers.Text.Utf8Parser.TryParse(rest.Span[(at + 10)..], out int version, out _))
                            seen.Enqueue((version, now));
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The measurement is over.
            }
        }
    }

    private static void Print(string name, IEnumerable<long> ticks)
    {
        double[] times = [.. ticks.Select(tick => Math.Max(0, tick * 1000.0 / Stopwatch.Frequency)).Order()];
        Console.WriteLine(
            $"| {name.PadRight(17)} | {times[times.Length / 2]:0.00} | {times[(int)(times.Length * 0.99)]:0.00} | "
                + $"{times[^1]:0.00} |"
        );
    }
}
