using System.Globalization;
using Cairn.Core;
using Cairn.Core.Changes;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Cairn.Server.Http;

/// <summary>The conditions of RFC 9110, section 13: <c>If-Match</c> and <c>If-None-Match</c> with lists, weak tags and
/// <c>*</c>.</summary>
internal static class EntityTags
{
    /// <summary>The quoted tag of a version.</summary>
    public static string Of<TState>(Versioned<TState> version)
        where TState : class => string.Create(CultureInfo.InvariantCulture, $"\"{version.Version}-{version.Mark}\"");

    /// <summary>Refuses conditions on a write that would not look at them.</summary>
    /// <exception cref="ProblemException">There is one.</exception>
    public static void Check(HttpRequest request, EndpointRule rule)
    {
        if (
            rule.Conditional
            || rule.Parameters is null
            || HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
        )
        {
            return;
        }

        foreach (string name in new[] { "If-Match", "If-None-Match" })
        {
            if (request.Headers.ContainsKey(name))
            {
                throw new ProblemException(
                    ProblemKind.Invalid,
                    $"{name} is not honoured here, and is not ignored: send the request without it."
                );
            }
        }
    }

    /// <summary>Whether a read ends with its conditions: 304 when the caller has the answer already, 412 when it wants
    /// another one. Otherwise nothing is answered yet.</summary>
    /// <param name="http">The request.</param>
    /// <param name="etag">The quoted tag of what would be answered.</param>
    /// <exception cref="ProblemException">A header is no list of tags, or another answer is wanted.</exception>
    public static bool EndsRead(HttpContext http, string etag)
    {
        var headers = http.Request.Headers;
        if (
            headers.IfMatch.Count > 0
            && !Read(headers.IfMatch, "If-Match")
                .Any(tag => tag == EntityTagHeaderValue.Any || (!tag.IsWeak && Names(tag.Tag, etag)))
        )
        {
            throw new ProblemException(
                ProblemKind.PreconditionFailed,
                $"This is {etag}, which If-Match does not name."
            );
        }

        if (!IsKnown(headers.IfNoneMatch, etag))
            return false;
        http.Response.StatusCode = 304;
        return true;
    }

    /// <summary>Whether <c>If-None-Match</c> names a tag. Weak and strong tags are alike here.</summary>
    /// <exception cref="ProblemException">It is no list of tags.</exception>
    public static bool IsKnown(StringValues header, string etag) =>
        header.Count switch
        {
            0 => false,
            1 when header[0] == etag => true, // nearly every one
            _ => Read(header, "If-None-Match").Any(tag => tag == EntityTagHeaderValue.Any || Names(tag.Tag, etag)),
        };

    /// <summary>What a write's conditions say of the resource's version; null when there are none.</summary>
    /// <exception cref="ProblemException">A header is no list of tags.</exception>
    public static VersionCondition? Condition(HttpRequest request)
    {
        var (ifMatch, ifNoneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        if (ifMatch.Count == 0 && ifNoneMatch.Count == 0)
            return null;
        var condition = new VersionCondition();
        if (ifMatch.Count > 0)
        {
            var tags = Read(ifMatch, "If-Match");
            condition = tags.Contains(EntityTagHeaderValue.Any)
                ? condition with
                {
                    Exists = true,
                }
                // Compared strongly: a weak tag never matches.
                : condition with
                {
                    OneOf = [.. tags.Where(tag => !tag.IsWeak).Select(VersionOf).OfType<VersionTag>()],
                };
        }

        if (ifNoneMatch.Count > 0)
        {
            var tags = Read(ifNoneMatch, "If-None-Match");
            condition =
                !tags.Contains(EntityTagHeaderValue.Any)
                    ? condition with
                    {
                        NoneOf = [.. tags.Select(VersionOf).OfType<VersionTag>()],
                    }
                : condition.Exists is true ? condition with { OneOf = [] } // both at once never hold
                : condition with { Exists = false };
        }

        return condition;
    }

    private static IList<EntityTagHeaderValue> Read(StringValues header, string name) =>
        EntityTagHeaderValue.TryParseStrictList([.. header.OfType<string>()], out var tags)
        && tags.Count > 0
        && !(tags.Count > 1 && tags.Contains(EntityTagHeaderValue.Any))
            ? tags
            : throw new ProblemException(
                ProblemKind.Invalid,
                $"{name}: {Shown(header)} is not acceptable: it should be tags in quotes, separated by commas, "
                    + "such as \"12\", or *."
            );

    private static string Shown(StringValues header)
    {
        string text = header.ToString();
        return text.Length == 0 ? "(nothing)"
            : text.Length > 60 ? text[..60] + "…"
            : text;
    }

    // A tag in full, or the bare number of a version whose answer nothing else changes.
    private static bool Names(StringSegment known, string etag) =>
        known.Equals(etag, StringComparison.Ordinal)
        || (
            etag.AsSpan().Count('-') == 1
            && !etag.Contains('.')
            && etag.AsSpan(0, etag.IndexOf('-')).SequenceEqual(known.AsSpan()[..^1])
        );

    // The number in front, and the mark behind it; behind that there may be what tells answers for one version apart.
    // Others are no versions.
    private static VersionTag? VersionOf(EntityTagHeaderValue tag)
    {
        var text = tag.Tag.AsSpan().Trim('"');
        int end = text.IndexOfAnyExceptInRange('0', '9');
        var digits =
            end < 0 ? text
            : text[end] is '-' or '.' ? text[..end]
            : [];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long version))
            return null;
        var rest = text[digits.Length..];
        if (rest is not ['-', ..])
            return new VersionTag(version);
        int markEnd = rest[1..].IndexOfAny('-', '.');
        return new VersionTag(version, (markEnd < 0 ? rest[1..] : rest.Slice(1, markEnd)).ToString());
    }
}
