using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

public sealed class ConfigTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static int _next;
    private readonly string _path = $"p{Interlocked.Increment(ref _next)}/database";

    private HttpClient Admin => server.Admin;
    private string Url => "/api/v1/configs/" + _path;

    [Fact]
    public async Task What_is_put_comes_back_member_for_member()
    {
        const string Document =
            """{"z":1,"a":{"big":123456789012345678901234567890,"huge":1e400,"exact":1.10},"text":"é <b> ☃ 😀 \u0000"}""";
        await Admin.PutJsonAsync(Url, Document);
        (await Admin.GetStringAsync(Url)).ShouldBe(Document);
    }

    [Fact]
    public async Task The_first_write_is_201_and_the_next_200_each_with_its_version()
    {
        using var first = await Admin.SendAsync(
            HttpMethod.Put,
            Url,
            """{"a":1}""",
            headers: ("Cairn-Message", "caf%C3%A9 opens")
        );
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        first.Headers.ETag!.Tag.ShouldStartWith("\"1-");
        var written = JsonNode.Parse(await first.Content.ReadAsStringAsync())!;
        ((string?)written["message"]).ShouldBe("café opens");
        ((string?)written["created_by"]).ShouldBe("admin");
        ((string?)written["checksum"]).ShouldStartWith("sha256:");
        ((string?)written["created_at"]).ShouldEndWith("Z");

        using var second = await Admin.SendAsync(HttpMethod.Put, Url, """{"a":2}""");
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.Headers.ETag!.Tag.ShouldStartWith("\"2-");
    }

    [Fact]
    public async Task An_overlay_is_merged_in_its_environment_only()
    {
        await Admin.PutJsonAsync(Url, """{"host":"db","pool":{"min":1,"max":5},"debug":true}""");
        await Admin.PutJsonAsync(Url + "?environment=prod", """{"host":"prod-db","pool":{"max":50},"debug":null}""");

        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe(
            """{"host":"prod-db","pool":{"min":1,"max":50}}"""
        );
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe(
            """{"host":"db","pool":{"min":1,"max":5},"debug":true}"""
        );
        (await Admin.GetStringAsync(Url + "?environment=prod&raw=true")).ShouldBe(
            """{"host":"prod-db","pool":{"max":50},"debug":null}"""
        );
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"host":"db","pool":{"min":1,"max":5},"debug":true}""");
    }

    [Fact]
    public async Task A_config_with_an_overlay_only_is_there_for_that_environment_alone()
    {
        await Admin.PutJsonAsync(Url + "?environment=dev", """{"a":1}""");
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe("""{"a":1}""");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url + "?environment=prod");
        ((string?)(await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url))["detail"])!.ShouldContain(
            "dev"
        );
        (await Admin.SendAsync(HttpMethod.Delete, Url + "?environment=dev")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url + "?environment=dev");
    }

    [Fact]
    public async Task A_promotion_carries_the_base_from_one_environment_to_the_next()
    {
        await Admin.PutJsonAsync(Url, """{"v":1}""");
        string promotions = $"/api/v1/config-promotions/{_path}";
        await Admin.PostJsonAsync(promotions, """{"from":"dev","to":"staging"}""");
        await Admin.PostJsonAsync(promotions, """{"from":"staging","to":"prod"}""");
        await Admin.PutJsonAsync(Url, """{"v":2}""");

        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe("""{"v":2}""");
        (await Admin.GetStringAsync(Url + "?environment=staging")).ShouldBe("""{"v":1}""");
        await Admin.PostJsonAsync(promotions, """{"from":"dev","to":"staging"}""");
        (await Admin.GetStringAsync(Url + "?environment=staging")).ShouldBe("""{"v":2}""");
        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe("""{"v":1}""");
        await Admin.PostJsonAsync(promotions, """{"to":"prod","follow":true}""");
        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe("""{"v":2}""");
        await Admin.PostJsonAsync(promotions, """{"to":"prod","version":1}""");
        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe("""{"v":1}""");
        var item = (await Admin.GetJsonAsync($"/api/v1/configs?prefix={_path}"))["items"]![0]!;
        ((long)item["pins"]!["prod"]!).ShouldBe(1);
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, promotions, """{"to":"prod"}""");
        await Admin.RefusedAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Post,
            promotions,
            """{"to":"nowhere","from":"dev"}"""
        );
    }

    [Fact]
    public async Task History_diff_and_rollback_work_on_any_two_versions()
    {
        await Admin.PutJsonAsync(Url, """{"a":1,"b":[1,2,3]}""");
        await Admin.PutJsonAsync(Url, """{"a":2,"b":[1,3],"c":"new"}""");
        await Admin.PutJsonAsync(Url, """{"c":"only"}""");

        var history = (await Admin.GetJsonAsync($"/api/v1/config-versions/{_path}"))["items"]!.AsArray();
        history.Select(version => (long)version!["version"]!).ShouldBe([3, 2, 1]);

        var diff = await Admin.GetJsonAsync($"/api/v1/config-diffs/{_path}?from=1&to=2");
        diff["patch"]!
            .ToJsonString()
            .ShouldBe(
                """[{"op":"replace","path":"/a","value":2},{"op":"remove","path":"/b/1"},{"op":"add","path":"/c","value":"new"}]"""
            );
        ((string?)diff["text"])!.ShouldContain("+  \"a\": 2,");

        var rolled = await Admin.PostJsonAsync(
            $"/api/v1/config-rollbacks/{_path}",
            """{"to_version":1,"message":"back"}"""
        );
        ((long)rolled["version"]!).ShouldBe(4);
        ((string?)rolled["checksum"]).ShouldBe((string?)history[2]!["checksum"]);
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":1,"b":[1,2,3]}""");
        (await Admin.GetStringAsync(Url + "?version=2")).ShouldBe("""{"a":2,"b":[1,3],"c":"new"}""");
        await Admin.RefusedAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Post,
            $"/api/v1/config-rollbacks/{_path}",
            """{"to_version":99}"""
        );
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/config-diffs/{_path}?from=1&to=77");
    }

    [Fact]
    public async Task A_deleted_config_leaves_a_tombstone_and_can_be_brought_back()
    {
        await Admin.PutJsonAsync(Url, """{"a":1}""");
        await Admin.SendJsonAsync(HttpMethod.Delete, Url);
        ((string?)(await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url))["detail"])!.ShouldContain(
            "version 2"
        );
        (await Admin.GetStringAsync(Url + "?version=1")).ShouldBe("""{"a":1}""");
        (await Admin.GetJsonAsync($"/api/v1/configs?prefix={_path}"))["items"]!.AsArray().ShouldBeEmpty();
        (await Admin.GetJsonAsync($"/api/v1/configs?prefix={_path}&deleted=true"))["items"]!
            .AsArray()
            .Count.ShouldBe(1);
        ((bool)(await Admin.GetJsonAsync($"/api/v1/config-versions/{_path}"))["items"]![0]!["deleted"]!).ShouldBeTrue();

        await Admin.PostJsonAsync($"/api/v1/config-rollbacks/{_path}", "{}");
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":1}""");
        await Admin.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/api/v1/config-rollbacks/{_path}", "{}");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, "/api/v1/configs/never/was");
    }

    [Fact]
    public async Task Preconditions_guard_writes_and_save_reads()
    {
        await Admin.PutJsonAsync(Url, """{"a":1}""", ("If-None-Match", "*"));
        await Admin.RefusedAsync(
            HttpStatusCode.PreconditionFailed,
            HttpMethod.Put,
            Url,
            """{"a":2}""",
            headers: ("If-None-Match", "*")
        );
        await Admin.PutJsonAsync(Url, """{"a":2}""", ("If-Match", "\"1\""));
        await Admin.RefusedAsync(
            HttpStatusCode.PreconditionFailed,
            HttpMethod.Put,
            Url,
            """{"a":3}""",
            headers: ("If-Match", "\"1\"")
        );
        await Admin.RefusedAsync(
            HttpStatusCode.PreconditionFailed,
            HttpMethod.Delete,
            Url,
            headers: ("If-Match", "\"1\"")
        );
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            Url,
            """{"a":3}""",
            headers: ("If-Match", "banana")
        );
        using var known = await Admin.SendAsync(HttpMethod.Get, Url, headers: ("If-None-Match", "\"2\""));
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var unknown = await Admin.SendAsync(HttpMethod.Get, Url, headers: ("If-None-Match", "\"1\", W/\"0\""));
        unknown.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":2}""");
    }

    [Fact]
    public async Task Of_many_writers_with_the_same_precondition_exactly_one_wins()
    {
        await Admin.PutJsonAsync(Url, "{}");
        var writes = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i =>
                    Admin.SendAsync(HttpMethod.Put, Url, $$"""{"writer":{{i}}}""", headers: ("If-Match", "\"1\""))
                )
        );
        writes.Count(response => response.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        writes.Count(response => response.StatusCode == HttpStatusCode.PreconditionFailed).ShouldBe(15);
    }

    [Fact]
    public async Task Of_many_writers_without_a_precondition_each_makes_a_version()
    {
        var writes = await Task.WhenAll(
            Enumerable.Range(0, 32).Select(i => Admin.PutJsonAsync(Url, $$"""{"writer":{{i}}}"""))
        );
        writes
            .Select(written => (long)written["version"]!)
            .Order()
            .ShouldBe(Enumerable.Range(1, 32).Select(i => (long)i));
    }

    [Theory]
    [InlineData("configs/made-first/first", "{}")]
    [InlineData("environments/first-made-first", "{}")]
    [InlineData("schemas/made-first/First/1.0.0", "{}")]
    public async Task Of_many_who_write_something_first_one_is_told_that_it_made_it(string path, string body)
    {
        path = "/api/v1/" + path;
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Admin.SendAsync(HttpMethod.Put, path, body))
        );

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(15);
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_patched_by_either_way()
    {
        await Admin.RefusedAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Patch,
            "/api/v1/configs/made-first/none",
            """{"a":1}""",
            "application/merge-patch+json"
        );
        await Admin.RefusedAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Post,
            "/api/v1/changes",
            """{"operations":[{"op":"patch","path":"made-first/none","document":{"a":1}}]}"""
        );
        await Admin.RefusedAsync(
            HttpStatusCode.PreconditionFailed,
            HttpMethod.Patch,
            "/api/v1/configs/made-first/none",
            """{"a":1}""",
            "application/merge-patch+json",
            ("If-Match", "*")
        );
    }

    [Fact]
    public async Task A_patch_changes_what_it_names()
    {
        await Admin.PutJsonAsync(Url, """{"a":{"b":1,"c":2}}""");
        (
            await Admin.SendAsync(HttpMethod.Patch, Url, """{"a":{"b":null},"d":3}""", "application/merge-patch+json")
        ).EnsureSuccessStatusCode();
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":{"c":2},"d":3}""");
        (
            await Admin.SendAsync(
                HttpMethod.Patch,
                Url,
                """[{"op":"test","path":"/d","value":3},{"op":"move","from":"/d","path":"/a/d"}]""",
                "application/json-patch+json"
            )
        ).EnsureSuccessStatusCode();
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":{"c":2,"d":3}}""");
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Patch,
            Url,
            """[{"op":"remove","path":"/a/d"},{"op":"test","path":"/a/c","value":9}]""",
            "application/json-patch+json"
        );
        ((string?)problem["errors"]![0]!["pointer"]).ShouldBe("/1");
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":{"c":2,"d":3}}""");
        await Admin.RefusedAsync(HttpStatusCode.UnsupportedMediaType, HttpMethod.Patch, Url, "x", "text/plain");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Patch, "/api/v1/configs/never/patched", "{}");
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "a")]
    [InlineData("""{"a":""", "JSON")]
    [InlineData("""{"a":1,}""", "JSON")]
    [InlineData("""{'a':1}""", "JSON")]
    [InlineData("""{"a":NaN}""", "JSON")]
    [InlineData("""{"a":"\ud800"}""", "surrogate")]
    [InlineData("", "JSON")]
    public async Task A_document_that_is_not_strict_JSON_is_refused_and_changes_nothing(string document, string hint)
    {
        var problem = await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Url, document);
        ((string?)problem["detail"])!.ShouldContain(hint);
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url);
    }

    [Fact]
    public async Task Invalid_UTF8_is_refused()
    {
        using var content = new ByteArrayContent([.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        using var response = await Admin.PutAsync(Url, content);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("UTF-8");
    }

    [Fact]
    public async Task Nesting_is_fine_to_64_levels_and_refused_beyond()
    {
        string Nest(int depth) => new string('[', depth) + new string(']', depth);
        await Admin.PutJsonAsync(Url, Nest(64));
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe(Nest(64));
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Url, Nest(65));
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Url, Nest(400_000));
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Url, Nest(100_000), "application/yaml");
    }

    [Fact]
    public async Task A_document_of_a_mebibyte_is_kept_and_a_larger_one_refused()
    {
        string Document(int length) => $$"""{"a":"{{new string('x', length - 8)}}"}""";
        await Admin.PutJsonAsync(Url, Document(1 << 20));
        (await Admin.GetStringAsync(Url)).Length.ShouldBe(1 << 20);
        await Admin.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, HttpMethod.Put, Url, Document((1 << 20) + 1));
    }

    [Theory]
    [InlineData("a%2F/c", HttpStatusCode.BadRequest)]
    [InlineData("a%252Fb", HttpStatusCode.BadRequest)]
    [InlineData("a/%2e%2e%2f%2e%2e/etc", HttpStatusCode.BadRequest)]
    [InlineData("a/..%2fb", HttpStatusCode.BadRequest)]
    [InlineData("a//b", HttpStatusCode.BadRequest)]
    [InlineData("a/", HttpStatusCode.BadRequest)]
    [InlineData("a/b%00c", HttpStatusCode.BadRequest)]
    [InlineData("a/b%20c", HttpStatusCode.BadRequest)]
    [InlineData("a/%C3%A9", HttpStatusCode.BadRequest)]
    [InlineData("a/b%5Cc", HttpStatusCode.BadRequest)]
    public async Task A_path_that_tries_something_is_refused(string path, HttpStatusCode expected)
    {
        // HttpClient tidies paths up by itself, so the request is written by hand.
        var (status, _) = await RawHttp.SendAsync(
            server.Address,
            $"PUT /api/v1/configs/{path} HTTP/1.1",
            "{}",
            CairnServer.AdminKey
        );
        status.ShouldBe((int)expected);
    }

    [Fact]
    public async Task Dots_in_a_path_lead_to_nothing_but_what_they_spell()
    {
        await Admin.PutJsonAsync(Url, """{"a":1}""");
        var (status, body) = await RawHttp.SendAsync(
            server.Address,
            $"GET /api/v1/configs/x/../{_path} HTTP/1.1",
            null,
            CairnServer.AdminKey
        );
        status.ShouldBe(200, body);
        (status, _) = await RawHttp.SendAsync(
            server.Address,
            "GET /api/v1/configs/../../../etc/passwd HTTP/1.1",
            null,
            CairnServer.AdminKey
        );
        status.ShouldBeOneOf(400, 404);
    }

    [Fact]
    public async Task A_list_is_in_order_pages_with_a_cursor_and_can_hold_the_documents()
    {
        string project = _path.Split('/')[0];
        foreach (string name in new[] { "c", "a", "b/d", "e" })
            await Admin.PutJsonAsync($"/api/v1/configs/{project}/{name}", $$"""{"name":"{{name}}"}""");
        var paths = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Admin.GetJsonAsync(
                $"/api/v1/configs?prefix={project}/&limit=3&include=document&cursor={cursor}"
            );
            paths.AddRange(page["items"]!.AsArray().Select(item => $"{item!["path"]}={item["document"]!["name"]}"));
            cursor = (string?)page["next_cursor"];
        } while (cursor is not null);
        paths.ShouldBe([$"{project}/a=a", $"{project}/b/d=b/d", $"{project}/c=c", $"{project}/e=e"]);
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/api/v1/configs?limit=0");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/api/v1/configs?limit=1001");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/api/v1/configs?cursor=*");
    }

    [Fact]
    public async Task Ten_thousand_versions_are_all_there()
    {
        for (int batch = 0; batch < 100; batch++)
        {
            await Task.WhenAll(
                Enumerable.Range(0, 100).Select(i => Admin.PutJsonAsync(Url, $$"""{"n":{{batch * 100 + i}}}"""))
            );
        }

        var versions = new List<long>();
        string? cursor = null;
        do
        {
            var page = await Admin.GetJsonAsync($"/api/v1/config-versions/{_path}?limit=1000&cursor={cursor}");
            versions.AddRange(page["items"]!.AsArray().Select(item => (long)item!["version"]!));
            cursor = (string?)page["next_cursor"];
        } while (cursor is not null);
        versions.ShouldBe(Enumerable.Range(1, 10_000).Select(i => (long)i).Reverse());
        (await Admin.GetStringAsync(Url + "?version=5000")).ShouldContain("\"n\":");
    }

    [Fact]
    public async Task Unknown_environments_and_senseless_parameters_are_refused_with_what_would_be_right()
    {
        await Admin.PutJsonAsync(Url, "{}");
        (
            (string?)
                (await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url + "?environment=qa"))["detail"]
        )!.ShouldContain("dev, ");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Put, Url + "?environment=qa", "{}");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, Url + "?version=abc");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, Url + "?raw=perhaps");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, Url + "?consistency=eventual");
        await Admin.RefusedAsync(HttpStatusCode.UnsupportedMediaType, HttpMethod.Get, Url + "?format=xml");
        await Admin.RefusedAsync(HttpStatusCode.UnsupportedMediaType, HttpMethod.Put, Url, "<a/>", "application/xml");
        (await Admin.GetAsync(Url + "?consistency=strong")).EnsureSuccessStatusCode();
        (await Admin.SendAsync(HttpMethod.Get, Url, headers: ("Cairn-Min-Revision", "1"))).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Everything_is_still_there_after_a_restart()
    {
        await using var other = await CairnServer.StartAsync();
        await other.Admin.PutJsonAsync("/api/v1/configs/a/b", """{"a":1}""");
        await other.Admin.PutJsonAsync("/api/v1/configs/a/b?environment=prod", """{"a":2}""");
        await other.Admin.SendJsonAsync(HttpMethod.Put, "/api/v1/environments/prod/variables", """{"region":"eu"}""");
        await other.RestartAsync();
        (await other.Admin.GetStringAsync("/api/v1/configs/a/b?environment=prod")).ShouldBe("""{"a":2}""");
        (await other.Admin.GetStringAsync("/api/v1/environments/prod/variables")).ShouldBe("""{"region":"eu"}""");
        (await other.Admin.GetJsonAsync("/api/v1/config-versions/a/b"))["items"]!.AsArray().Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("?version=99", "has no version 99; the newest is 2")]
    [InlineData("?version=99&environment=prod", "has no version 99; the newest is 2")]
    [InlineData("?version=1&environment=dev&raw=true", "Version 1 of the config")]
    [InlineData("?environment=dev&raw=true", "has no overlay for 'dev', which serves its base")]
    [InlineData("?environment=nope", "'nope'")]
    public async Task What_is_not_there_is_told_as_it_is(string query, string sentence)
    {
        await Admin.PutJsonAsync(Url, "{}");
        await Admin.PutJsonAsync(Url + "?environment=prod", "{}");
        (
            (string?)(await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url + query))["detail"]
        )!.ShouldContain(sentence);
    }

    [Fact]
    public async Task Where_only_overlays_are_the_others_are_told_so()
    {
        await Admin.PutJsonAsync(Url + "?environment=prod", "{}");
        ((string?)(await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url))["detail"])!.ShouldContain(
            "only overlays for prod"
        );
        (
            (string?)
                (await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url + "?environment=dev"))["detail"]
        )!.ShouldContain("'dev' serves nothing");
        (
            (string?)
                (await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url + "?environment=dev&raw=true"))[
                    "detail"
                ]
        )!.ShouldContain("'dev' serves nothing");
    }

    [Fact]
    public async Task What_YAML_1_1_reads_otherwise_is_warned_of_and_written_all_the_same()
    {
        using var answer = await Admin.SendAsync(
            HttpMethod.Put,
            Url,
            "mode: 0644\nplain: x\nat: 12:30\n",
            "application/yaml"
        );
        answer.EnsureSuccessStatusCode();
        var warnings = answer.Headers.GetValues("Cairn-Warning").ToList();
        warnings.Count.ShouldBe(2);
        warnings[0].ShouldStartWith("Line 1: '0644'");
        warnings[1].ShouldStartWith("Line 3: '12:30'");
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"mode":644,"plain":"x","at":"12:30"}""");

        using var many = await Admin.SendAsync(
            HttpMethod.Put,
            Url + "?format=yaml",
            string.Concat(Enumerable.Repeat("- on\n", 12))
        );
        many.Headers.GetValues("Cairn-Warning").Last().ShouldBe("And 2 more.");
        using var none = await Admin.SendAsync(HttpMethod.Put, Url + "?format=yaml", "- 'on'\n");
        none.Headers.Contains("Cairn-Warning").ShouldBeFalse();
    }

    [Theory]
    [InlineData("plain ASCII: 0644", "Line 1: '0644'")]
    [InlineData("\"naïve\\n\": 0644", "Line 1: '0644'")]
    [InlineData("long", "\\u2026")]
    public async Task A_warning_is_printable_ASCII_whatever_it_quotes(string document, string expected)
    {
        if (document == "long")
            document = "mode: 0" + new string('7', 150);
        using var answer = await Admin.SendAsync(HttpMethod.Put, Url, document, "application/yaml");
        answer.EnsureSuccessStatusCode();
        string warning = answer.Headers.GetValues("Cairn-Warning").ShouldHaveSingleItem();
        warning.ShouldContain(expected);
        warning.ShouldAllBe(character => character >= ' ' && character <= '~');
    }

    [Theory]
    [InlineData("application/toml", "a = 1\n[b]\nc = \"x\"\n")]
    [InlineData("application/jsonc", "{\"a\": 1, // one\n \"b\": {\"c\": \"x\",},}")]
    public async Task TOML_and_commented_JSON_are_read(string type, string body)
    {
        (await Admin.SendAsync(HttpMethod.Put, Url, body, type)).EnsureSuccessStatusCode();
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":1,"b":{"c":"x"}}""");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Url, body);
    }

    [Fact]
    public async Task Formats_go_in_and_out()
    {
        await Admin.SendAsync(
            HttpMethod.Put,
            Url,
            "host: db\nports: [1, 2]\nnested:\n  on: \"yes\"\n  empty: ~\n",
            "application/yaml"
        );
        (await Admin.GetStringAsync(Url)).ShouldBe(
            """{"host":"db","ports":[1,2],"nested":{"on":"yes","empty":null}}"""
        );
        (await Admin.GetStringAsync(Url + "?format=yaml")).ShouldBe(
            "host: db\nports:\n- 1\n- 2\nnested:\n  \"on\": \"yes\"\n  empty: null\n"
        );
        (await Admin.GetStringAsync(Url + "?format=properties")).ShouldBe(
            "host=db\nports[0]=1\nports[1]=2\nnested.on=yes\nnested.empty=\n"
        );
        (await Admin.GetStringAsync(Url + "?format=dotenv")).ShouldBe(
            "HOST=db\nPORTS_0=1\nPORTS_1=2\nNESTED_ON=yes\nNESTED_EMPTY=\n"
        );
        (await Admin.GetStringAsync(Url + "?format=toml")).ShouldBe(
            "host = \"db\"\nports = [1, 2]\n\n[nested]\non = \"yes\"\n"
        );
        using var accepted = await Admin.SendAsync(HttpMethod.Get, Url, headers: ("Accept", "application/toml, */*"));
        accepted.Content.Headers.ContentType!.MediaType.ShouldBe("application/toml");
        (
            await Admin.SendAsync(
                HttpMethod.Put,
                Url + "?format=dotenv",
                "# c\nexport A=1\nB='two # words'\nC=\"a\\nb\"\n"
            )
        ).EnsureSuccessStatusCode();
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"A":"1","B":"two # words","C":"a\nb"}""");
        (
            await Admin.SendAsync(HttpMethod.Put, Url + "?format=properties", "a.b=1\na.c[0]=x\\\n  y\n! comment\n")
        ).EnsureSuccessStatusCode();
        (await Admin.GetStringAsync(Url)).ShouldBe("""{"a":{"b":"1","c":["xy"]}}""");
    }
}
