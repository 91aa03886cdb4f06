using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using Cairn.Client;

namespace Cairn.Cli.Client;

/// <summary>Asks a Cairn over its HTTP API.</summary>
/// <remarks>Whatever answers, a method throws nothing but an <see cref="ApiException"/>, and a
/// <see cref="HttpRequestException"/> with a sentence for a person when nothing does.</remarks>
internal sealed class ApiClient : IDisposable
{
    private const int LargeBody = 512 * 1024;
    private const long LargestAnswer = 256 << 20;

    private static readonly TimeSpan LongestConnecting = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Profile _profile;
    private bool _toldOfStaleness;

    /// <exception cref="UsageException">The address, the key or a file of the profile is none.</exception>
    public ApiClient(Profile profile)
    {
        _profile = profile;
        if (
            !Uri.TryCreate(profile.Url.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
        )
        {
            throw new UsageException($"'{profile.Url}' is not an address such as https://cairn.example.com.");
        }

        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = LongestConnecting,
            SslOptions = TlsSettings.Of(profile),
            Expect100ContinueTimeout = TimeSpan.FromSeconds(2),
        };
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (profile.Key is not { } key)
            return;
        if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new UsageException(
                $"The key of {profile.KeySource} has characters that no key has: they are letters, digits and "
                    + "signs of ASCII."
            );
        }

        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>How long one request may take; watches excepted.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether a Cairn has answered anything in full yet: an address that never did may be wrong.</summary>
    public bool HasAnswered { get; private set; }

    public Uri Address => _http.BaseAddress!;

    /// <summary>Whether it sends a key along.</summary>
    public bool HasKey => _profile.Key is not null;

    /// <summary>Asks for JSON.</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken ct) =>
        Answers.Parse(await GetBytesAsync(path, ct), Address);

    /// <summary>Asks for a document as it is.</summary>
    public async Task<byte[]> GetBytesAsync(string path, CancellationToken ct) =>
        (await ReadAsync(new HttpRequestMessage(HttpMethod.Get, path), ct)).Body;

    /// <summary>Asks for a document of a config, and its version.</summary>
    public async Task<(byte[] Document, long Version)> GetDocumentAsync(string path, CancellationToken ct)
    {
        var (document, headers) = await ReadAsync(new HttpRequestMessage(HttpMethod.Get, path), ct);
        return
            headers.TryGetValues("Cairn-Version", out var versions) && long.TryParse(versions.First(), out long version)
            ? (document, version)
            : throw ApiException.Foreign("a document that has no version", Address);
    }

    /// <summary>Sends JSON and reads the JSON that comes back.</summary>
    public Task<JsonNode> SendAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        CancellationToken ct,
        params (string Name, string? Value)[] headers
    ) =>
        SendAsync(
            method,
            path,
            body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString()),
            "application/json",
            ct,
            headers
        );

    /// <summary>Sends bytes and reads the JSON that comes back; an empty object when nothing does.</summary>
    public async Task<JsonNode> SendAsync(
        HttpMethod method,
        string path,
        byte[] body,
        string mediaType,
        CancellationToken ct,
        params (string Name, string? Value)[] headers
    )
    {
        if (!MediaTypeHeaderValue.TryParse(mediaType, out var type))
            throw new UsageException($"'{mediaType}' is not a media type such as text/plain.");
        var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = type;
        // So that a body that is too large is refused before it is sent, and the refusal can be read.
        request.Headers.ExpectContinue = body.Length > LargeBody;
        foreach (var (name, value) in headers)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }

        byte[] answer = (await ReadAsync(request, ct)).Body;
        return answer.Length == 0 ? new JsonObject() : Answers.Parse(answer, Address);
    }

    /// <summary>The items of a list, page after page.</summary>
    public async IAsyncEnumerable<JsonNode> ListAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        do
        {
            string page = cursor is null
                ? path
                : $"{path}{(path.Contains('?') ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}";
            var answer = await GetAsync(page, ct);
            foreach (var item in answer.Items("items"))
                yield return item;
            cursor = answer.OptionalText("next_cursor");
        } while (cursor is not null);
    }

    /// <summary>Asks something that may safely be asked twice — a read, or a write with an idempotency key — until
    /// there is an answer, and waits in between for as long as the server says.</summary>
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
            catch (ApiException e)
                when (e.IsPassing
                    && (e.IsOfCairn || HasAnswered)
                    && TimeProvider.System.GetElapsedTime(started) < LongestRefusal
                )
            {
                pause = e.RetryAfter ?? pause;
            }
            catch (HttpRequestException)
                when (HasAnswered && TimeProvider.System.GetElapsedTime(started) < LongestAbsence)
            {
                // Another node, or the same one after its restart, may answer.
            }

            await Task.Delay(pause, ct);
        }
    }

    /// <summary>Sends a request and returns the answer, whatever it is.</summary>
    public Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, CancellationToken ct) =>
        WithinPatienceAsync(
            async limit =>
            {
                var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
                await response.Content.LoadIntoBufferAsync(LargestAnswer, limit);
                return response;
            },
            ct
        );

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

        // Cairn puts it on every answer; whatever else is at an address does not know it.
        if (response.IsSuccessStatusCode && response.Headers.Contains("X-Correlation-ID"))
        {
            TellOfStaleness(response);
            TellOfWarnings(response);
            return response;
        }

        using (response)
        {
            if (response.IsSuccessStatusCode)
                throw ApiException.Foreign($"{(int)response.StatusCode} and {ApiException.TypeOf(response)}", Address);
            var refusal = await ApiException.FromAsync(response, Address, _profile, ct);
            HasAnswered |= refusal.IsOfCairn;
            throw refusal;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A path of the API with the segments of a resource's path, each escaped.</summary>
    /// <exception cref="UsageException">It would be another path of the API than that of this resource.</exception>
    public static string Resource(string collection, string path)
    {
        try
        {
            return CairnPath.Resource(collection, path);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private Task<(byte[] Body, HttpResponseHeaders Headers)> ReadAsync(
        HttpRequestMessage request,
        CancellationToken ct
    ) =>
        WithinPatienceAsync(
            async limit =>
            {
                using var response = await OpenAsync(request, limit);
                await response.Content.LoadIntoBufferAsync(LargestAnswer, limit);
                HasAnswered = true;
                return (await response.Content.ReadAsByteArrayAsync(limit), response.Headers);
            },
            ct
        );

    private async Task<T> WithinPatienceAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return await ask(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new HttpRequestException(
                $"{Address} does not answer within {Patience.TotalSeconds:0.#} s. Wait longer with --timeout"
            );
        }
        catch (HttpRequestException e) when (e.InnerException is not HttpRequestException)
        {
            throw Explained(e);
        }
    }

    private void TellOfStaleness(HttpResponseMessage response)
    {
        if (_toldOfStaleness || !response.Headers.TryGetValues("Cairn-Stale", out var seconds))
            return;
        _toldOfStaleness = true;
        Console.Error.WriteLine(
            $"cairn: the server's store does not answer: what is read may be {seconds.First()} s old."
        );
    }

    private static void TellOfWarnings(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Cairn-Warning", out var warnings))
            return;
        foreach (string warning in warnings)
            Console.Error.WriteLine($"cairn: warning: {SafeText.Of(warning)}");
    }

    private HttpRequestException Explained(HttpRequestException failure) =>
        new(failure.HttpRequestError, TlsSettings.Explain(failure, Address), failure);
}
