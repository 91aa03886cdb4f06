using System.Net;
using System.Text.Json.Nodes;
using Cairn.Node;
using Cairn.Node.Settings;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Compatibility;

/// <summary>What is around the operations of Pyrmute Registry: authentication on and off, routing, headers, health,
/// settings.</summary>
public sealed class PyrmuteSurfaceTests(CairnServer server) : IClassFixture<CairnServer>
{
    private const string Missing = "API key required. Provide via X-API-Key header or Bearer token.";

    [Fact]
    public async Task A_key_comes_by_either_header_and_X_API_Key_decides()
    {
        using var made = server.Client(null);
        await AnswersAsync(401, Missing);
        await AnswersAsync(
            401,
            "Invalid API key",
            ("X-API-Key", "wrong"),
            ("Authorization", "Bearer " + CairnServer.AdminKey)
        );
        await AnswersAsync(200, null, ("X-API-Key", CairnServer.AdminKey), ("Authorization", "Bearer wrong"));
        await AnswersAsync(200, null, ("X-API-Key", ""), ("Authorization", "bEaReR " + CairnServer.AdminKey));
        await AnswersAsync(401, Missing, ("Authorization", "Basic " + CairnServer.AdminKey));
        await AnswersAsync(401, "Invalid API key", ("Authorization", "Bearer nonsense"));

        async Task AnswersAsync(int status, string? detail, params (string Name, string Value)[] headers)
        {
            using var answer = await made.SendAsync(HttpMethod.Get, "/schemas", headers: headers);
            ((int)answer.StatusCode).ShouldBe(status);
            if (detail is null)
                return;
            ((string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]).ShouldBe(detail);
            answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer, ApiKey realm=\"Registry\"");
        }
    }

    [Theory]
    [InlineData("GET", "/schemas/x", 404, null)]
    [InlineData("GET", "/schemas/a/b/c/versions", 404, null)]
    [InlineData("PUT", "/schemas/a/M/versions", 405, "POST, GET")]
    [InlineData("PATCH", "/schemas", 405, "GET")]
    [InlineData("HEAD", "/schemas", 405, "GET")]
    [InlineData("OPTIONS", "/schemas", 405, "GET")]
    [InlineData("POST", "/schemas/a/M/versions/1.0.0", 405, "GET, DELETE")]
    [InlineData("PUT", "/api-keys/1", 405, "GET, DELETE")]
    [InlineData("DELETE", "/api-keys", 405, "POST, GET")]
    [InlineData("GET", "/api-keys/1/revoke", 405, "POST")]
    [InlineData("GET", "/api-keys/1/2/3", 404, null)]
    public async Task What_matches_no_route_is_told_so_without_a_key(
        string method,
        string path,
        int status,
        string? allow
    )
    {
        using var client = server.Client(null);
        using var answer = await client.SendAsync(
            new HttpMethod(method),
            path,
            method is "PUT" or "POST" ? "{}" : null
        );
        ((int)answer.StatusCode).ShouldBe(status);
        if (allow is not null)
            answer.Content.Headers.Allow.ShouldBe(allow.Split(", "), ignoreOrder: true);
        if (method != "HEAD")
        {
            (await answer.Content.ReadAsStringAsync()).ShouldBe(
                status == 404 ? """{"detail":"Not Found"}""" : """{"detail":"Method Not Allowed"}"""
            );
        }

        answer.Headers.Contains("X-Correlation-ID").ShouldBeTrue();
    }

    [Fact]
    public async Task A_trailing_slash_is_redirected_with_its_query()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = server.Address };
        using var answer = await client.GetAsync("/schemas/a%20b/M/versions/?x=1");
        ((int)answer.StatusCode).ShouldBe(307);
        answer.Headers.Location.ShouldBe(new Uri(server.Address, "/schemas/a%20b/M/versions?x=1"));
        using var other = await client.SendAsync(HttpMethod.Put, "/schemas/a/M/versions/", "{}");
        ((int)other.StatusCode).ShouldBe(307);
        using var unknown = await client.GetAsync("/schemas/x/");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_correlation_id_comes_back_as_it_was_sent_or_is_made()
    {
        using var client = server.Client(null);
        (await OfAsync(("X-Correlation-ID", "with spaces & signs!"))).ShouldBe("with spaces & signs!");
        (await OfAsync(("X-Request-ID", "r-1"))).ShouldBe("r-1");
        (await OfAsync(("X-Correlation-ID", ""), ("X-Request-ID", "r-2"))).ShouldBe("r-2");
        Guid.TryParse(await OfAsync(), out _).ShouldBeTrue();

        async Task<string> OfAsync(params (string Name, string Value)[] headers)
        {
            using var answer = await client.SendAsync(HttpMethod.Get, "/schemas", headers: headers);
            answer.Headers.Contains("X-Request-ID").ShouldBeFalse();
            return answer.Headers.GetValues("X-Correlation-ID").Single();
        }
    }

    [Fact]
    public async Task Without_authentication_everything_is_open_but_keys_cannot_be_made()
    {
        await using var open = await CairnServer.StartAsync(options =>
            options.Node.PyrmuteRegistry.Authentication = false
        );
        using var client = open.Client("not even looked at");
        await client.RegisterAsync("open/M", "1.0.0");
        await client.AskAsync(200, "DELETE", "/schemas/open/M/versions/1.0.0?force=true");
        const string disabled = "Authentication is disabled. Enable it to manage API keys.";
        await client.RefusedAsync(400, disabled, "POST", "/api-keys", """{"name":"any"}""");
        await client.RefusedAsync(400, disabled, "POST", "/api-keys/1/rotate", "{}");
        (await client.InvalidAsync("POST", "/api-keys", "{}")).ShouldBe(["missing body.name Field required"]);
        var listed = await client.AskAsync(200, "GET", "/api-keys");
        ((int)listed["total"]!).ShouldBe(1);
        // Cairn's own API is as closed as ever.
        (await client.GetAsync("/api/v1/schemas")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await open.Admin.GetJsonAsync("/api/v1/audit?actor=anonymous&outcome=success"))["items"]!
            .AsArray()
            .Count.ShouldBe(2);
    }

    [Fact]
    public async Task Health_and_root_have_the_members_of_both_and_need_no_key()
    {
        await server.Admin.RegisterAsync("health/M", "1.0.0");
        using var client = server.Client("wrong");
        var health = await client.GetJsonAsync("/health");
        ((string?)health["status"]).ShouldBe("healthy");
        ((string?)health["environment"]).ShouldBe("development");
        health["database"]!.ToJsonString().ShouldBe("""{"type":"sqlite","connected":true}""");
        ((int)health["schemas_count"]!).ShouldBeGreaterThan(0);
        ((double)health["uptime_seconds"]!).ShouldBeGreaterThan(0);
        ((string?)health["timestamp"])!.ShouldEndWith("+00:00");
        health["checks"].ShouldNotBeNull();
        ((bool)(await client.GetJsonAsync("/health/live"))["alive"]!).ShouldBeTrue();
        ((bool)(await client.GetJsonAsync("/health/ready"))["ready"]!).ShouldBeTrue();

        var root = await client.GetJsonAsync("/");
        ((string?)root["name"]).ShouldBe("Cairn");
        root["repository"].ShouldBeNull();
        root["documentation"]!
            .ToJsonString()
            .ShouldBe("""{"swagger":"/docs","redoc":"/redoc","openapi":"/openapi.json"}""");
        ((string?)root["endpoints"]!["schemas"]).ShouldBe("/schemas");
        var description = await client.GetJsonAsync("/openapi.json");
        ((string?)description["openapi"])!.ShouldStartWith("3.1");
        ((string?)description["info"]!["title"]).ShouldBe("Cairn");
        description["components"]!["securitySchemes"]!.AsObject().Count.ShouldBe(2);
        (await client.GetAsync("/redoc")).Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Fact]
    public async Task In_production_there_are_no_pages()
    {
        await using var production = await CairnServer.StartAsync(options =>
        {
            options.Node.PyrmuteRegistry.Environment = "production";
            options.Node.PyrmuteRegistry.AppName = "Ours";
            options.Node.PyrmuteRegistry.AppVersion = "3.2.1";
        });
        using var client = production.Client(null);
        var root = await client.GetJsonAsync("/");
        root["documentation"]!.ToJsonString().ShouldBe("""{"swagger":null,"redoc":null,"openapi":"/openapi.json"}""");
        ((string?)root["name"]).ShouldBe("Ours");
        ((string?)root["version"]).ShouldBe("3.2.1");
        ((string?)(await client.GetJsonAsync("/health"))["version"]).ShouldBe("3.2.1");
        foreach (string page in new[] { "/docs", "/redoc" })
            (await client.GetAsync(page)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string?)(await client.GetJsonAsync("/openapi.json"))["info"]!["title"]).ShouldBe("Ours");
    }

    [Fact]
    public async Task Browsers_are_answered_as_the_original_answers_them_where_origins_are_set()
    {
        await using var any = await CairnServer.StartAsync(options => options.Node.PyrmuteRegistry.CorsOrigins = ["*"]);
        await using var some = await CairnServer.StartAsync(options =>
            options.Node.PyrmuteRegistry.CorsOrigins = ["https://app.example.com"]
        );
        (await AllowedAsync(any, "https://x.example")).ShouldBe("* true ");
        (await AllowedAsync(any, "https://x.example", ("Cookie", "a=b"))).ShouldBe("https://x.example true Origin");
        (await AllowedAsync(any, null)).ShouldBe("  ");
        (await AllowedAsync(some, "https://app.example.com")).ShouldBe("https://app.example.com true Origin");
        (await AllowedAsync(some, "https://x.example")).ShouldBe(" true ");
        (await AllowedAsync(server, "https://x.example")).ShouldBe("  ");

        using var preflight = await any.Client(null)
            .SendAsync(
                HttpMethod.Options,
                "/schemas/anything/at/all",
                headers:
                [
                    ("Origin", "https://x.example"),
                    ("Access-Control-Request-Method", "DELETE"),
                    ("Access-Control-Request-Headers", "X-API-Key, X-More"),
                ]
            );
        preflight.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await preflight.Content.ReadAsStringAsync()).ShouldBe("OK");
        Header(preflight, "Access-Control-Allow-Origin").ShouldBe("https://x.example");
        Header(preflight, "Access-Control-Allow-Methods").ShouldBe("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
        Header(preflight, "Access-Control-Allow-Headers").ShouldBe("X-API-Key, X-More");
        Header(preflight, "Access-Control-Allow-Credentials").ShouldBe("true");
        Header(preflight, "Access-Control-Max-Age").ShouldBe("600");
        Header(preflight, "Vary").ShouldBe("Origin");
        Header(preflight, "X-Correlation-ID").ShouldBe("");
        using var refused = await some.Client(null)
            .SendAsync(
                HttpMethod.Options,
                "/schemas",
                headers: [("Origin", "https://x.example"), ("Access-Control-Request-Method", "GET")]
            );
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");

        static async Task<string> AllowedAsync(
            CairnServer server,
            string? origin,
            params (string Name, string Value)[] headers
        )
        {
            using var answer = await server.Admin.SendAsync(
                HttpMethod.Get,
                "/schemas",
                headers: origin is null ? headers : [("Origin", origin), .. headers]
            );
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            return $"{Header(answer, "Access-Control-Allow-Origin")} "
                + $"{Header(answer, "Access-Control-Allow-Credentials")} {Header(answer, "Vary")}";
        }

        static string Header(HttpResponseMessage answer, string name) =>
            answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
    }

    [Fact]
    public async Task Large_answers_are_compressed_for_those_who_take_it()
    {
        await server.Admin.RegisterAsync("large/M", "1.0.0", $$"""{"description":"{{new string('x', 5000)}}"}""");
        using var handler = new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None };
        using var client = new HttpClient(handler) { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Add("X-API-Key", CairnServer.AdminKey);
        using var packed = await client.SendAsync(
            HttpMethod.Get,
            "/schemas/large/M/versions/1.0.0",
            headers: ("Accept-Encoding", "deflate, gzip")
        );
        packed.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        (await packed.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThan(1000);
        using var plain = await client.SendAsync(
            HttpMethod.Get,
            "/schemas/large/M/versions/1.0.0",
            headers: ("Accept-Encoding", "identity")
        );
        plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
        plain.Headers.Vary.ShouldBe(["Accept-Encoding"]);
    }

    [Fact]
    public async Task A_rate_limit_holds_only_when_it_is_set_and_spares_health()
    {
        await using var limited = await CairnServer.StartAsync(options =>
            options.Node.PyrmuteRegistry.RateLimit = CairnOptions.ParseLimit("3/minute")
        );
        for (int i = 0; i < 3; i++)
            await limited.Admin.AskAsync(200, "GET", "/schemas");
        using var refused = await limited.Admin.GetAsync("/schemas");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await refused.Content.ReadAsStringAsync()).ShouldStartWith("{\"detail\":");
        (await limited.Admin.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        await using var without = await CairnServer.StartAsync(options => options.Node.PyrmuteRegistry.Enabled = false);
        (await without.Admin.GetAsync("/schemas")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await without.Admin.GetJsonAsync("/health")).AsObject().ContainsKey("schemas_count").ShouldBeFalse();
    }

    [Fact]
    public void Its_environment_variables_are_settings_of_Cairn()
    {
        var (options, settings) = Load(
            new()
            {
                ["PYRMUTE_REGISTRY_DATABASE_URL"] = "postgresql://user:pw@db.example.com:5432/registry",
                ["pyrmute_registry_enable_auth"] = "no",
                ["PYRMUTE_REGISTRY_CORS_ORIGINS"] = """["https://a.example","https://b.example"]""",
                ["PYRMUTE_REGISTRY_PORT"] = "9000",
                ["PYRMUTE_REGISTRY_ENVIRONMENT"] = "production",
                ["PYRMUTE_REGISTRY_APP_NAME"] = "Ours",
                ["PYRMUTE_REGISTRY_RATE_LIMIT_ENABLED"] = "true",
                ["PYRMUTE_REGISTRY_LOG_LEVEL"] = "WARNING",
                ["PYRMUTE_REGISTRY_WORKERS"] = "4",
                ["PYRMUTE_REGISTRY_SOMETHING_ELSE"] = "ignored",
            }
        );
        options.Node.Store.ShouldBe("postgres://user:pw@db.example.com:5432/registry");
        var registry = options.Node.PyrmuteRegistry;
        registry.Authentication.ShouldBeFalse();
        registry.CorsOrigins.ShouldBe(["https://a.example", "https://b.example"]);
        registry.Environment.ShouldBe("production");
        registry.AppName.ShouldBe("Ours");
        registry.RateLimit!.ToString().ShouldBe("60/minute");
        options.Listen.ShouldBe(["http://0.0.0.0:9000"]);
        options.LogLevel.ShouldBe(Microsoft.Extensions.Logging.LogLevel.Warning);
        options.LogFormat.ShouldBe("json");
        settings.Single(setting => setting.Setting.Name == "listen").Source.ShouldBe("PYRMUTE_REGISTRY_PORT");
        settings.Single(setting => setting.Setting.Name == "store").Shown.ShouldNotContain("pw");
    }

    [Fact]
    public void Without_them_the_safe_defaults_hold_and_Cairn_s_own_names_go_first()
    {
        var (options, _) = Load([]);
        options.Node.PyrmuteRegistry.Authentication.ShouldBeTrue();
        options.Node.PyrmuteRegistry.CorsOrigins.ShouldBeEmpty();
        options.Listen.ShouldBe(["http://127.0.0.1:8000"]);
        var (own, _) = Load(new() { ["CAIRN_LISTEN"] = "http://127.0.0.1:1", ["PYRMUTE_REGISTRY_PORT"] = "2" });
        own.Listen.ShouldBe(["http://127.0.0.1:1"]);
    }

    [Theory]
    [InlineData("ENABLE_AUTH", "maybe", "true or false")]
    [InlineData("PORT", "70000", "from 1 to 65535")]
    [InlineData("WORKERS", "0", "from 1 to")]
    [InlineData("ENVIRONMENT", "staging", "development, production or test")]
    [InlineData("DATABASE_URL", "mysql://x", "sqlite:///PATH")]
    [InlineData("LOG_LEVEL", "LOUD", "DEBUG, INFO")]
    [InlineData("CORS_ORIGINS", "[1", "a,b or")]
    [InlineData("SENTRY_TRACES_SAMPLE_RATE", "2", "from 0 to 1")]
    public void A_bad_value_stops_the_start_with_its_name(string name, string value, string said)
    {
        var refusal = Should.Throw<SettingException>(() => Load(new() { ["PYRMUTE_REGISTRY_" + name] = value }));
        refusal.Message.ShouldContain("PYRMUTE_REGISTRY_" + name);
        refusal.Message.ShouldContain(said);
    }

    [Fact]
    public void A_dotenv_file_is_read_and_the_environment_goes_before_it()
    {
        var settings = PyrmuteVariables.Read(
            new Dictionary<string, string> { ["PYRMUTE_REGISTRY_APP_NAME"] = "from the process" },
            "# a comment\nexport PYRMUTE_REGISTRY_ENABLE_AUTH=\"false\" # off\nPYRMUTE_REGISTRY_APP_NAME=file\n"
                + "PYRMUTE_REGISTRY_HOST='127.0.0.1'\nOTHER=x\n"
        );
        settings["pyrmute-registry-auth"].ShouldBe(new("off", "PYRMUTE_REGISTRY_ENABLE_AUTH in .env"));
        settings["pyrmute-registry-app-name"].Value.ShouldBe("from the process");
        settings["listen"].Value.ShouldBe("http://127.0.0.1:8000");
        settings.Count.ShouldBe(3);
    }

    private static (ServeOptions Options, IReadOnlyList<EffectiveSetting> Settings) Load(
        Dictionary<string, string> environment
    ) => EffectiveSettings.Load(new Dictionary<string, string>(), environment, null);
}
