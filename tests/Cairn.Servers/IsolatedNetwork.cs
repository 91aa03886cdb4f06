using System.Diagnostics;

namespace Cairn.Servers;

/// <summary>Hosts in network namespaces of their own, joined by a bridge from which each can be cut off.</summary>
public sealed class IsolatedNetwork : IDisposable
{
    private readonly string _name;
    private readonly int _net;
    private readonly int _hosts;

    private IsolatedNetwork(int hosts)
    {
        _hosts = hosts;
        _net = Random.Shared.Next(1, 250);
        _name = $"ct{_net:x}{Random.Shared.Next(0x1000):x}";
    }

    /// <summary>Makes one; null, with the reason, where that is not allowed.</summary>
    public static IsolatedNetwork? TryCreate(int hosts, out string? reason)
    {
        var network = new IsolatedNetwork(hosts);
        try
        {
            network.Create();
            reason = null;
            return network;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            network.Dispose();
            reason = "Network namespaces cannot be made here: " + e.Message;
            return null;
        }
    }

    public int Hosts => _hosts;

    public string Address(int host) => $"10.213.{_net}.{host + 1}";

    /// <summary>What goes before a command to run it on a host.</summary>
    public string[] On(int host) => ["ip", "netns", "exec", Namespace(host)];

    /// <summary>Cuts a host off from all others, and from here.</summary>
    public void Cut(int host) => Run("link", "set", Link(host), "down");

    public void Heal(int host) => Run("link", "set", Link(host), "up");

    public void Dispose()
    {
        for (int host = 0; host < _hosts; host++)
            TryRun("netns", "del", Namespace(host));
        TryRun("link", "del", _name);
    }

    private string Namespace(int host) => $"{_name}n{host}";

    private string Link(int host) => $"{_name}v{host}";

    private void Create()
    {
        Run("link", "add", _name, "type", "bridge");
        Run("addr", "add", $"10.213.{_net}.254/24", "dev", _name);
        Run("link", "set", _name, "up");
        for (int host = 0; host < _hosts; host++)
        {
            Run("netns", "add", Namespace(host));
            Run("link", "add", Link(host), "type", "veth", "peer", "name", "eth0", "netns", Namespace(host));
            Run("link", "set", Link(host), "master", _name, "up");
            Run("-n", Namespace(host), "addr", "add", $"{Address(host)}/24", "dev", "eth0");
            Run("-n", Namespace(host), "link", "set", "eth0", "up");
            Run("-n", Namespace(host), "link", "set", "lo", "up");
        }
    }

    private static void Run(params string[] arguments)
    {
        var (code, error) = Execute(arguments);
        if (code != 0)
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error.Trim()}");
    }

    private static void TryRun(params string[] arguments)
    {
        if (ServerProcess.Find("ip") is not null)
            Execute(arguments);
    }

    private static (int Code, string Error) Execute(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
