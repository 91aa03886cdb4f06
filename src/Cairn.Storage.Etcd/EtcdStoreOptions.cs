using System.Globalization;
using System.Web;

namespace Cairn.Storage.Etcd;

/// <summary>Where an etcd cluster is, and how to speak to it.</summary>
public sealed record EtcdStoreOptions
{
    /// <summary>Client addresses of the members, as <c>host:port</c>. One is enough; with all of them a member can
    /// fail.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>What all keys start with, followed by a slash. Stores with different prefixes do not see each other,
    /// but compaction is the cluster's. Default <c>cairn</c>.</summary>
    public string Prefix { get; init; } = "cairn";

    /// <summary>Whether to speak TLS.</summary>
    public bool Tls { get; init; }

    /// <summary>A PEM file with the authorities that sign the members' certificates; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>A PEM file with this client's certificate; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>A PEM file with its private key.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Whom to sign in as; null when etcd does not ask.</summary>
    public string? User { get; init; }

    /// <summary>That user's password.</summary>
    public string? Password { get; init; }

    /// <summary>How long one read may take, with all attempts, and how long one commit may be on its way. Default 5
    /// s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What etcd's <c>--max-txn-ops</c> allows. Default 128, etcd's own.</summary>
    public int MaxTransactionOperations { get; init; } = 128;

    /// <summary>What etcd's <c>--max-request-bytes</c> allows. Default 1.5 MiB, etcd's own.</summary>
    public int MaxRequestBytes { get; init; } = 1536 << 10;

    /// <summary>Recent change sets kept in memory for watchers; older ones are asked of etcd. Default 8192.</summary>
    public int WatchBuffer { get; init; } = 8192;

    /// <summary>The same limit in bytes of keys and values. Default 32 MiB.</summary>
    public long WatchBufferBytes { get; init; } = 32 << 20;

    /// <summary>Reads <c>etcd://[user:password@]host:port[,host:port…][/prefix][?option=value…]</c>; <c>etcds://</c>
    /// speaks TLS. Options: <c>ca</c>, <c>cert</c>, <c>key</c> (files; they imply TLS), <c>timeout</c> (seconds),
    /// <c>max-txn-ops</c>, <c>max-request-bytes</c>.</summary>
    /// <exception cref="StoreUnusableException">It is none; the message does not repeat the address, which may hold a
    /// password.</exception>
    public static EtcdStoreOptions Parse(string address)
    {
        bool tls = address.StartsWith("etcds://", StringComparison.Ordinal);
        if (!tls && !address.StartsWith("etcd://", StringComparison.Ordinal))
            throw Malformed("it does not start with etcd:// or etcds://");
        string rest = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var query = HttpUtility.ParseQueryString(Cut(ref rest, '?'));
        string prefix = Uri.UnescapeDataString(Cut(ref rest, '/')).Trim('/');
        string? user = null,
            password = null;
        if (rest.LastIndexOf('@') is >= 0 and var at)
        {
            string[] login = rest[..at].Split(':', 2);
            (user, password) = (
                Uri.UnescapeDataString(login[0]),
                login.Length > 1 ? Uri.UnescapeDataString(login[1]) : ""
            );
            rest = rest[(at + 1)..];
        }

        var endpoints = rest.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Endpoint)
            .ToList();
        if (endpoints.Count == 0)
            throw Malformed("it names no host");
        var options = new EtcdStoreOptions
        {
            Endpoints = endpoints,
            Tls = tls,
            User = user,
            Password = password,
        };
        if (prefix.Length > 0)
            options = options with { Prefix = prefix };
        foreach (string? name in query.AllKeys)
        {
            string value = query[name] ?? "";
            options = name switch
            {
                "ca" => options with { Tls = true, CertificateAuthority = value },
                "cert" => options with { Tls = true, Certificate = value },
                "key" => options with { Tls = true, CertificateKey = value },
                "timeout" => options with { Timeout = TimeSpan.FromSeconds(Number(value, 1, 300)) },
                "max-txn-ops" => options with { MaxTransactionOperations = Number(value, 16, 100_000) },
                "max-request-bytes" => options with { MaxRequestBytes = Number(value, 256 << 10, 64 << 20) },
                _ => throw Malformed(
                    $"'{name}' is not an option; there are ca, cert, key, timeout, max-txn-ops and max-request-bytes"
                ),
            };
        }

        if (options.Certificate is null != options.CertificateKey is null)
            throw Malformed("cert and key go together");
        return options;

        static int Number(string text, int lowest, int highest) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= lowest
            && number <= highest
                ? number
                : throw Malformed($"'{text}' is not a whole number from {lowest} to {highest}");
    }

    private static string Endpoint(string text)
    {
        if (!text.Contains(':') || text.EndsWith(']'))
            text += ":2379";
        return Uri.TryCreate("http://" + text, UriKind.Absolute, out var uri) && uri.PathAndQuery == "/"
            ? uri.Authority == uri.Host
                ? text
                : uri.Authority
            : throw Malformed("a host is written host:port");
    }

    /// <summary>Takes off what comes after the first <paramref name="separator"/>.</summary>
    private static string Cut(ref string text, char separator)
    {
        int at = text.IndexOf(separator);
        if (at < 0)
            return "";
        string tail = text[(at + 1)..];
        text = text[..at];
        return tail;
    }

    private static StoreUnusableException Malformed(string why) =>
        new($"The address of the etcd store cannot be read: {why}. It is written etcd://host:2379,host:2379/prefix.");
}
