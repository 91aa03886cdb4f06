using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Node;
using Cairn.Node.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Server.Tests.Support;

/// <summary>A whole Cairn, listening on a free port, with its data in a temporary folder.</summary>
public sealed class CairnServer : IAsyncLifetime
{
    public const string AdminKey = "admin-key-for-tests-0123456789abcdef";

    private int _keys;
    private WebApplication? _app;

    public TempFolder Folder { get; } = new();

    /// <summary>A clock that tests can put forward.</summary>
    public ShiftedTime Time { get; } = new();

    public Action<ServeOptions> Configure { get; set; } = static _ => { };

    public HttpClient Admin { get; private set; } = null!;
    public Uri Address { get; private set; } = null!;
    public WebApplication App => _app!;
    public NodeServices Node => App.Services.GetRequiredService<CairnNode>().Services;

    public static async Task<CairnServer> StartAsync(Action<ServeOptions>? configure = null)
    {
        var server = new CairnServer { Configure = configure ?? (static _ => { }) };
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        var options = new ServeOptions
        {
            Listen = ["http://127.0.0.1:0"],
            LogLevel = Microsoft.Extensions.Logging.LogLevel.Error,
        };
        options.Node.Data = Folder.Path;
        options.Node.BootstrapAdminKey = AdminKey;
        options.Node.ReadLimit = null;
        options.Node.WriteLimit = null;
        options.Node.FailureLimit = null;
        options.Node.Time = Time;
        Configure(options);
        _app = CairnProgram.Build(options);
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
        Admin = Client(AdminKey);
    }

    /// <summary>Stops it and starts it again on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    public async Task StopAsync()
    {
        Admin.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }

    public HttpClient Client(string? key)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (key is not null)
            client.DefaultRequestHeaders.Add("X-API-Key", key);
        return client;
    }

    /// <summary>A client with a new key.</summary>
    public async Task<HttpClient> ClientWithKeyAsync(string permission, string? more = null)
    {
        string name =
            "test-" + Interlocked.Increment(ref _keys).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var made = await Admin.SendJsonAsync(
            HttpMethod.Post,
            "/api/v1/keys",
            $$"""{"name":"{{name}}","permission":"{{permission}}"{{more}}}"""
        );
        return Client((string?)made["key"]);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Folder.Dispose();
    }
}

/// <summary>The system's clock, and an offset.</summary>
public sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Offset.TotalSeconds * TimestampFrequency);

    public override long TimestampFrequency => System.TimestampFrequency;
}

/// <summary>A folder that is gone afterwards.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Requests in one line.</summary>
public static class Requests
{
    public static Task<HttpResponseMessage> SendAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        string? body = null,
        string mediaType = "application/json",
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request);
    }

    public static async Task<JsonNode> SendJsonAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var response = await client.SendAsync(method, path, body, headers: headers);
        string text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    public static Task<JsonNode> GetJsonAsync(this HttpClient client, string path) =>
        client.SendJsonAsync(HttpMethod.Get, path);

    public static Task<JsonNode> PutJsonAsync(
        this HttpClient client,
        string path,
        string body,
        params (string Name, string Value)[] headers
    ) => client.SendJsonAsync(HttpMethod.Put, path, body, headers);

    public static Task<JsonNode> PostJsonAsync(
        this HttpClient client,
        string path,
        string body,
        params (string Name, string Value)[] headers
    ) => client.SendJsonAsync(HttpMethod.Post, path, body, headers);

    /// <summary>Sends what should be refused, and gives the problem document.</summary>
    public static async Task<JsonNode> RefusedAsync(
        this HttpClient client,
        HttpStatusCode status,
        HttpMethod method,
        string path,
        string? body = null,
        string mediaType = "application/json",
        params (string Name, string Value)[] headers
    )
    {
        using var response = await client.SendAsync(method, path, body, mediaType, headers);
        string text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonNode.Parse(text)!;
        ((int)problem["status"]!).ShouldBe((int)status);
        ((string?)problem["detail"]).ShouldNotBeNullOrEmpty();
        return problem;
    }
}
