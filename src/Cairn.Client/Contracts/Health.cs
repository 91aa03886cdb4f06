namespace Cairn.Client;

/// <summary>How the node is. Says nothing that is not for everybody.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> when it answers reads from memory and no writes, or
/// <c>unhealthy</c> when it should get no requests.</param>
/// <param name="Version">Cairn's.</param>
/// <param name="Checks">The parts, each <c>healthy</c> or why not.</param>
public sealed record HealthView(
    string Status,
    string Version,
    double UptimeSeconds,
    long Revision,
    IReadOnlyDictionary<string, string> Checks
);
