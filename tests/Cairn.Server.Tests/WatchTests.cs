using System.Diagnostics;
using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

public sealed class WatchTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static int _next;
    private readonly string _project = $"w{Interlocked.Increment(ref _next)}";

    private HttpClient Admin => server.Admin;

    [Fact]
    public async Task A_watcher_is_told_of_each_change_below_its_prefix_once_and_in_order()
    {
        await using var watch = await EventReader.OpenAsync(Admin, $"/api/v1/watch?prefix=configs/{_project}/");
        for (int i = 1; i <= 50; i++)
        {
            await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", $$"""{"i":{{i}}}""");
            await Admin.PutJsonAsync($"/api/v1/configs/{_project}x/a", "{}");
        }

        for (int i = 1; i <= 50; i++)
        {
            var told = await watch.NextAsync();
            told.Type.ShouldBe("put");
            ((long)told.Data["version"]!).ShouldBe(i);
            told.Data["revision"]!.ToString().ShouldBe(told.Id);
        }
    }

    [Fact]
    public async Task The_kind_and_the_environment_of_a_change_are_told()
    {
        await using var watch = await EventReader.OpenAsync(Admin, $"/api/v1/watch?prefix=configs/{_project}/");
        string url = $"/api/v1/configs/{_project}/a";
        await Admin.PutJsonAsync(url, "{}");
        await Admin.PutJsonAsync(url + "?environment=dev", "{}");
        await Admin.PostJsonAsync($"/api/v1/config-promotions/{_project}/a", """{"from":"dev","to":"staging"}""");
        await Admin.SendJsonAsync(HttpMethod.Delete, url + "?environment=dev");
        await Admin.SendJsonAsync(HttpMethod.Delete, url);
        var told = new List<string>();
        for (int i = 0; i < 5; i++)
            told.Add(await watch.NextAsync() is var next ? $"{next.Type} {next.Data["environment"]}" : "");
        told.ShouldBe(["put ", "put dev", "put staging", "delete dev", "delete "]);
    }

    [Fact]
    public async Task A_watch_of_an_environment_tells_what_that_environment_serves()
    {
        string url = $"/api/v1/configs/{_project}/a";
        await Admin.PutJsonAsync(url, """{"v":1}""");
        await Admin.PostJsonAsync($"/api/v1/config-promotions/{_project}/a", """{"version":1,"to":"prod"}""");
        await using var watch = await EventReader.OpenAsync(
            Admin,
            $"/api/v1/watch?prefix=configs/{_project}/&environment=prod"
        );
        await Admin.PutJsonAsync(url, """{"v":2}""");
        await Admin.PutJsonAsync(url + "?environment=prod", """{"o":1}""");
        ((long)(await watch.NextAsync()).Data["version"]!).ShouldBe(4, "version 3 changed nothing in prod");
    }

    [Fact]
    public async Task A_watch_resumes_after_the_last_event_it_saw()
    {
        for (int i = 0; i < 10; i++)
            await Admin.PutJsonAsync($"/api/v1/configs/{_project}/c{i}", "{}");
        string third;
        await using (
            var first = await EventReader.OpenAsync(Admin, $"/api/v1/watch?prefix=configs/{_project}/&after=0")
        )
        {
            await first.NextAsync();
            await first.NextAsync();
            third = (await first.NextAsync()).Id;
        }

        await using var second = await EventReader.OpenAsync(
            Admin,
            $"/api/v1/watch?prefix=configs/{_project}/",
            ("Last-Event-ID", third)
        );
        for (int i = 3; i < 10; i++)
            ((string?)(await second.NextAsync()).Data["path"]).ShouldBe($"{_project}/c{i}");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/last", "{}");
        ((string?)(await second.NextAsync()).Data["path"]).ShouldBe($"{_project}/last");
    }

    [Fact]
    public async Task A_watch_that_broke_off_within_a_commit_gets_all_of_it_again()
    {
        string operations = string.Join(
            ',',
            Enumerable.Range(0, 5).Select(i => $$$"""{"op":"put","path":"{{{_project}}}/m{{{i}}}","document":{}}""")
        );
        await using var live = await EventReader.OpenAsync(Admin, $"/api/v1/watch?prefix=configs/{_project}/");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/first", "{}");
        await Admin.PostJsonAsync("/api/v1/changes", $$"""{"operations":[{{operations}}]}""");
        string seen = (await live.NextAsync()).Id;
        await live.NextAsync();
        (await live.NextAsync()).Id.ShouldBe("", "only the last event of a commit has an id");

        await using var again = await EventReader.OpenAsync(
            Admin,
            $"/api/v1/watch?prefix=configs/{_project}/",
            ("Last-Event-ID", seen)
        );
        var told = new List<ServerEvent>();
        for (int i = 0; i < 5; i++)
            told.Add(await again.NextAsync());
        told.Select(next => (string?)next.Data["path"])
            .ShouldBe(Enumerable.Range(0, 5).Select(i => $"{_project}/m{i}"));
        told.Select(next => next.Id).ShouldBe(["", "", "", "", told[4].Data["revision"]!.ToString()]);
    }

    [Fact]
    public async Task A_watch_from_a_compacted_revision_is_refused_with_410()
    {
        await using var other = await CairnServer.StartAsync();
        for (int i = 0; i < 5; i++)
            await other.Admin.PutJsonAsync("/api/v1/configs/a/b", "{}");
        await other.Node.Store.CompactAsync(other.Node.Catalogs.Current.Revision - 1, CancellationToken.None);
        await other.Admin.RefusedAsync(HttpStatusCode.Gone, HttpMethod.Get, "/api/v1/watch?after=1");
        await other.Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/api/v1/watch?prefix=secrets/");
        await other.Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/v1/watch?environment=nowhere");
    }

    [Fact]
    public async Task A_watcher_sees_only_what_its_key_may_read()
    {
        using var limited = await server.ClientWithKeyAsync(
            "read",
            $$""","scopes":["configs:read:{{_project}}/open/**"],"environments":["dev"]"""
        );
        await using var watch = await EventReader.OpenAsync(limited, "/api/v1/watch?environment=dev");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/closed/a", "{}");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/open/a?environment=prod", "{}");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/open/b", "{}");
        ((string?)(await watch.NextAsync()).Data["path"]).ShouldBe($"{_project}/open/b");
    }

    [Fact]
    public async Task A_thousand_watchers_are_all_told()
    {
        var watchers = await Task.WhenAll(
            Enumerable
                .Range(0, 1000)
                .Select(_ => EventReader.OpenAsync(Admin, $"/api/v1/watch?prefix=configs/{_project}/"))
        );
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", "{}");
        var told = await Task.WhenAll(watchers.Select(watcher => watcher.NextAsync()));
        told.ShouldAllBe(next => (string?)next.Data["path"] == _project + "/a");
        foreach (var watcher in watchers)
            await watcher.DisposeAsync();
    }

    [Fact]
    public async Task A_long_poll_answers_when_there_is_news_and_304_when_the_time_is_over()
    {
        string url = $"/api/v1/configs/{_project}/a";
        await Admin.PutJsonAsync(url, """{"v":1}""");
        var clock = Stopwatch.StartNew();
        using (
            var same = await Admin.SendAsync(HttpMethod.Get, url + "?wait=200ms", headers: ("If-None-Match", "\"1\""))
        )
        {
            same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        }

        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(190));

        var waiting = Admin.SendAsync(HttpMethod.Get, url + "?wait=60s", headers: ("If-None-Match", "\"1\""));
        await Admin.PutJsonAsync(url, """{"v":2}""");
        using var news = await waiting;
        (await news.Content.ReadAsStringAsync()).ShouldBe("""{"v":2}""");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, url + "?wait=60s");
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Get,
            url + "?wait=2h",
            headers: ("If-None-Match", "\"1\"")
        );
    }

    [Fact]
    public async Task Watchers_are_sent_away_when_the_node_stops()
    {
        var other = await CairnServer.StartAsync();
        await using var watch = await EventReader.OpenAsync(other.Admin, "/api/v1/watch");
        var stopping = other.App.StopAsync();
        (await watch.NextAsync()).Type.ShouldBe("end");
        await stopping;
        await other.App.DisposeAsync();
        other.Folder.Dispose();
    }

    [Fact]
    public async Task There_are_only_so_many_places_for_watchers()
    {
        await using var other = await CairnServer.StartAsync(options => options.Node.MaxWatchers = 1);
        await using (await EventReader.OpenAsync(other.Admin, "/api/v1/watch"))
            await other.Admin.RefusedAsync(HttpStatusCode.ServiceUnavailable, HttpMethod.Get, "/api/v1/watch");
    }

    [Theory]
    [InlineData("&environment=staging")]
    [InlineData("")]
    public async Task A_watcher_is_told_when_an_environment_serves_something_else_though_its_config_was_not_written(
        string environment
    )
    {
        string other = _project + "lib";
        await Admin.PutJsonAsync($"/api/v1/projects/{_project}/variables", """{"TIER":"a"}""");
        await Admin.PutJsonAsync($"/api/v1/configs/{other}/limits", """{"max":1}""");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/cart", """{"t":"{{ TIER }}"}""");
        await Admin.PutJsonAsync(
            $"/api/v1/configs/{_project}/api",
            $$$"""{"m":"{{ config('{{{other}}}/limits').max }}"}"""
        );
        await using var watch = await EventReader.OpenAsync(
            Admin,
            $"/api/v1/watch?prefix=configs/{_project}/{environment}"
        );
        int each = environment.Length > 0 ? 1 : 3;

        await Admin.PutJsonAsync($"/api/v1/projects/{_project}/variables", """{"TIER":"b"}""");
        await TakeAsync("cart", each);
        await Admin.PutJsonAsync($"/api/v1/configs/{other}/limits", """{"max":2}""");
        await TakeAsync("api", each);
        // Nothing serves anything else now, until the last of these.
        await Admin.PutJsonAsync($"/api/v1/projects/{_project}/variables", """{"TIER":"b","unused":1}""");
        await Admin.PutJsonAsync($"/api/v1/configs/{other}/limits", """{"max":2,"more":1}""");
        await Admin.PutJsonAsync("/api/v1/environments/dev/variables", $$"""{"{{_project}}":1}""");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/last", "{}");
        await TakeAsync("last", 1);

        async Task TakeAsync(string name, int count)
        {
            var told = new List<ServerEvent>();
            for (int i = 0; i < count; i++)
                told.Add(await watch.NextAsync());
            told.ShouldAllBe(next => (string?)next.Data["path"] == $"{_project}/{name}" && next.Type == "put");
            told.Take(count - 1).ShouldAllBe(next => next.Id == "");
            told[^1].Id.ShouldNotBe("");
        }
    }

    [Fact]
    public async Task Who_resumes_is_told_of_what_may_have_changed_with_something_else()
    {
        await Admin.PutJsonAsync($"/api/v1/projects/{_project}/variables", """{"TIER":"a"}""");
        var written = await Admin.PutJsonAsync($"/api/v1/configs/{_project}/cart", """{"t":"{{ TIER }}"}""");
        await Admin.PutJsonAsync($"/api/v1/projects/{_project}/variables", """{"TIER":"b"}""");

        await using var watch = await EventReader.OpenAsync(
            Admin,
            $"/api/v1/watch?prefix=configs/{_project}/&environment=prod&after={written["revision"]}"
        );

        var told = await watch.NextAsync();
        ((string?)told.Data["path"]).ShouldBe($"{_project}/cart");
        ((long)told.Data["version"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_revoked_key_is_told_nothing_more()
    {
        var made = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"watcher","permission":"read"}""");
        using var client = server.Client((string?)made["key"]);
        await using var watch = await EventReader.OpenAsync(client, $"/api/v1/watch?prefix=configs/{_project}/");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", "{}");
        (await watch.NextAsync()).Type.ShouldBe("put");

        await Admin.PostJsonAsync($"/api/v1/keys/{made["id"]}/revoke", "{}");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", """{"secret":1}""");

        var last = await watch.NextAsync();
        last.Type.ShouldBe("end");
        last.Data.ToString().ShouldContain("credential");
    }

    [Fact]
    public async Task A_rotated_key_watches_on_only_with_an_overlap()
    {
        foreach (int overlap in new[] { 3600, 0 })
        {
            var made = await Admin.PostJsonAsync(
                "/api/v1/keys",
                $$"""{"name":"watcher with {{overlap}}","permission":"read"}"""
            );
            using var client = server.Client((string?)made["key"]);
            await using var watch = await EventReader.OpenAsync(client, $"/api/v1/watch?prefix=configs/{_project}/");

            await Admin.PostJsonAsync($"/api/v1/keys/{made["id"]}/rotate", $$"""{"overlap_seconds":{{overlap}}}""");
            await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", "{}");

            (await watch.NextAsync()).Type.ShouldBe(overlap > 0 ? "put" : "end");
        }
    }

    [Fact]
    public async Task A_key_that_expires_stops_watching()
    {
        await using var other = await CairnServer.StartAsync();
        using var client = await other.ClientWithKeyAsync("read", ""","expires_in_days":1""");
        await using var watch = await EventReader.OpenAsync(client, "/api/v1/watch");

        other.Time.Offset = TimeSpan.FromDays(2);
        await other.Admin.PutJsonAsync("/api/v1/configs/a/b", "{}");

        (await watch.NextAsync()).Type.ShouldBe("end");
    }

    [Fact]
    public async Task A_long_poll_of_a_revoked_key_ends_without_the_document()
    {
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", """{"v":1}""");
        var made = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"poller","permission":"read"}""");
        using var client = server.Client((string?)made["key"]);
        string url = $"/api/v1/configs/{_project}/a?wait=60s";
        int before = server.Node.Watchers.Taken;
        var waiting = client.SendAsync(HttpMethod.Get, url, headers: ("If-None-Match", "\"1\""));
        while (server.Node.Watchers.Taken == before)
            await Task.Yield();

        await Admin.PostJsonAsync($"/api/v1/keys/{made["id"]}/revoke", "{}");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", """{"v":"secret"}""");

        using var answer = await waiting;
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_watch_from_a_revision_that_is_not_there_is_refused_with_410_at_once()
    {
        var problem = await Admin.RefusedAsync(HttpStatusCode.Gone, HttpMethod.Get, "/api/v1/watch?after=999999999");

        ((string?)problem["detail"])!.ShouldContain("restored");
    }
}
