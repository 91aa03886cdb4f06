using System.Globalization;
using System.Security.Cryptography;
using Cairn.Core.Environments;

namespace Cairn.Core.Configs;

/// <summary>What an environment serves of a config, and what it was made of.</summary>
/// <param name="Environment">The environment; empty for the base as written.</param>
/// <param name="Body">The document, JSON.</param>
/// <param name="Version">The config's version.</param>
/// <param name="Revision">The store revision of that version.</param>
/// <param name="Mark">Tells the version from another of the same number; null while it is planned.</param>
public sealed record RenderedConfig(string Environment, byte[] Body, long Version, long Revision, string? Mark)
{
    private string? _etag;
    private bool _used;

    /// <summary>A quoted entity tag: the config's version and its mark, and for what templates made also a hash of the
    /// body, because variables change it without making a version.</summary>
    public string ETag =>
        _etag ??= EnvironmentVariables is null
            ? string.Create(CultureInfo.InvariantCulture, $"\"{Version}-{Mark}\"")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"\"{Version}-{Mark}-{Convert.ToHexStringLower(SHA256.HashData(Body).AsSpan(0, 6))}\""
            );

    /// <summary>Notes that it was asked for.</summary>
    internal void Use()
    {
        // Many read one: a line of memory that nobody writes stays with all of them.
        if (!_used)
            _used = true;
    }

    /// <summary>Whether it was asked for since this was called last.</summary>
    internal bool TakeUse() => Interlocked.Exchange(ref _used, false);

    /// <summary>The version as text, ready for a header.</summary>
    public string VersionText { get; } = Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>The revision as text, ready for a header.</summary>
    public string RevisionText { get; } = Revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>The variables it was rendered with; null when it has no templates.</summary>
    internal VariableSet? EnvironmentVariables { get; init; }

    /// <summary>The variables of its own project, and of those it refers to.</summary>
    internal IReadOnlyList<(string Project, VariableSet Variables)> ProjectVariables { get; init; } = [];

    /// <summary>The configs its templates asked for, also at second hand, as they were.</summary>
    internal IReadOnlyList<(string Path, ConfigState? State)> References { get; init; } = [];
}
