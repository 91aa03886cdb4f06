using Cairn.Rego.Syntax;

namespace Cairn.Rego;

/// <summary>The text of a module.</summary>
/// <param name="Name">What errors call it, most often a file's name.</param>
/// <param name="Source">Its text.</param>
public sealed record RegoModule(string Name, string Source)
{
    /// <summary>The language it is read in; null for that of <see cref="CompileOptions.Version"/>.</summary>
    public RegoVersion? Version { get; init; }
}
