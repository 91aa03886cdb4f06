using System.Text.Json.Serialization;

namespace Cairn.Core.Access;

/// <summary>What a caller may do to a kind of resource. Each level includes those before it.</summary>
public enum PermissionLevel
{
    [JsonStringEnumMemberName("read")]
    Read,

    [JsonStringEnumMemberName("write")]
    Write,

    [JsonStringEnumMemberName("delete")]
    Delete,

    [JsonStringEnumMemberName("admin")]
    Admin,
}

/// <summary>What an operation needs: a level on a kind of resource, such as <c>write</c> on <c>configs</c>.</summary>
/// <param name="Kind">As in the API's paths: configs, environments, keys, audit, …; <c>*</c> for any kind.</param>
/// <param name="Level">The least level that will do.</param>
public readonly record struct Permission(string Kind, PermissionLevel Level)
{
    /// <summary>The kinds there are, beside <c>*</c> for any.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        ["configs", "environments", "variables", "schemas", "schema-rules", "keys", "keyring", "audit", "cluster"];

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}:{Name(Level)}";

    /// <summary>The level as it is written in the API.</summary>
    public static string Name(PermissionLevel level) => level switch
    {
        PermissionLevel.Read => "read",
        PermissionLevel.Write => "write",
        PermissionLevel.Delete => "delete",
        PermissionLevel.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };

    /// <summary>Reads a level.</summary>
    public static bool TryParseLevel(string text, out PermissionLevel level)
    {
        foreach (var candidate in Enum.GetValues<PermissionLevel>())
            if (Name(candidate) == text)
            {
                level = candidate;
                return true;
            }

        level = default;
        return false;
    }
}

/// <summary>
/// A limit to some resources: <c>configs:write:payments/**</c> is kind, level and path. Kind and level may be <c>*</c>;
/// in the path <c>*</c> stands for one segment and a final <c>**</c> for any number of them.
/// </summary>
public sealed record Scope
{
    private readonly string[] _path;

    private Scope(string text, string kind, PermissionLevel level, string[] path)
    {
        (Text, Kind, Level, _path) = (text, kind, level, path);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    private string Kind { get; }
    private PermissionLevel Level { get; }

    /// <summary>Reads a scope.</summary>
    /// <param name="text">Kind, level and path, joined by colons.</param>
    /// <param name="problem">What is wrong with it, when it is not one.</param>
    public static Scope? TryParse(string text, out string? problem)
    {
        string[] parts = text.Split(':');
        problem = null;
        if (parts.Length != 3 || parts.Any(part => part.Length == 0))
            problem = $"'{text}' is not kind:level:path, such as configs:write:payments/**.";
        else if (parts[1] != "*" && !Permission.TryParseLevel(parts[1], out _))
            problem = $"'{parts[1]}' in '{text}' is not a level: read, write, delete, admin or *.";
        else if (parts[2].Split('/') is var path && path[..^1].Contains("**"))
            problem = $"In '{text}' ** may only come last.";
        if (problem is not null)
            return null;
        var level = PermissionLevel.Admin;
        if (parts[1] != "*")
            Permission.TryParseLevel(parts[1], out level);
        return new Scope(text, parts[0], level, parts[2].Split('/'));
    }

    /// <summary>Why a text should not be given to a key as a scope: it is none, or it could never match anything. Null when it is a good one.</summary>
    public static string? Fault(string text)
    {
        if (TryParse(text, out string? problem) is not { } scope)
            return problem;
        if (scope.Kind != "*" && !Permission.Kinds.Contains(scope.Kind))
            return $"'{scope.Kind}' in '{text}' is not a kind: {string.Join(", ", Permission.Kinds)} or *.";
        foreach (string segment in scope._path)
            if (segment.Length == 0)
                return $"The path in '{text}' has an empty segment: it neither begins nor ends with a slash.";
            else if (segment is not ("*" or "**") && segment.AsSpan().ContainsAny('*', '?'))
                return $"'{segment}' in '{text}' matches nothing: * stands for a whole segment, ** for all that follow.";
        return null;
    }

    /// <summary>Whether it covers a permission on a resource.</summary>
    /// <param name="permission">What is needed.</param>
    /// <param name="path">The resource's path.</param>
    /// <param name="wholeKind">Whether it is about the kind as a whole instead, such as a listing, which every scope of
    /// that kind lets in and which then shows only what is covered.</param>
    public bool Covers(Permission permission, ReadOnlySpan<char> path, bool wholeKind)
    {
        if ((Kind != "*" && permission.Kind != "*" && Kind != permission.Kind) || Level < permission.Level)
            return false;
        if (wholeKind)
            return true;
        int index = 0;
        while (true)
        {
            if (index == _path.Length)
                return false;
            if (_path[index] == "**")
                return true;
            int slash = path.IndexOf('/');
            var segment = slash < 0 ? path : path[..slash];
            if (_path[index] != "*" && !segment.SequenceEqual(_path[index]))
                return false;
            index++;
            if (slash < 0)
                return index == _path.Length;
            path = path[(slash + 1)..];
        }
    }
}
