namespace Cairn.Core.Configs;

/// <summary>What a config's path may look like: 1 to 16 segments joined by slashes, the first being the
/// project.</summary>
public static class ConfigPath
{
    /// <summary>How long a path may be, in characters.</summary>
    public const int MaxLength = 512;

    private const int MaxSegments = 16;

    /// <summary>Refuses what is no path.</summary>
    /// <exception cref="ProblemException">It is not; the message says why.</exception>
    public static string Check(string path)
    {
        if (Fault(path) is { } fault)
            throw new ProblemException(ProblemKind.Invalid, $"'{Shorten(path)}' is not a config's path: {fault}.");
        return path;
    }

    /// <summary>The first segment.</summary>
    public static string Project(string path) => path.IndexOf('/') is var slash && slash < 0 ? path : path[..slash];

    private static string? Fault(string path)
    {
        if (path.Length is 0 or > MaxLength)
            return $"it has 1 to {MaxLength} characters";
        int segments = 0;
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (++segments > MaxSegments)
                return $"it has at most {MaxSegments} segments";
            if (PathSegment.Fault(path.AsSpan()[range]) is { } fault)
                return fault;
        }

        return null;
    }

    private static string Shorten(string path) => path.Length <= 80 ? path : path[..80] + "…";
}
