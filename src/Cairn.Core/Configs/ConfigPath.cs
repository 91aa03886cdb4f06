using System.Buffers;

namespace Cairn.Core.Configs;

/// <summary>What a config's path may look like: 1 to 16 segments joined by slashes, the first being the project.</summary>
public static class ConfigPath
{
    /// <summary>How long a path may be, in characters.</summary>
    public const int MaxLength = 512;

    private const int MaxSegments = 16;
    private const int MaxSegmentLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@+~");

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
            var segment = path.AsSpan()[range];
            if (++segments > MaxSegments)
                return $"it has at most {MaxSegments} segments";
            if (segment.Length is 0 or > MaxSegmentLength)
                return $"each segment between slashes has 1 to {MaxSegmentLength} characters";
            if (segment is "." or "..")
                return "'.' and '..' are not segments";
            if (segment.ContainsAnyExcept(Allowed))
                return "segments are made of letters, digits and . _ - @ + ~";
        }

        return null;
    }

    private static string Shorten(string path) => path.Length <= 80 ? path : path[..80] + "…";
}
