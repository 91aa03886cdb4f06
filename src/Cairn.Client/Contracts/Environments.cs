namespace Cairn.Client;

/// <summary>An environment.</summary>
public sealed record EnvironmentView(
    string Name,
    string? Description,
    bool Protected,
    long Version,
    long Revision,
    DateTimeOffset UpdatedAt,
    string UpdatedBy
);

/// <summary>What an environment is to be. What is left out stays as it is.</summary>
public sealed record EnvironmentUpdate(string? Description = null, bool? Protected = null);
