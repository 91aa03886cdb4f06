using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Core.Access;
using Cairn.Core.Changes;
using Cairn.Core.Documents;
using Cairn.Core.Environments;
using Cairn.Storage.Catalogs;

namespace Cairn.Core.Configs;

/// <summary>What an environment serves of a config, and what it was made of.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Body">The document, JSON.</param>
/// <param name="ETag">A quoted entity tag: the config's version, and for what templates made also a hash of the body.</param>
/// <param name="Version">The config's version.</param>
/// <param name="Revision">The store revision of that version.</param>
public sealed record RenderedConfig(string Environment, byte[] Body, string ETag, long Version, long Revision)
{
    /// <summary>The version as text, ready for a header.</summary>
    internal string VersionText { get; } = Version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The revision as text, ready for a header.</summary>
    internal string RevisionText { get; } = Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The variables it was rendered with; null when it has no templates.</summary>
    internal VariableSet? EnvironmentVariables { get; init; }
    internal VariableSet? ProjectVariables { get; init; }

    /// <summary>The configs its templates asked for, by path, as they were.</summary>
    internal IReadOnlyList<(string Path, ConfigState? State)> References { get; init; } = [];
}
