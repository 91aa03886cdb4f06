using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Node;
using Cairn.Server.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Server.Tests;

/// <summary>What is around the API: the drop-in surface, mounting, TLS, health, metrics, description.</summary>
public sealed partial class SurfaceTests(CairnServer server) : IClassFixture<CairnServer>
{
    [Fact]
    public async Task The_examples_of_the_Configuration_Management_System_work()
    {
        await using var server = await CairnServer.StartAsync(options => options.Node.ConfigManager.AtRoot = true);
        using var write = await server.ClientWithKeyAsync("write");
        using var read = await server.ClientWithKeyAsync("read");
        foreach (string baseUrl in new[] { "/config", "" })
        {
            (
                await write.SendAsync(
                    HttpMethod.Put,
                    baseUrl + "/myapp/database?schema=type&schema=properties",
                    """{"database":{"host":"db.example.com","port":5432}}"""
                )
            ).EnsureSuccessStatusCode();
            (await read.GetStringAsync(baseUrl + "/myapp/database?environment=prod")).ShouldBe(
                """{"database":{"host":"db.example.com","port":5432}}"""
            );
            (
                await write.SendAsync(
                    HttpMethod.Put,
                    baseUrl + "/myapp/api",
                    """{"api":{"url":"https://{{ env }}.api.example.com","timeout":"{{ '30' if env == 'prod' else '5' }}"}}"""
                )
            ).EnsureSuccessStatusCode();
            (await read.GetStringAsync(baseUrl + "/myapp/api")).ShouldContain("https://prod.api.example.com");
            (await read.GetStringAsync(baseUrl + "/myapp/api?environment=dev")).ShouldContain(
                "https://dev.api.example.com"
            );
            (await read.GetAsync(baseUrl + "/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await read.SendAsync(HttpMethod.Put, "/config/myapp/database", "{}")).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await read.GetAsync("/config/myapp/nothing")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await server.Client(null).GetAsync("/config/myapp/database")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_schema_given_with_a_write_is_kept_to()
    {
        string schema = Uri.EscapeDataString(
            """{"type":"object","properties":{"port":{"type":"integer"}},"required":["port"]}"""
        );
        (
            await server.Admin.SendAsync(HttpMethod.Put, "/config/bound/a?schema=" + schema, """{"port":1}""")
        ).EnsureSuccessStatusCode();
        await server.Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/config/bound/a",
            """{"port":"one"}"""
        );
        await server.Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            "/config/bound/a?schema=%7Bnope",
            """{"port":1}"""
        );
        using var lossy = await server.Admin.SendAsync(
            HttpMethod.Put,
            "/config/bound/b?schema=type&schema=properties",
            "{}"
        );
        lossy.Headers.GetValues("Cairn-Warning").Single().ShouldContain("json.dumps");
    }

    [Fact]
    public async Task The_drop_in_surface_has_the_limits_of_the_original_unless_set_otherwise()
    {
        await using var original = await CairnServer.StartAsync();
        using var reads = await original.Admin.GetAsync("/config/a/b");
        reads.Headers.GetValues("RateLimit-Limit").Single().ShouldBe("100");
        using var writes = await original.Admin.SendAsync(HttpMethod.Put, "/config/a/b", "{}");
        writes.Headers.GetValues("RateLimit-Limit").Single().ShouldBe("20");
        for (int i = 0; i < 19; i++)
            (await original.Admin.SendAsync(HttpMethod.Put, "/config/a/b", "{}")).EnsureSuccessStatusCode();
        (await original.Admin.SendAsync(HttpMethod.Put, "/config/a/b", "{}")).StatusCode.ShouldBe(
            HttpStatusCode.TooManyRequests
        );
        await using var set = await CairnServer.StartAsync(options =>
            options.Node.ConfigManager.ReadLimit = CairnOptions.ParseLimit("200/minute")
        );
        using var more = await set.Admin.GetAsync("/config/a/b");
        more.Headers.GetValues("RateLimit-Limit").Single().ShouldBe("200");
    }

    [Fact]
    public async Task Cairn_can_be_mounted_under_a_prefix_in_another_application()
    {
        using var folder = new TempFolder();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddCairn(options =>
        {
            options.Data = folder.Path;
            options.BootstrapAdminKey = CairnServer.AdminKey;
            options.ConfigManager.ReadLimit = CairnOptions.ParseLimit("200/minute");
            options.ConfigManager.AtRoot = true;
        });
        await using var app = builder.Build();
        app.MapGet("/", () => "the host's own");
        app.MapCairn("/config-service");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        (await client.GetStringAsync("/")).ShouldBe("the host's own");
        (await client.GetAsync("/config-service/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Add("X-API-Key", CairnServer.AdminKey);
        (
            await client.SendAsync(HttpMethod.Put, "/config-service/myapp/database", """{"host":"{{ env }}"}""")
        ).EnsureSuccessStatusCode();
        (await client.GetStringAsync("/config-service/myapp/database?environment=dev")).ShouldBe("""{"host":"dev"}""");
        (await client.GetStringAsync("/config-service/config/myapp/database")).ShouldBe("""{"host":"prod"}""");
        (await client.GetStringAsync("/config-service/api/v1/configs/myapp/database?environment=prod")).ShouldBe(
            """{"host":"prod"}"""
        );
        (await client.GetAsync("/config-service/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var made = await client.SendAsync(HttpMethod.Post, "/config-service/api/v1/keys", """{"name":"a"}""");
        (await client.GetAsync(made.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await app.StopAsync();
    }

    [Fact]
    public async Task TLS_is_1_3_and_a_renewed_certificate_is_served_without_a_restart()
    {
        using var folder = new TempFolder();
        string certificate = Path.Combine(folder.Path, "tls.crt"),
            key = Path.Combine(folder.Path, "tls.key");
        string first = WriteCertificate(certificate, key);
        await using var secured = await CairnServer.StartAsync(options =>
        {
            options.Listen = ["https://127.0.0.1:0"];
            options.TlsCertificate = certificate;
            options.TlsKey = key;
        });
        (await ThumbprintAsync(SslProtocols.Tls13)).ShouldBe(first);
        await Should.ThrowAsync<Exception>(() => ThumbprintAsync(SslProtocols.Tls12));

        string second = WriteCertificate(certificate, key);
        File.SetLastWriteTimeUtc(certificate, DateTime.UnixEpoch.AddYears(60));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await ThumbprintAsync(SslProtocols.Tls13) != second)
            await Task.Delay(50, patience.Token);

        async Task<string> ThumbprintAsync(SslProtocols protocol)
        {
            using var tcp = new System.Net.Sockets.TcpClient();
            await tcp.ConnectAsync(secured.Address.Host, secured.Address.Port);
            await using var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol }
            );
            return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
        }
    }

    [Fact]
    public async Task Health_tells_how_the_node_is_and_nothing_confidential()
    {
        foreach (string path in new[] { "/health", "/health/live", "/health/ready" })
            (await server.Client(null).GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var health = await server.Client(null).GetJsonAsync("/health");
        ((string?)health["status"]).ShouldBe("healthy");
        health.ToJsonString().ShouldNotContain(server.Folder.Path);
    }

    [Fact]
    public async Task Metrics_cover_requests_configs_keys_store_catalogs_and_process_in_valid_text()
    {
        await server.Admin.PutJsonAsync("/api/v1/configs/metrics/a", "{}");
        string metrics = await server.Client(null).GetStringAsync("/metrics");
        foreach (
            string name in new[]
            {
                "config_updates_total{action=\"put\"}",
                "request_duration_seconds_count{endpoint=\"PutConfig\",status=\"201\"}",
                "cairn_configs ",
                "cairn_keys ",
                "cairn_store_commits_total",
                "cairn_store_batch_size_bucket",
                "cairn_store_batch_duration_seconds_sum",
                "cairn_store_watch_lag",
                "cairn_catalog_revision ",
                "cairn_watchers ",
                "process_resident_memory_bytes ",
            }
        )
        {
            metrics.ShouldContain("\n" + name);
        }

        foreach (string line in metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            (line[0] == '#' ? Comment().IsMatch(line) : Sample().IsMatch(line)).ShouldBeTrue(line);
    }

    [Fact]
    public async Task The_metrics_pass_promtool()
    {
        string? promtool = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "promtool"))
            .FirstOrDefault(File.Exists);
        if (promtool is null)
        {
            Assert.SkipUnless(
                Environment.GetEnvironmentVariable("CI") == "true",
                "promtool (Debian package prometheus) is not installed"
            );
            Assert.Fail("promtool is missing where it has to be there");
        }

        await server.Admin.PutJsonAsync("/api/v1/configs/metrics/b", "{}");
        var start = new System.Diagnostics.ProcessStartInfo(promtool, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        await process.StandardInput.WriteAsync(await server.Client(null).GetStringAsync("/metrics"));
        process.StandardInput.Close();
        string said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        (process.ExitCode, said).ShouldBe((0, ""));
    }

    [Fact]
    public async Task The_description_names_every_endpoint_with_its_parameters_and_the_page_shows_it()
    {
        var description = JsonNode.Parse(await server.Client(null).GetStringAsync("/openapi/v1.json"))!;
        var operations = description["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => (string?)verb.Value!["operationId"]))
            .ToList();
        operations.ShouldBe(
            AccessMatrixTests
                .Endpoints.Select(endpoint => endpoint.Name)
                .Where(name => !name.Contains("Mounted") && !name.Contains("Unmatched")),
            ignoreOrder: true
        );
        var get = description["paths"]!["/api/v1/configs/{path}"]!["get"]!;
        get["parameters"]!.AsArray().Select(parameter => (string?)parameter!["name"]).ShouldContain("environment");
        get["security"].ShouldNotBeNull();
        (await server.Client(null).GetStringAsync("/docs/index.html")).ShouldContain("swagger");
        await using var closed = await CairnServer.StartAsync(options => options.Docs = false);
        (await closed.Client(null).GetAsync("/openapi/v1.json")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Browsers_may_call_from_the_origins_that_are_set_and_no_others()
    {
        await using var open = await CairnServer.StartAsync(options =>
            options.Node.CorsOrigins = ["https://console.example.com"]
        );
        using var asked = await open.Client(null)
            .SendAsync(
                HttpMethod.Options,
                "/api/v1/configs",
                headers:
                [
                    ("Origin", "https://console.example.com"),
                    ("Access-Control-Request-Method", "GET"),
                    ("Access-Control-Request-Headers", "x-api-key"),
                ]
            );
        asked.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe("https://console.example.com");
        using var other = await open.Client(null)
            .SendAsync(
                HttpMethod.Options,
                "/api/v1/configs",
                headers: [("Origin", "https://evil.example.com"), ("Access-Control-Request-Method", "GET")]
            );
        other.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        using var none = await server.Admin.SendAsync(
            HttpMethod.Get,
            "/api/v1/configs",
            headers: ("Origin", "https://console.example.com")
        );
        none.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Fact]
    public async Task A_correlation_id_is_taken_over_when_it_is_one_and_made_when_it_is_not()
    {
        using var given = await server.Admin.SendAsync(
            HttpMethod.Get,
            "/health",
            headers: ("X-Correlation-ID", "abc-1.2:3")
        );
        given.Headers.GetValues("X-Correlation-ID").Single().ShouldBe("abc-1.2:3");
        using var bad = await server.Admin.SendAsync(
            HttpMethod.Get,
            "/health",
            headers: ("X-Correlation-ID", "<script>")
        );
        bad.Headers.GetValues("X-Correlation-ID").Single().ShouldNotContain("<");
    }

    private static string WriteCertificate(string certificate, string key)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", pair, HashAlgorithmName.SHA256);
        var made = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1),
            TimeProvider.System.GetUtcNow().AddDays(30)
        );
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        return made.Thumbprint;
    }

    [GeneratedRegex(@"^# (HELP|TYPE) [a-z_]+ .+$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^[a-z_]+(\{[a-z_]+=""[^""]*""(,[a-z_]+=""[^""]*"")*\})? (-?[0-9.]+(E[-+]?[0-9]+)?|NaN|[-+]Inf)$")]
    private static partial Regex Sample();
}
