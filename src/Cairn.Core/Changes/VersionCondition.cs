namespace Cairn.Core.Changes;

/// <summary>A version, as somebody who has read it names it.</summary>
/// <param name="Number">0 for "there is none".</param>
/// <param name="Mark">Its <see cref="Versioned{TState}.Mark"/>; null when any version of the number is meant.</param>
public readonly record struct VersionTag(long Number, string? Mark = null)
{
    /// <summary>Any version of a number.</summary>
    public static implicit operator VersionTag(long number) => new(number);

    /// <summary>Whether it names a version.</summary>
    public bool Names(long number, string? mark) => Number == number && (Mark is null || mark is null || Mark == mark);
}

/// <summary>What must hold of a resource for it to be written. All that is said must hold.</summary>
public sealed record VersionCondition
{
    /// <summary>Whether it must be there (true) or must not (false); null when that does not matter.</summary>
    public bool? Exists { get; init; }

    /// <summary>The versions one of which it must be at; 0 for "there is none". Null when that does not
    /// matter.</summary>
    public IReadOnlyList<VersionTag>? OneOf { get; init; }

    /// <summary>The versions it must not be at; null when that does not matter.</summary>
    public IReadOnlyList<VersionTag>? NoneOf { get; init; }

    /// <summary>A single version, 0 for "there is none"; no condition when null.</summary>
    public static implicit operator VersionCondition?(long? version) =>
        version switch
        {
            null => null,
            0 => new VersionCondition { Exists = false },
            { } one => new VersionCondition { OneOf = [one] },
        };

    /// <summary>Why a resource does not meet it; null when it does.</summary>
    /// <param name="name">What the resource is called.</param>
    /// <param name="version">Its newest version, 0 when there never was one. A deletion is one, too.</param>
    /// <param name="mark">That version's mark; null when there is none.</param>
    /// <param name="exists">Whether it is there: not deleted.</param>
    public string? Unmet(string name, long version, string? mark, bool exists) =>
        Exists is false && exists ? $"{name} exists already, at version {version}."
        : Exists is true && !exists ? $"There is no {name}."
        // A deleted resource counts as absent, but its last version may be named too.
        : OneOf is { } right && !right.Any(tag => tag.Names(version, mark)) && !(right.Contains(0) && !exists)
            ? right.Count == 0 ? $"{name} is at version {version}, which is none of those it should be at."
                : right.Any(tag => tag.Number == version)
                    ? $"{name} is at a version {version}, but not the one that was read: the store has been "
                        + "restored and written to since."
                : $"{name} is at version {version}, not {string.Join(" or ", right.Select(tag => tag.Number))}: "
                    + "somebody wrote it meanwhile."
        : NoneOf is { } wrong && wrong.Any(tag => tag.Names(version, mark))
            ? $"{name} is at version {version}, as its writer knows already."
        : null;
}
