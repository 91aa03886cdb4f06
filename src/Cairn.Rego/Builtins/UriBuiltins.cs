using System.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Builtins;

/// <summary>The parts of URIs and of references to them, taken apart as Go's <c>net/url</c> does.</summary>
internal static class UriBuiltins
{
    private static readonly RegoType Parts = RegoType.Object(RegoType.String, RegoType.String);

    public static IReadOnlyList<BuiltinDefinition> All { get; } =
    [
        new("uri.parse", [RegoType.String], Parts, (context, args) => Parse(context, args.Text(0))),
        new("uri.is_valid", [RegoType.Any], RegoType.Boolean, IsValid),
    ];

    private static RegoValue IsValid(BuiltinContext context, ReadOnlySpan<RegoValue> args)
    {
        // An empty text is a reference to where one is, and nothing that a policy looks for.
        if (args[0] is not RegoString { Value.Length: > 0 } text)
            return RegoBoolean.False;
        try
        {
            Parse(context, text.Value);
            return RegoBoolean.True;
        }
        catch (BuiltinException)
        {
            return RegoBoolean.False;
        }
    }

    private static RegoObject Parse(BuiltinContext context, string text)
    {
        StringBuiltins.Charge(context, text.Length * 4L);
        BuiltinException Bad(string what) => new($"parse {RegoString.Of(text)}: {what}");
        var parts = new RegoObjectBuilder();
        void Put(string name, string value)
        {
            if (value.Length > 0)
                parts.Set(name, value);
        }

        if (text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal))
            throw Bad("net/url: invalid control character in URL");
        var (rest, fragment) = Cut(text, '#');
        Put("fragment", Unescape(fragment, Bad));
        string scheme = Scheme(rest, Bad);
        Put("scheme", scheme.ToLowerInvariant());
        (rest, string query) = Cut(scheme.Length > 0 ? rest[(scheme.Length + 1)..] : rest, '?');
        Put("raw_query", query);
        if (!rest.StartsWith('/'))
        {
            // What follows a scheme without a slash is no path: mailto:ann@example.com.
            if (scheme.Length > 0)
                return parts.Build();
            if (Cut(rest, '/').Before.Contains(':', StringComparison.Ordinal))
                throw Bad("first path segment in URL cannot contain colon");
        }

        if (
            rest.StartsWith("//", StringComparison.Ordinal)
            && (scheme.Length > 0 || !rest.StartsWith("///", StringComparison.Ordinal))
        )
        {
            int end = rest.IndexOf('/', 2) is >= 0 and var slash ? slash : rest.Length;
            var (host, port) = HostAndPort(
                rest[(rest.LastIndexOf('@', end - 1, end - 2) is >= 0 and var at ? at + 1 : 2)..end],
                Bad
            );
            Put("hostname", Unescape(host, Bad));
            Put("port", port);
            rest = rest[end..];
        }

        string path = Unescape(rest, Bad);
        Put("path", path);
        // As written where that says more than the path does.
        Put("raw_path", EscapePath(path) == rest ? path : rest);
        return parts.Build();
    }

    private static string Scheme(string text, Func<string, BuiltinException> bad)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == ':')
            {
                return i > 0 ? text[..i] : throw bad("missing protocol scheme");
            }
            else if (
                !char.IsAsciiLetter(text[i])
                && (i == 0 || !(char.IsAsciiDigit(text[i]) || text[i] is '+' or '-' or '.'))
            )
            {
                return "";
            }
        }

        return "";
    }

    private static (string Host, string Port) HostAndPort(string authority, Func<string, BuiltinException> bad)
    {
        int close = authority.StartsWith('[') ? authority.LastIndexOf(']') : -1;
        if (authority.StartsWith('[') && close < 0)
            throw bad("missing ']' in host");
        int colon = authority.LastIndexOf(':') is var last && last > close ? last : -1;
        if (close >= 0 && close + 1 < authority.Length && colon != close + 1)
            throw bad($"invalid port {RegoString.Of(authority[(close + 1)..])} after host");
        string port = colon < 0 ? "" : authority[(colon + 1)..];
        if (!port.All(char.IsAsciiDigit))
            throw bad($"invalid port {RegoString.Of(":" + port)} after host");
        string host = colon < 0 ? authority : authority[..colon];
        if (host.AsSpan().IndexOfAny(" \"<>\\^`{|}") is >= 0 and var place)
            throw bad($"invalid character {RegoString.Of(host[place].ToString())} in host name");
        return (close >= 0 ? host[1..close] : host, port);
    }

    private static (string Before, string After) Cut(string text, char at) =>
        text.IndexOf(at) is >= 0 and var place ? (text[..place], text[(place + 1)..]) : (text, "");

    private static string Unescape(string text, Func<string, BuiltinException> bad)
    {
        for (int i = text.IndexOf('%'); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                throw bad($"invalid URL escape {RegoString.Of(text[i..Math.Min(text.Length, i + 3)])}");
        }

        return Uri.UnescapeDataString(text);
    }

    private static string EscapePath(string path)
    {
        var escaped = new StringBuilder(path.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(path))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "-_.~$&+,/:;=@"u8.Contains(b))
                escaped.Append((char)b);
            else
                escaped.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }
}
