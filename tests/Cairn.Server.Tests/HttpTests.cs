using System.Net;
using System.Text.Json.Nodes;
using Cairn.Node;
using Cairn.Server.Http;
using Cairn.Server.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Server.Tests;

/// <summary>HTTP as the field expects it: methods, errors, representations, headers.</summary>
public sealed class HttpTests(HttpTests.Written server) : IClassFixture<HttpTests.Written>
{
    private HttpClient Admin => server.Server.Admin;

    [Theory]
    [InlineData("/api/v1/changes", """{"operations":[null]}""", "/operations/0")]
    [InlineData("/api/v1/keys", """{"name":"n","scopes":["configs:read:a/**",null]}""", "/scopes/1")]
    [InlineData("/api/v1/keys", """{"name":"n","environments":[null]}""", "/environments/0")]
    [InlineData("/api/v1/keys", """{"name":"n","allowed_ips":[null]}""", "/allowed_ips/0")]
    public async Task An_item_of_a_list_that_is_null_is_refused(string path, string body, string pointer)
    {
        var problem = await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, path, body);
        problem["errors"]![0]!["pointer"]!.GetValue<string>().ShouldBe(pointer);
    }

    [Theory]
    [InlineData("GET", "/api", 404)]
    [InlineData("GET", "/api/v1", 404)]
    [InlineData("GET", "/api/v2/configs", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/health/x", 404)]
    [InlineData("GET", "/metrics/x", 404)]
    [InlineData("GET", "/docs/x", 404)]
    [InlineData("GET", "/openapi/v2.json", 404)]
    [InlineData("GET", "/api/v1/configs/%2e%2e/x", 404)]
    [InlineData("PUT", "/ap/v1/configs/payments/databse", 404)]
    [InlineData("PUT", "/payments/database", 404)]
    [InlineData("POST", "/api/v1/none", 404)]
    [InlineData("PATCH", "/api/v1/none/at/all", 404)]
    [InlineData("DELETE", "/api/v1/none", 404)]
    [InlineData("OPTIONS", "/api/v1/none", 404)]
    [InlineData("DELETE", "/api/v1/audit", 405)]
    [InlineData("PUT", "/api/v1/cluster", 405)]
    [InlineData("POST", "/api/v1/watch", 405)]
    [InlineData("PUT", "/api/v1/auth/whoami", 405)]
    [InlineData("PUT", "/api/v1/keys", 405)]
    [InlineData("POST", "/api/v1/configs/a/b", 405)]
    [InlineData("POST", "/health", 405)]
    [InlineData("POST", "/metrics", 405)]
    [InlineData("DELETE", "/", 405)]
    [InlineData("BREW", "/api/v1/configs", 405)]
    [InlineData("GET", "/API/v1/configs", 404)]
    [InlineData("GET", "/api/v1/Configs/a/b", 404)]
    [InlineData("POST", "/api/v1/keys/x/Rotate", 404)]
    [InlineData("GET", "/Health", 404)]
    public async Task What_is_nowhere_and_what_cannot_be_done_are_told_in_problem_documents(
        string method,
        string path,
        int status
    )
    {
        using var answer = await Admin.SendAsync(
            new HttpMethod(method),
            path,
            method is "GET" or "OPTIONS" ? null : "{}",
            headers: ("X-Correlation-ID", "here-1")
        );
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        answer.Headers.GetValues("X-Correlation-ID").ShouldBe(["here-1"]);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((int)problem["status"]!).ShouldBe(status);
        ((string?)problem["trace_id"]).ShouldBe("here-1");
        answer.Content.Headers.Allow.Count.ShouldBe(status == 405 ? answer.Content.Headers.Allow.Count : 0);
    }

    [Theory]
    [InlineData("/api/v1/configs", "GET, HEAD, OPTIONS")]
    [InlineData("/api/v1/configs/a/b", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT")]
    [InlineData("/api/v1/audit", "GET, HEAD, OPTIONS")]
    [InlineData("/api/v1/keys", "GET, HEAD, OPTIONS, POST")]
    [InlineData("/api/v1/keys/x/rotate", "OPTIONS, POST")]
    [InlineData("/api/v1/environments/prod", "DELETE, GET, HEAD, OPTIONS, PUT")]
    [InlineData("/health", "GET, HEAD, OPTIONS")]
    [InlineData("/", "GET, HEAD, OPTIONS")]
    [InlineData("/config/a/b", "GET, HEAD, OPTIONS, PUT")]
    public async Task OPTIONS_names_the_methods(string path, string methods)
    {
        using var answer = await server.Server.Client(null).SendAsync(HttpMethod.Options, path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        string.Join(", ", answer.Content.Headers.Allow).ShouldBe(methods);
    }

    public static IEnumerable<TheoryDataRow<string>> Reads =>
        AccessMatrixTests
            .Endpoints.Where(endpoint =>
                endpoint.Method == "GET"
                && !endpoint.Name.StartsWith("Pyrmute", StringComparison.Ordinal)
                && !endpoint.Name.Contains("Mounted")
            )
            .Select(endpoint => new TheoryDataRow<string>(endpoint.Path));

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task HEAD_is_GET_without_a_body(string path)
    {
        using var head = await Admin.SendAsync(HttpMethod.Head, path);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var get = await Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        head.StatusCode.ShouldBe(get.StatusCode);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        head.Headers.ETag.ShouldBe(get.Headers.ETag);
    }

    [Theory]
    [InlineData("POST", "/api/v1/changes", """{"operations":[{"op":"put","path":"a/b","document":1}]}""")]
    [InlineData("POST", "/api/v1/keys", """{"name":"k"}""")]
    [InlineData("POST", "/api/v1/config-rollbacks/http/a", """{"to_version":1}""")]
    [InlineData("POST", "/api/v1/config-promotions/http/a", """{"to":"prod","follow":true}""")]
    [InlineData("POST", "/api/v1/schema-inferences", """{"samples":[1]}""")]
    [InlineData("PUT", "/api/v1/environments/qa", "{}")]
    [InlineData("PUT", "/api/v1/schema-rules/http", """{"compatibility":"none"}""")]
    public async Task JSON_under_another_name_is_refused_with_the_right_one(string method, string path, string body)
    {
        foreach (
            string type in new[]
            {
                "application/x-www-form-urlencoded",
                "text/plain",
                "multipart/form-data; boundary=x",
            }
        )
        {
            var problem = await Admin.RefusedAsync(
                HttpStatusCode.UnsupportedMediaType,
                new HttpMethod(method),
                path,
                body,
                type
            );
            ((string)problem["detail"]!).ShouldContain("application/json");
        }

        foreach (
            string type in new[] { "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.x+json" }
        )
        {
            (
                await Admin.SendAsync(new HttpMethod(method), path, body.Replace("\"k\"", $"\"k as {type}\""), type)
            ).IsSuccessStatusCode.ShouldBeTrue(type);
        }
    }

    [Theory]
    [InlineData("PUT", "/api/v1/configs/http/packed")]
    [InlineData("POST", "/api/v1/changes")]
    [InlineData("PUT", "/api/v1/environments/prod/variables")]
    [InlineData("PUT", "/api/v1/schemas/http/Packed/1.0.0")]
    public async Task A_packed_body_is_refused_and_told_how_to_send_it(string method, string path)
    {
        using var answer = await Admin.SendAsync(
            new HttpMethod(method),
            path,
            "\u001f\u008b",
            headers: ("Content-Encoding", "gzip")
        );
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = new ByteArrayContent([0x1f, 0x8b, 8, 0]),
        };
        request.Content.Headers.ContentEncoding.Add("gzip");
        using var refused = await Admin.SendAsync(request);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        refused.Headers.GetValues("Accept-Encoding").ShouldBe(["identity"]);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("Content-Encoding");
    }

    [Theory]
    [InlineData("application/json; charset=latin1", 415)]
    [InlineData("application/json; charset=\"UTF-16\"", 415)]
    [InlineData("text/x-java-properties; charset=iso-8859-1", 415)]
    [InlineData("application/json; charset=UTF-8", 200)]
    [InlineData("application/json; charset=\"utf-8\"", 200)]
    public async Task Another_encoding_than_UTF_8_is_refused(string type, int status)
    {
        await Admin.PutJsonAsync("/api/v1/configs/http/encoded", "{}");
        using var answer = await Admin.SendAsync(HttpMethod.Put, "/api/v1/configs/http/encoded", "{}", type);
        ((int)answer.StatusCode).ShouldBe(status, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_refusal_says_what_it_would_have_taken()
    {
        using var reader = await server.Server.ClientWithKeyAsync("read");
        var problem = await reader.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Put,
            "/api/v1/configs/http/a",
            "{}"
        );
        ((string)problem["detail"]!).ShouldContain("configs:write");
    }

    [Fact]
    public async Task Waiting_for_the_first_version_ends_with_304_like_any_waiting_in_vain()
    {
        using var none = await Admin.SendAsync(
            HttpMethod.Get,
            "/api/v1/configs/http/later?wait=1ms",
            headers: ("If-None-Match", "\"0\"")
        );
        none.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var other = await Admin.SendAsync(
            HttpMethod.Get,
            "/api/v1/configs/http/later?wait=1ms",
            headers: ("If-None-Match", "\"3\"")
        );
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound, "what the caller knew is gone");
    }

    [Theory]
    [InlineData("/api/v1/configs/http%2Fa")]
    [InlineData("/api/v1/configs/http%2fa?environment=prod")]
    [InlineData("/api/v1/config-versions/http%2Fa")]
    [InlineData("/config/http%2Fa")]
    [InlineData("/api/v1/schemas/http%2FModel%2F1.0.0")]
    [InlineData("/api/v1/schemas/http/Model/1.0.0%20-%201.9.9")]
    [InlineData("/api/v1/schemas/http/Model/v1.0.0")]
    [InlineData("/api/v1/schemas/http/Model/^v1.0")]
    public async Task A_path_may_have_its_slashes_encoded(string path)
    {
        using var answer = await Admin.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        using var limited = await server.Server.ClientWithKeyAsync("read", ""","scopes":["configs:read:other/**"]""");
        (await limited.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json")]
    [InlineData("application/toml;q=0.2, application/yaml;q=0.8", "application/yaml")]
    [InlineData("application/json;q=0.1, application/yaml", "application/yaml")]
    [InlineData("text/x-dotenv", "text/x-dotenv")]
    [InlineData("application/json;q=0, */*", "application/yaml")]
    [InlineData("text/html", null)]
    [InlineData("application/xml, image/png;q=0.5", null)]
    [InlineData("application/yaml;q=0", null)]
    public async Task The_format_is_the_one_wanted_most(string? accept, string? type)
    {
        (string, string)[] headers = accept is null ? [] : [("Accept", accept)];
        using var answer = await Admin.SendAsync(HttpMethod.Get, "/api/v1/configs/http/a", headers: headers);
        ((int)answer.StatusCode).ShouldBe(type is null ? 406 : 200);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(type ?? "application/problem+json");
    }

    [Fact]
    public async Task Each_representation_has_its_own_tag_and_is_for_its_caller_alone()
    {
        const string Path = "/api/v1/configs/http/a";
        var tags = new List<string>();
        foreach (string format in new[] { "json", "yaml", "toml", "properties", "dotenv" })
        {
            using var answer = await Admin.GetAsync($"{Path}?format={format}");
            answer.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
            answer.Headers.Vary.ShouldBe(["Accept", "X-API-Key", "Authorization", "Origin"]);
            tags.Add(answer.Headers.ETag!.Tag);
            using var known = await Admin.SendAsync(
                HttpMethod.Get,
                $"{Path}?format={format}",
                headers: ("If-None-Match", tags[^1])
            );
            known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        }

        tags.Distinct().Count().ShouldBe(5);
        using var other = await Admin.SendAsync(
            HttpMethod.Get,
            Path,
            headers: [("Accept", "application/json"), ("If-None-Match", tags[2])]
        );
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var written = await Admin.SendAsync(HttpMethod.Put, Path, """{"a":1}""", headers: ("If-Match", tags[1]));
        written.StatusCode.ShouldBe(HttpStatusCode.OK, "the version is in each of them");
        (await server.Server.Client(null).GetAsync("/health")).Headers.CacheControl.ShouldBeNull();
    }

    [Theory]
    [InlineData("/api/v1/configs/http/a", "default-src 'none'")]
    [InlineData("/docs/index.html", "script-src 'self'")]
    [InlineData("/nothing", "default-src 'none'")]
    public async Task Browsers_are_told_to_run_nothing_and_frame_nothing(string path, string policy)
    {
        using var answer = await Admin.GetAsync(path);
        string said = answer.Headers.GetValues("Content-Security-Policy").Single();
        said.ShouldContain(policy);
        said.ShouldContain("frame-ancestors 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse("not over plain HTTP");
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("http", false)]
    public async Task Over_TLS_browsers_are_to_come_back_over_TLS(string scheme, bool said)
    {
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext
        {
            Request = { Scheme = scheme, Path = "/api/v1/configs" },
        };
        await Cairn.Server.Security.SecurityHeaders.InvokeAsync(http, static _ => Task.CompletedTask);
        http.Response.Headers.StrictTransportSecurity.ToString().ShouldBe(said ? "max-age=31536000" : "");
    }

    [Fact]
    public async Task Pages_of_allowed_origins_may_read_what_answers_say_in_headers()
    {
        await using var open = await CairnServer.StartAsync(options =>
            options.Node.CorsOrigins = ["https://a.example"]
        );
        using var other = await open.Admin.SendAsync(
            HttpMethod.Get,
            "/api/v1/auth/whoami",
            headers: ("Origin", "https://b.example")
        );
        other.Headers.Vary.ShouldContain("Origin");
        other.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        using var allowed = await open.Admin.SendAsync(
            HttpMethod.Get,
            "/api/v1/auth/whoami",
            headers: ("Origin", "https://a.example")
        );
        string exposed = string.Join(',', allowed.Headers.GetValues("Access-Control-Expose-Headers"));
        foreach (string header in new[] { "ETag", "RateLimit-Remaining", "X-Correlation-ID" })
            exposed.ShouldContain(header);
    }

    [Fact]
    public async Task A_text_of_somebody_s_choosing_is_no_page_of_this_server()
    {
        (
            await Admin.SendAsync(
                HttpMethod.Put,
                "/api/v1/schemas/http/Page/1.0.0?type=other",
                "<svg onload=alert(1)>",
                "image/svg+xml"
            )
        ).EnsureSuccessStatusCode();
        using var page = await Admin.GetAsync("/api/v1/schemas/http/Page/1.0.0");
        page.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("sandbox");
    }

    [Theory]
    [InlineData(
        "POST",
        "/api/v1/changes",
        """{"operations":[{"op":"put","path":"http/s","document":{"k":{"\uDBFF":1}}}]}"""
    )]
    [InlineData("PUT", "/api/v1/projects/http/variables", """{"\udc37x":1}""")]
    [InlineData("POST", "/api/v1/schema-inferences", """{"samples":["\ud834"]}""")]
    [InlineData("PUT", "/api/v1/configs/http/s", """["\ud834"]""")]
    [InlineData("POST", "/api/v1/keys", """{"name":"\ud834"}""")]
    [InlineData("POST", "/api/v1/keys", """{"na\ud834me":"x"}""")]
    [InlineData("PATCH", "/api/v1/configs/http/a", """{"\ud834":1}""")]
    [InlineData("PUT", "/api/v1/config-schemas/http/a", """{"\ud834":1}""")]
    [InlineData("PUT", "/api/v1/schemas/http/S/1.0.0", """{"title":"\ud834"}""")]
    [InlineData("POST", "/api/v1/schema-validations/http/Model/1.0.0", "\"\\udfff\"")]
    [InlineData("PUT", "/config/http/s", """{"\udc37x":1}""")]
    public async Task Half_a_character_is_the_caller_s_fault(string method, string path, string body)
    {
        using var answer = await Admin.SendAsync(new HttpMethod(method), path, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("", "It is empty, or ends too early.")]
    [InlineData("{", "open JSON object or array")]
    [InlineData("{\"a\":1,\"a\":2}", "The member 'a' is there twice.")]
    [InlineData("{\"a\":}", "At line 1, byte 6.")]
    public async Task A_fault_is_told_in_terms_of_the_document(string body, string sentence)
    {
        string detail = (string)
            (await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/api/v1/configs/http/faulty", body))[
                "detail"
            ]!;
        detail.ShouldContain(sentence);
        foreach (string word in new[] { "isFinalBlock", "deserialization", "System.", "exception" })
            detail.ShouldNotContain(word);
    }

    [Fact]
    public async Task What_is_too_long_is_refused_in_words()
    {
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.RequestUriTooLong,
            HttpMethod.Get,
            "/api/v1/configs?prefix=" + new string('a', RequestLimits.MaxTargetLength)
        );
        ((string)problem["detail"]!).ShouldContain("8192");
        await Admin.RefusedAsync(
            HttpStatusCode.RequestHeaderFieldsTooLarge,
            HttpMethod.Get,
            "/api/v1/configs",
            headers: ("X-Long", new string('a', RequestLimits.MaxHeaderLength))
        );
        (await Admin.GetAsync("/api/v1/configs?prefix=" + new string('a', 7000))).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task The_root_says_whose_it_is()
    {
        var root = await Admin.GetJsonAsync("/");
        ((string?)root["name"]).ShouldBe("Cairn");
        ((string?)root["version"]).ShouldBe(CairnNode.Version);
        root.ToJsonString().ShouldNotContain("pypi");
        await using var named = await CairnServer.StartAsync(options =>
            options.Node.PyrmuteRegistry.AppName = "Pyrmute Schema Registry"
        );
        ((string?)(await named.Admin.GetJsonAsync("/"))["name"]).ShouldBe("Pyrmute Schema Registry");
    }

    [Fact]
    public void Every_read_of_Cairn_s_own_takes_HEAD() =>
        server
            .Server.App.Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRule>() is { Surface: NativeSurface })
            .Select(endpoint =>
                (
                    Name: endpoint.Metadata.GetMetadata<EndpointRule>()!.Name,
                    Methods: endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
                )
            )
            .Where(endpoint => endpoint.Methods.Contains("GET") && !endpoint.Methods.Contains("HEAD"))
            .ShouldBeEmpty();

    /// <summary>A server with a config and a schema.</summary>
    public sealed class Written : IAsyncLifetime
    {
        public CairnServer Server { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            await Server.Admin.PutJsonAsync("/api/v1/configs/http/a", """{"a":1}""");
            await Server.Admin.PutJsonAsync("/api/v1/schemas/http/Model/1.0.0", """{"type":"object"}""");
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
