using System.Diagnostics;
using System.Text.Json;
using Cairn.Core;
using Cairn.Core.Documents;

namespace Cairn.Server.Http;

/// <summary>Refusals as RFC 9457 problem documents: the one place where a kind of refusal becomes a status.</summary>
internal static class Problems
{
    public const string MediaType = "application/problem+json";

    public static Task WriteAsync(HttpContext http, Problem problem)
    {
        var (status, type, title) = problem.Kind switch
        {
            ProblemKind.Invalid => (400, "invalid", "The request is not acceptable"),
            ProblemKind.Denied => (403, "denied", "Not allowed"),
            ProblemKind.Protected => (403, "environment-protected", "The environment is protected"),
            ProblemKind.NotFound => (404, "not-found", "Not found"),
            ProblemKind.Conflict => (409, "conflict", "Conflict"),
            ProblemKind.Gone => (410, "gone", "No longer kept"),
            ProblemKind.PreconditionFailed => (412, "precondition-failed", "Written meanwhile"),
            ProblemKind.NotAcceptable => (406, "not-acceptable", "Not a format given here"),
            ProblemKind.TooLarge => (413, "too-large", "Too large"),
            ProblemKind.UnsupportedFormat => (415, "unsupported-format", "Not a format spoken here"),
            ProblemKind.Unprocessable => (422, "unprocessable", "The result would not be valid"),
            ProblemKind.TooMany => (429, "rate-limited", "Too many requests"),
            ProblemKind.Damaged => (500, "record-damaged", "A record is not as it was written"),
            ProblemKind.Unavailable => (503, "unavailable", "The store is not available"),
            _ => throw new UnreachableException($"{problem.Kind}"),
        };
        if (status is 429 or 503)
            http.Response.Headers.RetryAfter = "2";
        return WriteAsync(http, status, type, title, problem.Detail, problem.Errors);
    }

    /// <summary>Answers with a problem, unless the answer has begun already.</summary>
    public static async Task WriteAsync(
        HttpContext http,
        int status,
        string type,
        string title,
        string detail,
        IReadOnlyList<ProblemError>? errors = null
    )
    {
        if (http.Response.HasStarted)
            return;
        http.Response.StatusCode = status;
        http.Response.ContentType = MediaType;
        byte[] body = JsonText.Write(writer =>
            Write(writer, status, type, title, detail, errors ?? [], CorrelationId(http))
        );
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static void Write(
        Utf8JsonWriter writer,
        int status,
        string type,
        string title,
        string detail,
        IReadOnlyList<ProblemError> errors,
        string traceId
    )
    {
        writer.WriteStartObject();
        writer.WriteString("type", "urn:cairn:problem:" + type);
        writer.WriteString("title", title);
        writer.WriteNumber("status", status);
        writer.WriteString("detail", detail);
        writer.WriteStartArray("errors");
        foreach (var error in errors)
        {
            writer.WriteStartObject();
            writer.WriteString("pointer", error.Pointer);
            writer.WriteString("message", error.Message);
            if (error.Environment is not null)
                writer.WriteString("environment", error.Environment);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("trace_id", traceId);
        writer.WriteEndObject();
    }

    private static string CorrelationId(HttpContext http) =>
        http.Features.Get<CairnRequest>()?.Origin.CorrelationId
        ?? Activity.Current?.TraceId.ToString()
        ?? http.TraceIdentifier;
}
