using System.Net;
using System.Net.Sockets;

namespace Cairn.Cli.Input;

/// <summary>Sees before anything is made whether a server will be able to listen.</summary>
internal static class ListenCheck
{
    /// <exception cref="IOException">Another program listens there, or the address is none of this
    /// machine's.</exception>
    public static void Run(IEnumerable<string> addresses)
    {
        foreach (string address in addresses)
        {
            var uri = new Uri(
                address
                    .Replace("*", "0.0.0.0", StringComparison.Ordinal)
                    .Replace("+", "0.0.0.0", StringComparison.Ordinal)
            );
            var ip =
                uri.IsLoopback && uri.HostNameType == UriHostNameType.Dns ? IPAddress.Loopback
                : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var parsed) ? parsed
                : IPAddress.Any;
            try
            {
                using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(ip, uri.Port));
            }
            catch (SocketException e)
            {
                throw new IOException(
                    e.SocketErrorCode == SocketError.AddressAlreadyInUse
                        ? $"Another program listens on {address} already. Stop it, or choose another address with "
                            + "--listen."
                        : $"Cairn cannot listen on {address}: {e.Message}"
                );
            }
        }
    }
}
