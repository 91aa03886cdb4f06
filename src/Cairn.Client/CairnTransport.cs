using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Cairn.Client;

/// <summary>Sends requests with contracts and reads the contracts that come back.</summary>
internal sealed class CairnTransport(HttpClient http)
{
    /// <exception cref="CairnException">It was refused.</exception>
    public async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), ct);
        return await ReadAsync<T>(response, ct);
    }

    /// <exception cref="CairnException">It was refused.</exception>
    public async Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method,
        string path,
        TBody body,
        WriteOptions? options,
        CancellationToken ct
    )
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, CairnJson.Of<TBody>()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await SendAsync(Request(method, path, content, options), ct);
        return await ReadAsync<TAnswer>(response, ct);
    }

    /// <exception cref="CairnException">It was refused.</exception>
    public async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method,
        string path,
        HttpContent? content,
        WriteOptions? options,
        CancellationToken ct
    )
    {
        using var response = await SendAsync(Request(method, path, content, options), ct);
        return await ReadAsync<TAnswer>(response, ct);
    }

    /// <summary>Sends a request whose answer has nothing to say beside its status.</summary>
    /// <exception cref="CairnException">It was refused.</exception>
    public async Task SendAsync(HttpMethod method, string path, WriteOptions? options, CancellationToken ct)
    {
        using var response = await SendAsync(Request(method, path, null, options), ct);
    }

    /// <summary>Sends a request and leaves its answer to be read; the caller disposes of it.</summary>
    /// <exception cref="CairnException">It was refused.</exception>
    /// <param name="request">The request.</param>
    /// <param name="ct">Ends the asking.</param>
    /// <param name="expected">What is an answer, too, beside success.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken ct,
        HttpStatusCode? expected = null
    )
    {
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.IsSuccessStatusCode || response.StatusCode == expected)
            return response;
        using (response)
            throw await CairnException.FromAsync(response, ct);
    }

    /// <summary>The items of a list, page after page.</summary>
    /// <exception cref="CairnException">It was refused.</exception>
    public async IAsyncEnumerable<T> ListAsync<T>(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        do
        {
            string next = cursor is null
                ? path
                : $"{path}{(path.Contains('?') ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}";
            var page = await GetAsync<Page<T>>(next, ct);
            foreach (var item in page.Items)
                yield return item;
            cursor = page.NextCursor;
        } while (cursor is not null);
    }

    private static HttpRequestMessage Request(
        HttpMethod method,
        string path,
        HttpContent? content,
        WriteOptions? options
    )
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (options?.IfMatch is { } tag)
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        if (options?.IfAbsent == true)
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        if (options?.Message is { } message)
            request.Headers.TryAddWithoutValidation("Cairn-Message", Uri.EscapeDataString(message));
        if (options?.IdempotencyKey is { } key)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return request;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, CairnJson.Of<T>(), ct)
                ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new CairnException((int)response.StatusCode, "It answers with something else than Cairn does.");
        }
    }
}

/// <summary>On what conditions something is written, and why.</summary>
public sealed record WriteOptions
{
    /// <summary>Only if it is at this entity tag, as an answer had it.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Only if it is not there yet.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>Why; up to 1000 characters. Kept with the version.</summary>
    public string? Message { get; init; }

    /// <summary>Where it is a POST: the same request with the same key takes effect once in 24 hours. Up to 255
    /// characters.</summary>
    public string? IdempotencyKey { get; init; }
}
