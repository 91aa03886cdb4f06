namespace Cairn.Core.Changes;

/// <summary>What must hold of a resource for it to be written. All that is said must hold.</summary>
public sealed record VersionCondition
{
    /// <summary>Whether it must be there (true) or must not (false); null when that does not matter.</summary>
    public bool? Exists { get; init; }

    /// <summary>The versions one of which it must be at; 0 for "there is none". Null when that does not matter.</summary>
    public IReadOnlyList<long>? OneOf { get; init; }

    /// <summary>The versions it must not be at; null when that does not matter.</summary>
    public IReadOnlyList<long>? NoneOf { get; init; }

    /// <summary>A single version, 0 for "there is none"; no condition when null.</summary>
    public static implicit operator VersionCondition?(long? version) => version switch
    {
        null => null,
        0 => new VersionCondition { Exists = false },
        { } one => new VersionCondition { OneOf = [one] },
    };

    /// <summary>Why a resource does not meet it; null when it does.</summary>
    /// <param name="name">What the resource is called.</param>
    /// <param name="version">Its newest version, 0 when there never was one. A deletion is one, too.</param>
    /// <param name="exists">Whether it is there: not deleted.</param>
    public string? Unmet(string name, long version, bool exists) =>
        Exists is false && exists ? $"{name} exists already, at version {version}."
        : Exists is true && !exists ? $"There is no {name}."
        // A deleted resource counts as absent, but its last version may be named too.
        : OneOf is { } right && !right.Contains(version) && !(right.Contains(0) && !exists)
            ? right.Count == 0
                ? $"{name} is at version {version}, which is none of those it should be at."
                : $"{name} is at version {version}, not {string.Join(" or ", right)}: somebody wrote it meanwhile."
        : NoneOf is { } wrong && wrong.Contains(version) ? $"{name} is at version {version}, as its writer knows already."
        : null;
}
