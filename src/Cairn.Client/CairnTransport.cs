using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Cairn.Client;

/// <summary>Sends requests with contracts and reads the contracts that come back.</summary>
internal sealed class CairnTransport(HttpClient http)
{
    // Of what answers, no more than this is taken in.
    private const long LargestAnswer = 256 << 20;

    /// <exception cref="CairnException">It was refused.</exception>
    public async Task<T> GetAsync<T>(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, ct);
        return await ReadAsync<T>(response, ct);
    }

    /// <exception cref="CairnException">It was refused.</exception>
    public Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method,
        string path,
        TBody body,
        WriteOptions? options,
        CancellationToken ct
    ) =>
        SendAsync<TAnswer>(
            method,
            path,
            JsonSerializer.SerializeToUtf8Bytes(body, CairnJson.Of<TBody>()),
            "application/json",
            options,
            ct
        );

    /// <exception cref="CairnException">It was refused.</exception>
    public async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method,
        string path,
        byte[]? body,
        string mediaType,
        WriteOptions? options,
        CancellationToken ct
    )
    {
        using var request = Request(method, path, options);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        using var response = await SendAsync(request, ct);
        return await ReadAsync<TAnswer>(response, ct);
    }

    /// <summary>Sends a request whose answer has nothing to say beside its status.</summary>
    /// <exception cref="CairnException">It was refused.</exception>
    public async Task SendAsync(HttpMethod method, string path, WriteOptions? options, CancellationToken ct)
    {
        using var request = Request(method, path, options);
        using var response = await SendAsync(request, ct);
    }

    /// <summary>Sends a request and takes in its answer; the caller disposes of both.</summary>
    /// <exception cref="CairnException">It was refused.</exception>
    /// <exception cref="HttpRequestException">Nothing answers, or with more than 256 MiB.</exception>
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
        try
        {
            if (!response.IsSuccessStatusCode && response.StatusCode != expected)
                throw await CairnException.FromAsync(response, ct);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, ct);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
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

    private static HttpRequestMessage Request(HttpMethod method, string path, WriteOptions? options)
    {
        var request = new HttpRequestMessage(method, path);
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
