using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cairn.Benchmarks.Http;

/// <summary>What a load did.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Median">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
internal sealed record LoadResult(double PerSecond, double Median, double P99);

/// <summary>Sends the same requests over and over on keep-alive connections, each after the answer to the one before,
/// and does as little as it can with the answers.</summary>
internal static class LoadGenerator
{
    /// <summary>Loads a server.</summary>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="connections">How many at once.</param>
    /// <param name="time">For how long.</param>
    /// <param name="request">The request of a connection, by its number.</param>
    public static async Task<LoadResult> RunAsync(int port, int connections, TimeSpan time, Func<int, byte[]> request)
    {
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var clock = Stopwatch.StartNew();
        var times = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(i => Task.Run(() => LoopAsync(port, request(i), end)))
        );
        double elapsed = clock.Elapsed.TotalSeconds;
        long[] all = [.. times.SelectMany(list => list)];
        Array.Sort(all);
        return new LoadResult(
            all.Length / elapsed,
            Milliseconds(all[all.Length / 2]),
            Milliseconds(all[(int)(all.Length * 0.99)])
        );
    }

    public static byte[] Request(string line, string? body = null) =>
        Encoding.ASCII.GetBytes(
            $"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {ChildServer.Key}\r\n"
                + $"{(body is null ? "" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n")}\r\n"
                + $"{body}"
        );

    private static async Task<List<long>> LoopAsync(int port, byte[] request, long end)
    {
        var times = new List<long>(1 << 16);
        byte[] buffer = new byte[64 * 1024];
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        long now = Stopwatch.GetTimestamp();
        while (now < end)
        {
            await socket.SendAsync(request, SocketFlags.None);
            int received = 0,
                length = int.MaxValue;
            while (received < length)
            {
                int read = await socket.ReceiveAsync(buffer.AsMemory(received), SocketFlags.None);
                if (read == 0)
                    throw new IOException("The server closed the connection.");
                received += read;
                if (length == int.MaxValue)
                    length = LengthOf(buffer.AsSpan(0, received));
            }

            long then = Stopwatch.GetTimestamp();
            times.Add(then - now);
            now = then;
        }

        return times;
    }

    private static int LengthOf(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return int.MaxValue;
        if (answer[9] != '2')
            throw new IOException(Encoding.ASCII.GetString(answer));
        int field = answer.IndexOf("Content-Length: "u8);
        return Utf8Parser.TryParse(answer[(field + 16)..], out int body, out _)
            ? head + 4 + body
            : throw new IOException("no Content-Length");
    }

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;
}
