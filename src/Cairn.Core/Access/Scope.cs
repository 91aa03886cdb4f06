namespace Cairn.Core.Access;

/// <summary>
/// A limit to some resources, as it is written: <c>configs:write:payments/**</c> is kind, level and path. Kind and
/// level may be <c>*</c>; the path is a <see cref="PathPattern"/>.
/// </summary>
public sealed record Scope
{
    private readonly string _kind;
    private readonly PermissionLevel _level;
    private readonly PathPattern _path;

    private Scope(string kind, PermissionLevel level, PathPattern path) => (_kind, _level, _path) = (kind, level, path);

    /// <summary>Reads a scope.</summary>
    /// <param name="text">Kind, level and path, joined by colons.</param>
    /// <param name="problem">What is wrong with it, when it is not one.</param>
    public static Scope? TryParse(string text, out string? problem)
    {
        problem = null;
        var level = PermissionLevel.Admin;
        if (text.Split(':') is not [{ Length: > 0 } kind, { Length: > 0 } levelText, { Length: > 0 } path])
            problem = $"'{text}' is not kind:level:path, such as configs:write:payments/**.";
        else if (levelText != "*" && !Permission.TryParseLevel(levelText, out level))
            problem = $"'{levelText}' in '{text}' is not a level: read, write, delete, admin or *.";
        else if (PathPattern.TryParse(path) is { } pattern)
            return new Scope(kind, level, pattern);
        else
            problem = $"In '{text}' ** may only come last.";
        return null;
    }

    /// <summary>Why a text should not be given to a key as a scope: it is none, or it could never match anything. Null
    /// when it is a good one.</summary>
    public static string? Fault(string text)
    {
        if (TryParse(text, out string? problem) is not { } scope)
            return problem;
        if (scope._kind != "*" && !Permission.Kinds.Contains(scope._kind))
            return $"'{scope._kind}' in '{text}' is not a kind: {string.Join(", ", Permission.Kinds)} or *.";
        foreach (string segment in scope._path.Segments)
        {
            if (segment.Length == 0)
                return $"The path in '{text}' has an empty segment: it neither begins nor ends with a slash.";
            else if (segment is not ("*" or "**") && segment.AsSpan().ContainsAny('*', '?'))
                return $"'{segment}' in '{text}' matches nothing: * stands for a whole segment, ** for all that follow.";
        }

        return null;
    }

    /// <summary>What it grants to a credential of a level, in its environments.</summary>
    public Grant ToGrant(PermissionLevel most, IReadOnlyList<string> environments) =>
        new(_kind, _level < most ? _level : most, _path, environments);
}
