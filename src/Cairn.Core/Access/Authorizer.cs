namespace Cairn.Core.Access;

/// <summary>The one place that decides whether a caller may do something. What is not granted is denied.</summary>
public static class Authorizer
{
    // What belongs to all environments together, and is no use to a credential for some of them unless it can be read.
    private static readonly HashSet<string> SharedByEnvironments = ["schemas", "schema-rules"];

    /// <summary>Whether <paramref name="caller"/> may do it to one resource.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="needed">What it takes.</param>
    /// <param name="path">The resource.</param>
    /// <param name="environment">The environment it is about; null for what all environments share.</param>
    public static bool Allows(Caller caller, Permission needed, ReadOnlySpan<char> path, string? environment) =>
        caller.Level >= needed.Level
        && InScope(caller, needed, path, wholeKind: false)
        && InEnvironment(caller, needed, path, environment);

    /// <summary>Whether the caller may do it to any resource of the kind at all: enough for a listing, which then shows
    /// only what <see cref="Allows"/> lets through, and as a first check of a request that names several.</summary>
    public static bool AllowsSome(Caller caller, Permission needed) =>
        caller.Level >= needed.Level
        && InScope(caller, needed, "", wholeKind: true)
        && (caller.Environments.Count == 0 || needed.Kind is "*" || IsBound(needed.Kind) || IsReadable(needed));

    /// <summary>Refuses what <see cref="Allows"/> does not allow.</summary>
    /// <exception cref="ProblemException">Denied.</exception>
    public static void Require(Caller caller, Permission needed, string path, string? environment)
    {
        if (!Allows(caller, needed, path, environment))
            throw new ProblemException(ProblemKind.Denied, "This credential does not allow that.");
    }

    private static bool InScope(Caller caller, Permission needed, ReadOnlySpan<char> path, bool wholeKind)
    {
        if (caller.Scopes.Count == 0)
            return true;
        foreach (var scope in caller.Scopes)
            if (scope.Covers(needed, path, wholeKind))
                return true;
        return false;
    }

    // A credential for some environments rules nothing that the others depend on as well: not the base of a config, not
    // the keys, the audit or the nodes. An environment is its own.
    private static bool InEnvironment(Caller caller, Permission needed, ReadOnlySpan<char> path, string? environment)
    {
        if (caller.Environments.Count == 0 || IsReadable(needed))
            return true;
        if (!IsBound(needed.Kind))
            return false;
        var own = needed.Kind == "environments" ? path : environment;
        foreach (string name in caller.Environments)
            if (own.SequenceEqual(name))
                return true;
        return false;
    }

    private static bool IsBound(string kind) => kind is "configs" or "variables" or "secrets" or "environments";

    private static bool IsReadable(Permission needed) =>
        needed.Level == PermissionLevel.Read && SharedByEnvironments.Contains(needed.Kind);
}
