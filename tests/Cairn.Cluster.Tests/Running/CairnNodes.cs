using System.Net.Http.Headers;
using Cairn.Servers;

namespace Cairn.Cluster.Tests.Running;

/// <summary>Nodes of Cairn, each a process of its own, on one store.</summary>
public sealed class CairnNodes : IDisposable
{
    public const string AdminKey = "admin-key-for-tests-0123456789abcdef";
    private const string MasterKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private readonly string _folder = ServerProcess.TemporaryFolder("nodes");
    private readonly string _store;
    private readonly Func<int, IReadOnlyDictionary<string, string>> _environment;
    private readonly ServerProcess?[] _nodes;

    private CairnNodes(int count, string store, Func<int, IReadOnlyDictionary<string, string>>? environment)
    {
        (_store, _environment) = (store, environment ?? (_ => new Dictionary<string, string>()));
        _nodes = new ServerProcess?[count];
        Urls = [.. Enumerable.Range(0, count).Select(_ => new Uri($"http://127.0.0.1:{FreePort.Next()}"))];
    }

    public IReadOnlyList<Uri> Urls { get; }

    /// <param name="count">How many.</param>
    /// <param name="store">The address of the store.</param>
    /// <param name="environment">More variables of one node.</param>
    public static async Task<CairnNodes> StartAsync(
        int count,
        string store,
        Func<int, IReadOnlyDictionary<string, string>>? environment = null
    )
    {
        var nodes = new CairnNodes(count, store, environment);
        await Task.WhenAll(Enumerable.Range(0, count).Select(nodes.StartAsync));
        return nodes;
    }

    public async Task StartAsync(int node)
    {
        var environment = new Dictionary<string, string>(_environment(node))
        {
            ["CAIRN_STORE"] = _store,
            ["CAIRN_NODE_ID"] = $"n{node}",
            ["CAIRN_MASTER_KEY"] = MasterKey,
            ["CAIRN_BOOTSTRAP_ADMIN_KEY"] = AdminKey,
            ["CAIRN_DATA"] = Path.Combine(_folder, $"n{node}"),
            ["CAIRN_LISTEN"] = Urls[node].ToString().TrimEnd('/'),
            ["CAIRN_LOG_LEVEL"] = "error",
            ["CAIRN_RATE_LIMIT_READ"] = "off",
            ["CAIRN_RATE_LIMIT_WRITE"] = "off",
            ["DOTNET_TieredPGO"] = "0",
        };
        var process = new ServerProcess(Path.Combine(AppContext.BaseDirectory, "cairn"), ["serve"], environment);
        _nodes[node] = process;
        await process.WaitUntilAsync(() =>
            Task.FromResult(process.Output.Contains("listening", StringComparison.Ordinal))
        );
    }

    public ServerProcess Node(int node) =>
        _nodes[node] ?? throw new InvalidOperationException("That node is not running.");

    public void Kill(int node)
    {
        Node(node).Dispose();
        _nodes[node] = null;
    }

    /// <summary>A client of all nodes with the admin key.</summary>
    public static HttpClient Client(TimeSpan timeout)
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = timeout,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        return client;
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
