using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cairn.Server.Tests.Support;

/// <summary>Requests as nobody's client library would send them.</summary>
public static class RawHttp
{
    public static async Task<(int Status, string Body)> SendAsync(
        Uri address,
        string requestLine,
        string? body,
        string key
    )
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        byte[] content = Encoding.UTF8.GetBytes(body ?? "");
        string head =
            $"{requestLine}\r\nHost: {address.Authority}\r\nX-API-Key: {key}\r\nConnection: close\r\n"
            + $"Content-Length: {content.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(content);
        using var reader = new StreamReader(stream);
        string answer = await reader.ReadToEndAsync();
        return (
            int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture),
            answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]
        );
    }
}
