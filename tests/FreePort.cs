using System.Net;
using System.Net.Sockets;

namespace Cairn.Tests;

/// <summary>Ports for servers that a test starts.</summary>
/// <remarks>The operating system would give one from the range that it takes the near ends of connections from: before
/// the server listens there, any connection may have got it, even one that was made to that very port. These are from
/// below that range (32768 on Linux, 49152 elsewhere), and none is given twice.</remarks>
internal static class FreePort
{
    private const int First = 12_000;
    private const int Count = 20_000;

    private static int _next = Random.Shared.Next(Count);

    public static int Next()
    {
        for (int attempt = 0; attempt < Count; attempt++)
        {
            int port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }
}
