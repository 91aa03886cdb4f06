using Cairn.Client;

namespace Cairn.Cli.Client;

/// <summary>Cairn refused a request: its problem document (RFC 9457). Or what answers is no Cairn.</summary>
internal sealed class ApiException(int status, string message, IReadOnlyList<(string Pointer, string Message)> errors)
    : Exception(message)
{
    public int Status { get; } = status;

    public IReadOnlyList<(string Pointer, string Message)> Errors { get; } = errors;

    /// <summary>When the server would like to be asked again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether Cairn said so, not something else at its address.</summary>
    public bool IsOfCairn { get; init; } = true;

    /// <summary>Whether the same request may succeed a little later. Proxies in front say the last three of a node that
    /// is away.</summary>
    public bool IsPassing => Status is 429 or 502 or 503 or 504;

    /// <summary>Whether Cairn says that there is no such thing; what else answers cannot know.</summary>
    public bool IsNotFound => IsOfCairn && Status == 404;

    /// <summary>Something answers, but it is not a Cairn.</summary>
    /// <param name="what">What it answers with.</param>
    /// <param name="address">Where; null where that is not known.</param>
    /// <param name="status">The answer's status.</param>
    public static ApiException Foreign(string what, Uri? address = null, int status = 200) =>
        new(
            status,
            $"{address?.ToString() ?? "The server"} answers with {what}, not as Cairn does. Is the address right?",
            []
        )
        {
            IsOfCairn = false,
        };

    /// <summary>What an answer that is no success says.</summary>
    public static async Task<ApiException> FromAsync(
        HttpResponseMessage response,
        Uri address,
        Profile profile,
        CancellationToken ct
    )
    {
        var refusal = await CairnException.FromAsync(response, ct);
        if (!refusal.IsOfCairn)
        {
            string where = response.Headers.Location is { } location ? $", which leads to {location}" : "";
            return Foreign($"{refusal.Status} and {TypeOf(response)}{where}", address, refusal.Status);
        }

        return new ApiException(
            refusal.Status,
            refusal.Status == 401 ? Unauthenticated(refusal.Message, profile) : refusal.Message,
            [.. refusal.Errors.Select(Error)]
        )
        {
            RetryAfter = refusal.RetryAfter,
        };
    }

    /// <summary>What kind of body an answer has, for people.</summary>
    public static string TypeOf(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType ?? "nothing";

    private static string Unauthenticated(string detail, Profile profile) =>
        profile.KeySource is { } source
            ? $"{profile.Url} does not accept the key of {source}: it is wrong, revoked or expired, or not for "
                + "this address of yours. "
                + $"{(source == Profiles.KeyVariable ? "Set another" : $"Log in again with: cairn login --url {profile.Url}")}"
            : $"There is no key for {profile.Url}. Log in with: cairn login --url {profile.Url}, or set "
                + $"{Profiles.KeyVariable}. ({detail})";

    private static (string, string) Error(CairnError error) =>
        (error.Environment is { } environment ? $"[{environment}] {error.Pointer}" : error.Pointer, error.Message);
}
