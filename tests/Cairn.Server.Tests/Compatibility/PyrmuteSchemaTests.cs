using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Compatibility;

/// <summary><c>/schemas</c> as clients of Pyrmute Registry know it. Each test has namespaces of its own.</summary>
public sealed class PyrmuteSchemaTests(CairnServer server) : IClassFixture<CairnServer>
{
    private HttpClient Admin => server.Admin;

    [Theory]
    [InlineData("first/Invoice", "first", "first::Invoice@1.2.0")]
    [InlineData("FirstGlobal", null, "FirstGlobal@1.2.0")]
    public async Task A_version_is_registered_and_read_as_an_object_of_all_members(
        string scope,
        string? space,
        string id
    )
    {
        const string schema =
            """{"b":1.0,"a":123456789012345678901234567890,"type":"object","properties":{"total":{"type":"number"}}}""";
        var made = await Admin.RegisterAsync(
            scope,
            "1.2.0",
            schema,
            ""","meta":{"team":"money"},"registered_at":"2025-03-04T09:15:42.1182" """
        );
        made.AsObject()
            .Select(member => member.Key)
            .ShouldBe([
                "id",
                "namespace",
                "model_name",
                "version",
                "json_schema",
                "avro_schema",
                "registered_at",
                "registered_by",
                "meta",
                "deprecated",
                "deprecated_at",
                "deprecation_message",
            ]);
        ((long)made["id"]!).ShouldBeGreaterThan(0);
        ((string?)made["namespace"]).ShouldBe(space);
        made["json_schema"]!.ToJsonString().ShouldBe(schema);
        made["avro_schema"].ShouldBeNull();
        ((string?)made["registered_at"]).ShouldBe("2025-03-04T09:15:42.118200Z");
        ((string?)made["meta"]!["team"]).ShouldBe("money");
        (await Admin.AskAsync(200, "GET", $"/schemas/{scope}/versions/1.2.0"))
            .ToJsonString()
            .ShouldBe(made.ToJsonString());
        (await Admin.AskAsync(200, "GET", $"/schemas/{scope}/versions/latest"))
            .ToJsonString()
            .ShouldBe(made.ToJsonString());
        using var raw = await Admin.GetAsync($"/schemas/{scope}/versions/1.2.0");
        (await raw.Content.ReadAsStringAsync()).ShouldContain(schema);

        await Admin.RefusedAsync(
            409,
            $"Schema {id} already exists. Use allow_overwrite=true to replace it.",
            "POST",
            $"/schemas/{scope}/versions",
            $$"""{"version":"1.2.0","json_schema":{{schema}},"registered_by":"tests"}"""
        );
        var replaced = await Admin.AskAsync(
            201,
            "POST",
            $"/schemas/{scope}/versions?allow_overwrite=true",
            """{"version":"1.2.0","json_schema":{"type":"string"},"registered_by":"others"}"""
        );
        replaced["id"]!.ToJsonString().ShouldBe(made["id"]!.ToJsonString());
        replaced["meta"]!.ToJsonString().ShouldBe("{}");
        replaced["json_schema"]!.ToJsonString().ShouldBe("""{"type":"string"}""");
    }

    [Fact]
    public async Task Overwriting_keeps_the_deprecation_and_drops_what_is_absent()
    {
        await Admin.RegisterAsync(
            "over/M",
            "1.0.0",
            "{}",
            ""","avro_schema":{"type":"record","name":"M","fields":[{"name":"a","type":"int"}]}"""
        );
        await Admin.AskAsync(200, "POST", "/schemas/over/M/versions/1.0.0/deprecate?message=old");
        var replaced = await Admin.AskAsync(
            201,
            "POST",
            "/schemas/over/M/versions?allow_overwrite=yes",
            """{"version":"1.0.0","json_schema":{},"registered_by":"x"}"""
        );
        ((bool)replaced["deprecated"]!).ShouldBeTrue();
        ((string?)replaced["deprecation_message"]).ShouldBe("old");
        replaced["avro_schema"].ShouldBeNull();
    }

    [Fact]
    public async Task Global_paths_with_a_namespace_in_the_query_act_in_that_namespace()
    {
        var made = await Admin.AskAsync(
            201,
            "POST",
            "/schemas/Q/versions?namespace=query",
            """{"version":"1.0.0","json_schema":{},"registered_by":"x"}"""
        );
        ((string?)made["namespace"]).ShouldBe("query");
        await Admin.AskAsync(200, "GET", "/schemas/query/Q/versions/1.0.0");
        await Admin.AskAsync(200, "GET", "/schemas/Q/versions/1.0.0?namespace=other&namespace=query");
        await Admin.RefusedAsync(404, "Schema Q@1.0.0 not found", "GET", "/schemas/Q/versions/1.0.0");
        await Admin.AskAsync(200, "GET", "/schemas/query/Q/versions/1.0.0?namespace=ignored");
    }

    [Fact]
    public async Task Versions_are_in_numeric_order_and_latest_counts_deprecated_ones()
    {
        foreach (string version in new[] { "1.10.0", "1.2.0", "0.9.9", "01.2.0", "99999999999999999999999.0.0" })
            await Admin.RegisterAsync("sorted/M", version);
        var listed = await Admin.AskAsync(200, "GET", "/schemas/sorted/M/versions");
        listed["versions"]!
            .AsArray()
            .Select(version => (string?)version)
            .ShouldBe(["0.9.9", "01.2.0", "1.2.0", "1.10.0", "99999999999999999999999.0.0"]);
        await Admin.AskAsync(200, "POST", "/schemas/sorted/M/versions/99999999999999999999999.0.0/deprecate");
        ((string?)(await Admin.AskAsync(200, "GET", "/schemas/sorted/M/versions/latest"))["version"]).ShouldBe(
            "99999999999999999999999.0.0"
        );
        await Admin.RefusedAsync(404, "Model sorted::Nothing not found", "GET", "/schemas/sorted/Nothing/versions");
        await Admin.RefusedAsync(404, "Model Nothing not found", "GET", "/schemas/Nothing/versions/latest");
        await Admin.RefusedAsync(404, "Schema sorted::M@7 not found", "GET", "/schemas/sorted/M/versions/7");
        await Admin.RefusedAsync(
            404,
            "Schema sorted::M@latest not found",
            "DELETE",
            "/schemas/sorted/M/versions/latest?force=true"
        );
    }

    [Fact]
    public async Task Deprecation_can_be_repeated_and_deletion_wants_force()
    {
        await Admin.RegisterAsync("gone/M", "1.0.0");
        var deprecated = await Admin.AskAsync(
            200,
            "POST",
            "/schemas/gone/M/versions/1.0.0/deprecate?message=Use+2.0.0"
        );
        ((string?)deprecated["deprecation_message"]).ShouldBe("Use 2.0.0");
        ((string?)deprecated["deprecated_at"])!.ShouldEndWith("Z");
        (await Admin.AskAsync(200, "POST", "/schemas/gone/M/versions/1.0.0/deprecate", ""))["deprecation_message"]
            .ShouldBeNull();
        await Admin.RefusedAsync(
            404,
            "Schema gone::M@2.0.0 not found",
            "POST",
            "/schemas/gone/M/versions/2.0.0/deprecate"
        );
        await Admin.RefusedAsync(
            400,
            "Deletion requires force=true parameter",
            "DELETE",
            "/schemas/gone/M/versions/1.0.0"
        );
        await Admin.RefusedAsync(404, "Schema gone::M@2.0.0 not found", "DELETE", "/schemas/gone/M/versions/2.0.0");
        (await Admin.AskAsync(200, "DELETE", "/schemas/gone/M/versions/1.0.0?force=true"))
            .ToJsonString()
            .ShouldBe("""{"deleted":true,"namespace":"gone","model_name":"M","version":"1.0.0"}""");
        var again = await Admin.RegisterAsync("gone/M", "1.0.0");
        ((bool)again["deprecated"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task The_list_counts_versions_and_groups_the_page_by_model()
    {
        await using var own = await CairnServer.StartAsync();
        foreach (
            var (scope, version) in new[]
            {
                ("a/M", "1.2.0"),
                ("a/M", "1.10.0"),
                ("b/M", "1.0.0"),
                ("G", "1.0.0"),
                ("a/M", "2.0.0"),
            }
        )
        {
            await own.Admin.RegisterAsync(scope, version);
        }

        await own.Admin.AskAsync(200, "POST", "/schemas/a/M/versions/1.2.0/deprecate");
        (await ListAsync("")).ShouldBe("a::M[1.10.0,2.0.0] b::M[1.0.0] ::G[1.0.0] total=3 limit=100 offset=0 count=4");
        (await ListAsync("?include_deprecated=True")).ShouldBe(
            "a::M[1.2.0,1.10.0,2.0.0;1.2.0] b::M[1.0.0] ::G[1.0.0] total=3 limit=100 offset=0 count=5"
        );
        (await ListAsync("?namespace=a&limit=1&offset=1")).ShouldBe("a::M[2.0.0] total=1 limit=1 offset=1 count=2");
        (await ListAsync("?namespace=null")).ShouldBe("::G[1.0.0] total=1 limit=100 offset=0 count=1");
        (await ListAsync("?namespace=")).ShouldBe("::G[1.0.0] total=1 limit=100 offset=0 count=1");
        (await ListAsync("?model_name=M")).ShouldBe(
            "a::M[1.10.0,2.0.0] b::M[1.0.0] total=2 limit=100 offset=0 count=3"
        );
        (await ListAsync("?model_name=M&namespace=b")).ShouldBe("b::M[1.0.0] total=1 limit=100 offset=0 count=1");
        (await ListAsync("?offset=99")).ShouldBe(" total=0 limit=100 offset=99 count=4");
        (await ListAsync("?namespace=_")).ShouldBe(" total=0 limit=100 offset=0 count=0");
        (await own.Admin.InvalidAsync("GET", "/schemas?limit=0&offset=-1&include_deprecated=")).ShouldBe([
            "bool_parsing query.include_deprecated Input should be a valid boolean, unable to interpret input",
            "greater_than_equal query.limit Input should be greater than or equal to 1",
            "greater_than_equal query.offset Input should be greater than or equal to 0",
        ]);
        (await own.Admin.InvalidAsync("GET", "/schemas?limit=1001")).ShouldBe([
            "less_than_equal query.limit Input should be less than or equal to 1000",
        ]);
        (await own.Admin.InvalidAsync("GET", "/schemas?limit=many")).ShouldBe([
            "int_parsing query.limit Input should be a valid integer, unable to parse string as an integer",
        ]);
        using var limited = await own.ClientWithKeyAsync("read", ""","scopes":["schemas:read:b/**"]""");
        var visible = await limited.AskAsync(200, "GET", "/schemas");
        ((int)visible["total_count"]!).ShouldBe(1);

        async Task<string> ListAsync(string query)
        {
            var list = await own.Admin.AskAsync(200, "GET", "/schemas" + query);
            var groups = list["schemas"]!
                .AsArray()
                .Select(group =>
                {
                    ((string?)group!["latest_version"]).ShouldBe((string?)group["versions"]!.AsArray()[^1]);
                    group["registered_by"]!.ToJsonString().ShouldBe("""["tests"]""");
                    string deprecated = string.Join(
                        ',',
                        group["deprecated_versions"]!.AsArray().Select(version => (string?)version)
                    );
                    return $"{group["namespace"]}::{group["model_name"]}[{string.Join(',', group["versions"]!.AsArray().Select(version => (string?)version))}{(deprecated.Length > 0 ? ";" + deprecated : "")}]";
                });
            return $"{string.Join(' ', groups)} total={list["total"]} limit={list["limit"]} offset={list["offset"]} "
                + $"count={list["total_count"]}";
        }
    }

    [Fact]
    public async Task Where_a_model_exists_is_told_by_namespace()
    {
        foreach (
            var (scope, version) in new[]
            {
                ("Where", "1.0.0"),
                ("where-b/Where", "1.10.0"),
                ("where-b/Where", "1.2.0"),
            }
        )
        {
            await Admin.RegisterAsync(scope, version);
        }

        (await Admin.AskAsync(200, "GET", "/schemas/Where/namespaces"))
            .ToJsonString()
            .ShouldBe("""{"namespaces":{"null":["1.0.0"],"where-b":["1.2.0","1.10.0"]}}""");
        await Admin.RefusedAsync(404, "Model Nowhere not found in any namespace", "GET", "/schemas/Nowhere/namespaces");
    }

    [Fact]
    public async Task Comparisons_look_at_the_top_level_only()
    {
        await Admin.RegisterAsync(
            "shop/Line",
            "1.0.0",
            """{"properties":{"sku":{"type":"string"},"qty":{"type":"string"},"note":{"type":"string"}},"required":["sku","note"]}"""
        );
        await Admin.RegisterAsync(
            "shop/Line",
            "2.0.0",
            """{"properties":{"sku":{"type":"string","maxLength":12},"qty":{"type":"integer"},"gift":{"type":"boolean"}},"required":["sku","gift"]}"""
        );
        var compared = await Admin.AskAsync(
            200,
            "GET",
            "/schemas/shop/Line/compare?from_version=1.0.0&to_version=2.0.0"
        );
        compared
            .AsObject()
            .Select(member => member.Key)
            .ShouldBe(["namespace", "model_name", "from_version", "to_version", "changes"]);
        var changes = compared["changes"]!;
        foreach (var breaking in changes["breaking_changes"]!.AsArray())
        {
            if ((string?)breaking!["type"] != "type_changed")
                breaking["description"] = "...";
        }

        JsonNode
            .DeepEquals(
                changes,
                JsonNode.Parse(
                    """
                    {"properties_added":["gift"],"properties_removed":["note"],
                     "properties_modified":[
                       {"property":"sku","from":{"type":"string"},"to":{"type":"string","maxLength":12}},
                       {"property":"qty","from":{"type":"string"},"to":{"type":"integer"}}],
                     "required_added":["gift"],"required_removed":["note"],
                     "breaking_changes":[
                       {"type":"properties_removed","details":["note"],"description":"..."},
                       {"type":"type_changed","property":"qty","from":"string","to":"integer","description":"Property 'qty' type changed from string to integer"},
                       {"type":"required_fields_added","details":["gift"],"description":"..."}],
                     "compatibility":"breaking"}
                    """
                )
            )
            .ShouldBeTrue(changes.ToJsonString());
        (
            (string?)
                (await Admin.AskAsync(200, "GET", "/schemas/shop/Line/compare?from_version=1.0.0&to_version=1.0.0"))[
                    "changes"
                ]!["compatibility"]
        ).ShouldBe("identical");
        (await Admin.InvalidAsync("GET", "/schemas/shop/Line/compare")).ShouldBe([
            "missing query.from_version Field required",
            "missing query.to_version Field required",
        ]);
        await Admin.RefusedAsync(
            404,
            "Schema shop::Line@8.0.0 not found",
            "GET",
            "/schemas/shop/Line/compare?from_version=8.0.0&to_version=9.0.0"
        );
    }

    [Theory]
    [InlineData("""{"title":"A","$defs":{"x":{}}}""", """{"title":"B"}""", "identical")]
    [InlineData(
        """{"properties":{"a":{"enum":[1,2]}}}""",
        """{"properties":{"a":{"enum":[1]}}}""",
        "backward_compatible"
    )]
    [InlineData("""{"properties":{"a":{"x":1,"y":2}}}""", """{"properties":{"a":{"y":2.0,"x":1.0}}}""", "identical")]
    [InlineData("""{"required":["a"]}""", "{}", "backward_compatible")]
    [InlineData("{}", """{"required":["a"]}""", "breaking")]
    [InlineData(
        """{"properties":{"a":{"type":["string","null"]}}}""",
        """{"properties":{"a":{"type":["null","string"]}}}""",
        "breaking"
    )]
    [InlineData("""{"properties":{"a":true}}""", """{"properties":{"a":false}}""", "backward_compatible")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"properties":{"a":{}}}""", "breaking")]
    public async Task The_verdict_of_a_comparison_is_the_original_s(string from, string to, string verdict)
    {
        string model = "verdicts/M" + Math.Abs(HashCode.Combine(from, to));
        await Admin.RegisterAsync(model, "1.0.0", from);
        await Admin.RegisterAsync(model, "2.0.0", to);
        var compared = await Admin.AskAsync(
            200,
            "GET",
            $"/schemas/{model}/compare?from_version=1.0.0&to_version=2.0.0"
        );
        ((string?)compared["changes"]!["compatibility"]).ShouldBe(verdict, compared.ToJsonString());
    }

    [Theory]
    [InlineData("""{"type":"strnig"}""")]
    [InlineData("""{"properties":[]}""")]
    [InlineData("""{"minimum":"3"}""")]
    [InlineData("""{"required":["a","a"]}""")]
    [InlineData("""{"items":[{}]}""")]
    [InlineData("""{"additionalProperties":"no"}""")]
    [InlineData("""{"pattern":"("}""")]
    [InlineData("""{"patternProperties":{"[":{}}}""")]
    [InlineData("""{"properties":{"a":{"properties":{"b":{"type":7}}}}}""")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","items":[{}]}""")]
    public async Task What_the_meta_schema_refuses_is_refused(string schema)
    {
        var answer = await Admin.AskAsync(
            422,
            "POST",
            "/schemas/meta/Bad/versions",
            $$"""{"version":"1.0.0","json_schema":{{schema}},"registered_by":"x"}"""
        );
        ((string?)answer["detail"])!.ShouldStartWith("Invalid JSON Schema: ");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"unknown":1,"x-y":{"type":7}}""")]
    [InlineData("""{"$ref":"#/definitions/Not There"}""")]
    [InlineData("""{"$ref":"https://example.com/elsewhere.json","$id":"not a uri"}""")]
    [InlineData("""{"properties":{"a":true,"b":false}}""")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-04/schema#","type":"object"}""")]
    [InlineData("""{"pattern":"(?P<year>[0-9]{4})-(?P=year)"}""")]
    public async Task What_the_meta_schema_lets_pass_is_registered(string schema)
    {
        string model = "lenient/M" + Math.Abs(schema.GetHashCode());
        (await Admin.RegisterAsync(model, "1.0.0", schema))["json_schema"]!
            .ToJsonString()
            .ShouldBe(JsonNode.Parse(schema)!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"type":"enum","name":"A","fields":[{"name":"a","type":"int"}]}""")]
    [InlineData("""{"type":"record","fields":[{"name":"a","type":"int"}]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[]}""")]
    [InlineData("""{"type":"record","name":"A","fields":[{"name":"a"}]}""")]
    public async Task An_Avro_schema_that_is_none_is_refused(string avro)
    {
        var answer = await Admin.AskAsync(
            422,
            "POST",
            "/schemas/avro/Bad/versions",
            $$"""{"version":"1.0.0","json_schema":{},"registered_by":"x","avro_schema":{{avro}}}"""
        );
        ((string?)answer["detail"])!.ShouldStartWith("Invalid Avro schema: ");
    }

    [Fact]
    public async Task A_body_of_another_shape_is_answered_with_all_that_is_wrong()
    {
        const string body = """{"version":1,"json_schema":true,"registered_by":"","meta":null,"avro_schema":[]}""";
        var answer = await Admin.AskAsync(422, "POST", "/schemas/shape/M/versions?allow_overwrite=maybe", body);
        answer["body"]!.ToJsonString().ShouldBe(body);
        answer["detail"]!
            .ToJsonString()
            .ShouldBe(
                """
                [{"type":"bool_parsing","loc":["query","allow_overwrite"],"msg":"Input should be a valid boolean, unable to interpret input","input":"maybe"},{"type":"string_type","loc":["body","version"],"msg":"Input should be a valid string","input":1},{"type":"dict_type","loc":["body","json_schema"],"msg":"Input should be a valid dictionary","input":true},{"type":"string_too_short","loc":["body","registered_by"],"msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}},{"type":"dict_type","loc":["body","meta"],"msg":"Input should be a valid dictionary","input":null},{"type":"dict_type","loc":["body","avro_schema"],"msg":"Input should be a valid dictionary","input":[]}]
                """
            );
        answer = await Admin.AskAsync(
            422,
            "POST",
            "/schemas/shape/M/versions",
            """{"version":"1.0.0\n","json_schema":{}}"""
        );
        answer["detail"]![0]!["ctx"]!
            .ToJsonString()
            .ShouldBe("""{"pattern":"^\\d\u002B\\.\\d\u002B\\.\\d\u002B(-[a-zA-Z0-9.-]\u002B)?$"}""");
        ((string?)answer["detail"]![0]!["msg"]).ShouldBe(
            @"String should match pattern '^\d+\.\d+\.\d+(-[a-zA-Z0-9.-]+)?$'"
        );
        answer["detail"]![1]!["input"]!.ToJsonString().ShouldBe("""{"version":"1.0.0\n","json_schema":{}}""");
        foreach (string malformed in new[] { "{", "[]", "7", "\"text\"", "\uFFFF" })
            (await Admin.AskAsync(422, "POST", "/schemas/shape/M/versions", malformed))["body"].ShouldBeNull();
        (await Admin.InvalidAsync("POST", "/schemas/shape/M/versions")).ShouldBe(["missing body Field required"]);
        using var form = await Admin.SendAsync(
            HttpMethod.Post,
            "/schemas/shape/M/versions",
            "a=b",
            "application/x-www-form-urlencoded"
        );
        form.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var untyped = await Admin.SendAsync(
            HttpMethod.Post,
            "/schemas/shape/M/versions",
            """{"version":"1.0.0","json_schema":{},"registered_by":"x","more":1}""",
            "application/vnd.api+json"
        );
        untyped.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("1.0.0-rc.1", 400)]
    [InlineData("1.0.0-", 422)]
    [InlineData("1.0", 422)]
    [InlineData("v1.0.0", 422)]
    [InlineData("1.0.0+b", 422)]
    public async Task Only_three_plain_numbers_are_stored(string version, int status)
    {
        var answer = await Admin.AskAsync(
            status,
            "POST",
            "/schemas/plain/M/versions",
            $$"""{"version":"{{version}}","json_schema":{},"registered_by":"x"}"""
        );
        if (status == 400)
            ((string?)answer["detail"])!.ShouldStartWith($"Invalid version format '{version}'");
    }

    [Theory]
    [InlineData("2025-03-04", "2025-03-04T00:00:00Z")]
    [InlineData("2025-03-04T09:15:42+02:00", "2025-03-04T07:15:42Z")]
    [InlineData("2025-03-04T09:15:42.000001Z", "2025-03-04T09:15:42.000001Z")]
    [InlineData("2025-03-04 09:15:42", "2025-03-04T09:15:42Z")]
    public async Task The_time_of_registration_is_converted_to_UTC(string given, string shown)
    {
        var made = await Admin.RegisterAsync(
            "times/M" + Math.Abs(given.GetHashCode()),
            "1.0.0",
            "{}",
            $",\"registered_at\":\"{given}\""
        );
        ((string?)made["registered_at"]).ShouldBe(shown);
    }

    [Fact]
    public async Task A_time_that_is_none_is_refused() =>
        (
            await Admin.InvalidAsync(
                "POST",
                "/schemas/times/M/versions",
                """{"version":"1.0.0","json_schema":{},"registered_by":"x","registered_at":"soon"}"""
            )
        )
            .Single()
            .ShouldStartWith("datetime_parsing body.registered_at");

    [Fact]
    public async Task Of_clashing_registrations_exactly_one_wins_even_with_the_same_content()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(_ =>
                    Admin.SendAsync(
                        HttpMethod.Post,
                        "/schemas/clash/M/versions",
                        """{"version":"1.0.0","json_schema":{},"registered_by":"x"}"""
                    )
                )
        );
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(15);
    }

    [Theory]
    [InlineData("größe%20groß/Maß")]
    [InlineData("at@sign/List%5Bint%5D")]
    [InlineData("null/Plain")]
    public async Task Names_may_be_any_text_without_a_slash(string scope)
    {
        var made = await Admin.RegisterAsync(scope, "1.0.0");
        ($"{made["namespace"]}/{made["model_name"]}").ShouldBe(Uri.UnescapeDataString(scope));
        await Admin.AskAsync(200, "GET", $"/schemas/{scope}/versions/latest");
    }

    [Fact]
    public async Task A_slash_in_a_name_is_another_path_and_a_long_name_is_refused()
    {
        await Admin.RefusedAsync(404, "Not Found", "POST", "/schemas/a%2Fb/M/versions", "{}");
        await Admin.AskAsync(
            422,
            "POST",
            $"/schemas/{new string('n', 256)}/M/versions",
            """{"version":"1.0.0","json_schema":{},"registered_by":"x"}"""
        );
        await Admin.AskAsync(
            422,
            "POST",
            "/schemas/_/M/versions",
            """{"version":"1.0.0","json_schema":{},"registered_by":"x"}"""
        );
        await Admin.RefusedAsync(404, "Schema _::M@1.0.0 not found", "GET", "/schemas/_/M/versions/1.0.0");
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_refused()
    {
        string body =
            $$"""{"version":"1.0.0","json_schema":{"description":"{{new string('x', 10_000_000)}}"},"registered_by":"x"}""";
        using var answer = await Admin.SendAsync(HttpMethod.Post, "/schemas/large/M/versions", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.Content.ReadAsStringAsync()).ShouldStartWith("{\"detail\":");
    }

    [Fact]
    public async Task A_version_that_a_config_is_bound_to_is_not_replaced_but_can_be_deleted()
    {
        await Admin.RegisterAsync("used/M", "1.0.0", """{"type":"object"}""");
        await Admin.PutJsonAsync("/api/v1/configs/used/c", "{}");
        await Admin.PutJsonAsync("/api/v1/config-schemas/used/c", "\"used/M@^1\"");
        const string other = """{"version":"1.0.0","json_schema":{"type":"string"},"registered_by":"x"}""";
        var refused = await Admin.AskAsync(409, "POST", "/schemas/used/M/versions?allow_overwrite=true", other);
        ((string?)refused["detail"])!.ShouldContain("used/c");
        await Admin.AskAsync(200, "DELETE", "/schemas/used/M/versions/1.0.0?force=true");
        (await Admin.GetStringAsync("/api/v1/configs/used/c?environment=dev")).ShouldBe("{}");
    }

    [Fact]
    public async Task A_rule_set_in_Cairn_holds_here_and_what_is_registered_here_is_there()
    {
        await Admin.RegisterAsync("shared/M", "1.0.0", """{"type":"object"}""");
        await Admin.PutJsonAsync("/api/v1/schema-rules/shared", """{"compatibility":"FORWARD"}""");
        var refused = await Admin.AskAsync(
            422,
            "POST",
            "/schemas/shared/M/versions",
            """{"version":"1.1.0","json_schema":{"type":"string"},"registered_by":"x"}"""
        );
        ((string?)refused["detail"])!.ShouldContain("FORWARD");
        ((string?)(await Admin.GetJsonAsync("/api/v1/schema-metadata/shared/M/latest"))["registered_by"]).ShouldBe(
            "tests"
        );
    }
}
