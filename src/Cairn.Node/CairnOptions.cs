using Cairn.Core.Access;
using Cairn.Node.Settings;

namespace Cairn.Node;

/// <summary>How a Cairn node is to run. In a program of its own these are the settings; embedded, <c>AddCairn(options
/// => …)</c>.</summary>
public sealed class CairnOptions
{
    /// <summary>Where the records are: <c>sqlite:PATH</c>, <c>etcd://HOST:2379,HOST:2379/PREFIX</c> or
    /// <c>postgres://USER:PASSWORD@HOST/DATABASE</c>. Null for <c>cairn.db</c> in <see cref="Data"/>.</summary>
    public string? Store { get; set; }

    /// <summary>The folder for the store and the master key. Made with mode 0700.</summary>
    public string Data { get; set; } = "cairn-data";

    /// <summary>Master keys in base64, comma-separated, the newest first; null for the file <c>master.key</c> in
    /// <see cref="Data"/>.</summary>
    public string? MasterKey { get; set; }

    /// <summary>Becomes the first admin key when there is none; null to make one up and print it once.</summary>
    public string? BootstrapAdminKey { get; set; }

    /// <summary>What new API keys start with. Letters, digits and underscores.</summary>
    public string KeyPrefix { get; set; } = "cairn_live";

    /// <summary>This node's name in what it counts. Unique among the nodes of one store.</summary>
    public string NodeId { get; set; } = Environment.MachineName;

    /// <summary>A Redis in which nodes share their rate limits:
    /// <c>redis://[[user]:password@]host[:port][/database]</c>. Null for limits of each node's own.</summary>
    public string? Redis { get; set; }

    /// <summary>Reads a caller may make; null for any number. Default 12000/minute.</summary>
    public RateLimit? ReadLimit { get; set; } = new(12_000, TimeSpan.FromMinutes(1));

    /// <summary>Writes a caller may make; null for any number. Default 1200/minute.</summary>
    public RateLimit? WriteLimit { get; set; } = new(1_200, TimeSpan.FromMinutes(1));

    /// <summary>Failed authentications an address may make before it has to wait. Default 60/minute.</summary>
    public RateLimit? FailureLimit { get; set; } = new(60, TimeSpan.FromMinutes(1));

    /// <summary>How large a request body may be, in bytes. Change sets may be 16 times that. Default 1 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>How many watches and long polls may be open at once. Default 10000.</summary>
    public int MaxWatchers { get; set; } = 10_000;

    /// <summary>How many of them one caller may have; null for half of <see cref="MaxWatchers"/>.</summary>
    public int? MaxWatchersPerCaller { get; set; }

    /// <summary>How long past commits can be resumed from and listed in the store. Versions, changes and audit are
    /// records of their own and are kept. Default 24 hours.</summary>
    public TimeSpan HistoryRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long readiness says 503 before the node stops to listen. Default 0.</summary>
    public TimeSpan ShutdownDelay { get; set; } = TimeSpan.Zero;

    /// <summary>Origins that browsers may call from; <c>*</c> for any. Default none.</summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>The names under which clients reach the server, such as <c>cairn.example.com</c>: a redirect names no
    /// other host than these and the address that was connected to. Default none.</summary>
    public IReadOnlyList<string> PublicHosts { get; set; } = [];

    /// <summary>Which parts of Cairn's API this node serves, of <see cref="ServiceNames"/>; all when empty. Health,
    /// metrics and <c>whoami</c> always are.</summary>
    public IReadOnlyList<string> Services { get; set; } = [];

    /// <summary>The parts of Cairn's API.</summary>
    public static IReadOnlyList<string> ServiceNames { get; } =
    ["configs", "environments", "schemas", "changes", "keys", "audit", "keyring", "cluster"];

    /// <summary>How <c>/config/…</c> of the Configuration Management System is served.</summary>
    public ConfigManagerOptions ConfigManager { get; } = new();

    /// <summary>How <c>/schemas</c> and <c>/api-keys</c> of Pyrmute Registry are served.</summary>
    public PyrmuteRegistryOptions PyrmuteRegistry { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Told the text of the admin key that was made up, once. Default: standard output.</summary>
    public Action<string> OnAdminKeyCreated { get; set; } = static _ => { };

    /// <summary>Reads <c>200/minute</c> and the like, for use in code.</summary>
    /// <exception cref="FormatException">It is no limit.</exception>
    public static RateLimit? ParseLimit(string text) =>
        RateLimit.TryParse(text, out var limit)
            ? limit
            : throw new FormatException($"'{text}' is not a limit such as 200/minute.");
}
