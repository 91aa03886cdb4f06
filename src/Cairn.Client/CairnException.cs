using System.Text.Json;

namespace Cairn.Client;

/// <summary>Cairn refused a request, or what answered is no Cairn.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What, where, and what would be right.</param>
public sealed class CairnException(int status, string message) : Exception(message)
{
    private const string TypePrefix = "urn:cairn:problem:";
    private const int LargestProblem = 16 << 20;

    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The kind of refusal, such as <c>precondition-failed</c>; null when what answered is no Cairn.</summary>
    public string? Type { get; private init; }

    /// <summary>The single faults, when there are several or they have a place.</summary>
    public IReadOnlyList<CairnError> Errors { get; private init; } = [];

    /// <summary>What finds the request in the server's log; null when what answered is no Cairn.</summary>
    public string? TraceId { get; private init; }

    /// <summary>When the server would like to be asked again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether Cairn said so, not something else at its address.</summary>
    public bool IsOfCairn => Type is not null;

    /// <summary>Whether the same request may succeed a little later. Proxies in front say the last three of a node that
    /// is away.</summary>
    public bool IsPassing => Status is 429 or 502 or 503 or 504;

    /// <summary>Reads the problem document (RFC 9457) of an answer that is no success.</summary>
    /// <param name="response">The answer; at most 16 MiB of it are read.</param>
    /// <param name="ct">Ends the reading.</param>
    public static async Task<CairnException> FromAsync(HttpResponseMessage response, CancellationToken ct)
    {
        int status = (int)response.StatusCode;
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestProblem, ct);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
            var problem = document.RootElement;
            string? type = problem.GetProperty("type").GetString();
            if (type?.StartsWith(TypePrefix, StringComparison.Ordinal) == true)
            {
                return new CairnException(status, problem.GetProperty("detail").GetString()!)
                {
                    Type = type[TypePrefix.Length..],
                    Errors = [.. problem.GetProperty("errors").EnumerateArray().Select(CairnError.Read)],
                    TraceId = problem.GetProperty("trace_id").GetString(),
                    RetryAfter = response.Headers.RetryAfter?.Delta,
                };
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Whatever it is, it is not what Cairn refuses with.
        }

        string kind = response.Content.Headers.ContentType?.MediaType ?? "nothing";
        string where = response.Headers.Location is { } location ? $", which leads to {location}" : "";
        return new CairnException(status, $"It answers with {status} and {kind}{where}, not as Cairn does.");
    }
}

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="Pointer">A JSON Pointer (RFC 6901) into the request or the document; empty for the whole.</param>
/// <param name="Message">What is wrong and what would be right.</param>
/// <param name="Environment">The environment in whose rendered result it is wrong; null for everywhere.</param>
public sealed record CairnError(string Pointer, string Message, string? Environment)
{
    internal static CairnError Read(JsonElement error) =>
        new(
            error.GetProperty("pointer").GetString()!,
            error.GetProperty("message").GetString()!,
            error.TryGetProperty("environment", out var environment) ? environment.GetString() : null
        );
}
