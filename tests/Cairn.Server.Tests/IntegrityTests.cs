using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Core;
using Cairn.Server.Tests.Support;
using Cairn.Storage;

namespace Cairn.Server.Tests;

/// <summary>Somebody writes to the store past Cairn.</summary>
public sealed class IntegrityTests : IAsyncLifetime
{
    private const string Forged = "forged-key-0123456789-0123456789-abcdef";
    private readonly CairnServer _server = new();

    private HttpClient Admin => _server.Admin;

    private IStore Store => _server.Node.Store;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task WriteAsync(params Write[] writes)
    {
        var result = (CommitResult.Committed)
            await Store.CommitAsync(new Transaction([], writes), CancellationToken.None);
        await _server.Node.Catalogs.WaitForAsync(result.Revision, CancellationToken.None);
    }

    private Task PutRawAsync(string key, string value) => WriteAsync(new Write.Put(key, Encoding.UTF8.GetBytes(value)));

    private async Task<StoreRecord> RecordAsync(string prefix)
    {
        await foreach (
            var record in Store.ListAsync(
                prefix,
                await Store.GetRevisionAsync(CancellationToken.None),
                CancellationToken.None
            )
        )
        {
            return record;
        }

        throw new InvalidOperationException($"There is nothing below {prefix}.");
    }

    private async Task<string> FindingsAsync() =>
        (await Admin.GetJsonAsync("/api/v1/integrity"))["findings"]!.ToJsonString();

    private static string KeyRecord(string id) =>
        $$"""
            {"id":"{{id}}","number":99,"name":"m","permission":"admin","created_at":"2026-01-01T00:00:00Z","created_by":"m",
            "secrets":[{"hash":"{{Convert.ToHexStringLower(
                SHA256.HashData(Encoding.UTF8.GetBytes(Forged))
            )}}","hint":"cdef"}],"version":1}
            """;

    [Fact]
    public async Task A_store_that_only_Cairn_wrote_to_is_found_whole()
    {
        await Admin.PutJsonAsync("/api/v1/configs/a/b", """{"v":1}""");
        await Admin.PutJsonAsync("/api/v1/configs/a/b?environment=prod", """{"v":2}""");
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/configs/a/b");
        await Admin.PutJsonAsync("/api/v1/schemas/a/M/1.0.0", """{"type":"object"}""");
        await Admin.PutJsonAsync("/api/v1/projects/a/variables", """{"x":1}""");
        var key = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"k"}""");
        await Admin.PostJsonAsync($"/api/v1/keys/{key["id"]}/rotate", "{}");
        await Admin.PostJsonAsync("/api/v1/keyring/rotate", "{}");
        await Admin.PutJsonAsync("/api/v1/configs/a/c", """{"v":1}""");

        var report = await Admin.GetJsonAsync("/api/v1/integrity");

        report["findings"]!.AsArray().ShouldBeEmpty();
        ((long)report["records"]!).ShouldBeGreaterThan(10);
        await _server.RestartAsync();
        (await FindingsAsync()).ShouldBe("[]");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no JSON")]
    [InlineData("""{"version":1,"created_at":"2026-01-01T00:00:00Z","created_by":"m","change":"x","sealed":"AAAA"}""")]
    [InlineData("(version 2)")]
    public async Task An_old_version_that_was_altered_is_named_when_it_is_read(string record)
    {
        for (int version = 1; version <= 3; version++)
            await Admin.PutJsonAsync("/api/v1/configs/a/b", $$"""{"v":{{version}}}""");
        string key = "config-versions/a/b/0000000001";
        var other = (await Store.GetAsync("config-versions/a/b/0000000002", CancellationToken.None))!;
        await WriteAsync(new Write.Put(key, record == "(version 2)" ? other.Value : Encoding.UTF8.GetBytes(record)));

        foreach (
            string path in new[]
            {
                "/api/v1/configs/a/b?version=1",
                "/api/v1/config-diffs/a/b?from=1",
                "/api/v1/config-versions/a/b",
            }
        )
        {
            var problem = await Admin.RefusedAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, path);
            ((string?)problem["type"]).ShouldBe("urn:cairn:problem:record-damaged");
            ((string)problem["detail"]!).ShouldContain("Version 1 of configs/a/b");
        }

        await Admin.RefusedAsync(
            HttpStatusCode.InternalServerError,
            HttpMethod.Post,
            "/api/v1/config-rollbacks/a/b",
            """{"to_version":1}"""
        );
        (await Admin.GetJsonAsync("/api/v1/configs/a/b?version=2"))["v"]!.GetValue<int>().ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_that_somebody_wrote_into_the_store_is_refused_and_named(bool restart)
    {
        string id = new('f', 32);
        await PutRawAsync($"keys/{id}", KeyRecord(id));
        if (restart)
            await _server.RestartAsync();

        using var forged = _server.Client(Forged);
        await forged.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/api/v1/configs");

        (await FindingsAsync()).ShouldContain($"keys/{id}");
        var health = await Admin.GetJsonAsync("/health");
        ((string?)health["status"]).ShouldBe("degraded");
        ((string?)health["checks"]!["integrity"])!.ShouldContain("/api/v1/integrity");
    }

    [Theory]
    [InlineData("\"permission\":\"read\"", "\"permission\":\"admin\"")]
    [InlineData("\"name\":\"k\"", "\"name\":\"x\"")]
    [InlineData("\"stamp\"", "\"other\"")]
    public async Task A_key_whose_record_was_altered_stays_what_it_was_while_the_node_runs_and_is_no_key_afterwards(
        string from,
        string to
    )
    {
        var made = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"k","permission":"read"}""");
        string key = $"keys/{made["id"]}";
        var record = (await Store.GetAsync(key, CancellationToken.None))!;
        string text = Encoding.UTF8.GetString(record.Value.Span);
        text.ShouldContain(from);
        await PutRawAsync(key, text.Replace(from, to, StringComparison.Ordinal));

        using (var client = _server.Client((string?)made["key"]))
            ((string?)(await client.GetJsonAsync("/api/v1/auth/whoami"))["permission"]).ShouldBe("read");
        await _server.RestartAsync();
        using (var client = _server.Client((string?)made["key"]))
            await client.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/api/v1/auth/whoami");
    }

    [Fact]
    public async Task A_key_under_another_identifier_and_a_revoked_key_put_back_are_refused()
    {
        var made = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"k","permission":"admin"}""");
        var active = (await Store.GetAsync($"keys/{made["id"]}", CancellationToken.None))!;
        await Admin.PostJsonAsync($"/api/v1/keys/{made["id"]}/revoke", "{}");

        await WriteAsync(
            new Write.Put(active.Key, active.Value),
            new Write.Put($"keys/{new string('e', 32)}", active.Value)
        );

        using var client = _server.Client((string?)made["key"]);
        await client.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/api/v1/auth/whoami");
    }

    [Fact]
    public async Task A_head_that_is_put_back_to_its_older_version_is_not_taken()
    {
        await Admin.PutJsonAsync("/api/v1/configs/p/a", """{"v":1}""");
        var old = (await Store.GetAsync("configs/p/a", CancellationToken.None))!;
        await Admin.PutJsonAsync("/api/v1/configs/p/a", """{"v":2}""");

        await WriteAsync(new Write.Put("configs/p/a", old.Value));

        ((long)(await Admin.GetJsonAsync("/api/v1/configs/p/a"))["v"]!).ShouldBe(2);
        (await FindingsAsync()).ShouldContain("configs/p/a");
    }

    [Fact]
    public async Task A_node_does_not_start_with_an_environment_that_lost_its_protection_by_being_put_back()
    {
        var old = (await Store.GetAsync("environments/prod", CancellationToken.None))!;
        await Admin.PutJsonAsync("/api/v1/environments/prod", """{"protected":true}""");
        await WriteAsync(new Write.Put("environments/prod", old.Value));
        ((bool)(await Admin.GetJsonAsync("/api/v1/environments/prod"))["protected"]!).ShouldBeTrue();

        await _server.StopAsync();

        var refusal = await Should.ThrowAsync<StoreUnusableException>(_server.InitializeAsync().AsTask());
        refusal.Message.ShouldContain("environments/prod");
    }

    [Theory]
    [InlineData("\"created_by\":\"admin\"", "\"created_by\":\"mallory\"")]
    [InlineData("\"message\":\"why\"", "\"message\":\"lie\"")]
    [InlineData("\"version\":1", "\"version\":7")]
    [InlineData("\"deleted\":false", "\"deleted\":true")]
    public async Task Who_wrote_a_version_and_why_cannot_be_altered(string from, string to)
    {
        await Admin.PutJsonAsync("/api/v1/configs/p/a", """{"v":1}""", ("Cairn-Message", "why"));
        var record = (await Store.GetAsync("config-versions/p/a/0000000001", CancellationToken.None))!;
        string text = Encoding.UTF8.GetString(record.Value.Span);
        text.ShouldContain(from);

        await PutRawAsync(record.Key, text.Replace(from, to, StringComparison.Ordinal));
        await PutRawAsync("configs/p/a", text.Replace(from, to, StringComparison.Ordinal));

        ((long)(await Admin.GetJsonAsync("/api/v1/configs/p/a"))["v"]!).ShouldBe(1);
        string findings = await FindingsAsync();
        findings.ShouldContain("config-versions/p/a/0000000001");
        findings.ShouldContain("configs/p/a\"");
    }

    [Fact]
    public async Task A_forged_deletion_deletes_nothing()
    {
        await Admin.PutJsonAsync("/api/v1/configs/p/a", """{"v":1}""");
        string change = new('a', 32);

        await PutRawAsync(
            "configs/p/a",
            $$"""{"version":2,"created_at":"2026-01-01T00:00:00Z","created_by":"m","change":"{{change}}","deleted":true}"""
        );

        ((long)(await Admin.GetJsonAsync("/api/v1/configs/p/a"))["v"]!).ShouldBe(1);
    }

    [Theory]
    [InlineData("audit/")]
    [InlineData("changes/")]
    public async Task Entries_that_were_altered_or_removed_are_found(string journal)
    {
        var written = await Admin.PutJsonAsync("/api/v1/configs/p/a", """{"v":1}""", ("Cairn-Message", "first"));
        var other = await Admin.PutJsonAsync("/api/v1/configs/p/b", """{"v":1}""");
        string altered = await KeyOfAsync(journal, (string)written["change"]!);
        string removed = await KeyOfAsync(journal, (string)other["change"]!);
        string text = Encoding.UTF8.GetString((await Store.GetAsync(altered, CancellationToken.None))!.Value.Span);

        await WriteAsync(
            new Write.Put(altered, Encoding.UTF8.GetBytes(text.Replace("first", "other", StringComparison.Ordinal))),
            new Write.Delete(removed)
        );

        string findings = await FindingsAsync();
        findings.ShouldContain(altered);
        findings.ShouldContain("config-versions/p/b/0000000001");
        var items = (await Admin.GetJsonAsync($"/api/v1/{journal}".TrimEnd('/')))["items"]!.AsArray();
        items.Single(item => (string?)item!["message"] == "other")!["intact"]!.GetValue<bool>().ShouldBeFalse();
        if (journal == "changes/")
        {
            await Admin.RefusedAsync(
                HttpStatusCode.Conflict,
                HttpMethod.Post,
                $"/api/v1/changes/{written["change"]}/revert",
                "{}"
            );
        }
    }

    [Fact]
    public async Task Rotation_takes_effect_whatever_the_clock_says()
    {
        foreach (var offset in new[] { TimeSpan.FromDays(365), TimeSpan.Zero, TimeSpan.FromDays(-1) })
        {
            _server.Time.Offset = offset;
            string before = await PrimaryAsync(await Admin.GetJsonAsync("/api/v1/keyring"));
            string after = await PrimaryAsync(await Admin.PostJsonAsync("/api/v1/keyring/rotate", "{}"));
            after.ShouldNotBe(before);
        }

        _server.Time.Offset = TimeSpan.Zero;
        await Admin.PutJsonAsync("/api/v1/configs/k/a", """{"v":1}""");
        string primary = await PrimaryAsync(await Admin.GetJsonAsync("/api/v1/keyring"));
        Encoding
            .UTF8.GetString((await Store.GetAsync("configs/k/a", CancellationToken.None))!.Value.Span)
            .ShouldContain($"c1.{primary}.");
        await _server.RestartAsync();
        (await PrimaryAsync(await Admin.GetJsonAsync("/api/v1/keyring"))).ShouldBe(primary);

        static Task<string> PrimaryAsync(JsonNode keyring) =>
            Task.FromResult((string)keyring["data_keys"]!.AsArray().Single(key => (bool)key!["primary"]!)!["id"]!);
    }

    private async Task<string> KeyOfAsync(string journal, string id)
    {
        await foreach (
            var record in Store.ListAsync(
                journal,
                await Store.GetRevisionAsync(CancellationToken.None),
                CancellationToken.None
            )
        )
        {
            if (record.Key == new Journal(Store, _server.Node.Keyring, journal).KeyOf(id))
                return record.Key;
        }

        return (await RecordAsync(journal + id)).Key;
    }

    [Theory]
    [InlineData("/api/v1/configs/r/a", """{"v":1}""")]
    [InlineData("/api/v1/configs/r/a?environment=prod", """{"v":1}""")]
    [InlineData("/api/v1/projects/r/variables", """{"v":1}""")]
    [InlineData("/api/v1/environments/dev", """{"description":"1"}""")]
    public async Task A_version_of_before_a_restore_is_not_taken_for_the_one_of_its_number_since(
        string url,
        string body
    )
    {
        string copy = Path.Combine(_server.Folder.Path, "copy");
        await Admin.PutJsonAsync(url, body);
        await _server.StopAsync();
        Copy(_server.Folder.Path, copy);
        await _server.InitializeAsync();
        using var lost = await Admin.SendAsync(HttpMethod.Put, url, body.Replace('1', '2'));
        string tag = lost.Headers.ETag?.Tag ?? await TagAsync(url);
        await _server.StopAsync();
        Copy(copy, _server.Folder.Path);
        await _server.InitializeAsync();
        await Admin.PutJsonAsync(url, body.Replace('1', '3'));
        string newest = await TagAsync(url);
        newest.Split('-')[0].ShouldBe(tag.Split('-')[0], "both are version 2 or so");

        await Admin.RefusedAsync(
            HttpStatusCode.PreconditionFailed,
            HttpMethod.Put,
            url,
            body.Replace('1', '4'),
            headers: ("If-Match", tag)
        );
        await Admin.PutJsonAsync(url, body.Replace('1', '5'), ("If-Match", newest));

        async Task<string> TagAsync(string path)
        {
            using var answer = await Admin.SendAsync(HttpMethod.Get, path);
            return answer.Headers.ETag!.Tag;
        }

        static void Copy(string from, string to)
        {
            Directory.CreateDirectory(to);
            foreach (string stale in Directory.GetFiles(to, "cairn.db*"))
                File.Delete(stale);
            foreach (string file in Directory.GetFiles(from, "cairn.db*"))
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
