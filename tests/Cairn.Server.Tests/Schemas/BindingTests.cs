using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Schemas;

/// <summary>Configs bound to schemas of the registry.</summary>
public sealed class BindingTests(CairnServer server) : IClassFixture<CairnServer>
{
    private const string Host = """{"type":"object","properties":{"host":{"type":"string"}},"required":["host"]}""";
    private const string HostAndPort =
        """{"type":"object","properties":{"host":{"type":"string"},"port":{"type":"integer"}},"required":["host","port"]}""";

    private HttpClient Admin => server.Admin;

    [Theory]
    [InlineData("exact", "bind-exact/Db@1.0.0", true)]
    [InlineData("caret", "bind-caret/Db@^1.0", false)]
    [InlineData("latest", "bind-latest/Db@latest", false)]
    public async Task What_a_binding_stands_for_is_decided_at_each_write(string name, string address, bool stays)
    {
        string config = $"/api/v1/configs/bind-{name}/db";
        await Admin.PutJsonAsync($"/api/v1/schemas/bind-{name}/Db/1.0.0", Host);
        await Admin.PutJsonAsync(config, """{"host":"a"}""");
        await Admin.PutJsonAsync($"/api/v1/config-schemas/bind-{name}/db", $"\"{address}\"");
        (await Admin.GetStringAsync($"/api/v1/config-schemas/bind-{name}/db")).ShouldBe($"\"{address}\"");
        var refused = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            config,
            """{"host":1}"""
        );
        ((string?)refused["detail"])!.ShouldContain($"bind-{name}/Db@1.0.0");
        ((string?)refused["errors"]![0]!["pointer"]).ShouldBe("/host");

        // A new version asks for more than the config has: it is registered, the config is served as before, and usage
        // tells.
        await Admin.PutJsonAsync($"/api/v1/schemas/bind-{name}/Db/1.1.0", HostAndPort);
        (await Admin.GetStringAsync(config + "?environment=prod")).ShouldBe("""{"host":"a"}""");
        var usage = await Admin.GetJsonAsync($"/api/v1/schema-usage/bind-{name}/Db/{(stays ? "1.0.0" : "1.1.0")}");
        ((string?)usage["configs"]![0]!["path"]).ShouldBe($"bind-{name}/db");
        usage["configs"]![0]!["errors"]!.AsArray().Count.ShouldBe(stays ? 0 : 3);
        (await Admin.GetJsonAsync($"/api/v1/schema-usage/bind-{name}/Db/{(stays ? "1.1.0" : "1.0.0")}"))["configs"]!
            .AsArray()
            .ShouldBeEmpty();
        if (stays)
            await Admin.PutJsonAsync(config, """{"host":"b"}""");
        else
            await Admin.RefusedAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Put, config, """{"host":"b"}""");
        await Admin.PutJsonAsync(config, """{"host":"b","port":1}""");
    }

    [Theory]
    [InlineData("inline", """{"properties":{"at":{"format":"date-time"}}}""")]
    [InlineData("named", "\"bind-format/Dated@1.0.0\"")]
    public async Task Format_is_checked_where_the_binding_says_so(string name, string binding)
    {
        string config = $"/api/v1/configs/bind-format/{name}",
            schema = $"/api/v1/config-schemas/bind-format/{name}";
        await Admin.PutJsonAsync(
            "/api/v1/schemas/bind-format/Dated/1.0.0",
            """{"properties":{"at":{"format":"date-time"}}}"""
        );
        await Admin.PutJsonAsync(config, """{"at":"noon"}""");
        await Admin.PutJsonAsync(schema, binding);
        var refused = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            schema + "?assert_format=true",
            binding
        );
        ((string?)refused["errors"]![0]!["pointer"]).ShouldBe("/at");

        await Admin.PutJsonAsync(config, """{"at":"2030-01-01T00:00:00Z"}""");
        await Admin.PostJsonAsync(
            "/api/v1/changes",
            $$"""{"operations":[{"op":"bind","path":"bind-format/{{name}}","document":{{binding}},"assert_format":true}]}"""
        );
        await Admin.RefusedAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Put, config, """{"at":"noon"}""");
        using var read = await Admin.GetAsync(schema);
        read.Headers.GetValues("Cairn-Assert-Format").ShouldBe(["true"]);
        (await read.Content.ReadAsStringAsync()).ShouldBe(binding);
        await Admin.PutJsonAsync(schema, binding);
        await Admin.PutJsonAsync(config, """{"at":"noon"}""");
    }

    [Fact]
    public async Task A_global_model_is_named_without_a_namespace()
    {
        await Admin.PutJsonAsync("/api/v1/schemas/_/GlobalDb/1.0.0", Host);
        await Admin.PutJsonAsync("/api/v1/configs/global/db", """{"host":"a"}""");
        await Admin.PutJsonAsync("/api/v1/config-schemas/global/db", "\"GlobalDb@^1\"");
        await Admin.RefusedAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Put, "/api/v1/configs/global/db", "{}");
        await Admin.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/api/v1/schemas/_/GlobalDb/1.0.0");
    }

    [Theory]
    [InlineData("\"bind-bad/Nothing@1.0.0\"", HttpStatusCode.UnprocessableEntity)]
    [InlineData("\"bind-bad/Nothing\"", HttpStatusCode.BadRequest)]
    [InlineData("\"a/b/c@1\"", HttpStatusCode.BadRequest)]
    [InlineData("\"bind-bad/Avro@1.0.0\"", HttpStatusCode.UnprocessableEntity)]
    [InlineData("7", HttpStatusCode.BadRequest)]
    public async Task What_names_no_JSON_Schema_cannot_be_bound(string binding, HttpStatusCode status)
    {
        await Admin.PutJsonAsync(
            "/api/v1/schemas/bind-bad/Avro/1.0.0?type=avro",
            """{"type":"record","name":"A","fields":[]}"""
        );
        await Admin.PutJsonAsync("/api/v1/configs/bind-bad/db", "{}");
        await Admin.RefusedAsync(status, HttpMethod.Put, "/api/v1/config-schemas/bind-bad/db", binding);
    }

    [Fact]
    public async Task A_config_does_not_satisfy_what_it_is_to_be_bound_to()
    {
        await Admin.PutJsonAsync("/api/v1/schemas/unmet/Db/1.0.0", Host);
        await Admin.PutJsonAsync("/api/v1/configs/unmet/db", "{}");
        var refused = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/config-schemas/unmet/db",
            "\"unmet/Db@1.0.0\""
        );
        refused["errors"]!
            .AsArray()
            .Select(error => (string?)error!["environment"])
            .ShouldBe(["dev", "prod", "staging"]);
    }

    [Fact]
    public async Task A_bound_schema_vanishes_only_by_force_and_the_config_is_then_served_but_not_written()
    {
        await Admin.PutJsonAsync("/api/v1/schemas/forced/Db/1.0.0", Host);
        await Admin.PutJsonAsync("/api/v1/configs/forced/db", """{"host":"a"}""");
        await Admin.PutJsonAsync("/api/v1/config-schemas/forced/db", "\"forced/Db@^1\"");
        var refused = await Admin.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Delete,
            "/api/v1/schemas/forced/Db/1.0.0"
        );
        ((string?)refused["errors"]![0]!["message"])!.ShouldContain("forced/db");
        // One more version takes its place.
        await Admin.PutJsonAsync("/api/v1/schemas/forced/Db/1.1.0", Host.Insert(1, "\"title\":\"T\","));
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schemas/forced/Db/1.0.0");
        await Admin.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/api/v1/schemas/forced/Db/1.1.0");
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/schemas/forced/Db/1.1.0?force=true");
        (await Admin.GetStringAsync("/api/v1/configs/forced/db")).ShouldBe("""{"host":"a"}""");
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/configs/forced/db",
            """{"host":"b"}"""
        );
        await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/config-schemas/forced/db");
        await Admin.PutJsonAsync("/api/v1/configs/forced/db", """{"host":"b"}""");
    }

    [Fact]
    public async Task Of_a_binding_and_a_deletion_at_once_only_one_happens()
    {
        for (int round = 0; round < 10; round++)
        {
            await Admin.PutJsonAsync($"/api/v1/schemas/race/Db/1.0.{round}", Host);
            await Admin.PutJsonAsync("/api/v1/configs/race/db", """{"host":"a"}""");
            var bind = Admin.SendAsync(HttpMethod.Put, "/api/v1/config-schemas/race/db", $"\"race/Db@1.0.{round}\"");
            var delete = Admin.SendAsync(HttpMethod.Delete, $"/api/v1/schemas/race/Db/1.0.{round}");
            using HttpResponseMessage bound = await bind,
                deleted = await delete;
            (bound.IsSuccessStatusCode ^ deleted.IsSuccessStatusCode).ShouldBeTrue(
                $"{bound.StatusCode} and {deleted.StatusCode} in round {round}"
            );
            (await Admin.GetAsync($"/api/v1/schemas/race/Db/1.0.{round}")).IsSuccessStatusCode.ShouldBe(
                bound.IsSuccessStatusCode
            );
            if (bound.IsSuccessStatusCode)
                await Admin.SendJsonAsync(HttpMethod.Delete, "/api/v1/config-schemas/race/db");
        }
    }

    [Fact]
    public async Task Bindings_and_registrations_survive_a_restart()
    {
        await using var own = await CairnServer.StartAsync();
        await own.Admin.PutJsonAsync("/api/v1/schemas/kept/Db/1.0.0", Host);
        await own.Admin.PutJsonAsync("/api/v1/configs/kept/db", """{"host":"a"}""");
        await own.Admin.PutJsonAsync("/api/v1/config-schemas/kept/db", "\"kept/Db@^1\"");
        await own.RestartAsync();
        var usage = await own.Admin.GetJsonAsync("/api/v1/schema-usage/kept/Db/1.0.0");
        usage["configs"]!.AsArray().Count.ShouldBe(1);
        await own.Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            "/api/v1/configs/kept/db",
            "{}"
        );
    }
}
