namespace Cairn.Core.Access;

/// <summary>The one place that decides whether a principal may do something. What is not granted is denied.</summary>
public static class Authorizer
{
    /// <summary>Whether <paramref name="caller"/> may do it to one resource.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="needed">What it takes.</param>
    /// <param name="path">The resource.</param>
    /// <param name="environment">The environment it is about; null for what all environments share.</param>
    public static bool Allows(Principal caller, Permission needed, ReadOnlySpan<char> path, string? environment)
    {
        foreach (var grant in caller.Grants)
        {
            if (grant.Reaches(needed) && grant.Path.Matches(path) && IsIn(grant, needed, path, environment))
                return true;
        }

        return false;
    }

    /// <summary>Whether the caller may do it to any resource of the kind at all: enough for a listing, which then shows
    /// only what <see cref="Allows"/> lets through, and as a first check of a request that names several.</summary>
    public static bool AllowsSome(Principal caller, Permission needed)
    {
        foreach (var grant in caller.Grants)
        {
            if (
                grant.Reaches(needed)
                && (grant.Environments.Count == 0 || needed.Kind is "*" || IsBound(needed.Kind) || IsReadable(needed))
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the caller may do it to every resource of the kind, so that nobody has to look at
    /// each.</summary>
    public static bool AllowsAll(Principal caller, Permission needed)
    {
        foreach (var grant in caller.Grants)
        {
            if (grant.Reaches(needed) && grant.Path.IsAll && (grant.Environments.Count == 0 || IsReadable(needed)))
                return true;
        }

        return false;
    }

    /// <summary>Whether the caller may give a level on everything to somebody else: who has it, without a
    /// limit.</summary>
    public static bool MayHandOut(Principal caller, PermissionLevel level)
    {
        foreach (var grant in caller.Grants)
        {
            if (grant.IsOnAll && grant.Level >= level && grant.Environments.Count == 0)
                return true;
        }

        return false;
    }

    /// <summary>Refuses what <see cref="Allows"/> does not allow.</summary>
    /// <exception cref="ProblemException">Denied.</exception>
    public static void Require(Principal caller, Permission needed, string path, string? environment)
    {
        if (!Allows(caller, needed, path, environment))
            throw new ProblemException(ProblemKind.Denied, "This credential does not allow that.");
    }

    // A grant for some environments rules nothing that the others depend on as well: not the base of a config, not
    // the keys, the audit or the nodes. An environment is its own.
    private static bool IsIn(Grant grant, Permission needed, ReadOnlySpan<char> path, string? environment)
    {
        if (grant.Environments.Count == 0 || IsReadable(needed))
            return true;
        if (!IsBound(needed.Kind))
            return false;
        var own = needed.Kind == "environments" ? path : environment;
        foreach (string name in grant.Environments)
        {
            if (own.SequenceEqual(name))
                return true;
        }

        return false;
    }

    private static bool IsBound(string kind) => kind is "configs" or "variables" or "secrets" or "environments";

    // What belongs to all environments together, and is no use to a grant for some of them unless it can be read.
    private static bool IsReadable(Permission needed) =>
        needed is { Level: PermissionLevel.Read, Kind: "schemas" or "schema-rules" };
}
