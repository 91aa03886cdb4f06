using System.Buffers;
using System.Net;
using Cairn.Core.Access;
using Cairn.Node.Settings;
using Microsoft.Extensions.Primitives;

namespace Cairn.Server.Security;

/// <summary>Takes from trusted proxies who the caller is: the right-most address that is not one of theirs. What a
/// caller writes into the headers stands to the left of that and is not looked at.</summary>
internal sealed class ForwardedHeaders(ProxyOptions options)
{
    private const int MaxHops = 32;
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]"
    );

    /// <summary>What one proxy says of whoever called it.</summary>
    private readonly record struct Hop(string? For, string? Proto, string? Host);

    public Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var peer = http.Connection.RemoteIpAddress;
        if (options.Trusts(peer))
            Apply(http, peer!);
        return next(http);
    }

    private void Apply(HttpContext http, IPAddress peer)
    {
        var request = http.Request;
        var hops = options.UseForwarded ? Parse(request.Headers["Forwarded"]) : Zip(request.Headers);
        foreach (var hop in hops)
        {
            if (!options.Trusts(peer))
                break;
            if (
                hop.Proto is { } proto
                && (
                    proto.Equals("https", StringComparison.OrdinalIgnoreCase)
                    || proto.Equals("http", StringComparison.OrdinalIgnoreCase)
                )
            )
            {
                request.Scheme = proto.ToLowerInvariant();
            }

            if (hop.Host is { Length: > 0 and <= 255 } host && !host.AsSpan().ContainsAnyExcept(HostCharacters))
                request.Host = new HostString(host);
            // "unknown", "_hidden" and what is no address: nothing more is known than who forwarded it.
            if (hop.For is null || !TryParseNode(hop.For, out var address))
                break;
            peer = ProxyOptions.Plain(address);
            http.Connection.RemoteIpAddress = peer;
        }

        if (
            !options.UseForwarded
            && request.Headers["X-Forwarded-Prefix"].ToString() is { Length: > 0 and <= 255 } prefix
            && IsPath(prefix)
        )
        {
            request.PathBase = new PathString(prefix.TrimEnd('/')) + request.PathBase;
        }
    }

    // "10.0.0.1", "10.0.0.1:80", "2001:db8::1", "[2001:db8::1]:80".
    private static bool TryParseNode(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            return end > 0
                && (end == text.Length - 1 || text[end + 1] == ':')
                && Networks.TryParseAddress(text[1..end], out address);
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        bool hasPort = colon > 0 && text.IndexOf(':', colon + 1) < 0;
        return Networks.TryParseAddress(hasPort ? text[..colon] : text, out address);
    }

    private static bool IsPath(string text) =>
        text[0] == '/'
        && !text.StartsWith("//", StringComparison.Ordinal)
        && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !text.AsSpan().ContainsAny("?#\\");

    // The last proxy's word first. Lists of unlike length belong together from that end.
    private static IEnumerable<Hop> Zip(IHeaderDictionary headers)
    {
        var (addresses, protos, hosts) = (
            List(headers["X-Forwarded-For"]),
            List(headers["X-Forwarded-Proto"]),
            List(headers["X-Forwarded-Host"])
        );
        int count = Math.Min(MaxHops, Math.Max(addresses.Count, Math.Max(protos.Count, hosts.Count)));
        for (int i = 1; i <= count; i++)
            yield return new Hop(At(addresses, i), At(protos, i), At(hosts, i));

        static string? At(List<string> list, int fromEnd) => fromEnd <= list.Count ? list[^fromEnd] : null;
    }

    private static List<string> List(StringValues header) =>
        [.. header.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))];

    // RFC 7239, section 4: elements by commas, pairs by semicolons, values may be quoted.
    private static IEnumerable<Hop> Parse(StringValues header) =>
        header
            .SelectMany(line => Split(line ?? "", ','))
            .Reverse()
            .Take(MaxHops)
            .Select(element =>
            {
                var hop = new Hop();
                foreach (string pair in Split(element, ';'))
                {
                    int equals = pair.IndexOf('=', StringComparison.Ordinal);
                    if (equals < 0)
                        continue;
                    string value = Unquote(pair[(equals + 1)..].Trim());
                    hop = pair[..equals].Trim().ToLowerInvariant() switch
                    {
                        "for" => hop with { For = value },
                        "proto" => hop with { Proto = value },
                        "host" => hop with { Host = value },
                        _ => hop,
                    };
                }

                return hop;
            });

    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        bool quoted = false;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == separator && !quoted)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        parts.Add(text[start..].Trim());
        return parts;
    }

    private static string Unquote(string value) =>
        value.Length > 1 && value[0] == '"' && value[^1] == '"'
            ? value[1..^1].Replace("\\", "", StringComparison.Ordinal)
            : value;
}
