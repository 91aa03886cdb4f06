using Cairn.Core.Access;

namespace Cairn.Node.Settings;

/// <summary>How <c>/schemas</c> and <c>/api-keys</c> of Pyrmute Registry are served.</summary>
public sealed class PyrmuteRegistryOptions
{
    /// <summary>Whether they are. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether a key is asked for. Without, everybody who reaches the port may do everything there, revoking
    /// and deleting Cairn's own keys included. Default true; the original's default is false.</summary>
    public bool Authentication { get; set; } = true;

    /// <summary><c>development</c>, <c>production</c> or <c>test</c>; in production there are no documentation
    /// pages.</summary>
    public string Environment { get; set; } = "development";

    /// <summary>What the server calls itself at <c>/</c> and in <c>/openapi.json</c>; null for Cairn.</summary>
    public string? AppName { get; set; }

    /// <summary>Which version it says it is there and at <c>/health</c>; null for Cairn's.</summary>
    public string? AppVersion { get; set; }

    /// <summary>Where its sources are, as <c>/</c> says; null to say nothing.</summary>
    public string? Repository { get; set; }

    /// <summary>Origins that browsers may call from; <c>*</c> for any. Default none; the original's default is
    /// any.</summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>Whether browsers may send cookies and credentials along. Default true.</summary>
    public bool CorsCredentials { get; set; } = true;

    /// <summary>Methods that browsers may use; <c>*</c> for all.</summary>
    public IReadOnlyList<string> CorsMethods { get; set; } = ["*"];

    /// <summary>Headers that browsers may send; <c>*</c> for all.</summary>
    public IReadOnlyList<string> CorsHeaders { get; set; } = ["*"];

    /// <summary>Requests a caller may make; null for any number. Default null, as in the original, which enforces
    /// none.</summary>
    public RateLimit? RateLimit { get; set; }

    internal bool IsProduction => Environment == "production";
}
