using System.Net;

namespace Cairn.Node.Settings;

/// <summary>Which proxies stand before the server, and what they are believed.</summary>
public sealed class ProxyOptions
{
    /// <summary>The networks of proxies whose word is taken for who the caller is. Default none.</summary>
    public IReadOnlyList<IPNetwork> Trusted { get; set; } = [];

    /// <summary>Whether they say it in <c>Forwarded</c> (RFC 7239) instead of <c>X-Forwarded-For</c>, <c>-Proto</c>,
    /// <c>-Host</c> and <c>-Prefix</c>. Only one of them is believed: the other one may come from the caller.</summary>
    public bool UseForwarded { get; set; }

    /// <summary>Whether each of their connections begins with a header of the PROXY protocol, version 1 or 2.</summary>
    public bool ProxyProtocol { get; set; }

    /// <summary>What goes before every path, such as <c>/cairn</c>, where the proxy leaves it on.</summary>
    public string BasePath { get; set; } = "";

    /// <summary>Whether an address is that of a trusted proxy.</summary>
    public bool Trusts(IPAddress? address)
    {
        if (address is null)
            return false;
        var plain = Plain(address);
        foreach (var network in Trusted)
        {
            if (network.Contains(plain))
                return true;
        }

        return false;
    }

    /// <summary>The address without IPv6 around it.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
