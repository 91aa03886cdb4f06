using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cairn.Core.Access;

/// <summary>Networks in CIDR notation, strictly: other forms of an address mean other things to other
/// programs.</summary>
public static class Networks
{
    /// <summary>Reads <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or a single address as a network of one.</summary>
    /// <returns>False when it is no network: four decimal numbers without leading zeros, or IPv6 without a zone, and no
    /// bits behind the prefix.</returns>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out var address))
            return false;
        int longest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash < 0)
        {
            network = new IPNetwork(address, longest);
            return true;
        }

        string digits = text[(slash + 1)..];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int prefix)
            && prefix <= longest
            && digits.Length == prefix.ToString(CultureInfo.InvariantCulture).Length
            && IPNetwork.TryParse($"{address}/{digits}", out network)
            && network.BaseAddress.Equals(address);
    }

    /// <summary>Reads one address.</summary>
    public static bool TryParseAddress(string text, out IPAddress address)
    {
        if (!IPAddress.TryParse(text, out address!))
            return false;
        return address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString() == text
            : !text.AsSpan().ContainsAny("[]%") && !address.IsIPv4MappedToIPv6;
    }
}
