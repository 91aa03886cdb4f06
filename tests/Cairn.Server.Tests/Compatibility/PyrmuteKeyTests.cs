using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Compatibility;

/// <summary><c>/api-keys</c> as clients of Pyrmute Registry know it, over the same keys as Cairn's own.</summary>
public sealed class PyrmuteKeyTests(CairnServer server) : IClassFixture<CairnServer>
{
    private HttpClient Admin => server.Admin;

    private Task<JsonNode> CreateAsync(string name, string more = "") =>
        Admin.AskAsync(201, "POST", "/api-keys", $$"""{"name":"{{name}}"{{more}}}""");

    private HttpClient ClientOf(JsonNode key) => server.Client((string?)key["api_key"]);

    [Fact]
    public async Task A_key_is_made_shown_once_and_known_to_both_APIs()
    {
        var made = await CreateAsync("made", ""","permission":"write","description":"For CI","expires_in_days":"7" """);
        made.AsObject()
            .Select(member => member.Key)
            .ShouldBe([
                "id",
                "name",
                "permission",
                "created_at",
                "created_by",
                "last_used_at",
                "use_count",
                "expires_at",
                "revoked",
                "revoked_at",
                "revoked_by",
                "description",
                "rotated_from_id",
                "rotated_to_id",
                "rotation_scheduled_at",
                "is_active",
                "is_expired",
                "is_rotation_due",
                "api_key",
            ]);
        ((string)made["api_key"]!).ShouldMatch("^[A-Za-z0-9_-]{43}$");
        ((string?)made["created_by"]).ShouldBe("admin");
        (
            DateTimeOffset.Parse((string)made["expires_at"]!) - DateTimeOffset.Parse((string)made["created_at"]!)
        ).TotalDays.ShouldBe(7);
        var read = await Admin.AskAsync(200, "GET", $"/api-keys/{made["id"]}");
        read.AsObject().ContainsKey("api_key").ShouldBeFalse();
        using var client = ClientOf(made);
        (await client.GetJsonAsync("/api/v1/auth/whoami"))["name"]!.ToString().ShouldBe("made");
        (await Admin.GetJsonAsync("/api/v1/keys?limit=1000"))["items"]!
            .AsArray()
            .Select(key => (string?)key!["name"])
            .ShouldContain("made");

        var native = await Admin.PostJsonAsync("/api/v1/keys", """{"name":"native","permission":"delete"}""");
        var listed = await Admin.AskAsync(200, "GET", "/api-keys?permission=delete");
        listed["keys"]!.AsArray().Select(key => (string?)key!["name"]).ShouldContain("native");
        await Admin.RefusedAsync(
            409,
            "API key with name 'native' already exists",
            "POST",
            "/api-keys",
            """{"name":"native"}"""
        );
        long id = (long)listed["keys"]!.AsArray().Single(key => (string?)key!["name"] == "native")!["id"]!;
        await Admin.AskAsync(200, "POST", $"/api-keys/{id}/revoke", """{"revoked_by":"me"}""");
        ((string?)(await Admin.GetJsonAsync($"/api/v1/keys/{native["id"]}"))["status"]).ShouldBe("revoked");
    }

    [Fact]
    public async Task Names_are_unique_among_all_keys_also_at_once_and_free_again_after_deletion()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Admin.SendAsync(HttpMethod.Post, "/api-keys", """{"name":"unique"}"""))
        );
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(7);
        var made = JsonNode.Parse(
            await answers.Single(answer => answer.StatusCode == HttpStatusCode.Created).Content.ReadAsStringAsync()
        )!;
        await Admin.AskAsync(200, "POST", $"/api-keys/{made["id"]}/revoke", """{"revoked_by":"me"}""");
        await Admin.RefusedAsync(
            409,
            "API key with name 'unique' already exists",
            "POST",
            "/api-keys",
            """{"name":"unique"}"""
        );
        using var deleted = await Admin.SendAsync(HttpMethod.Delete, $"/api-keys/{made["id"]}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await deleted.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        await Admin.RefusedAsync(404, $"API key with ID {made["id"]} not found", "GET", $"/api-keys/{made["id"]}");
        await CreateAsync("unique");
    }

    [Fact]
    public async Task Levels_let_in_and_refuse_as_the_original_s_table_says()
    {
        await Admin.RegisterAsync("levels/M", "1.0.0");
        string[] levels = ["read", "write", "delete", "admin"];
        (string Method, string Path, string Least, string? Body)[] requests =
        [
            ("GET", "/schemas", "read", null),
            ("GET", "/schemas/levels/M/versions/1.0.0", "read", null),
            ("GET", "/schemas/levels/M/compare?from_version=1.0.0&to_version=1.0.0", "read", null),
            (
                "POST",
                "/schemas/levels/M/versions?allow_overwrite=1",
                "write",
                """{"version":"1.0.0","json_schema":{},"registered_by":"x"}"""
            ),
            ("POST", "/schemas/levels/M/versions/1.0.0/deprecate", "write", null),
            ("DELETE", "/schemas/levels/M/versions/1.0.0", "delete", null),
            ("GET", "/api-keys", "admin", null),
            ("GET", "/api-keys/stats", "admin", null),
        ];
        foreach (string level in levels)
        {
            using var client = ClientOf(await CreateAsync("level-" + level, $",\"permission\":\"{level}\""));
            foreach (var (method, path, least, body) in requests)
            {
                if (Array.IndexOf(levels, level) < Array.IndexOf(levels, least))
                {
                    await client.RefusedAsync(403, "Insufficient permissions. Required: " + least, method, path, body);
                }
                else
                {
                    (await client.SendAsync(new HttpMethod(method), path, body)).StatusCode.ShouldNotBe(
                        HttpStatusCode.Forbidden,
                        $"{level}: {method} {path}"
                    );
                }
            }
            // Neither validation nor absence is told to those who may not.
            if (level == "read")
            {
                await client.RefusedAsync(
                    403,
                    "Insufficient permissions. Required: write",
                    "POST",
                    "/schemas/no/N/versions",
                    "{}"
                );
            }
        }
    }

    [Fact]
    public async Task Each_use_is_counted_once_also_of_refused_requests()
    {
        var made = await CreateAsync("counted");
        using var client = ClientOf(made);
        foreach (
            var (method, path) in new[]
            {
                ("GET", "/schemas"),
                ("GET", "/schemas/no/N/versions"),
                ("POST", "/schemas/no/N/versions"),
                ("GET", "/schemas?limit=0"),
            }
        )
        {
            await client.SendAsync(new HttpMethod(method), path);
        }

        foreach (string path in new[] { "/health", "/schemas/x", "/" })
            await client.GetAsync(path);
        var read = await Admin.AskAsync(200, "GET", $"/api-keys/{made["id"]}");
        ((int)read["use_count"]!).ShouldBe(4);
        ((string?)read["last_used_at"])!.ShouldEndWith("Z");
        var before = await Own();
        ((int)(await Own())["use_count"]!).ShouldBe((int)before["use_count"]! + 1);

        async Task<JsonNode> Own() =>
            (await Admin.AskAsync(200, "GET", "/api-keys?permission=admin"))["keys"]!
                .AsArray()
                .Single(key => (string?)key!["name"] == "admin")!;
    }

    [Fact]
    public async Task Revoking_takes_effect_at_once_and_says_why_in_the_description()
    {
        var made = await CreateAsync("revoked", ""","description":"For the test" """);
        using var client = ClientOf(made);
        await client.AskAsync(200, "GET", "/schemas");
        var revoked = await Admin.AskAsync(
            200,
            "POST",
            $"/api-keys/{made["id"]}/revoke",
            """{"revoked_by":"somebody","reason":"Leaked"}"""
        );
        ((bool)revoked["revoked"]!).ShouldBeTrue();
        ((bool)revoked["is_active"]!).ShouldBeFalse();
        ((string?)revoked["revoked_by"]).ShouldBe("somebody");
        ((string?)revoked["description"]).ShouldBe("For the test\n\nRevocation reason: Leaked");
        await client.RefusedAsync(401, "Invalid API key", "GET", "/schemas");
        await Admin.RefusedAsync(
            400,
            "API key 'revoked' is already revoked",
            "POST",
            $"/api-keys/{made["id"]}/revoke",
            """{"revoked_by":"somebody"}"""
        );
        await Admin.RefusedAsync(
            400,
            "Cannot rotate revoked key 'revoked'",
            "POST",
            $"/api-keys/{made["id"]}/rotate",
            "{}"
        );
        (await Admin.InvalidAsync("POST", "/api-keys/x/revoke", "{}")).ShouldBe([
            "int_parsing path.key_id Input should be a valid integer, unable to parse string as an integer",
            "missing body.revoked_by Field required",
        ]);
        await Admin.RefusedAsync(
            404,
            "API key with ID 999999 not found",
            "POST",
            "/api-keys/999999/revoke",
            """{"revoked_by":"somebody"}"""
        );
    }

    [Fact]
    public async Task Rotation_makes_another_key_and_the_old_one_lives_on_for_its_grace()
    {
        var made = await CreateAsync("turning", ""","permission":"write","expires_in_days":30""");
        var rotated = await Admin.AskAsync(
            200,
            "POST",
            $"/api-keys/{made["id"]}/rotate",
            """{"grace_period_hours":1,"reason":"Yearly"}"""
        );
        var (old, young) = (rotated["old_key"]!, rotated["new_key"]!);
        ((string)young["name"]!).ShouldMatch("^turning-rotated-[0-9]{8}-[0-9]{6}$");
        ((string?)young["permission"]).ShouldBe("write");
        young["expires_at"]!.ToString().ShouldBe(made["expires_at"]!.ToString());
        ((string?)young["description"]).ShouldBe($"Rotated from key ID {made["id"]}. Yearly");
        young["rotated_from_id"]!.ToString().ShouldBe(made["id"]!.ToString());
        old["rotated_to_id"]!.ToString().ShouldBe(young["id"]!.ToString());
        old["rotation_scheduled_at"]!.ToString().ShouldBe(rotated["grace_period_ends_at"]!.ToString());
        ((string?)old["description"]).ShouldBe("Rotation scheduled: Yearly");
        foreach (var key in new[] { made, young })
            await ClientOf(key).AskAsync(200, "GET", "/schemas");

        var hard = await Admin.AskAsync(200, "POST", $"/api-keys/{young["id"]}/rotate", """{"grace_period_hours":0}""");
        ((bool)hard["old_key"]!["revoked"]!).ShouldBeTrue();
        ((string?)hard["old_key"]!["revoked_by"]).ShouldBe("admin");
        hard["grace_period_ends_at"].ShouldBeNull();
        await ClientOf(young).RefusedAsync(401, "Invalid API key", "GET", "/schemas");
        (
            await Admin.InvalidAsync("POST", $"/api-keys/{made["id"]}/rotate", """{"grace_period_hours":1.5}""")
        ).ShouldBe([
            "int_from_float body.grace_period_hours Input should be a valid integer, got a number with a "
                + "fractional part",
        ]);
        (await Admin.InvalidAsync("POST", $"/api-keys/{made["id"]}/rotate")).ShouldBe(["missing body Field required"]);
    }

    [Fact]
    public async Task Once_its_grace_is_over_a_rotated_key_is_due_and_still_works_until_it_is_revoked()
    {
        await using var own = await CairnServer.StartAsync();
        var made = await own.Admin.AskAsync(201, "POST", "/api-keys", """{"name":"due","expires_in_days":1}""");
        await own.Admin.AskAsync(200, "POST", $"/api-keys/{made["id"]}/rotate", """{"grace_period_hours":1}""");
        own.Time.Offset = TimeSpan.FromHours(2);
        ((bool)(await own.Admin.AskAsync(200, "GET", $"/api-keys/{made["id"]}"))["is_rotation_due"]!).ShouldBeTrue();
        await own.Client((string?)made["api_key"]).AskAsync(200, "GET", "/schemas");
        own.Time.Offset = TimeSpan.FromDays(2);
        var expired = await own.Admin.AskAsync(200, "GET", $"/api-keys/{made["id"]}");
        ((bool)expired["is_expired"]!).ShouldBeTrue();
        ((bool)expired["is_active"]!).ShouldBeFalse();
        await own.Client((string?)made["api_key"]).RefusedAsync(401, "Invalid API key", "GET", "/schemas");
    }

    [Fact]
    public async Task Lists_and_statistics_count_every_key()
    {
        await using var own = await CairnServer.StartAsync();
        foreach (
            var (name, more) in new[]
            {
                ("one", ""),
                ("two", ""","permission":"write" """),
                ("three", ""","expires_in_days":1"""),
            }
        )
        {
            await own.Admin.AskAsync(201, "POST", "/api-keys", $$"""{"name":"{{name}}"{{more}}}""");
        }

        var two = (await own.Admin.AskAsync(200, "GET", "/api-keys?permission=write"))["keys"]![0]!;
        await own.Admin.AskAsync(200, "POST", $"/api-keys/{two["id"]}/revoke", """{"revoked_by":"me"}""");
        own.Time.Offset = TimeSpan.FromDays(2);
        (await own.Admin.AskAsync(200, "GET", "/api-keys/stats"))
            .ToJsonString()
            .ShouldBe(
                """{"total_keys":4,"active_keys":2,"revoked_keys":1,"expired_keys":1,"by_permission":{"read":2,"write":1,"delete":0,"admin":1}}"""
            );
        Names(await own.Admin.AskAsync(200, "GET", "/api-keys")).ShouldBe(["three", "one", "admin"]);
        Names(await own.Admin.AskAsync(200, "GET", "/api-keys?include_revoked=true"))
            .ShouldBe(["three", "two", "one", "admin"]);
        (await own.Admin.InvalidAsync("GET", "/api-keys?permission=owner")).ShouldBe([
            "enum query.permission Input should be 'read', 'write', 'delete' or 'admin'",
        ]);

        static IEnumerable<string?> Names(JsonNode list)
        {
            ((int)list["total"]!).ShouldBe(list["keys"]!.AsArray().Count);
            return list["keys"]!.AsArray().Select(key => (string?)key!["name"]);
        }
    }

    [Fact]
    public async Task A_creation_of_another_shape_is_answered_with_all_that_is_wrong()
    {
        (
            await Admin.InvalidAsync(
                "POST",
                "/api-keys",
                """{"name":"ab","permission":"WRITE","description":7,"expires_in_days":0}"""
            )
        ).ShouldBe([
            "string_too_short body.name String should have at least 3 characters",
            "enum body.permission Input should be 'read', 'write', 'delete' or 'admin'",
            "string_type body.description Input should be a valid string",
            "greater_than body.expires_in_days Input should be greater than 0",
        ]);
        (
            await Admin.InvalidAsync(
                "POST",
                "/api-keys",
                $$"""{"name":"{{new string('n', 256)}}","permission":null,"expires_in_days":[]}"""
            )
        ).ShouldBe([
            "string_too_long body.name String should have at most 255 characters",
            "enum body.permission Input should be 'read', 'write', 'delete' or 'admin'",
            "int_type body.expires_in_days Input should be a valid integer",
        ]);
        (await Admin.InvalidAsync("POST", "/api-keys", """{"name":"fine","expires_in_days":"soon"}""")).ShouldBe([
            "int_parsing body.expires_in_days Input should be a valid integer, unable to parse string as an integer",
        ]);
        (await Admin.InvalidAsync("POST", "/api-keys", """{"name":"fine","expires_in_days":3651}""")).ShouldBe([
            "less_than_equal body.expires_in_days Input should be less than or equal to 3650",
        ]);
    }

    [Fact]
    public async Task A_limited_admin_cannot_hand_out_more_than_it_has()
    {
        using var limited = await server.ClientWithKeyAsync("admin", ""","scopes":["keys:admin:**"]""");
        await limited.RefusedAsync(
            403,
            "Insufficient permissions. Required: admin",
            "POST",
            "/api-keys",
            """{"name":"more"}"""
        );
    }
}
