using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>What a change does to configs that it does not write: those that use its variables, or refer to its
/// configs.</summary>
public sealed class ImpactTests : IAsyncLifetime
{
    private readonly CairnServer _server = new();

    private HttpClient Admin => _server.Admin;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task PutAsync(string path, string document) => Admin.PutJsonAsync($"/api/v1/configs/{path}", document);

    private async Task ProtectProdAsync() =>
        await Admin.PutJsonAsync("/api/v1/environments/prod", """{"protected":true}""");

    private Task<JsonNode> PreviewAsync(string operations, HttpClient? client = null) =>
        (client ?? Admin).PostJsonAsync("/api/v1/changes", $$"""{"dry_run":true,"operations":[{{operations}}]}""");

    [Theory]
    [InlineData("configs:write:pay/**\",\"variables:write:projects/pay")]
    [InlineData("variables:write:projects/pay")]
    [InlineData(null)]
    public async Task Whoever_may_not_read_what_a_template_refers_to_cannot_change_a_protected_environment(
        string? scopes
    )
    {
        await PutAsync("other/x", """{"y":"Y"}""");
        await Admin.PutJsonAsync("/api/v1/projects/pay/variables", """{"host":"db1"}""");
        await PutAsync("pay/db", """{"url":"{{ host }}-{{ config('other/x').y }}"}""");
        await ProtectProdAsync();
        using var writer = await _server.ClientWithKeyAsync(
            "write",
            scopes is null ? "" : $",\"scopes\":[\"{scopes}\"]"
        );

        await writer.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Put,
            "/api/v1/projects/pay/variables",
            """{"host":"EVIL"}"""
        );

        ((string?)(await Admin.GetJsonAsync("/api/v1/configs/pay/db?environment=prod"))["url"]).ShouldBe("db1-Y");
    }

    [Fact]
    public async Task A_protected_environment_does_not_change_through_a_config_of_another_project()
    {
        await Admin.PutJsonAsync("/api/v1/projects/lib/variables", """{"max":"1"}""");
        await PutAsync("lib/limits", """{"max":"{{ max }}"}""");
        await PutAsync("shop/api", """{"m":"{{ config('lib/limits').max }}"}""");
        await ProtectProdAsync();

        var problem = await Admin.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Put,
            "/api/v1/projects/lib/variables",
            """{"max":"2"}"""
        );

        problem.ToJsonString().ShouldContain("shop/api");
    }

    [Theory]
    [InlineData("put", """{"other":1}""")]
    [InlineData("patch", """{"region":null}""")]
    public async Task A_writer_of_variables_is_not_shown_the_templates_they_may_not_read(string op, string variables)
    {
        await Admin.PutJsonAsync("/api/v1/environments/staging/variables", """{"region":"eu"}""");
        await Admin.PutJsonAsync("/api/v1/environments/dev/variables", """{"region":"eu"}""");
        await Admin.PutJsonAsync("/api/v1/environments/prod/variables", """{"region":"eu"}""");
        await PutAsync("secret/db", """{"u":"postgres://root:CANARY@h/{{ region }}"}""");
        using var writer = await _server.ClientWithKeyAsync(
            "write",
            ""","scopes":["variables:write:environments/staging"]"""
        );

        var preview = await PreviewAsync(
            $$"""{"op":"{{op}}","kind":"variables","path":"environments/staging","document":{{variables}}}""",
            writer
        );
        using var response = await writer.SendAsync(
            op == "put" ? HttpMethod.Put : HttpMethod.Patch,
            "/api/v1/environments/staging/variables",
            variables
        );

        string told = preview.ToJsonString() + await response.Content.ReadAsStringAsync();
        ((bool)preview["acceptable"]!).ShouldBeFalse();
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        told.ShouldNotContain("CANARY");
        told.ShouldNotContain("secret/db");
        told.ShouldContain("may not read");
    }

    [Fact]
    public async Task Whoever_may_read_the_template_is_told_what_breaks_it()
    {
        await Admin.PutJsonAsync("/api/v1/projects/shop/variables", """{"EXTRA":1}""");
        await PutAsync("shop/len", """{"n":"{{ EXTRA + 1 }}"}""");

        var preview = await PreviewAsync(
            """{"op":"patch","kind":"variables","path":"projects/shop","document":{"EXTRA":"one"}}"""
        );
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Patch,
            "/api/v1/projects/shop/variables",
            """{"EXTRA":"one"}"""
        );

        ((bool)preview["acceptable"]!).ShouldBeFalse();
        problem.ToJsonString().ShouldContain("shop/len");
        ((long)(await Admin.GetJsonAsync("/api/v1/configs/shop/len?environment=dev"))["n"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Variables_can_be_written_where_a_config_refers_to_what_their_writer_may_not_read()
    {
        await PutAsync("hidden/x", """{"v":"1"}""");
        await Admin.PutJsonAsync("/api/v1/environments/dev/variables", """{"a":1}""");
        await PutAsync("open/uses", """{"v":"{{ config('hidden/x').v }}"}""");
        await Admin.PutJsonAsync("/api/v1/config-schemas/open/uses", """{"type":"object"}""");
        using var writer = await _server.ClientWithKeyAsync(
            "write",
            ""","scopes":["variables:write:environments/dev"]"""
        );

        await writer.PutJsonAsync("/api/v1/environments/dev/variables", """{"a":2}""");
    }

    [Fact]
    public async Task A_config_that_others_with_a_schema_refer_to_cannot_break_them()
    {
        await PutAsync("t/words", """{"w":"abc"}""");
        await PutAsync("t/middle", """{"w":"{{ config('t/words').w }}"}""");
        await PutAsync("t/uses", """{"w":"{{ config('t/middle').w }}"}""");
        await Admin.PutJsonAsync("/api/v1/config-schemas/t/uses", """{"properties":{"w":{"maxLength":3}}}""");

        var problem = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/configs/t/words",
            """{"w":"abcdef"}"""
        );

        ((string?)problem["errors"]![0]!["pointer"]).ShouldBe("/w");
        await PutAsync("t/words", """{"w":"ab"}""");
    }

    [Fact]
    public async Task What_did_not_hold_before_keeps_nobody_from_writing()
    {
        await Admin.PutJsonAsync("/api/v1/schemas/alpha/Size/1.0.0", """{"type":"object"}""");
        await Admin.PutJsonAsync("/api/v1/environments/dev/variables", """{"N":1}""");
        await PutAsync("alpha/a", """{"size":"x","n":"{{ N | default(0) }}"}""");
        await Admin.PutJsonAsync("/api/v1/config-schemas/alpha/a", "\"alpha/Size@>=1.0.0\"");
        await Admin.PutJsonAsync("/api/v1/schemas/alpha/Size/1.1.0", """{"properties":{"size":{"enum":["s","m"]}}}""");

        await Admin.SendJsonAsync(HttpMethod.Patch, "/api/v1/environments/dev/variables", """{"N":2}""");
    }

    [Fact]
    public async Task A_config_that_others_refer_to_can_be_deleted_and_only_they_fail()
    {
        await PutAsync("q1/src", """{"v":1}""");
        await PutAsync("q1/good", """{"ok":true}""");
        await PutAsync("q1/dep", """{"v":"{{ config('q1/src').v }}"}""");

        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/configs/q1/src");

        var items = (await Admin.GetJsonAsync("/api/v1/configs?prefix=q1/&environment=prod&include=document"))[
            "items"
        ]!.AsArray();
        items.Select(item => (string?)item!["path"]).ShouldBe(["q1/dep", "q1/good"]);
        items[0]!["document"].ShouldBeNull();
        ((string?)items[0]!["problem"])!.ShouldContain("q1/src");
        ((bool)items[1]!["document"]!["ok"]!).ShouldBeTrue();
        items[1]!["problem"].ShouldBeNull();
    }

    [Fact]
    public async Task A_listing_goes_on_where_a_config_refers_beyond_what_the_lister_may_read()
    {
        await PutAsync("secret/x", """{"v":1}""");
        await PutAsync("mine/a", """{"v":"{{ config('secret/x').v }}"}""");
        await PutAsync("mine/b", """{"v":2}""");
        using var reader = await _server.ClientWithKeyAsync("read", ""","scopes":["configs:read:mine/**"]""");

        var items = (await reader.GetJsonAsync("/api/v1/configs?prefix=mine/&environment=dev&include=document"))[
            "items"
        ]!.AsArray();

        items[0]!["document"].ShouldBeNull();
        ((string?)items[0]!["problem"]).ShouldNotBeNull();
        ((long)items[1]!["document"]!["v"]!).ShouldBe(2);
    }

    [Fact]
    public async Task A_page_of_large_documents_ends_before_its_limit_and_goes_on()
    {
        string large = new('x', 900_000);
        for (int i = 0; i < 8; i++)
            await PutAsync($"big/c{i}", $$"""{"v":"{{large}}"}""");

        var paths = new List<string>();
        int pages = 0;
        for (string? cursor = null; pages == 0 || cursor is not null; pages++)
        {
            var page = await Admin.GetJsonAsync(
                $"/api/v1/configs?prefix=big/&environment=dev&include=document{(cursor is null ? "" : "&cursor=" + cursor)}"
            );
            paths.AddRange(page["items"]!.AsArray().Select(item => (string)item!["path"]!));
            cursor = (string?)page["next_cursor"];
        }

        pages.ShouldBe(2);
        paths.ShouldBe(Enumerable.Range(0, 8).Select(i => $"big/c{i}"));
    }

    [Fact]
    public async Task A_preview_tells_of_configs_that_refer_to_what_it_writes()
    {
        await PutAsync("lib/limits", """{"max":1}""");
        await PutAsync("shop/api", """{"m":"{{ config('lib/limits').max }}"}""");
        await PutAsync("hidden/api", """{"m":"{{ config('lib/limits').max }}"}""");
        using var writer = await _server.ClientWithKeyAsync(
            "write",
            ""","scopes":["configs:write:lib/**","configs:read:shop/**"]"""
        );

        var preview = await PreviewAsync("""{"op":"put","path":"lib/limits","document":{"max":2}}""", writer);

        var effects = preview["effects"]!.AsArray();
        effects.Select(effect => (string?)effect!["path"]).Distinct().ShouldBe(["lib/limits", "shop/api"]);
        effects
            .Where(effect => (string?)effect!["path"] == "shop/api")
            .All(effect => (long)effect!["after"]!["m"]! == 2)
            .ShouldBeTrue();
        ((int)preview["hidden_effects"]!).ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"x":"{{ config('p/' + 'b').v }}"}""")]
    [InlineData("""{"x":"{% set c = config %}{{ c('p/b').v }}"}""")]
    [InlineData("""{"x":"{{ config ( \"p/b\" ).v }}"}""")]
    [InlineData("""{"x":"{{ '}}' ~ config('p/b').v }}"}""")]
    [InlineData("""{"x":"\u007b{ config('p/b').v }}"}""")]
    [InlineData("""{"x":{"y":["{% if config('p/b').v == 1 %}one{% else %}two{% endif %}"]}}""")]
    public async Task However_a_template_names_a_config_its_changes_are_told(string template)
    {
        await PutAsync("p/b", """{"v":1}""");
        await PutAsync("p/a", template);

        var preview = await PreviewAsync("""{"op":"put","path":"p/b","document":{"v":2}}""");

        preview["effects"]!.AsArray().Select(effect => (string?)effect!["path"]).Distinct().ShouldBe(["p/b", "p/a"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_preview_tells_just_what_reading_everything_before_and_after_shows(int seed)
    {
        var random = new Random(seed);
        const int Count = 12;
        string Template(int i) =>
            random.Next(4) switch
            {
                0 => $"{random.Next(100)}",
                1 => $"{{{{ v{random.Next(3)} | default('-') }}}}",
                2 when i > 0 => $"{{{{ config('g{random.Next(2)}/c{random.Next(i)}') | tojson }}}}",
                _ => $"{{{{ env }}}}-{{{{ v{random.Next(3)} is defined }}}}",
            };
        for (int i = 0; i < Count; i++)
        {
            foreach (string project in new[] { "g0", "g1" })
            {
                await PutAsync(
                    $"{project}/c{i}",
                    new JsonObject { ["t"] = Template(i), ["u"] = Template(i) }.ToJsonString()
                );
            }
        }

        for (int round = 0; round < 6; round++)
        {
            string operation = random.Next(3) switch
            {
                0 =>
                    $$$"""{"op":"put","kind":"variables","path":"projects/g{{{random.Next(2)}}}","document":{"v{{{random.Next(3)}}}":{{{random.Next(9)}}} }}""",
                1 =>
                    $$$"""{"op":"put","kind":"variables","path":"environments/{{{(random.Next(2) == 0 ? "dev" : "prod")}}}","document":{"v{{{random.Next(3)}}}":{{{random.Next(9)}}} }}""",
                _ =>
                    $$$"""{"op":"put","path":"g{{{random.Next(2)}}}/c{{{random.Next(Count)}}}","document":{"t":{{{random.Next(9)}}} }}""",
            };
            var before = await AllAsync();
            var told = (await PreviewAsync(operation))["effects"]!
                .AsArray()
                .Select(effect => $"{effect!["environment"]} {effect["path"]} {effect["after"]!.ToJsonString()}")
                .Order(StringComparer.Ordinal);
            await Admin.PostJsonAsync("/api/v1/changes", $$"""{"operations":[{{operation}}]}""");
            var after = await AllAsync();

            told.ShouldBe(
                after
                    .Where(pair => before[pair.Key] != pair.Value)
                    .Select(pair => $"{pair.Key} {pair.Value}")
                    .Order(StringComparer.Ordinal),
                operation
            );
        }
    }

    [Fact]
    public async Task A_protected_environment_is_promoted_to_by_an_administrator_of_configs()
    {
        await PutAsync("pay/db", """{"v":1}""");
        await ProtectProdAsync();
        await PutAsync("pay/db", """{"v":2}""");
        using var writer = await _server.ClientWithKeyAsync("write");

        await writer.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Post,
            "/api/v1/config-promotions/pay/db",
            """{"from":"staging","to":"prod"}"""
        );
        await Admin.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Put,
            "/api/v1/configs/pay/db?environment=prod",
            """{"v":3}"""
        );
        await Admin.PostJsonAsync("/api/v1/config-promotions/pay/db", """{"from":"staging","to":"prod"}""");

        ((long)(await Admin.GetJsonAsync("/api/v1/configs/pay/db?environment=prod"))["v"]!).ShouldBe(2);
    }

    private async Task<Dictionary<string, string>> AllAsync()
    {
        var all = new Dictionary<string, string>();
        foreach (string environment in new[] { "dev", "staging", "prod" })
        {
            foreach (
                var item in (
                    await Admin.GetJsonAsync($"/api/v1/configs?environment={environment}&include=document&limit=1000")
                )["items"]!.AsArray()
            )
            {
                all[$"{environment} {item!["path"]}"] = item["document"]?.ToJsonString() ?? "problem";
            }
        }

        return all;
    }
}
