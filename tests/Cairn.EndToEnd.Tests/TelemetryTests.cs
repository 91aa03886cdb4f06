using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Traces_and_metrics_go_to_a_collector_when_one_is_named()
    {
        using var folder = new TemporaryFolder();
        using var collector = new Collector();
        await using var server = await ServerProcess.StartAsync(
            folder.Path,
            null,
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "300"),
            ("OTEL_BSP_SCHEDULE_DELAY", "300")
        );
        using var shell = new Shell(server.Url, ServerFixture.Key);
        await shell.DoAsync("config set payments/database pool.size=20");

        await CairnProcess.UntilAsync(
            () =>
                Task.FromResult(
                    collector.Received("/v1/traces").Contains("PutConfig", StringComparison.Ordinal)
                        && collector.Received("/v1/metrics").Contains("config_updates", StringComparison.Ordinal)
                        && collector.Received("/v1/metrics").Contains("cairn.store.commits", StringComparison.Ordinal)
                ),
            "The collector was not told."
        );
        collector.Received("/v1/traces").ShouldNotContain("payments");
    }

    /// <summary>Keeps what is posted to it.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentDictionary<string, StringBuilder> _received = new();

        public Collector()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Add(Url + "/");
            _listener.Start();
            _ = ReceiveAsync();
        }

        public string Url { get; }

        public string Received(string path)
        {
            if (!_received.TryGetValue(path, out var text))
                return "";
            lock (text)
                return text.ToString();
        }

        public void Dispose() => _listener.Close();

        private async Task ReceiveAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext exchange;
                try
                {
                    exchange = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var reader = new StreamReader(exchange.Request.InputStream, Encoding.Latin1);
                string body = await reader.ReadToEndAsync();
                var text = _received.GetOrAdd(exchange.Request.Url!.AbsolutePath, _ => new StringBuilder());
                lock (text)
                    text.Append(body);
                exchange.Response.Close();
            }
        }
    }
}
