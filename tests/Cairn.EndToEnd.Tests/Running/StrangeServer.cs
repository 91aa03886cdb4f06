using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>Something that listens and answers whatever it is asked with the same bytes.</summary>
public sealed class StrangeServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[]? _answer;
    private readonly List<string> _requests = [];

    /// <param name="answer">A whole answer of HTTP, behind which the connection is closed; null to say nothing.</param>
    public StrangeServer(string? answer)
    {
        _answer = answer is null ? null : Encoding.UTF8.GetBytes(answer);
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = AcceptAsync();
    }

    public string Url { get; }

    /// <summary>The requests so far, with their headers.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>An answer of HTTP.</summary>
    public static string Answer(string status, string type, string body, string headers = "") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\n{headers}Content-Length: "
        + $"{Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                byte[] buffer = new byte[64 * 1024];
                var request = new StringBuilder();
                while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    int read = await stream.ReadAsync(buffer);
                    if (read == 0)
                        return;
                    request.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }

                lock (_requests)
                    _requests.Add(request.ToString());
                if (_answer is null)
                    await stream.CopyToAsync(Stream.Null);
                else
                    await stream.WriteAsync(_answer);
            }
            catch (IOException)
            {
                // The program has gone.
            }
        }
    }
}
