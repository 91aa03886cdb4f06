namespace Cairn.Cli.Transfer;

/// <summary>One document of a config outside of a server: its base, or an environment's overlay.</summary>
/// <param name="Path">The config.</param>
/// <param name="Environment">Whose overlay; null for the base.</param>
/// <param name="Json">The document, compact.</param>
internal sealed record ConfigDocument(string Path, string? Environment, byte[] Json)
{
    /// <summary>As people are told of it.</summary>
    public string Name => Environment is null ? Path : $"{Path} ({Environment})";
}
