using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Cairn.Core.Access;
using Cairn.Node.Settings;
using Cairn.Server.Observability;
using Microsoft.AspNetCore.Connections;

namespace Cairn.Server.Security;

/// <summary>The PROXY protocol, versions 1 and 2, on connections of trusted proxies: a header in front of everything
/// else that says who the proxy was called by. Other connections are taken as they are: a header on them is no HTTP and
/// no TLS.</summary>
internal sealed class ProxyProtocol(ProxyOptions options, ILogger log)
{
    private const int MaxLine = 107; // "PROXY TCP6 …\r\n" at its longest
    private const int MaxBlock = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (
            connection.RemoteEndPoint is IPEndPoint peer
            && options.Trusts(peer.Address)
            && !await ReadAsync(connection, peer)
        )
        {
            return;
        }

        await next(connection);
    }

    private async Task<bool> ReadAsync(ConnectionContext connection, IPEndPoint peer)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(Patience);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(limit.Token);
                if (TryParse(read.Buffer, out var header, out var source))
                {
                    input.AdvanceTo(header);
                    // A proxy's own connections, such as health checks, name no source.
                    connection.RemoteEndPoint = source ?? peer;
                    return true;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted)
                    return false;
            }
        }
        catch (Exception e) when (e is InvalidDataException or OperationCanceledException or IOException)
        {
            log.ProxyHeaderMissing(peer.Address);
            connection.Abort(
                new ConnectionAbortedException(
                    "A connection of a trusted proxy has to begin with a PROXY protocol header."
                )
            );
            return false;
        }
    }

    /// <summary>Reads a header.</summary>
    /// <returns>False while more has to come.</returns>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static bool TryParse(ReadOnlySequence<byte> buffer, out SequencePosition end, out IPEndPoint? source)
    {
        (end, source) = (buffer.Start, null);
        Span<byte> start = stackalloc byte[(int)Math.Min(buffer.Length, MaxLine)];
        buffer.Slice(0, start.Length).CopyTo(start);
        if (start.Length >= Signature.Length && start.StartsWith(Signature))
            return TryParseBlock(buffer, start, ref end, ref source);
        if (Signature.StartsWith(start))
            return false;
        if (!start.StartsWith("PROXY "u8[..Math.Min(6, start.Length)]))
            throw new InvalidDataException();
        int line = start.IndexOf("\r\n"u8);
        if (line < 0)
            return start.Length < MaxLine ? false : throw new InvalidDataException();
        source = ParseLine(Encoding.ASCII.GetString(start[..line]).Split(' '));
        end = buffer.GetPosition(line + 2);
        return true;
    }

    private static IPEndPoint? ParseLine(string[] words) =>
        words switch
        {
            ["PROXY", "UNKNOWN", ..] => null,
            ["PROXY", "TCP4" or "TCP6", var from, _, var port, _]
                when Networks.TryParseAddress(from, out var address)
                    && (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
                        == (words[1] == "TCP6")
                    && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) =>
                new IPEndPoint(address, number),
            _ => throw new InvalidDataException(),
        };

    // Signature, version and command, family and transport, length, then addresses and what else the proxy tells.
    private static bool TryParseBlock(
        ReadOnlySequence<byte> buffer,
        ReadOnlySpan<byte> start,
        ref SequencePosition end,
        ref IPEndPoint? source
    )
    {
        const int Head = 16;
        if (start.Length < Head)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(start[14..]);
        if (start[12] >> 4 != 2 || (start[12] & 15) > 1 || length > MaxBlock)
            throw new InvalidDataException();
        if (buffer.Length < Head + length)
            return false;
        bool isLocal = (start[12] & 15) == 0;
        int size = (start[13] >> 4) switch
        {
            1 => 4,
            2 => 16,
            _ => 0,
        };
        if (!isLocal && size > 0)
        {
            if (length < 2 * size + 4)
                throw new InvalidDataException();
            Span<byte> addresses = stackalloc byte[36];
            addresses = addresses[..(2 * size + 4)];
            buffer.Slice(Head, addresses.Length).CopyTo(addresses);
            source = new IPEndPoint(
                ProxyOptions.Plain(new IPAddress(addresses[..size])),
                BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..])
            );
        }

        end = buffer.GetPosition(Head + length);
        return true;
    }
}
