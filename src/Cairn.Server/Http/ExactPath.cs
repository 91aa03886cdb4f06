using Microsoft.AspNetCore.Routing.Patterns;

namespace Cairn.Server.Http;

/// <summary>The fixed segments of a route. Routing finds <c>/API/v1/Configs</c>, too; a path has one form here, so that
/// what stands in front of Cairn can go by it.</summary>
internal sealed class ExactPath
{
    private readonly string _start;
    private readonly (int Index, string Text)[] _later;

    public ExactPath(RoutePattern pattern)
    {
        var segments = pattern
            .PathSegments.Select(
                (segment, index) =>
                    (
                        Index: index,
                        Text: segment is { IsSimple: true, Parts: [RoutePatternLiteralPart literal] }
                            ? literal.Content
                            : null
                    )
            )
            .ToList();
        int fixedSegments = segments.TakeWhile(segment => segment.Text is not null).Count();
        _start = string.Concat(segments.Take(fixedSegments).Select(segment => "/" + segment.Text));
        _later =
        [
            .. segments
                .Skip(fixedSegments)
                .Where(segment => segment.Text is not null)
                .Select(segment => (segment.Index, segment.Text!)),
        ];
    }

    /// <summary>Whether a path that the route was found for is written as the route is.</summary>
    public bool Matches(PathString path)
    {
        string text = path.Value ?? "";
        if (!text.StartsWith(_start, StringComparison.Ordinal))
            return false;
        if (_later.Length == 0)
            return true;
        string[] segments = text.Split('/');
        return _later.All(later => segments.Length > later.Index + 1 && segments[later.Index + 1] == later.Text);
    }
}
