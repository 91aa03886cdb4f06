using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cairn.Core.Keys;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

public sealed class KeyTests(CairnServer server) : IClassFixture<CairnServer>
{
    private HttpClient Admin => server.Admin;

    [Fact]
    public async Task A_key_is_shown_once_and_never_again()
    {
        var made = await Admin.PostJsonAsync(
            "/api/v1/keys",
            """{"name":"ci","permission":"write","description":"build","environments":["dev"],"allowed_ips":["127.0.0.1","::1/128"],"expires_in_days":30,"rate_limit":"1000/minute","scopes":["configs:write:payments/**"]}"""
        );
        string text = (string)made["key"]!;
        text.ShouldStartWith("cairn_live_");
        ApiKeyText.IsWellFormed(text).ShouldBeTrue();
        ((string?)made["hint"]).ShouldBe(text[^4..]);
        string shown =
            (await Admin.GetJsonAsync($"/api/v1/keys/{made["id"]}")).ToJsonString()
            + (await Admin.GetJsonAsync("/api/v1/keys?limit=1000")).ToJsonString();
        shown.ShouldNotContain(text);
        shown.ShouldContain("\"status\":\"active\"");
        using var client = server.Client(text);
        ((string?)(await client.GetJsonAsync("/api/v1/auth/whoami"))["name"]).ShouldBe("ci");
        using var bearer = server.Client(null);
        bearer.DefaultRequestHeaders.Add("Authorization", "Bearer " + text);
        ((string?)(await bearer.GetJsonAsync("/api/v1/auth/whoami"))["permission"]).ShouldBe("write");
    }

    [Fact]
    public async Task Everything_wrong_with_a_request_for_a_key_is_told_at_once()
    {
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "/api/v1/keys",
            """{"name":" ","scopes":["configs:payments","a:b:c","x:read:**/y"],"allowed_ips":["10.0.0.0/99"],"environments":["Prod!"],"rate_limit":"many","expires_in_days":0}"""
        );
        problem["errors"]!
            .AsArray()
            .Select(error => (string?)error!["pointer"])
            .ShouldBe([
                "/name",
                "/expires_in_days",
                "/rate_limit",
                "/scopes/0",
                "/scopes/1",
                "/scopes/2",
                "/allowed_ips/0",
                "/environments/0",
            ]);
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "/api/v1/keys",
            """{"name":"a","permision":"read"}"""
        );
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "/api/v1/keys",
            """{"name":"a","permission":"root"}"""
        );
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/api/v1/keys", "{}");
    }

    [Theory]
    [InlineData("frobs:read:x/**", "is not a kind")]
    [InlineData("config:read:**", "is not a kind")]
    [InlineData("CONFIGS:read:**", "is not a kind")]
    [InlineData("configs:Read:**", "is not a level")]
    [InlineData("configs:read:sec*t/**", "matches nothing")]
    [InlineData("configs:read:/**", "empty segment")]
    [InlineData("configs:read:a//b", "empty segment")]
    [InlineData("configs:read:a/", "empty segment")]
    public async Task A_scope_that_can_match_nothing_is_refused(string scope, string why)
    {
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "/api/v1/keys",
            $$"""{"name":"useless","scopes":["{{scope}}"]}"""
        );
        ((string)problem["errors"]![0]!["message"]!).ShouldContain(why);
    }

    [Fact]
    public async Task A_key_for_an_environment_that_is_not_there_is_refused()
    {
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "/api/v1/keys",
            """{"name":"useless","environments":["dev","nope"]}"""
        );
        ((string)problem["errors"]!.AsArray().ShouldHaveSingleItem()!["message"]!).ShouldContain("dev, prod, staging");
    }

    [Fact]
    public async Task Who_wrote_something_is_kept_by_identifier_and_not_by_name_alone()
    {
        await using var own = await CairnServer.StartAsync();
        string[] ids = new string[2];
        for (int i = 0; i < 2; i++)
        {
            var made = await own.Admin.PostJsonAsync("/api/v1/keys", """{"name":"same","permission":"write"}""");
            ids[i] = "key:" + (string?)made["id"];
            using var writer = own.Client((string?)made["key"]);
            await writer.PutJsonAsync("/api/v1/configs/author/a", "{}");
            (await writer.GetJsonAsync("/api/v1/auth/whoami"))["grants"]!
                .ToJsonString()
                .ShouldBe("""[{"kind":"*","level":"write","path":"**","environments":[]}]""");
            await own.Admin.PostJsonAsync($"/api/v1/keys/{made["id"]}/revoke", "{}");
        }

        await own.RestartAsync();
        var versions = (await own.Admin.GetJsonAsync("/api/v1/config-versions/author/a"))["items"]!.AsArray();
        versions.Select(version => (string?)version!["created_by"]).ShouldBe(["same", "same"]);
        versions.Select(version => (string?)version!["created_by_id"]).ShouldBe([ids[1], ids[0]]);
        (await own.Admin.GetJsonAsync("/api/v1/changes?limit=2"))["items"]!
            .AsArray()
            .Select(change => (string?)change!["created_by_id"])
            .ShouldBe([ids[1], ids[0]]);
        (await own.Admin.GetJsonAsync("/api/v1/integrity"))["findings"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_request_of_a_connection_is_that_of_the_key_it_presents()
    {
        var made = new List<(string Name, string Key, string Id)>();
        foreach (string name in new[] { "first", "second", "third" })
        {
            var answer = await Admin.PostJsonAsync(
                "/api/v1/keys",
                $$"""{"name":"connection-{{name}}","permission":"read"}"""
            );
            made.Add(((string)answer["name"]!, (string)answer["key"]!, (string)answer["id"]!));
        }

        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 })
        {
            BaseAddress = server.Address,
        };
        async Task<string?> AskAsync(string header, string value)
        {
            using var answer = await client.SendAsync(HttpMethod.Get, "/api/v1/auth/whoami", headers: (header, value));
            return answer.StatusCode == HttpStatusCode.OK
                ? (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["name"]
                : answer.StatusCode.ToString();
        }

        for (int i = 0; i < 9; i++)
        {
            var (name, key, _) = made[i % 3];
            (await AskAsync("X-API-Key", key)).ShouldBe(name);
            (await AskAsync("Authorization", $"Bearer {made[(i + 1) % 3].Key}")).ShouldBe(made[(i + 1) % 3].Name);
            (await AskAsync("Authorization", $"bearer   {key}")).ShouldBe(name);
            (await AskAsync("X-API-Key", key[..^1])).ShouldBe("Unauthorized");
            (await AskAsync("Authorization", "Bearer ")).ShouldBe("Unauthorized");
        }

        (await AskAsync("X-API-Key", made[0].Key)).ShouldBe(made[0].Name);
        await Admin.PostJsonAsync($"/api/v1/keys/{made[0].Id}/revoke", "{}");
        (await AskAsync("X-API-Key", made[0].Key)).ShouldBe("Unauthorized");
    }

    [Fact]
    public async Task Two_keys_in_use_have_two_names()
    {
        var made = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"twice"}""");
        await Admin.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/api/v1/keys", """{"name":"twice"}""");
        await Admin.PostJsonAsync($"/api/v1/keys/{made["id"]}/revoke", "{}");
        await Admin.PostJsonAsync("/api/v1/keys", """{"name":"twice"}""");

        var raced = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(_ => Admin.SendAsync(HttpMethod.Post, "/api/v1/keys", """{"name":"raced"}"""))
        );
        raced.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        raced.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(15);
    }

    [Fact]
    public async Task Scopes_of_keys_and_of_the_audit_are_for_what_their_path_says()
    {
        // Of a server of its own: what the other tests write would count as well.
        await using var own = await CairnServer.StartAsync();
        var one = await own.Admin.PostJsonAsync("/api/v1/keys", """{"name":"one"}""");
        await own.Admin.PutJsonAsync("/api/v1/configs/audited/a", "{}");
        await own.Admin.PutJsonAsync("/api/v1/configs/other/a", "{}");
        await own.Admin.PostJsonAsync(
            "/api/v1/changes",
            """{"operations":[{"op":"put","path":"audited/b","document":1},{"op":"put","path":"other/b","document":1}]}"""
        );

        async Task<int> CountAsync(string scope, string list)
        {
            using var client = await own.ClientWithKeyAsync("admin", $$""","scopes":["{{scope}}"]""");
            return (await client.GetJsonAsync(list))["items"]!.AsArray().Count;
        }

        (await CountAsync("keys:admin:nothing", "/api/v1/keys")).ShouldBe(0);
        (await CountAsync($"keys:admin:{one["id"]}", "/api/v1/keys")).ShouldBe(1);
        (await CountAsync("keys:admin:**", "/api/v1/keys?limit=1000")).ShouldBeGreaterThan(3);
        (await CountAsync("audit:admin:nothing", "/api/v1/audit")).ShouldBe(0);
        (await CountAsync("audit:admin:configs/audited/**", "/api/v1/audit")).ShouldBe(
            1,
            "the change that is also about something else is not for this key"
        );
        (await CountAsync("audit:admin:configs/**", "/api/v1/audit")).ShouldBe(3);
        (await CountAsync("audit:admin:**", "/api/v1/audit?limit=1000")).ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_rotated_key_goes_on_for_the_overlap_and_no_longer()
    {
        await using var own = await CairnServer.StartAsync();
        var made = await own.Admin.PostJsonAsync("/api/v1/keys", """{"name":"a","permission":"read"}""");
        var rotated = await own.Admin.PostJsonAsync(
            $"/api/v1/keys/{made["id"]}/rotate",
            """{"overlap_seconds":3600}"""
        );
        using var old = own.Client((string?)made["key"]);
        using var fresh = own.Client((string?)rotated["key"]);
        (await old.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await fresh.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
        own.Time.Offset = TimeSpan.FromSeconds(3601);
        (await old.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await fresh.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await own.Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            $"/api/v1/keys/{made["id"]}/rotate",
            """{"overlap_seconds":99999999}"""
        );
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_and_keeps_its_reason()
    {
        var made = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"a","permission":"read"}""");
        using var client = server.Client((string?)made["key"]);
        (await client.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Admin.PostJsonAsync($"/api/v1/keys/{made["id"]}/revoke", """{"reason":"leaked"}""");
        (await client.GetAsync("/api/v1/configs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ((string?)(await Admin.GetJsonAsync($"/api/v1/keys/{made["id"]}"))["revoke_reason"]).ShouldBe("leaked");
        await Admin.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/keys/{made["id"]}/revoke", "{}");
        await Admin.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/keys/{made["id"]}/rotate", "{}");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/api/v1/keys/nobody/revoke", "{}");
    }

    [Fact]
    public async Task Uses_are_counted_by_endpoint_and_status_and_survive_a_restart()
    {
        await using var own = await CairnServer.StartAsync();
        var made = await own.Admin.PostJsonAsync("/api/v1/keys", """{"name":"a","permission":"read"}""");
        using (var client = own.Client((string?)made["key"]))
        {
            for (int i = 0; i < 5; i++)
                await client.GetAsync("/api/v1/configs");
            await client.GetAsync("/api/v1/configs/no/such");
            await client.PutAsync("/api/v1/configs/no/such", new StringContent("{}"));
        }

        await own.RestartAsync();
        var usage = await own.Admin.GetJsonAsync($"/api/v1/keys/{made["id"]}/usage");
        ((long)usage["count"]!).ShouldBe(7);
        ((long)usage["endpoints"]!["ListConfigs"]!).ShouldBe(5);
        ((long)usage["status_codes"]!["404"]!).ShouldBe(1);
        ((long)usage["status_codes"]!["403"]!).ShouldBe(1);
        ((string?)usage["last_address"]).ShouldBe("127.0.0.1");
    }

    [Theory]
    [InlineData("configs:write:payments/**", "payments/database", true)]
    [InlineData("configs:write:payments/**", "payments", false)]
    [InlineData("configs:write:payments/**", "payments2/database", false)]
    [InlineData("configs:write:payments/*", "payments/database", true)]
    [InlineData("configs:write:payments/*", "payments/database/x", false)]
    [InlineData("configs:write:*/database", "payments/database", true)]
    [InlineData("configs:read:payments/**", "payments/database", false)]
    [InlineData("configs:*:payments/database", "payments/database", true)]
    [InlineData("*:write:**", "payments/database", true)]
    [InlineData("keys:write:**", "payments/database", false)]
    public async Task A_scope_covers_what_it_says(string scope, string path, bool covered)
    {
        using var client = await server.ClientWithKeyAsync("admin", $$""","scopes":["{{scope}}"]""");
        using var response = await client.SendAsync(HttpMethod.Put, "/api/v1/configs/" + path, "{}");
        response.IsSuccessStatusCode.ShouldBe(covered);
    }

    [Fact]
    public async Task A_key_for_some_environments_reaches_neither_the_others_nor_the_base()
    {
        await Admin.PutJsonAsync("/api/v1/configs/envs/a", """{"a":1}""");
        using var client = await server.ClientWithKeyAsync("write", ""","environments":["dev"]""");
        (await client.GetAsync("/api/v1/configs/envs/a?environment=dev")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/api/v1/configs/envs/a?environment=prod")).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await client.GetAsync("/api/v1/configs/envs/a")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.SendAsync(HttpMethod.Put, "/api/v1/configs/envs/a?environment=dev", "{}")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await client.SendAsync(HttpMethod.Put, "/api/v1/configs/envs/a", "{}")).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await client.GetAsync("/config/envs/a")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.GetAsync("/config/envs/a?environment=dev")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/api/v1/environments/prod/variables")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await client.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Post,
            "/api/v1/changes",
            """{"operations":[{"op":"put","path":"envs/a","environment":"prod","document":{}}]}"""
        );
        await client.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Post,
            "/api/v1/config-promotions/envs/a",
            """{"to":"prod","follow":true}"""
        );
    }

    [Fact]
    public async Task A_limited_admin_cannot_hand_out_more_than_it_has()
    {
        using var client = await server.ClientWithKeyAsync("admin", ""","scopes":["keys:admin:**"]""");
        await client.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Post,
            "/api/v1/keys",
            """{"name":"more","permission":"read"}"""
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("cairn_live_")]
    [InlineData("not-a-key")]
    [InlineData("cairn_live_TvBAXBBOhwN98P4kpFrkrRnYQCm4WT2OzLss3oXeGSx43x1ry")]
    public void Text_that_is_no_key_is_told_from_one_by_its_checksum(string text) =>
        ApiKeyText.IsWellFormed(text).ShouldBeFalse();

    [Fact]
    public void A_single_wrong_character_is_noticed()
    {
        string key = ApiKeyText.Generate("cairn_test");
        ApiKeyText.IsWellFormed(key).ShouldBeTrue();
        for (int i = 0; i < key.Length; i++)
            ApiKeyText.IsWellFormed(key[..i] + (key[i] == 'x' ? 'y' : 'x') + key[(i + 1)..]).ShouldBeFalse();
    }
}
