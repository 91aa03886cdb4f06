namespace Cairn.Storage;

/// <summary>Engines that run elsewhere can say how their servers are.</summary>
public interface IEngineHealth
{
    /// <summary>Asks each server, at most for a second or two; one that does not answer is reported as such.</summary>
    Task<IReadOnlyList<EngineMember>> MembersAsync(CancellationToken ct);
}

/// <summary>How one server of an engine is, as it says itself.</summary>
/// <param name="Name">Its address, as configured.</param>
/// <param name="Role"><c>leader</c>, <c>follower</c>, <c>primary</c>, <c>replica</c>; <c>unknown</c> when it does not
/// answer.</param>
/// <param name="Version">Of the engine; empty when it does not answer.</param>
/// <param name="Bytes">The size of its database.</param>
/// <param name="Problem">What is wrong: no answer, no leader, an alarm. Null when all is well.</param>
public sealed record EngineMember(string Name, string Role, string Version, long Bytes, string? Problem);
