using Cairn.Core.Access;

namespace Cairn.Node.Settings;

/// <summary>How <c>/config/…</c> of the Configuration Management System is served.</summary>
public sealed class ConfigManagerOptions
{
    /// <summary>Whether it is. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether its paths are served without <c>/config</c> in front, too, as where that system is mounted at
    /// the root: then every path of two segments and more that nothing else claims is a config's. Default
    /// false.</summary>
    public bool AtRoot { get; set; }

    /// <summary>Reads a caller may make. Default 100/minute, as in the original; null for any number.</summary>
    public RateLimit? ReadLimit { get; set; } = new(100, TimeSpan.FromMinutes(1));

    /// <summary>Writes a caller may make. Default 20/minute, as in the original; null for any number.</summary>
    public RateLimit? WriteLimit { get; set; } = new(20, TimeSpan.FromMinutes(1));
}
