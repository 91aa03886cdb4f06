namespace Cairn.Servers;

/// <summary>A real etcd cluster on free ports.</summary>
public sealed class EtcdCluster : IDisposable
{
    private readonly string _folder = ServerProcess.TemporaryFolder("etcd");
    private readonly ServerProcess?[] _members;
    private readonly int[] _clientPorts;
    private readonly int[] _peerPorts;
    private readonly string[] _extra;
    private readonly IsolatedNetwork? _network;

    private EtcdCluster(int members, string[] extra, IsolatedNetwork? network = null)
    {
        _network = network;
        _members = new ServerProcess?[members];
        _clientPorts = [.. Enumerable.Range(0, members).Select(_ => FreePort.Next())];
        _peerPorts = [.. Enumerable.Range(0, members).Select(_ => FreePort.Next())];
        _extra = extra;
    }

    public static string? Missing => ServerProcess.Missing("etcd");

    /// <summary>Client addresses, <c>host:port</c>.</summary>
    public IReadOnlyList<string> Endpoints => [.. _clientPorts.Select((port, member) => $"{Host(member)}:{port}")];

    public int Members => _members.Length;

    public static Task<EtcdCluster> StartAsync(int members, params string[] extra) =>
        StartAsync(new EtcdCluster(members, extra));

    /// <summary>A member on each host of a network.</summary>
    public static Task<EtcdCluster> StartAsync(IsolatedNetwork network) =>
        StartAsync(new EtcdCluster(network.Hosts, [], network));

    private static async Task<EtcdCluster> StartAsync(EtcdCluster cluster)
    {
        for (int i = 0; i < cluster.Members; i++)
            cluster.Launch(i, "new");
        for (int i = 0; i < cluster.Members; i++)
            await cluster.WaitUntilHealthyAsync(i);
        return cluster;
    }

    public ServerProcess Member(int member) =>
        _members[member] ?? throw new InvalidOperationException("That member is not running.");

    public void Kill(int member)
    {
        Member(member).Dispose();
        _members[member] = null;
    }

    /// <summary>Starts a member that was killed, with the data it had.</summary>
    public async Task RestartAsync(int member)
    {
        Launch(member, "existing");
        await WaitUntilHealthyAsync(member);
    }

    /// <summary>A copy of the data of a member that is not running.</summary>
    public string BackUp(int member)
    {
        string backup = Path.Combine(_folder, $"backup{member}");
        Copy(Path.Combine(_folder, $"m{member}"), backup);
        return backup;
    }

    /// <summary>Puts a copy in the place of a member's data.</summary>
    public void Restore(int member, string backup)
    {
        Directory.Delete(Path.Combine(_folder, $"m{member}"), recursive: true);
        Copy(backup, Path.Combine(_folder, $"m{member}"));
    }

    /// <summary>The member that leads at present.</summary>
    public async Task<int> LeaderAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        for (int attempt = 0; attempt < 500; attempt++)
        {
            for (int i = 0; i < Members; i++)
            {
                try
                {
                    if (_members[i] is null)
                        continue;
                    using var reply = await http.PostAsync(
                        new Uri($"http://{Endpoints[i]}/v3/maintenance/status"),
                        new StringContent("{}")
                    );
                    using var status = System.Text.Json.JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
                    if (
                        status.RootElement.TryGetProperty("leader", out var leader)
                        && leader.GetString()
                            == status.RootElement.GetProperty("header").GetProperty("member_id").GetString()
                    )
                    {
                        return i;
                    }
                }
                catch (Exception e)
                    when (e is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
                {
                    // Not this one.
                }
            }
            await Task.Delay(20);
        }
        throw new InvalidOperationException("No member leads.");
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    private void Launch(int i, string state)
    {
        string peers = string.Join(',', _peerPorts.Select((port, n) => $"m{n}=http://{Host(n)}:{port}"));
        var (client, peer) = ($"http://{Host(i)}:{_clientPorts[i]}", $"http://{Host(i)}:{_peerPorts[i]}");
        string[] command =
        [
            .. _network?.On(i) ?? [],
            ServerProcess.Find("etcd")!,
            "--name",
            $"m{i}",
            "--data-dir",
            Path.Combine(_folder, $"m{i}"),
            "--listen-client-urls",
            client,
            "--advertise-client-urls",
            client,
            "--listen-peer-urls",
            peer,
            "--initial-advertise-peer-urls",
            peer,
            "--initial-cluster",
            peers,
            "--initial-cluster-state",
            state,
            "--log-level",
            "error",
            .. _extra,
        ];
        _members[i] = new ServerProcess(command[0], command[1..]);
    }

    private string Host(int member) => _network?.Address(member) ?? "127.0.0.1";

    private async Task WaitUntilHealthyAsync(int member)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await Member(member)
            .WaitUntilAsync(async () =>
            {
                try
                {
                    return (await http.GetStringAsync(new Uri($"http://{Endpoints[member]}/health"))).Contains(
                        "true",
                        StringComparison.Ordinal
                    );
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            });
    }
}
