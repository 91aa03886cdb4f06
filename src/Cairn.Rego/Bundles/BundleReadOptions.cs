using Cairn.Rego.Builtins;

namespace Cairn.Rego.Bundles;

/// <summary>What reading a bundle needs, and how much it may take: an archive can unpack to far more than its
/// size.</summary>
public sealed record BundleReadOptions
{
    /// <summary>256 MiB in 10,000 files, nothing verified, no YAML.</summary>
    public static BundleReadOptions Default { get; } = new();

    /// <summary>How large the files may be together, unpacked. Default 256 MiB.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>How large one file may be, unpacked. Default 128 MiB.</summary>
    public long MaxFileBytes { get; init; } = 128L << 20;

    /// <summary>How many entries the archive may have. Default 10,000.</summary>
    public int MaxFiles { get; init; } = 10_000;

    /// <summary>How many folders may lie in each other, and how deep data may be nested. Default 256.</summary>
    public int MaxDepth { get; init; } = 256;

    /// <summary>Verifies the signature; null reads unsigned and unverified bundles.</summary>
    public BundleKey? Key { get; init; }

    /// <summary>Reads <c>data.yaml</c> and <c>data.yml</c>; null refuses bundles that have them.</summary>
    public IYamlConverter? Yaml { get; init; }
}
