using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

/// <summary>A server with 256 MiB of memory, thrown at what is small and asks for much: each request is answered with
/// little work, the process stays up, and somebody else is served meanwhile.</summary>
public sealed class BombTests : IAsyncLifetime
{
    private const int Seed = 20_261_125;

    // Of the processors, so that a busy machine does not matter; of the clock only what nobody would wait for.
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _faults = [];
    private ServerProcess _server = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(
            _folder.Path,
            ["--rate-limit-read", "off", "--rate-limit-write", "off", "--config-manager-rate-limit-write", "off"],
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key),
            ("DOTNET_GCHeapHardLimit", "0x10000000")
        );
        _http = new HttpClient { BaseAddress = new Uri(_server.Url), Timeout = Patience };
        _http.DefaultRequestHeaders.Add("X-API-Key", ServerFixture.Key);
        await PutAsync("/api/v1/configs/calm/a", """{"a":1}""");
        await PutAsync("/api/v1/configs/bomb/small", """{"s":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}""");
        await PutAsync("/api/v1/configs/bomb/patched", """{"a":{},"list":[]}""");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Those_with_a_known_fuse()
    {
        foreach (var bomb in Bombs.Known())
            await ThrowAsync(bomb);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Templates_with_a_known_fuse()
    {
        foreach (var bomb in Bombs.Templates())
            await ThrowAsync(bomb);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Variations_of_templates()
    {
        foreach (var bomb in Bombs.RandomTemplates(Seed, 40))
            await ThrowAsync(bomb);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Variations_of_the_others()
    {
        foreach (var bomb in Bombs.Random(Seed, 90))
            await ThrowAsync(bomb);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_endpoint_that_takes_a_body()
    {
        var paths = JsonNode.Parse(await _http.GetStringAsync("/openapi/v1.json"))!["paths"]!.AsObject();
        int endpoints = 0;
        foreach (var (template, item) in paths)
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                if (method is "get" or "delete")
                    continue;
                endpoints++;
                string path = template
                    .Replace(
                        "{path}",
                        template.Contains("schema") && !template.Contains("config-schemas") ? "bomb/E/1.0.0" : "bomb/e",
                        StringComparison.Ordinal
                    )
                    .Replace("{name}", "dev", StringComparison.Ordinal)
                    .Replace("{ns}", "bomb", StringComparison.Ordinal)
                    .Replace("{model}", "E", StringComparison.Ordinal)
                    .Replace("{version}", "1.0.0", StringComparison.Ordinal)
                    .Replace("{id}", "77", StringComparison.Ordinal);
                string media = operation!["requestBody"]?["content"]?.AsObject().First().Key ?? "application/json";
                foreach (var bomb in Bombs.For(method.ToUpperInvariant(), path, media))
                    await ThrowAsync(bomb);
            }
        }

        endpoints.ShouldBeGreaterThan(25);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dry_runs_with_idempotency_keys()
    {
        byte[] change = Encoding.UTF8.GetBytes(
            Bombs.Change(
                1,
                _ => "{\"op\":\"put\",\"path\":\"bomb/n\",\"document\":{\"a\":\"" + new string('x', 300_000) + "\"}}",
                dryRun: true
            )
        );
        for (int i = 0; i < 400; i++)
            await ThrowAsync(new Bomb($"dry run {i}", "POST", "/api/v1/changes", "application/json", change), $"k{i}");
        _faults.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("lines")]
    [InlineData("long names")]
    [InlineData("items")]
    public async Task Differences_of_what_was_written(string kind)
    {
        string Document(int version) =>
            kind switch
            {
                "lines" => "{"
                    + string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"m{i}\":{(i + 1) * version}"))
                    + "}",
                "long names" => $"{{\"{new string('n', 300_000)}\":{{"
                    + string.Join(',', Enumerable.Range(0, 40_000).Select(i => $"\"m{i}\":{version}"))
                    + "}}",
                _ => "[" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => (i * 7 + version) % 1000)) + "]",
            };
        foreach (int version in new[] { 1, 2 })
        {
            await ThrowAsync(
                new Bomb(
                    $"{kind}, version {version}",
                    "PUT",
                    "/api/v1/configs/bomb/differs",
                    "application/json",
                    Document(version)
                )
            );
        }

        await ThrowAsync(
            new Bomb($"the difference of {kind}", "GET", "/api/v1/config-diffs/bomb/differs", "application/json", "")
        );
        await ThrowAsync(
            new Bomb(
                $"a dry run of {kind}",
                "POST",
                "/api/v1/changes",
                "application/json",
                Bombs.Change(
                    1,
                    _ => "{\"op\":\"put\",\"path\":\"bomb/differs\",\"document\":" + Document(3) + "}",
                    dryRun: true
                )
            )
        );
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Small_templates_whose_large_results_are_read_once_each()
    {
        for (int i = 0; i < 250; i++)
        {
            await PutAsync($"/api/v1/configs/bomb/large-{i}", """{"t":"{{ 'x'*1000000 }}"}""");
            foreach (string environment in new[] { "dev", "staging", "prod" })
            {
                (
                    await _http.GetStringAsync($"/api/v1/configs/bomb/large-{i}?environment={environment}")
                ).Length.ShouldBe(1_000_008);
            }
        }

        await ThrowAsync(
            new Bomb(
                "a list of them",
                "GET",
                "/api/v1/configs?include=document&environment=prod&limit=1000",
                "application/json",
                ""
            )
        );
        await PutAsync("/api/v1/configs/bomb/after", """{"a":1}""");
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bodies_that_are_announced_and_do_not_come()
    {
        var open = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 200; i++)
            {
                var client = new TcpClient();
                open.Add(client);
                await client.ConnectAsync(_http.BaseAddress!.Host, _http.BaseAddress.Port);
                await client
                    .GetStream()
                    .WriteAsync(
                        Encoding.ASCII.GetBytes(
                            $"POST /api/v1/changes HTTP/1.1\r\nHost: x\r\nX-API-Key: {ServerFixture.Key}\r\n"
                                + $"Content-Type: application/json\r\nContent-Length: 16777216\r\n\r\n{{"
                        )
                    );
            }

            for (int i = 0; i < 20; i++)
            {
                await ThrowAsync(
                    new Bomb(
                        $"write {i} beside them",
                        "PUT",
                        "/api/v1/configs/bomb/beside",
                        "application/json",
                        $$"""{"a":"{{new string('x', 500_000)}}"}"""
                    )
                );
            }
        }
        finally
        {
            open.ForEach(client => client.Dispose());
        }
        _faults.ShouldBeEmpty();
    }

    private async Task ThrowAsync(Bomb bomb, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(bomb.Method), bomb.Path)
        {
            Content = bomb.Method == "GET" ? null : new ByteArrayContent(bomb.Body),
        };
        if (request.Content is not null)
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(bomb.MediaType);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        _server.HasExited.ShouldBeFalse($"before {bomb}: {_server.Error}");
        var before = _server.ProcessorTime;
        try
        {
            var sending = _http.SendAsync(request);
            for (int i = 0; i < 3; i++)
            {
                (await _http.GetStringAsync("/api/v1/configs/calm/a?environment=prod")).ShouldBe(
                    """{"a":1}""",
                    "somebody else is served meanwhile"
                );
            }

            using var answer = await sending;
            if ((int)answer.StatusCode is < 200 or >= 500)
                _faults.Add($"{bomb}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            _faults.Add($"{bomb}: {e.Message}");
        }

        _server.HasExited.ShouldBeFalse($"after {bomb}: {_server.Error}");
        if (_server.ProcessorTime - before is var used && used > Work)
            _faults.Add($"{bomb}: {used.TotalSeconds:0.0} s of work");
    }

    private async Task PutAsync(string path, string body)
    {
        using var answer = await _http.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }
}
