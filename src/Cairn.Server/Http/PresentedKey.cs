using Cairn.Core.Keys;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Cairn.Server.Http;

/// <summary>The API key that a request presents, and its hash.</summary>
/// <param name="header">The value of the header it came in.</param>
/// <param name="start">Where in that it begins.</param>
internal sealed class PresentedKey(string header, int start)
{
    private const string Scheme = "Bearer ";
    private static readonly object Place = new();

    /// <summary>What was presented.</summary>
    public ReadOnlySpan<char> Text => header.AsSpan(start);

    /// <summary>SHA-256 of it.</summary>
    public KeyHash Hash { get; } = ApiKeyText.Hash(header.AsSpan(start));

    /// <summary>The key of <c>X-API-Key</c>, or of <c>Authorization: Bearer</c>; null when there is none.</summary>
    public static PresentedKey? Of(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (headers.TryGetValue("X-API-Key", out var key) && key is [{ Length: > 0 } given])
            return Find(http, given, 0);
        string? authorization = headers.Authorization;
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        int start = Scheme.Length + authorization.AsSpan(Scheme.Length).IndexOfAnyExcept(' ');
        return start >= Scheme.Length ? Find(http, authorization, start) : null;
    }

    /// <summary>Lets the requests of a connection share what they present.</summary>
    public static void Prepare(ConnectionContext connection) => connection.Items[Place] = new Last();

    // A connection presents the same key again and again: its hash, which costs more than the rest of its check, is
    // made once.
    private static PresentedKey Find(HttpContext http, string header, int start)
    {
        if (
            http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Place, out object? item) != true
            || item is not Last last
        )
        {
            return new PresentedKey(header, start);
        }

        if (last.Key is { } known && known.IsOf(header, start))
            return known;
        return last.Key = new PresentedKey(header, start);
    }

    private bool IsOf(string other, int otherStart) => start == otherStart && header == other;

    /// <summary>What a connection presented last. Requests that share a connection at once may overwrite each
    /// other's.</summary>
    private sealed class Last
    {
        private volatile PresentedKey? _key;

        public PresentedKey? Key
        {
            get => _key;
            set => _key = value;
        }
    }
}
