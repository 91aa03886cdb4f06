using System.Net;
using Cairn.Node.Settings;

namespace Cairn.Server.Http;

/// <summary>Where clients reach the server, as far as it can be said for certain.</summary>
internal static class PublicAddress
{
    /// <summary>Scheme and host of a request, for what leads clients on: when the host is one of
    /// <see cref="Cairn.Node.CairnOptions.PublicHosts"/> or the very address that was connected to. Otherwise nothing, for then
    /// whoever made the request chose it; what follows is a path, which leads to the same place.</summary>
    public static string Of(HttpContext http)
    {
        var host = http.Request.Host;
        return host.HasValue && (IsNamed(http, host) || IsLocal(http.Connection, host))
            ? $"{http.Request.Scheme}://{host.ToUriComponent()}"
            : "";
    }

    private static bool IsNamed(HttpContext http, HostString host) =>
        CairnRequest.Of(http).Node.Options.PublicHosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase);

    private static bool IsLocal(ConnectionInfo connection, HostString host) =>
        connection.LocalIpAddress is { } local
        && host.Port == connection.LocalPort
        && (
            IPAddress.TryParse(host.Host, out var address)
                ? address.Equals(ProxyOptions.Plain(local))
                : IPAddress.IsLoopback(local) && host.Host == "localhost"
        );
}
