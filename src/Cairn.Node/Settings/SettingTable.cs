using System.Globalization;
using System.Net;
using Cairn.Core.Access;
using Cairn.Core.Cryptography;
using Cairn.Node.Limits;

namespace Cairn.Node.Settings;

/// <summary>One setting: the same name on the command line (<c>--store</c>), in the environment (<c>CAIRN_STORE</c>)
/// and in <c>cairn.yaml</c> (<c>store:</c>).</summary>
/// <param name="Name">As on the command line, without the dashes in front.</param>
/// <param name="Default">The value when nobody sets it, as text.</param>
/// <param name="Meaning">For the help and the documentation.</param>
/// <param name="Apply">Puts a value where it takes effect; throws <see cref="FormatException"/> with what would be
/// right.</param>
public sealed record Setting(string Name, string Default, string Meaning, Action<ServeOptions, string> Apply)
{
    /// <summary>Whether its value is never shown.</summary>
    public bool Secret { get; init; }

    /// <summary>Names of the same setting in the systems that Cairn replaces.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>As in the environment.</summary>
    public string Variable => "CAIRN_" + Name.Replace('-', '_').ToUpperInvariant();
}

/// <summary>Every setting there is: the one place to add another.</summary>
public static class SettingTable
{
    public static readonly IReadOnlyList<Setting> All =
    [
        new(
            "store",
            "sqlite:DATA/cairn.db",
            "Where the records are: sqlite:PATH, etcd://HOST:2379,HOST:2379/PREFIX or postgres://USER@HOST/DATABASE",
            (o, v) => o.Node.Store = Store(v)
        ),
        new("data", "cairn-data", "The folder for the store and the master key", (o, v) => o.Node.Data = v),
        new(
            "listen",
            "http://127.0.0.1:8000",
            "Where to listen; several separated by commas",
            (o, v) => o.Listen = Addresses(v)
        ),
        new(
            "master-key",
            "",
            "Master keys in base64, the newest first; a file in the data folder when not set",
            (o, v) => o.Node.MasterKey = MasterKey(v)
        )
        {
            Secret = true,
        },
        new(
            "bootstrap-admin-key",
            "",
            "The first admin key, for automation; made up and printed once when not set",
            (o, v) => o.Node.BootstrapAdminKey = AdminKey(v)
        )
        {
            Secret = true,
        },
        new("key-prefix", "cairn_live", "What new API keys start with", (o, v) => o.Node.KeyPrefix = KeyPrefix(v)),
        new(
            "node-id",
            "(host name)",
            "This node's name, unique among the nodes of one store",
            (o, v) => o.Node.NodeId = v
        ),
        new(
            "redis",
            "",
            "A Redis in which nodes share rate limits: redis://USER:PASSWORD@HOST:6379/0, without a user "
                + "redis://:PASSWORD@HOST; each node has its own when not set",
            (o, v) => o.Node.Redis = Redis(v)
        ),
        new(
            "rate-limit-read",
            "12000/minute",
            "Reads a caller may make, or off",
            (o, v) => o.Node.ReadLimit = Limit(v)
        ),
        new(
            "rate-limit-write",
            "1200/minute",
            "Writes a caller may make, or off",
            (o, v) => o.Node.WriteLimit = Limit(v)
        ),
        new(
            "rate-limit-failures",
            "60/minute",
            "Failed authentications from one address, or off",
            (o, v) => o.Node.FailureLimit = Limit(v)
        ),
        new(
            "services",
            "",
            $"Which parts of the API are served: {string.Join(", ", CairnOptions.ServiceNames)}; all when left out",
            (o, v) => o.Node.Services = ServiceList(v)
        ),
        new(
            "config-manager",
            "on",
            "Whether /config/{path} of the Configuration Management System is served",
            (o, v) => o.Node.ConfigManager.Enabled = Flag(v)
        ),
        new(
            "config-manager-root",
            "off",
            "Whether they are served without /config in front, too: any path that nothing else claims",
            (o, v) => o.Node.ConfigManager.AtRoot = Flag(v)
        ),
        new(
            "config-manager-rate-limit-read",
            "100/minute",
            "Reads there a caller may make, or off",
            (o, v) => o.Node.ConfigManager.ReadLimit = Limit(v)
        )
        {
            Aliases = ["RATE_LIMIT_READ"],
        },
        new(
            "config-manager-rate-limit-write",
            "20/minute",
            "Writes there a caller may make, or off",
            (o, v) => o.Node.ConfigManager.WriteLimit = Limit(v)
        )
        {
            Aliases = ["RATE_LIMIT_WRITE"],
        },
        new(
            "pyrmute-registry",
            "on",
            "Whether /schemas and /api-keys of Pyrmute Registry are served",
            (o, v) => o.Node.PyrmuteRegistry.Enabled = Flag(v)
        ),
        new(
            "pyrmute-registry-auth",
            "on",
            "Whether a key is asked for there; off lets everybody do everything there",
            (o, v) => o.Node.PyrmuteRegistry.Authentication = Flag(v)
        ),
        new(
            "pyrmute-registry-environment",
            "development",
            "development, production (no documentation pages) or test",
            (o, v) =>
                o.Node.PyrmuteRegistry.Environment = v is "development" or "production" or "test"
                    ? v
                    : throw new FormatException("development, production or test")
        ),
        new(
            "pyrmute-registry-app-name",
            "",
            "The name that / tells, when it is not to be Cairn's",
            (o, v) => o.Node.PyrmuteRegistry.AppName = v
        ),
        new(
            "pyrmute-registry-app-version",
            "",
            "The version that / and /health tell, when it is not to be Cairn's",
            (o, v) => o.Node.PyrmuteRegistry.AppVersion = v
        ),
        new(
            "pyrmute-registry-cors-origins",
            "",
            "Origins that browsers may call these paths from, separated by commas; * for any",
            (o, v) => o.Node.PyrmuteRegistry.CorsOrigins = List(v)
        ),
        new(
            "pyrmute-registry-cors-methods",
            "*",
            "Methods that browsers may use there",
            (o, v) => o.Node.PyrmuteRegistry.CorsMethods = List(v)
        ),
        new(
            "pyrmute-registry-cors-headers",
            "*",
            "Headers that browsers may send there",
            (o, v) => o.Node.PyrmuteRegistry.CorsHeaders = List(v)
        ),
        new(
            "pyrmute-registry-cors-credentials",
            "on",
            "Whether browsers may send credentials there",
            (o, v) => o.Node.PyrmuteRegistry.CorsCredentials = Flag(v)
        ),
        new(
            "pyrmute-registry-rate-limit",
            "off",
            "Requests there a caller may make, or off",
            (o, v) => o.Node.PyrmuteRegistry.RateLimit = Limit(v)
        ),
        new(
            "max-body-bytes",
            "1048576",
            "How large a request body may be",
            (o, v) => o.Node.MaxBodyBytes = Number(v, 1024, 16 << 20)
        ),
        new(
            "max-watchers",
            "10000",
            "How many watches and long polls may be open",
            (o, v) => o.Node.MaxWatchers = Number(v, 1, 1_000_000)
        ),
        new(
            "max-watchers-per-caller",
            "(half of max-watchers)",
            "How many of them one key may have open",
            (o, v) => o.Node.MaxWatchersPerCaller = Number(v, 1, 1_000_000)
        ),
        new(
            "history-retention",
            "24h",
            "How far back a watch can resume",
            (o, v) => o.Node.HistoryRetention = Duration(v)
        ),
        new(
            "shutdown-delay",
            "0s",
            "How long readiness says 503 before the listening ends",
            (o, v) => o.Node.ShutdownDelay = Duration(v)
        ),
        new(
            "cors-origins",
            "",
            "Origins that browsers may call from, separated by commas; * for any",
            (o, v) => o.Node.CorsOrigins = List(v)
        ),
        new("tls-cert", "", "A certificate chain in PEM; with it, https:// addresses", (o, v) => o.TlsCertificate = v),
        new("tls-key", "", "Its private key in PEM", (o, v) => o.TlsKey = v),
        new(
            "tls-min-version",
            "1.3",
            "The oldest TLS version spoken: 1.2 or 1.3",
            (o, v) => o.TlsMinVersion = v is "1.2" or "1.3" ? v : throw new FormatException("1.2 or 1.3")
        ),
        new(
            "trusted-proxies",
            "",
            "Networks of proxies that are believed who the caller is, separated by commas, such as 10.0.0.0/8",
            (o, v) => o.Proxy.Trusted = NetworkList(v)
        ),
        new(
            "forwarded-header",
            "x-forwarded-for",
            "Where they say it: x-forwarded-for (with -proto, -host and -prefix), or forwarded (RFC 7239)",
            (o, v) =>
                o.Proxy.UseForwarded = v switch
                {
                    "forwarded" => true,
                    "x-forwarded-for" => false,
                    _ => throw new FormatException("x-forwarded-for or forwarded"),
                }
        ),
        new(
            "proxy-protocol",
            "off",
            "Whether each of their connections begins with a PROXY protocol header, version 1 or 2",
            (o, v) => o.Proxy.ProxyProtocol = Flag(v)
        ),
        new("base-path", "", "What goes before every path, such as /cairn", (o, v) => o.Proxy.BasePath = BasePath(v)),
        new(
            "public-hosts",
            "",
            "Names by which clients reach this server, separated by commas; redirects name no other",
            (o, v) => o.Node.PublicHosts = List(v)
        ),
        new("log-level", "info", "debug, info, warn or error", (o, v) => o.LogLevel = Level(v)),
        new(
            "log-format",
            "auto",
            "text, json, or auto: text on a terminal",
            (o, v) =>
                o.LogFormat = v is "text" or "json" or "auto" ? v : throw new FormatException("text, json or auto")
        ),
        new("docs", "on", "Whether /docs and /openapi/v1.json are served", (o, v) => o.Docs = Flag(v)),
    ];

    private static IReadOnlyList<string> Addresses(string text)
    {
        var addresses = List(text);
        foreach (string address in addresses)
        {
            if (
                !Uri.TryCreate(address.Replace("*", "0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https")
            )
            {
                throw new FormatException("addresses such as http://127.0.0.1:8000 or https://0.0.0.0:8443");
            }
        }

        return addresses.Count > 0 ? addresses : throw new FormatException("at least one address");
    }

    private static IReadOnlyList<IPNetwork> NetworkList(string text) =>
        [
            .. List(text)
                .Select(item =>
                    Networks.TryParse(item, out var network)
                        ? network
                        : throw new FormatException("networks such as 10.0.0.0/8 or 2001:db8::/32")
                ),
        ];

    private static string BasePath(string text) =>
        text.Length == 0
        || (
            text[0] == '/'
            && text[^1] != '/'
            && text.Split('/')[1..]
                .All(segment =>
                    segment.Length > 0
                    && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
                    && segment is not ("." or "..")
                )
        )
            ? text
            : throw new FormatException("a path such as /cairn, without a slash at its end");

    private static RateLimit? Limit(string text) =>
        RateLimit.TryParse(text, out var limit)
            ? limit
            : throw new FormatException("a limit such as 200/minute (second, minute, hour or day), or off");

    private static string Store(string text) =>
        text.Split(':', 2) is ["sqlite" or "etcd" or "etcds" or "postgres" or "postgresql", { Length: > 0 }]
            ? text
            : throw new FormatException("sqlite:PATH, etcd://HOST:2379 or postgres://USER@HOST/DATABASE");

    private static string MasterKey(string text)
    {
        try
        {
            MasterKeys.FromSetting(text);
            return text;
        }
        catch (MasterKeyException)
        {
            throw new FormatException(
                "keys of 32 bytes in base64, separated by commas, as 'openssl rand -base64 32' makes one"
            );
        }
    }

    private static string AdminKey(string text) =>
        text.Length >= Bootstrap.MinKeyLength && text.All(char.IsAscii) && !text.Any(char.IsWhiteSpace)
            ? text
            : throw new FormatException(
                $"{Bootstrap.MinKeyLength} or more characters of ASCII without white space, as 'openssl rand "
                    + "-hex 32' makes"
            );

    private static string KeyPrefix(string text) =>
        text.Length is > 0 and <= 32 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? text
            : throw new FormatException("1 to 32 letters, digits and underscores");

    private static string Redis(string text)
    {
        RedisWindows.Parse(text);
        return text;
    }

    private static IReadOnlyList<string> List(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static IReadOnlyList<string> ServiceList(string text) =>
        List(text) is var names && names.All(CairnOptions.ServiceNames.Contains)
            ? names
            : throw new FormatException($"some of {string.Join(", ", CairnOptions.ServiceNames)}");

    private static bool Flag(string text) =>
        text switch
        {
            "on" or "true" or "1" => true,
            "off" or "false" or "0" => false,
            _ => throw new FormatException("on or off"),
        };

    private static int Number(string text, int lowest, int highest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number >= lowest
        && number <= highest
            ? number
            : throw new FormatException($"a whole number from {lowest} to {highest}");

    private static TimeSpan Duration(string text)
    {
        string unit = text.TrimStart("0123456789".ToCharArray());
        return int.TryParse(
            text.AsSpan(0, text.Length - unit.Length),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int number
        )
            ? unit switch
            {
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                "d" => TimeSpan.FromDays(number),
                _ => throw new FormatException("a time such as 30s, 10m, 24h or 7d"),
            }
            : throw new FormatException("a time such as 30s, 10m, 24h or 7d");
    }

    private static LogLevel Level(string text) =>
        text switch
        {
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => throw new FormatException("debug, info, warn or error"),
        };
}
