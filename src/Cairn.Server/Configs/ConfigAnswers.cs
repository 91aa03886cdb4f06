using Cairn.Core;
using Cairn.Core.Configs;
using Cairn.Core.Documents;
using Cairn.Server.Http;
using Cairn.Storage.Catalogs;
using Microsoft.Net.Http.Headers;

namespace Cairn.Server.Configs;

/// <summary>How a config is told over HTTP: entity tags, versions and formats.</summary>
internal static class ConfigAnswers
{
    /// <summary>Answers with a document, or 304 when the caller has it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="config">The document.</param>
    /// <param name="format">How to write it.</param>
    public static Task WriteAsync(HttpContext http, RenderedConfig config, DocumentFormat format)
    {
        var headers = http.Response.Headers;
        string etag = TagOf(config, format);
        headers.ETag = etag;
        headers["Cairn-Version"] = config.VersionText;
        headers["Cairn-Revision"] = config.RevisionText;
        if (EntityTags.EndsRead(http, etag))
            return Task.CompletedTask;

        byte[] body = format == DocumentFormat.Json ? config.Body : format.Write(config.Body);
        http.Response.ContentType =
            format == DocumentFormat.Json ? "application/json" : format.MediaType + "; charset=utf-8";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, 0, body.Length, http.RequestAborted);
    }

    /// <summary>The format asked for: <c>?format=</c>, else what <c>Accept</c> wants most.</summary>
    public static DocumentFormat FormatOf(HttpContext http)
    {
        if (http.Request.QueryString.HasValue && Query.Text(http.Request, "format") is { } name)
            return DocumentFormat.ByName(name);
        return Accepted(http);
    }

    /// <summary>The format that <c>Accept</c> wants most, JSON where it does not matter.</summary>
    /// <exception cref="ProblemException">It wants none of them.</exception>
    public static DocumentFormat Accepted(HttpContext http)
    {
        var accept = http.Request.Headers.Accept;
        if (accept.Count == 0 || (accept.Count == 1 && accept[0] is "" or "*/*" or "application/json"))
            return DocumentFormat.Json;
        if (!MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var ranges))
            return DocumentFormat.Json;
        var refused = ranges
            .Where(range => range.Quality == 0)
            .Select(range => DocumentFormat.ByMediaType(range.MediaType))
            .ToHashSet();
        foreach (var range in ranges.Where(range => range.Quality != 0).OrderByDescending(range => range.Quality ?? 1))
        {
            var format =
                range.MatchesAllTypes || range is { MatchesAllSubTypes: true, Type.Value: "application" }
                    ? DocumentFormat.All.FirstOrDefault(candidate => !refused.Contains(candidate))
                    : DocumentFormat.ByMediaType(range.MediaType);
            if (format is not null)
                return format;
        }

        throw new ProblemException(
            ProblemKind.NotAcceptable,
            "A document can be given as "
                + $"{string.Join(", ", DocumentFormat.All.Select(format => format.MediaType))}; Accept names none of "
                + "these."
        );
    }

    /// <summary>The tag of a document in a format: each is a representation of its own.</summary>
    public static string TagOf(RenderedConfig config, DocumentFormat format) =>
        format == DocumentFormat.Json
            ? config.ETag
            : $"{config.ETag.AsSpan(0, config.ETag.Length - 1)}.{format.Name}\"";

    /// <summary>The format of the body: <c>?format=</c>, else <c>Content-Type</c>, else JSON.</summary>
    public static DocumentFormat BodyFormat(HttpContext http)
    {
        if (Query.Text(http.Request, "format") is { } name)
            return DocumentFormat.ByName(name);
        string type = (http.Request.ContentType ?? "").Split(';')[0].Trim();
        // curl -d says this of whatever it sends.
        if (type is "" or "application/x-www-form-urlencoded" or "application/octet-stream")
            return DocumentFormat.Json;
        return DocumentFormat.ByMediaType(type)
            ?? throw new ProblemException(
                ProblemKind.UnsupportedFormat,
                $"'{type}' is not a format spoken here: "
                    + $"{string.Join(", ", DocumentFormat.All.Select(format => format.MediaType))}."
            );
    }

    /// <summary>Says whether there never was such a config, it is deleted, the version is none, or the environment has
    /// nothing of it.</summary>
    /// <param name="configs">Where it was looked for.</param>
    /// <param name="snapshot">The state it was looked for in.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="version">The version asked for; null for the newest.</param>
    /// <param name="raw">Whether it was asked for as written.</param>
    public static ProblemException NotFound(
        ConfigService configs,
        CatalogSnapshot snapshot,
        CairnRequest request,
        long? version = null,
        bool raw = false
    )
    {
        var head = configs.Head(snapshot, request.Path);
        return new ProblemException(
            ProblemKind.NotFound,
            head is null ? $"There is no config '{request.Path}'."
                : version > head.Version
                    ? $"The config '{request.Path}' has no version {version}; the newest is {head.Version}."
                : version is not null
                    ? $"Version {version} of the config '{request.Path}' "
                        + $"{(request.Environment is { } old ? $"has nothing for '{old}'" : "has no base document")}, "
                        + $"or is not kept any more; the newest is {head.Version}."
                : head.State is not { } state ? $"The config '{request.Path}' was deleted in version {head.Version}."
                : request.Environment is { } environment
                    ? raw && state.Merge(environment) is not null
                            ? $"The config '{request.Path}' has no overlay for '{environment}', which serves its base."
                        : $"'{environment}' serves nothing of the config '{request.Path}'."
                : state.Overlays.Count == 0 ? $"The config '{request.Path}' has no base document."
                : $"The config '{request.Path}' has no base document, only overlays for "
                    + $"{string.Join(", ", state.Overlays.Keys)}."
        );
    }
}
