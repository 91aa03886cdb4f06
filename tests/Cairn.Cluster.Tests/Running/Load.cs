using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.Cluster.Tests.Linearizability;

namespace Cairn.Cluster.Tests.Running;

/// <summary>Clients that write, replace and read a few configs through any node, and write down what they
/// saw.</summary>
public sealed class Load : IAsyncDisposable
{
    private const int Clients = 6;
    private const int Registers = 5;

    private readonly CairnNodes _nodes;
    private readonly HttpClient _http = CairnNodes.Client(TimeSpan.FromSeconds(8));
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<(int Register, Operation Operation)> _history = [];
    private readonly ConcurrentBag<string> _violations = [];
    private readonly List<Task> _clients;
    private int _values;
    private int _writes;
    private int _unavailable;

    public Load(CairnNodes nodes)
    {
        _nodes = nodes;
        _clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(() => RunAsync(new Random(client))))];
    }

    /// <summary>How many writes were acknowledged so far.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>How many writes were answered that the store cannot take them now.</summary>
    public int Unavailable => Volatile.Read(ref _unavailable);

    /// <summary>Lets the load go on until so many more writes were acknowledged.</summary>
    public async Task ProgressAsync(int writes, CancellationToken ct)
    {
        for (int until = Writes + writes; Writes < until; await Task.Delay(20, ct))
        {
            if (_clients.FirstOrDefault(client => client.IsFaulted) is { } failed)
                await failed;
        }
    }

    /// <summary>Ends the load, reads every config once more, and checks all that was seen.</summary>
    public async Task VerifyAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_clients);
        for (int register = 0; register < Registers; register++)
            await ReadAsync(0, register, strong: true, new Session());

        _violations.ShouldBeEmpty();
        for (int register = 0; register < Registers; register++)
        {
            var history = _history
                .Where(entry => entry.Register == register)
                .Select(entry => entry.Operation)
                .OrderBy(operation => operation.Invoked)
                .ToList();
            history.Count(operation => operation.Kind == OperationKind.Read).ShouldBeGreaterThan(0);
            if (Checker.IsLinearizable(history))
                continue;
            string lines = string.Join('\n', history.Select(operation => operation.ToString()));
            throw new ShouldAssertException(
                $"The history of register {register} has no order that explains it:\n{lines}"
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(Random random)
    {
        var session = new Session();
        while (!_stopping.IsCancellationRequested)
        {
            var (node, register) = (random.Next(_nodes.Urls.Count), random.Next(Registers));
            switch (random.Next(4))
            {
                case 0:
                    await WriteAsync(node, register, expected: null, session);
                    break;
                case 1 when session.Versions[register] > 0:
                    await WriteAsync(node, register, session.Versions[register], session);
                    break;
                case 2:
                    await ReadAsync(node, register, strong: true, session);
                    break;
                default:
                    await ReadAsync(node, register, strong: false, session);
                    break;
            }
        }
    }

    private async Task WriteAsync(int node, int register, long? expected, Session session)
    {
        int value = Interlocked.Increment(ref _values);
        using var request = Request(HttpMethod.Put, node, register, "");
        request.Content = new StringContent($"{{\"value\":{value}}}", Encoding.UTF8, "application/json");
        if (expected is not null)
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{expected}\"");
        var kind = expected is null ? OperationKind.Write : OperationKind.Replace;
        long invoked = Stopwatch.GetTimestamp();
        using var response = await SendAsync(request);
        long returned = Stopwatch.GetTimestamp();
        if (response?.StatusCode is HttpStatusCode.PreconditionFailed)
        {
            Record(new(OperationKind.Refused, 0, expected ?? 0, 0, invoked, returned));
            return;
        }
        if (response is not { IsSuccessStatusCode: true })
        {
            if (response?.StatusCode is HttpStatusCode.ServiceUnavailable)
                Interlocked.Increment(ref _unavailable);
            if (response is not null && (int)response.StatusCode is not (503 or 409))
            {
                _violations.Add(
                    $"A write was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}"
                );
            }

            Record(new(kind, value, expected ?? 0, 0, invoked, long.MaxValue));
            return;
        }
        long version = session.See(register, response, _violations);
        Record(new(kind, value, expected ?? 0, version, invoked, returned));
        Interlocked.Increment(ref _writes);

        void Record(Operation operation) => _history.Add((register, operation));
    }

    private async Task ReadAsync(int node, int register, bool strong, Session session)
    {
        using var request = Request(HttpMethod.Get, node, register, strong ? "?consistency=strong" : "");
        if (!strong && session.Revision > 0)
        {
            request.Headers.TryAddWithoutValidation(
                "Cairn-Min-Revision",
                session.Revision.ToString(CultureInfo.InvariantCulture)
            );
        }

        long invoked = Stopwatch.GetTimestamp();
        using var response = await SendAsync(request);
        long returned = Stopwatch.GetTimestamp();
        if (response is null || response.StatusCode == HttpStatusCode.ServiceUnavailable)
            return;
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
        {
            _violations.Add(
                $"A read was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}"
            );
            return;
        }
        long version = response.StatusCode == HttpStatusCode.OK ? session.See(register, response, _violations) : 0;
        if (!strong)
            return;
        int value =
            version == 0
                ? 0
                : JsonDocument
                    .Parse(await response.Content.ReadAsStringAsync())
                    .RootElement.GetProperty("value")
                    .GetInt32();
        _history.Add((register, new(OperationKind.Read, value, 0, version, invoked, returned)));
    }

    private HttpRequestMessage Request(HttpMethod method, int node, int register, string query) =>
        new(method, new Uri(_nodes.Urls[node], $"/api/v1/configs/load/r{register}{query}"));

    private async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request)
    {
        try
        {
            return await _http.SendAsync(request);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>What one client has seen: it must never see less.</summary>
    private sealed class Session
    {
        public long[] Versions { get; } = new long[Registers];

        public long Revision { get; private set; }

        public long See(int register, HttpResponseMessage response, ConcurrentBag<string> violations)
        {
            long version = Header(response, "Cairn-Version");
            if (version < Versions[register])
                violations.Add($"A session saw version {version} of register {register} after {Versions[register]}.");
            Versions[register] = version;
            Revision = Math.Max(Revision, Header(response, "Cairn-Revision"));
            return version;
        }

        private static long Header(HttpResponseMessage response, string name) =>
            long.Parse(response.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture);
    }
}
