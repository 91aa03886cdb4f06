using System.Net;
using System.Text;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Schemas;

/// <summary>What the schema registry is given by those who err and those who attack.</summary>
public sealed class BadInputTests(CairnServer server) : IClassFixture<CairnServer>
{
    private HttpClient Admin => server.Admin;

    [Theory]
    [InlineData("""{"type":"strnig"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"properties":[]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"minimum":"3"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"pattern":"("}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"$ref":"#/nowhere"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"$ref":"#"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("[]", HttpStatusCode.UnprocessableEntity)]
    [InlineData("7", HttpStatusCode.UnprocessableEntity)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("""{"type":"object","type":"string"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"title":"\ud800"}""", HttpStatusCode.BadRequest)]
    public async Task What_is_no_schema_is_refused_with_a_reason(string schema, HttpStatusCode status)
    {
        await Admin.RefusedAsync(status, HttpMethod.Put, "/api/v1/schemas/bad/Schema/1.0.0", schema);
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/v1/schemas/bad/Schema/1.0.0");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("v1.0.0")]
    [InlineData("1.0.0.0")]
    [InlineData("01.0.0")]
    [InlineData("latest")]
    [InlineData("%5E1.0.0")]
    [InlineData("1.0.0%0A")]
    [InlineData("1.0.0+b")]
    public async Task A_version_that_is_none_is_refused(string version) =>
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            "/api/v1/schemas/bad/Version/" + version,
            "{}"
        );

    [Theory]
    [InlineData("cafe\u0301/Model", "NFC")]
    [InlineData("names/Mode\u0301l", "NFC")]
    [InlineData("names\u202E/Model", "U+202E")]
    [InlineData("names/Mo\u200Bdel", "U+200B")]
    [InlineData("names\u00A0/Model", "U+00A0")]
    [InlineData("_/Mo\uFEFFdel", "U+FEFF")]
    public async Task A_name_that_looks_like_another_is_refused(string path, string part)
    {
        string url = "/api/v1/schemas/" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + "/1.0.0";
        (
            (string?)(await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, url, "{}"))["detail"]
        )!.ShouldContain(part);
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, url);
    }

    [Fact]
    public async Task A_name_in_any_script_is_a_name() =>
        await Admin.PutJsonAsync("/api/v1/schemas/" + Uri.EscapeDataString("caf\u00E9 設定") + "/Modell/1.0.0", "{}");

    [Fact]
    public async Task A_lower_version_is_a_mistake_unless_it_is_said_to_be_a_backport()
    {
        foreach (string version in new[] { "1.2.0", "2.0.0" })
            await Admin.PutJsonAsync("/api/v1/schemas/bad/Downgrade/" + version, "{}");
        var refused = await Admin.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Put,
            "/api/v1/schemas/bad/Downgrade/1.1.0",
            "{}"
        );
        ((string?)refused["detail"])!.ShouldContain("backport");
        // The line of major version 1 goes on beside 2.
        await Admin.PutJsonAsync("/api/v1/schemas/bad/Downgrade/1.2.1", "{}");
        await Admin.PutJsonAsync("/api/v1/schemas/bad/Downgrade/1.1.0?backport=true", "{}");
    }

    [Theory]
    [InlineData("größe/Maß%20für%20Ünïcode")]
    [InlineData("日本語/スキーマ")]
    [InlineData("emoji/%F0%9F%9A%80")]
    [InlineData("dots.and-dashes/Generic%5BList%5Bint%5D%5D")]
    [InlineData("at@sign/a@b")]
    public async Task Names_may_be_any_text(string path)
    {
        await Admin.PutJsonAsync($"/api/v1/schemas/{path}/1.0.0", """{"type":"object"}""");
        using var read = await Admin.GetAsync($"/api/v1/schemas/{path}/^1");
        (await read.Content.ReadAsStringAsync()).ShouldBe("""{"type":"object"}""");
        string address = Uri.UnescapeDataString(path) + "@1.0.0";
        Uri.UnescapeDataString(read.Headers.GetValues("Cairn-Schema").Single()).ShouldBe(address);
        await Admin.PutJsonAsync("/api/v1/configs/names/config", "{}");
        await Admin.PutJsonAsync(
            "/api/v1/config-schemas/names/config",
            System.Text.Json.JsonSerializer.Serialize(address)
        );
        await Admin.PutJsonAsync(
            "/api/v1/schemas/names/Refers/1.0.0?backport=true",
            $$"""{"$ref":"cairn:{{path}}@1.0.0"}"""
        );
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schemas/names/Refers/1.0.0");
    }

    [Theory]
    [InlineData("a%2Fb/Model/1.0.0")]
    [InlineData("a/b%2fc/1.0.0")]
    [InlineData("a/b/c/1.0.0")]
    [InlineData("Model/1.0.0")]
    [InlineData("//1.0.0")]
    [InlineData("a//1.0.0")]
    [InlineData("a/_/1.0.0")]
    [InlineData("a/x%00y/1.0.0")]
    public async Task Names_hold_no_slash_and_are_not_empty(string path)
    {
        using var answer = await Admin.SendAsync(HttpMethod.Put, "/api/v1/schemas/" + path, "{}");
        ((int)answer.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task A_long_name_is_refused() =>
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            $"/api/v1/schemas/a/{new string('x', 256)}/1.0.0",
            "{}"
        );

    [Fact]
    public async Task A_body_of_ten_megabytes_is_refused_before_it_is_read_whole()
    {
        string schema = $$"""{"description":"{{new string('x', 10_000_000)}}"}""";
        using var answer = await Admin.SendAsync(HttpMethod.Put, "/api/v1/schemas/bad/Large/1.0.0", schema);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_bomb_of_references_costs_its_budget_and_no_more()
    {
        // Each level doubles: 2^60 evaluations if they were all made.
        var bomb = new StringBuilder("""{"$ref":"#/$defs/l0","$defs":{""");
        for (int level = 0; level < 60; level++)
        {
            bomb.Append(
                $$"""
                "l{{level}}":{"allOf":[{"$ref":"#/$defs/l{{level + 1}}"},{"$ref":"#/$defs/l{{level + 1}}"}]},
                """
            );
        }

        bomb.Append("\"l60\":{\"type\":\"string\"}}}");
        await Admin.PutJsonAsync("/api/v1/schemas/bad/Bomb/1.0.0", bomb.ToString());
        var verdict = await Admin.PostJsonAsync("/api/v1/schema-validations/bad/Bomb/1.0.0", "\"text\"");
        ((bool)verdict["valid"]!).ShouldBeFalse();
        // The sample gives up, too.
        (await Admin.GetAsync("/api/v1/schema-samples/bad/Bomb/1.0.0")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_tree_of_documents_that_fans_out_is_reached_once_each()
    {
        await Admin.PutJsonAsync("/api/v1/schemas/fan/L0/1.0.0", """{"type":"string"}""");
        for (int level = 1; level <= 30; level++)
        {
            await Admin.PutJsonAsync(
                $"/api/v1/schemas/fan/L{level}/1.0.0",
                $$"""{"allOf":[{"$ref":"cairn:fan/L{{level - 1}}@1.0.0"},{"$ref":"cairn:fan/L{{level - 1}}@1.0.0"}]}"""
            );
        }

        (await Admin.GetJsonAsync("/api/v1/schema-metadata/fan/L30/1.0.0"))["references"]!.AsArray().Count.ShouldBe(30);
    }

    [Fact]
    public async Task Of_clashing_registrations_of_one_version_exactly_one_wins()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(i =>
                    Admin.SendAsync(
                        HttpMethod.Put,
                        "/api/v1/schemas/clash/Model/1.0.0",
                        $$"""{"title":"number {{i}}"}"""
                    )
                )
        );
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(31);
        string title = (string)(await Admin.GetJsonAsync("/api/v1/schema-metadata/clash/Model/1.0.0"))["title"]!;
        int winner = Array.FindIndex(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        title.ShouldBe($"number {winner}");
    }

    [Fact]
    public async Task Of_two_versions_registered_at_once_that_break_each_other_only_one_is_accepted()
    {
        for (int round = 0; round < 10; round++)
        {
            await Admin.PutJsonAsync($"/api/v1/schema-rules/clash-rule/M{round}", """{"compatibility":"FULL"}""");
            var answers = await Task.WhenAll(
                Admin.SendAsync(HttpMethod.Put, $"/api/v1/schemas/clash-rule/M{round}/1.0.0", """{"type":"string"}"""),
                Admin.SendAsync(HttpMethod.Put, $"/api/v1/schemas/clash-rule/M{round}/1.1.0", """{"type":"integer"}""")
            );
            answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(1);
        }
    }

    [Fact]
    public async Task The_same_registration_by_many_at_once_is_made_once()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(_ => Admin.SendAsync(HttpMethod.Put, "/api/v1/schemas/clash/Same/1.0.0", "{}"))
        );
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(15);
    }
}
