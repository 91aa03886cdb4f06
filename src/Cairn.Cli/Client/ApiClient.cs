using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Client;

/// <summary>Asks a Cairn over its HTTP API.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromSeconds(30);

    private const int LargeBody = 512 * 1024;

    private readonly HttpClient _http;
    private bool _toldOfStaleness;

    private readonly Profile _profile;

    public ApiClient(Profile profile)
    {
        _profile = profile;
        if (!Uri.TryCreate(profile.Url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"'{profile.Url}' is not an address such as https://cairn.example.com.");
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            SslOptions = TlsSettings.Of(profile),
            Expect100ContinueTimeout = TimeSpan.FromSeconds(2),
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (profile.Key is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", profile.Key);
    }

    /// <summary>How long one request may take; watches excepted.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the server has answered anything yet: an address that never did may be wrong.</summary>
    public bool HasAnswered { get; private set; }

    public Uri Address => _http.BaseAddress!;

    /// <summary>Whether it sends a key along.</summary>
    public bool HasKey => _profile.Key is not null;

    /// <summary>Asks for JSON.</summary>
    /// <exception cref="ApiException">It was refused.</exception>
    public async Task<JsonNode> GetAsync(string path, CancellationToken ct) =>
        Parse(await ReadAsync(new HttpRequestMessage(HttpMethod.Get, path), ct))!;

    /// <summary>Asks something that may safely be asked twice — a read, or a write with an idempotency key — until there is
    /// an answer, and waits in between for as long as the server says.</summary>
    /// <exception cref="ApiException">It was refused for good, or for ten minutes.</exception>
    /// <exception cref="HttpRequestException">There never was a connection, or none for half a minute.</exception>
    public async Task<T> PersistAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        long started = TimeProvider.System.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            var pause = TimeSpan.FromMilliseconds(Math.Min(5_000, 100 << Math.Min(attempt, 6)));
            try
            {
                return await ask();
            }
            catch (ApiException e) when (e.IsPassing && TimeProvider.System.GetElapsedTime(started) < LongestRefusal)
            {
                pause = e.RetryAfter ?? pause;
            }
            catch (HttpRequestException) when (HasAnswered && TimeProvider.System.GetElapsedTime(started) < LongestAbsence)
            {
                // Another node, or the same one after its restart, may answer.
            }

            await Task.Delay(pause, ct);
        }
    }

    /// <summary>Asks for a document as it is.</summary>
    public Task<byte[]> GetBytesAsync(string path, CancellationToken ct) => ReadAsync(new HttpRequestMessage(HttpMethod.Get, path), ct);

    /// <summary>Sends JSON and reads the JSON that comes back.</summary>
    public Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken ct, params (string Name, string? Value)[] headers) =>
        SendAsync(method, path, body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString()), "application/json", ct, headers);

    /// <summary>Sends bytes and reads the JSON that comes back.</summary>
    public async Task<JsonNode?> SendAsync(
        HttpMethod method, string path, byte[] body, string mediaType, CancellationToken ct, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        // So that a body that is too large is refused before it is sent, and the refusal can be read.
        request.Headers.ExpectContinue = body.Length > LargeBody;
        foreach (var (name, value) in headers)
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        byte[] answer = await ReadAsync(request, ct);
        return Parse(answer);
    }

    /// <summary>The items of a list, page after page.</summary>
    public async IAsyncEnumerable<JsonNode> ListAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        do
        {
            string page = cursor is null ? path : $"{path}{(path.Contains('?') ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}";
            var answer = await GetAsync(page, ct);
            foreach (var item in answer["items"]!.AsArray())
                yield return item!;
            cursor = (string?)answer["next_cursor"];
        }
        while (cursor is not null);
    }

    /// <summary>Sends a request and returns the answer, whatever it is.</summary>
    public async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return await _http.SendAsync(request, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw NoAnswer();
        }
        catch (HttpRequestException e)
        {
            throw Explained(e);
        }
    }

    /// <summary>Sends a request and leaves its answer to be read as it comes.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            throw Explained(e);
        }

        HasAnswered = true;
        if (response.Headers.TryGetValues("Cairn-Stale", out var stale) && !_toldOfStaleness)
        {
            _toldOfStaleness = true;
            Console.Error.WriteLine($"cairn: the server's store does not answer: what is read may be {SafeText.Of(stale.First())} s old.");
        }

        if (!response.IsSuccessStatusCode)
            throw await ApiException.FromAsync(response, this, _profile, ct);
        // Cairn puts it on every answer; whatever else is at an address does not know it.
        return response.Headers.Contains("X-Correlation-ID") ? response : throw NotCairn(response);
    }

    /// <summary>What to say of an answer that Cairn does not give.</summary>
    public ApiException NotCairn(HttpResponseMessage response) => new(
        (int)response.StatusCode, $"{Address} answers {(int)response.StatusCode} with {response.Content.Headers.ContentType?.MediaType ?? "nothing"}, not as Cairn does. Is the address right?", [])
    {
        IsOfCairn = false,
    };

    public void Dispose() => _http.Dispose();

    /// <summary>A path with a query of those parameters that have a value.</summary>
    public static string Query(string path, params IEnumerable<(string Name, object? Value)> parameters)
    {
        string query = string.Join('&', parameters
            .Where(parameter => parameter.Value is not (null or false))
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(Text(parameter.Value!))}"));
        return query.Length == 0 ? path : $"{path}?{query}";

        static string Text(object value) => value is true ? "true" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;
    }

    /// <summary>A path of the API with the segments of a resource's path, each escaped.</summary>
    /// <exception cref="UsageException">It would be another path of the API than that of this resource.</exception>
    public static string Resource(string collection, string path)
    {
        string[] segments = path.Trim('/').Split('/');
        if (segments.Any(segment => segment is "" or "." or ".."))
            throw new UsageException($"'{path}' is not a path: between slashes there is a name, and that is not '.' or '..'.");
        return $"api/v1/{collection}/{string.Join('/', segments.Select(Uri.EscapeDataString))}";
    }

    private async Task<byte[]> ReadAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var response = await OpenAsync(request, limit.Token);
            return await response.Content.ReadAsByteArrayAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw NoAnswer();
        }
    }

    /// <exception cref="ApiException">It is not JSON.</exception>
    private JsonNode? Parse(byte[] answer)
    {
        try
        {
            return answer.Length == 0 ? null : JsonNode.Parse(answer);
        }
        catch (System.Text.Json.JsonException)
        {
            throw new ApiException(200, $"{Address} answers with what is not JSON, not as Cairn does. Is the address right?", []) { IsOfCairn = false };
        }
    }

    private HttpRequestException Explained(HttpRequestException failure) => new(failure.HttpRequestError, TlsSettings.Explain(failure, Address), failure);

    private HttpRequestException NoAnswer() => new($"{Address} does not answer within {Patience.TotalSeconds:0.#} s. Wait longer with --timeout");
}
