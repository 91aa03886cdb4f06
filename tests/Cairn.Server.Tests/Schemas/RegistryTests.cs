using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Schemas;

/// <summary>The schema registry by its own API. Each test has namespaces of its own.</summary>
public sealed class RegistryTests(CairnServer server) : IClassFixture<CairnServer>
{
    private const string Text =
        """{"type":"object","properties":{"host":{"type":"string"}},"required":["host"],"additionalProperties":false}""";
    private const string Wider =
        """{"type":"object","properties":{"host":{"type":"string"},"port":{"type":"integer","minimum":1}},"required":["host"],"additionalProperties":false}""";
    private const string Breaking =
        """{"type":"object","properties":{"port":{"type":"integer"}},"required":["port"],"additionalProperties":false}""";

    private HttpClient Admin => server.Admin;

    private Task<JsonNode> RegisterAsync(string path, string schema = Text) =>
        Admin.PutJsonAsync("/api/v1/schemas/" + path, schema);

    [Fact]
    public async Task A_version_is_registered_once_and_read_back_byte_for_byte()
    {
        const string odd =
            """{"type":"object","title":"Größe","multipleOf":1.0,"x":123456789012345678901234567890,"a\/b":"\u00e9"}""";
        using var first = await Admin.SendAsync(HttpMethod.Put, "/api/v1/schemas/once/Model/1.0.0", odd);
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var same = await Admin.SendAsync(HttpMethod.Put, "/api/v1/schemas/once/Model/1.0.0", odd);
        same.StatusCode.ShouldBe(HttpStatusCode.OK);
        var view = JsonNode.Parse(await same.Content.ReadAsStringAsync())!;
        ((int)view["resource_version"]!).ShouldBe(1);
        ((string?)view["schema"]).ShouldBe("once/Model@1.0.0");
        ((string?)view["title"]).ShouldBe("Größe");

        using var read = await Admin.GetAsync("/api/v1/schemas/once/Model/1.0.0");
        (await read.Content.ReadAsStringAsync()).ShouldBe(odd);
        read.Content.Headers.ContentType!.MediaType.ShouldBe("application/schema+json");
        string digest =
            "sha256:"
            + Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(odd))
            );
        read.Headers.GetValues("Cairn-Digest").Single().ShouldBe(digest);
        ((string?)view["digest"]).ShouldBe(digest);
        using var again = await Admin.SendAsync(
            HttpMethod.Get,
            "/api/v1/schemas/once/Model/1.0.0",
            headers: ("If-None-Match", $"\"{digest}\"")
        );
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);

        var refused = await Admin.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Put,
            "/api/v1/schemas/once/Model/1.0.0",
            Wider
        );
        ((string?)refused["detail"])!.ShouldContain("registered already");
    }

    [Fact]
    public async Task Members_in_another_order_are_the_same_content()
    {
        await RegisterAsync("order/Model/1.0.0", """{"type":"object","title":"T"}""");
        using var same = await Admin.SendAsync(
            HttpMethod.Put,
            "/api/v1/schemas/order/Model/1.0.0",
            """{ "title": "T", "type": "object" }"""
        );
        same.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ranges_and_latest_find_the_highest_version_that_is_not_deprecated()
    {
        foreach (string version in new[] { "1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1" })
            await RegisterAsync("ranges/Model/" + version, $$"""{"type":"object","title":"{{version}}"}""");
        (await FindAsync("latest")).ShouldBe("ranges/Model@1.10.0");
        (await FindAsync("^1.2")).ShouldBe("ranges/Model@1.10.0");
        (await FindAsync("~1.2.0")).ShouldBe("ranges/Model@1.2.0");
        (await FindAsync("^2.0.0-rc.0")).ShouldBe("ranges/Model@2.0.0-rc.1");
        await Admin.PutJsonAsync(
            "/api/v1/schema-deprecations/ranges/Model/1.10.0",
            """{"message":"Broken","replacement":"ranges/Model@1.2.0"}"""
        );
        (await FindAsync("latest")).ShouldBe("ranges/Model@1.2.0");
        (await FindAsync("~1.10")).ShouldBe("ranges/Model@1.10.0");
        using var deprecated = await Admin.GetAsync("/api/v1/schemas/ranges/Model/1.10.0");
        deprecated.Headers.GetValues("Deprecation").Single().ShouldStartWith("@");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/v1/schemas/ranges/Model/^3");
        await Admin.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/api/v1/schemas/ranges/Model/newest");

        var metadata = await Admin.GetJsonAsync("/api/v1/schema-metadata/ranges/Model/1.10.0");
        ((bool)metadata["deprecated"]!).ShouldBeTrue();
        ((string?)metadata["deprecation_message"]).ShouldBe("Broken");
        ((string?)metadata["replacement"]).ShouldBe("ranges/Model@1.2.0");
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schema-deprecations/ranges/Model/1.10.0");
        (await FindAsync("latest")).ShouldBe("ranges/Model@1.10.0");
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/schema-deprecations/ranges/Model/1.10.0",
            """{"replacement":"ranges/Nothing@1.0.0"}"""
        );

        async Task<string> FindAsync(string range)
        {
            using var read = await Admin.GetAsync("/api/v1/schemas/ranges/Model/" + Uri.EscapeDataString(range));
            read.EnsureSuccessStatusCode();
            return read.Headers.GetValues("Cairn-Schema").Single();
        }
    }

    [Fact]
    public async Task Models_are_listed_by_path_page_by_page_and_searched_by_name_and_title()
    {
        foreach (string model in new[] { "listed/A", "listed/B", "listed/C", "listed-too/D", "_/ListedGlobal" })
            await RegisterAsync(model + "/1.0.0", $$"""{"title":"About {{model[^1]}} of the list"}""");
        await RegisterAsync("listed/A/1.1.0", """{"title":"About A of the list, newer"}""");
        var page = await Admin.GetJsonAsync("/api/v1/schemas?namespace=listed&limit=2");
        Names(page).ShouldBe(["listed/A", "listed/B"]);
        page["items"]![0]!["versions"]!.AsArray().Select(version => (string?)version).ShouldBe(["1.0.0", "1.1.0"]);
        ((string?)page["items"]![0]!["latest"]).ShouldBe("1.1.0");
        Names(await Admin.GetJsonAsync("/api/v1/schemas?namespace=listed&limit=2&cursor=" + page["next_cursor"]))
            .ShouldBe(["listed/C"]);
        Names(await Admin.GetJsonAsync("/api/v1/schemas?q=LISTEDGLOBAL")).ShouldBe(["_/ListedGlobal"]);
        Names(await Admin.GetJsonAsync("/api/v1/schemas?q=" + Uri.EscapeDataString("about d of")))
            .ShouldBe(["listed-too/D"]);
        Names(await Admin.GetJsonAsync("/api/v1/schemas?namespace=_&q=global")).ShouldBe(["_/ListedGlobal"]);
        var versions = await Admin.GetJsonAsync("/api/v1/schema-versions/listed/A");
        versions["items"]!.AsArray().Select(item => (string?)item!["version"]).ShouldBe(["1.1.0", "1.0.0"]);
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/v1/schema-versions/listed/Z");

        using var limited = await server.ClientWithKeyAsync("read", ""","scopes":["schemas:read:listed/**"]""");
        Names(await limited.GetJsonAsync("/api/v1/schemas?q=list")).ShouldBe(["listed/A", "listed/B", "listed/C"]);
        await limited.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Get, "/api/v1/schemas/listed-too/D/1.0.0");

        static IEnumerable<string?> Names(JsonNode page) =>
            page["items"]!.AsArray().Select(item => (string?)item!["path"]);
    }

    [Fact]
    public async Task Searches_see_every_write_at_once_before_and_after_their_table_is_made_anew()
    {
        await RegisterAsync("sought/M0500/1.0.0", """{"title":"needle"}""");
        (await FindAsync("needle")).ShouldBe(["sought/M0500"]);
        // More than the table lets pass, in between, before and after what it has.
        for (int batch = 0; batch < 6; batch++)
        {
            var operations = Enumerable
                .Range(batch * 100, 100)
                .Where(i => i != 500)
                .Select(i =>
                    $$$"""{"op":"register","kind":"schemas","path":"sought/M{{{i:D4}}}/1.0.0","document":{"title":"{{{(i % 150 == 0 ? "Needle" : "hay")}}} {{{i}}}"}}"""
                );
            await Admin.PostJsonAsync("/api/v1/changes", $$"""{"operations":[{{string.Join(',', operations)}}]}""");
            (await FindAsync("NEEDLE")).ShouldBe(
                Enumerable
                    .Range(0, (batch + 1) * 100)
                    .Where(i => i % 150 == 0 || i == 500)
                    .Append(500)
                    .Distinct()
                    .Order()
                    .Select(i => $"sought/M{i:D4}")
            );
        }

        await RegisterAsync("sought/M0150/1.1.0", """{"title":"found no more"}""");
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schemas/sought/M0500/1.0.0");
        (await FindAsync("needle")).ShouldBe(["sought/M0000", "sought/M0300", "sought/M0450"]);
        (await FindAsync("no more")).ShouldBe(["sought/M0150"]);

        async Task<List<string?>> FindAsync(string text) =>
            [
                .. (await Admin.GetJsonAsync("/api/v1/schemas?namespace=sought&q=" + Uri.EscapeDataString(text)))[
                    "items"
                ]!
                    .AsArray()
                    .Select(item => (string?)item!["path"]),
            ];
    }

    [Fact]
    public async Task A_schema_in_use_by_another_vanishes_only_by_force_and_circles_are_refused()
    {
        await RegisterAsync(
            "refs/Address/1.0.0",
            """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"$defs":{"Zip":{"type":"string","pattern":"^[0-9]{5}$"}}}"""
        );
        await RegisterAsync(
            "refs/Person/1.0.0",
            """{"type":"object","properties":{"home":{"$ref":"cairn:refs/Address@1.0.0"},"zip":{"$ref":"cairn:refs/Address@1.0.0#/$defs/Zip"}}}"""
        );
        await RegisterAsync(
            "refs/Order/1.0.0",
            """{"type":"object","properties":{"buyer":{"$ref":"cairn:refs/Person@1.0.0"}}}"""
        );
        (await ValidAsync("""{"buyer":{"home":{"city":"Bern"},"zip":"30110"}}""")).ShouldBeTrue();
        (await ValidAsync("""{"buyer":{"home":{}}}""")).ShouldBeFalse();
        (await ValidAsync("""{"buyer":{"zip":"x"}}""")).ShouldBeFalse();
        var order = await Admin.GetJsonAsync("/api/v1/schema-metadata/refs/Order/1.0.0");
        order["references"]!
            .AsArray()
            .Select(reference => (string?)reference)
            .ShouldBe(["refs/Address@1.0.0", "refs/Person@1.0.0"]);
        var usage = await Admin.GetJsonAsync("/api/v1/schema-usage/refs/Address/1.0.0");
        usage["schemas"]!
            .AsArray()
            .Select(user => (string?)user)
            .ShouldBe(["refs/Order@1.0.0", "refs/Person@1.0.0"], ignoreOrder: true);

        var refused = await Admin.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Delete,
            "/api/v1/schemas/refs/Address/1.0.0"
        );
        refused["errors"]!.AsArray().Count.ShouldBe(2);
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schemas/refs/Address/1.0.0?force=true");
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/v1/schema-validations/refs/Order/1.0.0",
            "{}"
        );
        var circle = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/schemas/refs/Address/1.0.0",
            """{"$ref":"cairn:refs/Order@1.0.0"}"""
        );
        circle["errors"]!.ToJsonString().ShouldContain("circle");
        var nothing = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/schemas/refs/New/1.0.0",
            """{"$ref":"cairn:refs/Nobody@1.0.0"}"""
        );
        nothing["errors"]!.ToJsonString().ShouldContain("there is no schema refs/Nobody@1.0.0");
        var open = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/schemas/refs/New/1.0.0",
            """{"$ref":"cairn:refs/Order@^1"}"""
        );
        open["errors"]!.ToJsonString().ShouldContain("names one version");
        await RegisterAsync("refs/Address/1.0.0", """{"type":"object","$defs":{"Zip":true}}""");
        (await ValidAsync("""{"buyer":{"home":{}}}""")).ShouldBeTrue();

        async Task<bool> ValidAsync(string instance) =>
            (bool)(await Admin.PostJsonAsync("/api/v1/schema-validations/refs/Order/latest", instance))["valid"]!;
    }

    [Fact]
    public async Task A_rule_of_a_namespace_or_a_model_is_kept_to_in_both_directions_of_order()
    {
        await RegisterAsync("rules/Model/1.0.0", Text);
        await Admin.PutJsonAsync("/api/v1/schema-rules/rules", """{"compatibility":"backward"}""");
        var rule = await Admin.GetJsonAsync("/api/v1/schema-rules/rules/Model");
        ((string?)rule["compatibility"]).ShouldBe("BACKWARD");
        ((string?)rule["set_at"]).ShouldBe("rules");
        var refused = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/schemas/rules/Model/2.0.0",
            Breaking
        );
        refused["errors"]!.AsArray().Count.ShouldBeGreaterThan(0);
        await RegisterAsync("rules/Model/1.1.0", Wider);
        // Below 1.1.0 there is no room for what 1.1.0 would refuse.
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/schemas/rules/Model/1.0.5?backport=true",
            """{"type":"object"}"""
        );
        await Admin.PutJsonAsync("/api/v1/schema-rules/rules/Model", """{"compatibility":"NONE"}""");
        await RegisterAsync("rules/Model/2.0.0", Breaking);
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schema-rules/rules/Model");
        await RegisterAsync("rules/Model/3.0.0", Breaking);
        await Admin.PutJsonAsync("/api/v1/schema-rules/rules/Model", """{"compatibility":"FULL_TRANSITIVE"}""");
        var transitive = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/schemas/rules/Model/3.0.1",
            Breaking.Insert(1, "\"title\":\"T\",")
        );
        transitive["errors"]!.ToJsonString().ShouldContain("1.0.0, backward");
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            "/api/v1/schema-rules/rules",
            """{"compatibility":"sideways"}"""
        );
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, "/api/v1/schema-rules/rules-of-nobody");
    }

    [Fact]
    public async Task A_check_says_what_registering_would_and_changes_nothing()
    {
        await RegisterAsync("checks/Model/1.0.0", Text);
        await Admin.PutJsonAsync("/api/v1/schema-rules/checks", """{"compatibility":"FULL"}""");
        var check = await Admin.PostJsonAsync("/api/v1/schema-checks/checks/Model/1.1.0", Wider);
        ((bool)check["acceptable"]!).ShouldBeFalse();
        ((bool)check["valid"]!).ShouldBeTrue();
        check["against"]!.AsArray().Select(version => (string?)version).ShouldBe(["1.0.0"]);
        ((string?)check["breaks"]![0]!["direction"]).ShouldBe("forward");
        (
            (bool)
                (await Admin.PostJsonAsync("/api/v1/schema-checks/checks/Model/1.1.0?compatibility=BACKWARD", Wider))[
                    "acceptable"
                ]!
        ).ShouldBeTrue();
        var invalid = await Admin.PostJsonAsync("/api/v1/schema-checks/checks/Model/1.1.0", """{"type":"strnig"}""");
        ((bool)invalid["valid"]!).ShouldBeFalse();
        invalid["errors"]!.AsArray().ShouldNotBeEmpty();
        var taken = await Admin.PostJsonAsync(
            "/api/v1/schema-checks/checks/Model/1.0.0",
            """{"type":"object","title":"Other"}"""
        );
        ((bool)taken["acceptable"]!).ShouldBeFalse();
        (await Admin.GetJsonAsync("/api/v1/schema-versions/checks/Model"))["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Versions_are_compared_with_a_verdict_and_every_difference()
    {
        await RegisterAsync("compared/Model/1.0.0", Text);
        await RegisterAsync("compared/Model/1.1.0", Wider);
        await RegisterAsync("compared/Model/2.0.0", Breaking);
        var wider = await Admin.GetJsonAsync("/api/v1/schema-comparisons/compared/Model?from=1.0.0&to=1.1.0");
        ((string?)wider["verdict"]).ShouldBe("backward");
        wider["differences"]!
            .AsArray()
            .Select(item => $"{item!["kind"]} {item["pointer"]}")
            .ShouldContain("property_added /properties/port");
        var breaking = await Admin.GetJsonAsync("/api/v1/schema-comparisons/compared/Model?from=^1");
        ((string?)breaking["from"]).ShouldBe("compared/Model@1.1.0");
        ((string?)breaking["verdict"]).ShouldBe("breaking");
        (
            (string?)
                (await Admin.GetJsonAsync("/api/v1/schema-comparisons/compared/Model?from=1.0.0&to=1.0.0"))["verdict"]
        ).ShouldBe("identical");
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Get,
            "/api/v1/schema-comparisons/compared/Model"
        );
    }

    [Fact]
    public async Task Other_texts_are_kept_as_they_are_under_their_type()
    {
        const string avro = """{"type":"record","name":"User","fields":[{"name":"id","type":"long"}]}""";
        const string proto = "syntax = \"proto3\";\nmessage User { int64 id = 1; }\n";
        using var put = await Admin.SendAsync(HttpMethod.Put, "/api/v1/schemas/texts/Avro/1.0.0?type=avro", avro);
        put.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var other = await Admin.SendAsync(
            HttpMethod.Put,
            "/api/v1/schemas/texts/Proto/1.0.0",
            proto,
            "text/x-protobuf"
        );
        other.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var read = await Admin.GetAsync("/api/v1/schemas/texts/Proto/latest");
        (await read.Content.ReadAsStringAsync()).ShouldBe(proto);
        read.Content.Headers.ContentType!.MediaType.ShouldBe("text/x-protobuf");
        ((string?)(await Admin.GetJsonAsync("/api/v1/schema-metadata/texts/Avro/1.0.0"))["type"]).ShouldBe("avro");
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Post,
            "/api/v1/schema-validations/texts/Avro/1.0.0",
            "{}"
        );
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            "/api/v1/schemas/texts/Avro/1.1.0?type=avro",
            "not json"
        );
    }

    [Fact]
    public async Task Samples_are_made_of_schemas_and_schemas_of_samples()
    {
        await RegisterAsync("samples/Leaf/1.0.0", """{"type":"integer","minimum":7}""");
        await RegisterAsync(
            "samples/Model/1.0.0",
            """
            {"type":"object","required":["id","tags"],"properties":{"id":{"type":"string","format":"uuid"},"level":{"enum":["low","high"]},
             "tags":{"type":"array","items":{"type":"string","minLength":6},"minItems":2},"leaf":{"$ref":"cairn:samples/Leaf@1.0.0"},"next":{"$ref":"#"}}}
            """
        );
        var sample = await Admin.GetJsonAsync("/api/v1/schema-samples/samples/Model/latest");
        ((bool)sample["valid"]!).ShouldBeTrue(sample.ToJsonString());
        ((string?)sample["document"]!["level"]).ShouldBe("low");
        ((int)sample["document"]!["leaf"]!).ShouldBe(7);
        var schema = await Admin.PostJsonAsync(
            "/api/v1/schema-inferences",
            """{"samples":[{"a":1,"b":"x"},{"a":2}]}"""
        );
        schema["required"]!.AsArray().Select(name => (string?)name).ShouldBe(["a"]);
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "/api/v1/schema-inferences",
            """{"samples":[]}"""
        );
    }

    [Theory]
    [InlineData("decimals", """{"type":"number","minimum":0.25,"multipleOf":0.1}""")]
    [InlineData("cents", """{"type":"number","exclusiveMinimum":19.98,"multipleOf":0.01}""")]
    [InlineData("thirds", """{"type":"number","minimum":1,"maximum":1.3,"multipleOf":0.3}""")]
    [InlineData("large", """{"type":"integer","minimum":9007199254}""")]
    [InlineData("tiny", """{"type":"number","multipleOf":1e-99999999}""")]
    public async Task Samples_of_numbers_are_exact(string name, string schema)
    {
        await RegisterAsync($"numbers/{name}/1.0.0", schema);
        var sample = await Admin.GetJsonAsync($"/api/v1/schema-samples/numbers/{name}/latest");
        if (name != "tiny")
            ((bool)sample["valid"]!).ShouldBeTrue(sample.ToJsonString());
    }

    [Fact]
    public async Task A_keyword_of_a_later_draft_is_warned_of()
    {
        using var answer = await Admin.SendAsync(
            HttpMethod.Put,
            "/api/v1/schemas/warned/Model/1.0.0",
            """{"$schema":"http://json-schema.org/draft-04/schema#","const":1}"""
        );
        answer.EnsureSuccessStatusCode();
        answer
            .Headers.GetValues("Cairn-Warning")
            .ShouldHaveSingleItem()
            .ShouldContain("\"const\" is a keyword since draft 6");
    }

    [Theory]
    [InlineData("naïve", "na\\u00efve")]
    [InlineData("two\\nlines", "two\\u000alines")]
    public async Task A_warning_names_any_place(string member, string expected)
    {
        using var answer = await Admin.SendAsync(
            HttpMethod.Put,
            $"/api/v1/schemas/warned/Place{member.Length}/1.0.0",
            $$$$"""{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"{{{{member}}}}":{"const":1}}}"""
        );
        answer.EnsureSuccessStatusCode();
        answer.Headers.GetValues("Cairn-Warning").ShouldHaveSingleItem().ShouldContain(expected);

        using var deep = await Admin.SendAsync(
            HttpMethod.Put,
            $"/api/v1/schemas/warned/Place{member.Length}/1.0.1",
            $$$$"""{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"{{{{new string('x', 9_000)}}}}":{"const":1}}}"""
        );
        deep.Headers.GetValues("Cairn-Warning").ShouldHaveSingleItem().Length.ShouldBe(303);
    }

    [Fact]
    public async Task Notes_can_be_changed_and_every_write_is_a_change_that_can_be_undone()
    {
        await RegisterAsync("undone/Model/1.0.0");
        var described = await Admin.PutJsonAsync("/api/v1/schema-metadata/undone/Model/1.0.0", """{"team":"money"}""");
        ((string?)described["meta"]!["team"]).ShouldBe("money");
        ((int)described["resource_version"]!).ShouldBe(2);
        var deleted = await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schemas/undone/Model/1.0.0");
        ((string?)deleted["schema"]).ShouldBe("undone/Model@1.0.0");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/v1/schemas/undone/Model/1.0.0");
        var changes = await Admin.GetJsonAsync("/api/v1/changes?limit=1");
        ((string?)changes["items"]![0]!["resources"]![0]!["path"]).ShouldBe("undone/Model/1.0.0");
        await Admin.PostJsonAsync($"/api/v1/changes/{changes["items"]![0]!["id"]}/revert", "{}");
        ((string?)(await Admin.GetJsonAsync("/api/v1/schema-metadata/undone/Model/1.0.0"))["meta"]!["team"]).ShouldBe(
            "money"
        );
        var audit = await Admin.GetJsonAsync("/api/v1/audit?resource=schemas/undone/Model/1.0.0");
        audit["items"]!
            .AsArray()
            .Select(entry => (string?)entry!["action"])
            .ShouldBe(["changes.revert", "schemas.delete", "schemas.describe", "schemas.register"]);
    }

    [Fact]
    public async Task A_change_set_registers_binds_and_writes_together_or_not_at_all()
    {
        static string Set(string host) =>
            """
                {"operations":[
                  {"op":"register","kind":"schemas","path":"sets/Leaf/1.0.0","document":{"type":"string"},"meta":{"team":"a"}},
                  {"op":"register","kind":"schemas","path":"sets/Model/1.0.0","document":{"type":"object","properties":{"host":{"$ref":"cairn:sets/Leaf@1.0.0"}}}},
                  {"op":"put","path":"sets/config","document":{"host":HOST}},
                  {"op":"bind","path":"sets/config","document":"sets/Model@^1.0"}]}
                """.Replace("HOST", host, StringComparison.Ordinal);
        await Admin.RefusedAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/api/v1/changes", Set("1"));
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/v1/schemas/sets/Model/1.0.0");
        await Admin.PostJsonAsync("/api/v1/changes", Set("\"db\""));
        var usage = await Admin.GetJsonAsync("/api/v1/schema-usage/sets/Model/1.0.0");
        ((string?)usage["configs"]![0]!["path"]).ShouldBe("sets/config");
        ((string?)(await Admin.GetJsonAsync("/api/v1/schema-metadata/sets/Leaf/1.0.0"))["meta"]!["team"]).ShouldBe("a");
    }
}
