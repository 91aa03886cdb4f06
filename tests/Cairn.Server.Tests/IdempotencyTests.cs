using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Node.Limits;
using Cairn.Server.Tests.Support;
using Cairn.Storage;

namespace Cairn.Server.Tests;

/// <summary>What is remembered of a POST with an <c>Idempotency-Key</c>, and for how long.</summary>
public sealed class IdempotencyTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static int _next;
    private readonly string _id = $"i{Interlocked.Increment(ref _next)}";

    private HttpClient Admin => server.Admin;

    [Theory]
    [InlineData("/api/v1/changes", """{"dry_run":true,"operations":[{"op":"put","path":"$/n","document":{"a":1}}]}""")]
    [InlineData("/api/v1/changes", """{"dry_run":true,"operations":[{"op":"delete","path":"$/none"}]}""")]
    [InlineData("/api/v1/changes", """{"operations":[{"op":"delete","path":"$/none"}]}""")]
    [InlineData(
        "/api/v1/changes",
        """{"operations":[{"op":"register","kind":"schemas","path":"$/Same/1.0.0","document":{"type":"object"}}]}"""
    )]
    [InlineData("/api/v1/changes/CHANGE/revert", """{"dry_run":true}""")]
    [InlineData("/api/v1/config-rollbacks/$/none", "{}")]
    [InlineData("/api/v1/keys", """{"name":""}""")]
    public async Task Nothing_is_kept_of_what_wrote_nothing(string path, string body)
    {
        await Admin.PutJsonAsync($"/api/v1/schemas/{_id}/Same/1.0.0", """{"type":"object"}""");
        var change = await Admin.PostJsonAsync(
            "/api/v1/changes",
            Own("""{"operations":[{"op":"put","path":"$/made","document":{}}]}""")
        );
        path = Own(path).Replace("CHANGE", (string)change["id"]!, StringComparison.Ordinal);
        for (int i = 0; i < 3; i++)
        {
            using var answer = await Admin.SendAsync(
                HttpMethod.Post,
                path,
                Own(body),
                headers: ("Idempotency-Key", $"{_id}-nothing")
            );
            ((int)answer.StatusCode).ShouldBeInRange(200, 499);
            answer.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        }

        (await RecordsAsync()).ShouldNotContain(record =>
            record.Key.EndsWith(Name($"{_id}-nothing"), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_dry_run_s_key_may_be_used_for_the_change_itself()
    {
        var key = ("Idempotency-Key", _id + "-both");
        string operations = Own("""[{"op":"put","path":"$/n","document":{"a":1}}]""");
        await Admin.PostJsonAsync("/api/v1/changes", $$"""{"dry_run":true,"operations":{{operations}}}""", key);
        using var made = await Admin.SendAsync(
            HttpMethod.Post,
            "/api/v1/changes",
            $$"""{"operations":{{operations}}}""",
            headers: key
        );
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_repetition_is_answered_with_the_headers_of_the_first_answer()
    {
        var key = ("Idempotency-Key", _id + "-headers");
        const string Body = """{"name":"shown once"}""";
        using var first = await Admin.SendAsync(HttpMethod.Post, "/api/v1/keys", Body, headers: key);
        using var again = await Admin.SendAsync(HttpMethod.Post, "/api/v1/keys", Body, headers: key);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        again.Headers.CacheControl!.NoStore.ShouldBeTrue("it holds a key's text");
        again.Headers.Location.ShouldBe(first.Headers.Location);
        (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());

        await Admin.PutJsonAsync($"/api/v1/configs/{_id}/r", "{}");
        using var rolled = await Admin.SendAsync(
            HttpMethod.Post,
            $"/api/v1/config-rollbacks/{_id}/r",
            """{"to_version":1}""",
            headers: ("Idempotency-Key", _id + "-roll")
        );
        using var repeated = await Admin.SendAsync(
            HttpMethod.Post,
            $"/api/v1/config-rollbacks/{_id}/r",
            """{"to_version":1}""",
            headers: ("Idempotency-Key", _id + "-roll")
        );
        repeated.Headers.ETag.ShouldBe(rolled.Headers.ETag);
        foreach (string header in new[] { "Cairn-Version", "Cairn-Revision" })
            repeated.Headers.GetValues(header).ShouldBe(rolled.Headers.GetValues(header));
        repeated.Headers.CacheControl?.NoStore.ShouldBeFalse();
    }

    [Theory]
    [InlineData("If-Match", "\"1\"")]
    [InlineData("If-None-Match", "*")]
    [InlineData("Cairn-Message", "why")]
    public async Task What_goes_with_the_body_is_part_of_the_request(string header, string value)
    {
        await Admin.PutJsonAsync($"/api/v1/configs/{_id}/p", "{}");
        var key = ("Idempotency-Key", _id + "-conditions");
        string path = $"/api/v1/config-rollbacks/{_id}/p";
        const string Body = """{"to_version":1}""";
        await Admin.PostJsonAsync(path, Body, key);
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            path,
            Body,
            headers: [key, (header, value)]
        );
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            path,
            """{"to_version":1} """,
            headers: key
        );
        (await Admin.PostJsonAsync(path, Body, key))["version"]!.GetValue<long>().ShouldBe(2);
    }

    [Fact]
    public async Task The_store_tells_nothing_of_the_request_that_a_guess_could_be_checked_with()
    {
        string body = Own("""{"operations":[{"op":"put","path":"$/s","document":{"pin":"1234"}}]}""");
        await Admin.PostJsonAsync("/api/v1/changes", body, ("Idempotency-Key", _id + "-guess"));
        var records = (await RecordsAsync())
            .Where(record => record.Key.EndsWith(Name(_id + "-guess"), StringComparison.Ordinal))
            .ToList();
        records.Count.ShouldBe(2, "what took effect, and its answer");
        string text = string.Concat(records.Select(record => Encoding.UTF8.GetString(record.Value.Span)));
        byte[][] guesses =
        [
            SHA256.HashData(Encoding.UTF8.GetBytes(body)),
            SHA256.HashData(Encoding.UTF8.GetBytes("POST /api/v1/changes\n" + body)),
        ];
        foreach (byte[] guess in guesses)
        {
            text.ShouldNotContain(Convert.ToHexStringLower(guess));
            text.ShouldNotContain(Convert.ToBase64String(guess));
        }

        text.ShouldNotContain(_id + "/s");
        JsonNode.Parse(records[^1].Value.Span)!["request"]!.GetValue<string>().ShouldStartWith("c1.");
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_is_given_once_and_the_request_takes_effect_once()
    {
        string name = new('n', 120);
        string[] operations =
        [
            .. Enumerable
                .Range(0, 990)
                .Select(i => $$"""{"op":"put","path":"{{_id}}/{{name}}/{{name}}/{{name}}/{{i}}","document":1}"""),
        ];
        string body = $$"""{"operations":[{{string.Join(',', operations)}}]}""";
        var key = ("Idempotency-Key", _id + "-large");
        var first = await Admin.PostJsonAsync("/api/v1/changes", body, key);
        first.ToJsonString().Length.ShouldBeGreaterThan(Idempotency.MaxAnswerBytes);
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Post,
            "/api/v1/changes",
            body,
            headers: key
        );
        ((string)problem["detail"]!).ShouldContain("carried out");
    }

    [Fact]
    public async Task A_caller_has_so_many_keys_at_a_time_and_others_have_their_own()
    {
        await using var own = await CairnServer.StartAsync();
        var made = await own.Admin.PostJsonAsync("/api/v1/keys", """{"name":"busy","permission":"write"}""");
        string caller = "key:" + made["id"];
        foreach (int[] batch in Enumerable.Range(0, Idempotency.MaxKeysPerCaller).Chunk(500))
        {
            await own.Node.Store.CommitAsync(
                new Transaction(
                    [],
                    [
                        .. batch.Select(i =>
                            own.Node.Idempotency.Marker(Idempotency.NameOf(caller, $"k{i}"), caller, "digest"u8).Write
                        ),
                    ]
                ),
                default
            );
        }

        await own.Node.Catalogs.ReadLatestAsync(default);
        using var busy = own.Client((string)made["key"]!);
        const string Body = """{"operations":[{"op":"put","path":"a/b","document":1}]}""";
        using var refused = await busy.SendAsync(
            HttpMethod.Post,
            "/api/v1/changes",
            Body,
            headers: ("Idempotency-Key", "one more")
        );
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromHours(23), TimeSpan.FromHours(24));
        (
            await own.Admin.SendAsync(
                HttpMethod.Post,
                "/api/v1/changes",
                Body,
                headers: ("Idempotency-Key", "one more")
            )
        ).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await busy.SendAsync(HttpMethod.Post, "/api/v1/changes", Body)).StatusCode.ShouldBe(
            HttpStatusCode.Created,
            "without a key it may go on"
        );

        var items = (await own.Admin.GetJsonAsync("/api/v1/idempotency-keys"))["items"]!.AsArray();
        items.Select(item => (int)item!["keys"]!).ShouldBe([1, Idempotency.MaxKeysPerCaller], ignoreOrder: true);
        var forgotten = await own.Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/idempotency-keys?caller=" + caller);
        ((int)forgotten["forgotten"]!).ShouldBe(Idempotency.MaxKeysPerCaller);
        (
            await busy.SendAsync(HttpMethod.Post, "/api/v1/changes", Body, headers: ("Idempotency-Key", "one more"))
        ).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await own.Admin.GetJsonAsync("/api/v1/idempotency-keys"))["items"]!
            .AsArray()
            .Select(item => (int)item!["keys"]!)
            .ShouldBe([1, 1]);
        (await own.Admin.GetJsonAsync("/api/v1/audit?action=idempotency-keys.forget"))["items"]!
            .AsArray()
            .Count.ShouldBe(1);
    }

    [Fact]
    public async Task After_a_day_keys_and_answers_are_gone()
    {
        await using var own = await CairnServer.StartAsync();
        const string Body = """{"operations":[{"op":"put","path":"a/b","document":1}]}""";
        await own.Admin.PostJsonAsync("/api/v1/changes", Body, ("Idempotency-Key", "old"));
        own.Time.Offset = Idempotency.Memory - TimeSpan.FromMinutes(1);
        await own.Admin.PostJsonAsync("/api/v1/changes", Body, ("Idempotency-Key", "new"));
        own.Time.Offset = Idempotency.Memory + TimeSpan.FromMinutes(1);
        await own.Node.Idempotency.ForgetAsync(own.Node.Catalogs.Current, default);
        var records = await RecordsAsync(own);
        records.Count.ShouldBe(2);
        records.ShouldAllBe(record => record.Key.EndsWith(Name("new", own), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Records_of_former_versions_neither_stop_a_start_nor_stay()
    {
        await using var own = await CairnServer.StartAsync();
        byte[] unreadable = new byte[300_000];
        for (int i = 0; i < 300; i++)
        {
            await own.Node.Store.CommitAsync(
                new Transaction(
                    [],
                    [
                        new Write.Put(
                            "idempotency/" + Convert.ToHexStringLower(SHA256.HashData([(byte)i, (byte)(i >> 8)])),
                            unreadable
                        ),
                    ]
                ),
                default
            );
        }

        await own.RestartAsync();
        await own.Node.Idempotency.ForgetFormerAsync(default);
        (await RecordsAsync(own)).ShouldBeEmpty();
    }

    private string Own(string text) => text.Replace("$", _id, StringComparison.Ordinal);

    private string Name(string key, CairnServer? at = null)
    {
        var node = (at ?? server).Node;
        string admin =
            "key:" + node.Credentials.List(node.Catalogs.Current, Cairn.Core.Access.Principal.System).First().Id;
        return Idempotency.NameOf(admin, key);
    }

    private async Task<List<StoreRecord>> RecordsAsync(CairnServer? at = null)
    {
        var store = (at ?? server).Node.Store;
        return await store.ListAsync("idempotency", await store.GetRevisionAsync(default), default).ToListAsync();
    }
}
