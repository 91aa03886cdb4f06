using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>Change sets, their undoing, and the audit.</summary>
public sealed class ChangeTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static int _next;
    private readonly string _project = $"c{Interlocked.Increment(ref _next)}";

    private HttpClient Admin => server.Admin;

    private string Set(params string[] operations) =>
        $$"""{"message":"why","operations":[{{string.Join(',', operations).Replace("$", _project, StringComparison.Ordinal)}}]}""";

    [Fact]
    public async Task Many_writes_across_kinds_happen_as_one_revision()
    {
        var change = await Admin.PostJsonAsync(
            "/api/v1/changes",
            Set(
                """{"op":"put","kind":"environments","path":"qa-$","document":{"description":"QA"}}""",
                """{"op":"put","kind":"variables","path":"environments/qa-$","document":{"host":"qa"}}""",
                """{"op":"put","path":"$/a","document":{"h":"{{ host | default('none') }}"}}""",
                """{"op":"put","path":"$/a","environment":"qa-$","document":{"x":1}}""",
                """{"op":"put","path":"$/b","document":{}}""",
                """{"op":"bind","path":"$/b","document":{"type":"object"}}"""
            )
        );
        change["resources"]!.AsArray().Count.ShouldBe(4);
        (await Admin.GetStringAsync($"/api/v1/configs/{_project}/a?environment=qa-{_project}")).ShouldBe(
            """{"h":"qa","x":1}"""
        );
        var items = (await Admin.GetJsonAsync($"/api/v1/configs?prefix={_project}/"))["items"]!.AsArray();
        items.ShouldAllBe(item => (long)item!["revision"]! == (long)change["revision"]!);
        items.ShouldAllBe(item => (long)item!["version"]! == 1, "one change makes one version of each");
    }

    [Fact]
    public async Task One_operation_that_cannot_be_done_undoes_them_all_and_is_named()
    {
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Post,
            "/api/v1/changes",
            Set("""{"op":"put","path":"$/a","document":{}}""", """{"op":"delete","path":"$/none"}""")
        );
        ((string?)problem["errors"]![0]!["pointer"]).ShouldBe("/operations/1");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/configs/{_project}/a");
    }

    [Theory]
    [InlineData("""{"operations":[]}""")]
    [InlineData("""{"operations":[{"op":"put","path":"a/b"}]}""")]
    [InlineData("""{"operations":[{"op":"explode","path":"a/b"}]}""")]
    [InlineData("""{"operations":[{"op":"put","kind":"secrets","path":"a/b","document":1}]}""")]
    [InlineData("""{"operations":[{"op":"put","path":"../b","document":1}]}""")]
    [InlineData("""{"operations":[{"path":"a/b","document":1}]}""")]
    [InlineData("""{"operation":[]}""")]
    [InlineData("""[]""")]
    public async Task A_senseless_change_is_refused(string body) =>
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/api/v1/changes", body);

    [Fact]
    public async Task A_dry_run_tells_what_would_happen_and_does_nothing()
    {
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", """{"v":1}""");
        string body = Set("""{"op":"put","path":"$/a","document":{"v":"{{ 2 if env == 'prod' else 3 }}"}}""")
            .Replace("\"message\"", "\"dry_run\":true,\"message\"", StringComparison.Ordinal);
        var preview = await Admin.PostJsonAsync("/api/v1/changes", body);
        ((bool)preview["acceptable"]!).ShouldBeTrue();
        var prod = preview["effects"]!.AsArray().Single(effect => (string?)effect!["environment"] == "prod")!;
        prod["before"]!.ToJsonString().ShouldBe("""{"v":1}""");
        prod["after"]!.ToJsonString().ShouldBe("""{"v":2}""");
        prod["patch"]!.ToJsonString().ShouldBe("""[{"op":"replace","path":"/v","value":2}]""");
        (await Admin.GetStringAsync($"/api/v1/configs/{_project}/a")).ShouldBe("""{"v":1}""");

        await Admin.PutJsonAsync($"/api/v1/config-schemas/{_project}/a", """{"properties":{"v":{"maximum":2}}}""");
        preview = await Admin.PostJsonAsync("/api/v1/changes", body);
        ((bool)preview["acceptable"]!).ShouldBeFalse();
        preview["problems"]!
            .AsArray()
            .SelectMany(problem => problem!["errors"]!.AsArray())
            .Select(error => (string?)error!["environment"])
            .Order()
            .ShouldContain("staging");
    }

    [Fact]
    public async Task A_change_can_be_reverted_until_somebody_moves_on()
    {
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", """{"v":1}""");
        var change = await Admin.PostJsonAsync(
            "/api/v1/changes",
            Set(
                """{"op":"put","path":"$/a","document":{"v":2}}""",
                """{"op":"put","path":"$/new","document":{}}""",
                """{"op":"put","kind":"variables","path":"projects/$","document":{"x":1}}"""
            )
        );
        var revert = await Admin.PostJsonAsync($"/api/v1/changes/{change["id"]}/revert", """{"message":"sorry"}""");
        ((string?)revert["reverts"]).ShouldBe((string?)change["id"]);
        (await Admin.GetStringAsync($"/api/v1/configs/{_project}/a")).ShouldBe("""{"v":1}""");
        (await Admin.GetStringAsync($"/api/v1/projects/{_project}/variables")).ShouldBe("{}");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/configs/{_project}/new");

        await Admin.PostJsonAsync($"/api/v1/changes/{revert["id"]}/revert", "{}");
        (await Admin.GetStringAsync($"/api/v1/configs/{_project}/a")).ShouldBe("""{"v":2}""");
        var conflict = await Admin.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Post,
            $"/api/v1/changes/{change["id"]}/revert",
            "{}"
        );
        conflict["errors"]!.AsArray().Count.ShouldBe(3);
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/api/v1/changes/0193abcd/revert", "{}");
    }

    [Fact]
    public async Task Every_change_is_listed_and_has_its_audit_entry_of_the_same_revision()
    {
        await Admin.PutJsonAsync(
            $"/api/v1/configs/{_project}/a",
            "{}",
            ("Cairn-Message", "first"),
            ("X-Correlation-ID", "trace-42")
        );
        await Admin.SendJsonAsync(HttpMethod.Delete, $"/api/v1/configs/{_project}/a");
        var entries = (await Admin.GetJsonAsync($"/api/v1/audit?resource=configs/{_project}/"))["items"]!.AsArray();
        entries.Select(entry => (string?)entry!["action"]).ShouldBe(["configs.delete", "configs.put"]);
        var put = entries[1]!;
        ((string?)put["correlation_id"]).ShouldBe("trace-42");
        ((string?)put["message"]).ShouldBe("first");
        ((string?)put["actor_name"]).ShouldBe("admin");
        ((string?)put["resources"]![0]!["digest"]).ShouldStartWith("sha256:");
        var change = await Admin.GetJsonAsync($"/api/v1/changes/{put["change"]}");
        ((long)change["revision"]!).ShouldBe((long)put["revision"]!);
        (await Admin.GetJsonAsync("/api/v1/changes?limit=1"))["items"]!.AsArray().Count.ShouldBe(1);
        (await Admin.GetJsonAsync($"/api/v1/audit?change={put["change"]}"))["items"]!.AsArray().Count.ShouldBe(1);
        (await Admin.GetJsonAsync("/api/v1/audit?until=2020-01-01T00:00:00Z"))["items"]!.AsArray().ShouldBeEmpty();
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/api/v1/audit?since=yesterday");
        (await Admin.GetJsonAsync($"/api/v1/audit?since=1970-01-01T00:00:00Z&resource=configs/{_project}/"))["items"]!
            .AsArray()
            .Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_audit_pages_without_missing_or_repeating_an_entry()
    {
        for (int i = 0; i < 25; i++)
            await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a{i}", "{}");
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Admin.GetJsonAsync($"/api/v1/audit?resource=configs/{_project}/&limit=7&cursor={cursor}");
            seen.AddRange(page["items"]!.AsArray().Select(entry => (string)entry!["id"]!));
            cursor = (string?)page["next_cursor"];
        } while (cursor is not null);
        seen.Count.ShouldBe(25);
        seen.Distinct().Count().ShouldBe(25);
    }

    [Fact]
    public async Task What_was_written_last_is_listed_first_whatever_the_clock_said()
    {
        await using var own = await CairnServer.StartAsync();
        own.Time.Offset = TimeSpan.FromDays(3650);
        await own.Admin.PutJsonAsync("/api/v1/configs/clock/a", "1");
        own.Time.Offset = TimeSpan.Zero;
        await own.Admin.PutJsonAsync("/api/v1/configs/clock/b", "1");
        await own.RestartAsync();
        await own.Admin.PutJsonAsync("/api/v1/configs/clock/c", "1");

        foreach (string list in new[] { "changes", "audit" })
        {
            var items = (await own.Admin.GetJsonAsync($"/api/v1/{list}?limit=3"))["items"]!.AsArray();
            items.Select(item => (string?)item!["resources"]![0]!["path"]).ShouldBe(["clock/c", "clock/b", "clock/a"]);
        }
    }

    [Fact]
    public async Task Refusals_are_gathered_and_cannot_fill_the_audit()
    {
        await using var own = await CairnServer.StartAsync();
        using var reader = await own.ClientWithKeyAsync("read");
        for (int i = 0; i < 300; i++)
        {
            using var client = own.Client("cairn_live_wrong" + i);
            await client.GetAsync("/api/v1/configs");
            await reader.SendAsync(HttpMethod.Put, "/api/v1/configs/a/b" + i, "{}");
        }

        var unauthenticated = (await own.Admin.GetJsonAsync("/api/v1/audit?outcome=unauthenticated"))[
            "items"
        ]!.AsArray();
        unauthenticated.Sum(entry => (long)entry!["count"]!).ShouldBe(300);
        unauthenticated.Count.ShouldBeLessThan(10);
        var denied = (await own.Admin.GetJsonAsync("/api/v1/audit?outcome=denied&action=configs:write"))[
            "items"
        ]!.AsArray();
        denied.Sum(entry => (long)entry!["count"]!).ShouldBe(300);
        ((string)denied[0]!["actor_name"]!).ShouldStartWith("test-");
        unauthenticated.ToJsonString().ShouldNotContain("wrong0");
    }

    [Fact]
    public async Task A_repeated_POST_with_an_idempotency_key_takes_effect_once_and_answers_alike()
    {
        var key = ("Idempotency-Key", "once-" + _project);
        const string Body = """{"name":"once","permission":"read"}""";
        var first = await Admin.PostJsonAsync("/api/v1/keys", Body, key);
        using var again = await Admin.SendAsync(HttpMethod.Post, "/api/v1/keys", Body, headers: key);
        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        (await again.Content.ReadAsStringAsync()).ShouldContain((string)first["key"]!);
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/v1/keys",
            """{"name":"other"}""",
            headers: key
        );
        (await Admin.GetJsonAsync("/api/v1/keys?limit=1000"))["items"]!
            .AsArray()
            .Count(item => (string?)item!["name"] == "once")
            .ShouldBe(1);

        using var other = await server.ClientWithKeyAsync("admin");
        ((string?)(await other.PostJsonAsync("/api/v1/keys", """{"name":"once for another"}""", key))["name"]).ShouldBe(
            "once for another",
            "keys belong to their caller"
        );
    }

    [Fact]
    public async Task Of_the_same_POST_sent_many_times_at_once_one_takes_effect()
    {
        string body = Set("""{"op":"put","path":"$/n","document":{"a":1}}""");
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Admin.SendAsync(
                        HttpMethod.Post,
                        "/api/v1/changes",
                        body,
                        headers: ("Idempotency-Key", "race-" + _project)
                    )
                )
        );
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBeGreaterThan(0);
        answers.ShouldAllBe(answer =>
            answer.StatusCode == HttpStatusCode.Created || answer.StatusCode == HttpStatusCode.Conflict
        );
        (
            (long)
                JsonNode.Parse(await Admin.GetStringAsync($"/api/v1/configs?prefix={_project}/n"))!["items"]![0]![
                    "version"
                ]!
        ).ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_POST_may_be_corrected_and_sent_with_the_same_key()
    {
        var key = ("Idempotency-Key", "fix-" + _project);
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "/api/v1/changes",
            """{"operations":[]}""",
            headers: key
        );
        await Admin.PostJsonAsync("/api/v1/changes", Set("""{"op":"put","path":"$/a","document":{}}"""), key);
    }
}
