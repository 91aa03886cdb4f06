using System.Text.Json;

namespace Cairn.Cli.Client;

/// <summary>Cairn refused a request: its problem document (RFC 9457).</summary>
internal sealed class ApiException(int status, string message, IReadOnlyList<(string Pointer, string Message)> errors) : Exception(message)
{
    public int Status { get; } = status;

    public IReadOnlyList<(string Pointer, string Message)> Errors { get; } = errors;

    /// <summary>When the server would like to be asked again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether the same request may succeed a little later.</summary>
    public bool IsPassing => Status is 429 or 503;

    public static async Task<ApiException> FromAsync(HttpResponseMessage response, CancellationToken ct)
    {
        string text = await response.Content.ReadAsStringAsync(ct);
        int status = (int)response.StatusCode;
        try
        {
            var problem = JsonDocument.Parse(text).RootElement;
            var errors = problem.TryGetProperty("errors", out var list)
                ? list.EnumerateArray().Select(error => (Place(error), error.GetProperty("message").GetString()!)).ToList()
                : [];
            return new ApiException(status, problem.GetProperty("detail").GetString()!, errors) { RetryAfter = response.Headers.RetryAfter?.Delta };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new ApiException(status, $"The server answered {status} {response.ReasonPhrase}, and not as Cairn does. Is the address right?", []);
        }
    }

    private static string Place(JsonElement error)
    {
        string pointer = error.GetProperty("pointer").GetString()!;
        return error.TryGetProperty("environment", out var environment) ? $"[{environment.GetString()}] {pointer}" : pointer;
    }
}
