using System.Buffers;

namespace Cairn.Core;

/// <summary>What stands between the slashes of a config's path; the first is the project.</summary>
public static class PathSegment
{
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@+~"
    );

    /// <summary>Why a text is no segment, as half a sentence; null when it is one.</summary>
    public static string? Fault(ReadOnlySpan<char> segment) =>
        segment.Length is 0 or > MaxLength ? $"each segment between slashes has 1 to {MaxLength} characters"
        : segment is "." or ".." ? "'.' and '..' are not segments"
        : segment.ContainsAnyExcept(Allowed) ? "segments are made of letters, digits and . _ - @ + ~"
        : null;
}
