namespace Cairn.Core.Access;

/// <summary>A permission on some resources, in some environments.</summary>
/// <param name="Kind">Of resource, or <c>*</c> for any.</param>
/// <param name="Level">The highest.</param>
/// <param name="Path">Which resources.</param>
/// <param name="Environments">When not empty, only these environments, and not the base that all of them share.</param>
public sealed record Grant(string Kind, PermissionLevel Level, PathPattern Path, IReadOnlyList<string> Environments)
{
    /// <summary>A level on all resources, everywhere.</summary>
    public static Grant Everything(PermissionLevel level) => new("*", level, PathPattern.All, []);

    /// <summary>Whether it is about all resources of all kinds.</summary>
    public bool IsOnAll => Kind == "*" && Path.IsAll;

    /// <summary>Kind, level and path as a scope is written: <c>configs:write:payments/**</c>.</summary>
    public string Scope => $"{Kind}:{Permission.Name(Level)}:{Path}";

    /// <summary>Whether kind and level suffice, wherever the resource is. A need of any kind (<c>*</c>) is met by
    /// each.</summary>
    public bool Reaches(Permission needed) =>
        Level >= needed.Level && (Kind == "*" || needed.Kind == "*" || Kind == needed.Kind);
}

/// <summary>Paths of resources: in it <c>*</c> stands for one segment, and a final <c>**</c> for any number of
/// them.</summary>
public readonly struct PathPattern
{
    private readonly string[] _segments;

    private PathPattern(string[] segments) => _segments = segments;

    /// <summary>All paths.</summary>
    public static PathPattern All { get; } = new(["**"]);

    /// <summary>Whether it is for all paths.</summary>
    public bool IsAll => _segments is ["**"];

    /// <summary>Its segments, in which <c>**</c> comes last if at all.</summary>
    public ReadOnlySpan<string> Segments => _segments;

    /// <summary>Reads a pattern; null when <c>**</c> does not come last.</summary>
    public static PathPattern? TryParse(string text)
    {
        string[] segments = text.Split('/');
        return segments[..^1].Contains("**") ? null : new PathPattern(segments);
    }

    /// <summary>Whether a path fits.</summary>
    public bool Matches(ReadOnlySpan<char> path)
    {
        for (int index = 0; index < _segments.Length; index++)
        {
            if (_segments[index] == "**")
                return true;
            int slash = path.IndexOf('/');
            var segment = slash < 0 ? path : path[..slash];
            if (_segments[index] != "*" && !segment.SequenceEqual(_segments[index]))
                return false;
            if (slash < 0)
                return index == _segments.Length - 1;
            path = path[(slash + 1)..];
        }

        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', _segments);
}
