using Cairn.Core.Access;

namespace Cairn.Server.Compatibility.PyrmuteRegistry;

/// <summary>How <c>/schemas</c> and <c>/api-keys</c> of Pyrmute Registry are served.</summary>
public sealed class PyrmuteRegistryOptions
{
    /// <summary>Whether they are. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether a key is asked for. Without, everybody who reaches the port may do everything there, revoking and
    /// deleting Cairn's own keys included. Default true; the original's default is false.</summary>
    public bool Authentication { get; set; } = true;

    /// <summary><c>development</c>, <c>production</c> or <c>test</c>; in production there are no documentation pages.</summary>
    public string Environment { get; set; } = "development";

    /// <summary>What the server calls itself.</summary>
    public string AppName { get; set; } = "Pyrmute Schema Registry";

    /// <summary>Which version it says it is; null for <see cref="DefaultVersion"/> at <c>/</c>, and Cairn's own at <c>/health</c>.</summary>
    public string? AppVersion { get; set; }

    /// <summary>The original's.</summary>
    public const string DefaultVersion = "1.0.0";

    /// <summary>Where its sources are, as <c>/</c> says.</summary>
    public string Repository { get; set; } = "https://pypi.org/project/pyrmute-registry/";

    /// <summary>Origins that browsers may call from; <c>*</c> for any. Default none; the original's default is any.</summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>Whether browsers may send cookies and credentials along. Default true.</summary>
    public bool CorsCredentials { get; set; } = true;

    /// <summary>Methods that browsers may use; <c>*</c> for all.</summary>
    public IReadOnlyList<string> CorsMethods { get; set; } = ["*"];

    /// <summary>Headers that browsers may send; <c>*</c> for all.</summary>
    public IReadOnlyList<string> CorsHeaders { get; set; } = ["*"];

    /// <summary>Requests a caller may make; null for any number. Default null, as in the original, which enforces none.</summary>
    public RateLimit? RateLimit { get; set; }

    internal bool IsProduction => Environment == "production";
}
