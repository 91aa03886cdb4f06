using System.Text.Json;

namespace Cairn.Cli.Client;

/// <summary>Cairn refused a request: its problem document (RFC 9457).</summary>
internal sealed class ApiException(int status, string message, IReadOnlyList<(string Pointer, string Message)> errors) : Exception(message)
{
    public int Status { get; } = status;

    public IReadOnlyList<(string Pointer, string Message)> Errors { get; } = errors;

    /// <summary>When the server would like to be asked again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether Cairn said so, not something else at its address.</summary>
    public bool IsOfCairn { get; init; } = true;

    /// <summary>Whether the same request may succeed a little later. Proxies in front say the last three of a node that is away.</summary>
    public bool IsPassing => Status is 429 or 502 or 503 or 504;

    public static async Task<ApiException> FromAsync(HttpResponseMessage response, ApiClient api, Profile profile, CancellationToken ct)
    {
        string text = await response.Content.ReadAsStringAsync(ct);
        int status = (int)response.StatusCode;
        try
        {
            var problem = JsonDocument.Parse(text).RootElement;
            var errors = problem.TryGetProperty("errors", out var list)
                ? list.EnumerateArray().Select(error => (Place(error), error.GetProperty("message").GetString()!)).ToList()
                : [];
            string detail = problem.GetProperty("detail").GetString()!;
            return new ApiException(status, status == 401 ? Unauthenticated(detail, profile) : detail, errors) { RetryAfter = response.Headers.RetryAfter?.Delta };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return api.NotCairn(response);
        }
    }

    private static string Unauthenticated(string detail, Profile profile) => profile.KeySource is { } source
        ? $"{profile.Url} does not accept the key of {source}: it is wrong, revoked or expired, or not for this address of yours. {(source == "CAIRN_KEY" ? "Set another" : "Log in again with: cairn login")}"
        : $"There is no key for {profile.Url}. Log in with: cairn login --url {profile.Url}, or set CAIRN_KEY. ({detail})";

    private static string Place(JsonElement error)
    {
        string pointer = error.GetProperty("pointer").GetString()!;
        return error.TryGetProperty("environment", out var environment) ? $"[{environment.GetString()}] {pointer}" : pointer;
    }
}
