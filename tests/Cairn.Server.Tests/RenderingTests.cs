using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>Templates, variables, references and schemas.</summary>
public sealed class RenderingTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static int _next;
    private readonly string _project = $"r{Interlocked.Increment(ref _next)}";

    private HttpClient Admin => server.Admin;
    private string Url => $"/api/v1/configs/{_project}/api";

    [Fact]
    public async Task Templates_render_for_each_environment_and_give_typed_values()
    {
        const string Document =
            """{"url":"https://{{ env }}.example.com","retries":"{{ 5 if env == 'prod' else 1 }}","who":"{{ project }}/{{ path }}/{{ environment }}"}""";
        await Admin.PutJsonAsync(Url, Document);
        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe(
            $$"""{"url":"https://prod.example.com","retries":5,"who":"{{_project}}/{{_project}}/api/prod"}"""
        );
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldStartWith(
            """{"url":"https://dev.example.com","retries":1"""
        );
        (await Admin.GetStringAsync(Url)).ShouldBe(Document);
        (await Admin.GetStringAsync(Url + "?environment=prod&raw=false&version=1")).ShouldContain("\"retries\":5");
    }

    [Fact]
    public async Task Variables_of_the_project_go_before_those_of_the_environment_and_take_effect_at_once()
    {
        await Admin.PutJsonAsync(
            "/api/v1/environments/staging/variables",
            $$"""{"region_{{_project}}":"eu","size":3}"""
        );
        await Admin.PutJsonAsync(
            Url,
            $$$"""{"region":"{{ region_{{{_project}}} | default('none') }}","size":"{{ size | default(0) }}"}"""
        );
        (await Admin.GetStringAsync(Url + "?environment=staging")).ShouldBe("""{"region":"eu","size":3}""");
        using var before = await Admin.GetAsync(Url + "?environment=staging");
        await Admin.PutJsonAsync($"/api/v1/projects/{_project}/variables", """{"size":{"cpu":2}}""");
        using var after = await Admin.GetAsync(Url + "?environment=staging");
        (await after.Content.ReadAsStringAsync()).ShouldBe("""{"region":"eu","size":{"cpu":2}}""");
        after.Headers.ETag.ShouldNotBe(before.Headers.ETag);
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe("""{"region":"none","size":{"cpu":2}}""");
        using var guarded = await Admin.SendAsync(
            HttpMethod.Put,
            Url,
            "{}",
            headers: ("If-Match", after.Headers.ETag!.Tag)
        );
        guarded.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"a":{"b":["{{ missing }}"]}}""", "/a/b/0")]
    [InlineData("""{"a":"{{ 1 + }}"}""", "/a")]
    [InlineData("""{"a":"{% for x in range(100000) %}{% for y in range(100000) %}{% endfor %}{% endfor %}"}""", "/a")]
    [InlineData("""{"a":"{{ 'x' * 10**9 }}"}""", "/a")]
    [InlineData("""{"a":"{{ config('no/such') }}"}""", "/a")]
    public async Task A_template_that_fails_is_refused_when_it_is_written_with_its_place(
        string document,
        string pointer
    )
    {
        var problem = await Admin.RefusedAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Put, Url, document);
        ((string?)problem["errors"]![0]!["pointer"]).ShouldBe(pointer);
        ((string?)problem["errors"]![0]!["environment"]).ShouldBe("dev");
        await Admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, Url);
    }

    [Fact]
    public async Task A_config_can_refer_to_another_and_follows_it()
    {
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/shared", """{"host":"db.{{ env }}","port":1}""");
        await Admin.PutJsonAsync(
            Url,
            $$$"""{"db":"{{ config('{{{_project}}}/shared') }}","host":"{{ config('{{{_project}}}/shared').host }}"}"""
        );
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe(
            """{"db":{"host":"db.dev","port":1},"host":"db.dev"}"""
        );
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/shared?environment=dev", """{"port":2}""");
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe(
            """{"db":{"host":"db.dev","port":2},"host":"db.dev"}"""
        );
    }

    [Fact]
    public async Task Configs_that_refer_to_each_other_in_a_circle_are_refused_with_the_chain()
    {
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/a", "{}");
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}/b", $$$"""{"x":"{{ config('{{{_project}}}/a') }}"}""");
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            $"/api/v1/configs/{_project}/a",
            $$$"""{"x":"{{ config('{{{_project}}}/b') }}"}"""
        );
        ((string?)problem["detail"])!.ShouldContain($"{_project}/a → {_project}/b → {_project}/a");
    }

    [Fact]
    public async Task A_reference_reads_with_the_permissions_of_whoever_asks()
    {
        await Admin.PutJsonAsync($"/api/v1/configs/{_project}-private/key", """{"k":"v"}""");
        await Admin.PutJsonAsync(Url, $$$"""{"x":"{{ config('{{{_project}}}-private/key').k }}"}""");
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe("""{"x":"v"}""");
        using var limited = await server.ClientWithKeyAsync("read", $$""","scopes":["configs:read:{{_project}}/**"]""");
        await limited.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Get, Url + "?environment=dev");
        (await limited.GetAsync(Url)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_write_that_breaks_the_bound_schema_in_any_environment_is_refused_with_pointers()
    {
        await Admin.PutJsonAsync(Url, """{"port":"{{ 80 if env == 'prod' else 8080 }}"}""");
        await Admin.PutJsonAsync(
            $"/api/v1/config-schemas/{_project}/api",
            """{"type":"object","properties":{"port":{"type":"integer","maximum":9000}},"required":["port"]}"""
        );
        await Admin.PutJsonAsync(Url, """{"port":"{{ 81 if env == 'prod' else 8081 }}"}""");

        var problem = await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            Url,
            """{"port":"{{ 99999 if env == 'prod' else 8080 }}"}"""
        );
        var error = problem["errors"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)error["pointer"]).ShouldBe("/port");
        ((string?)error["environment"]).ShouldBe("prod");
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            Url + "?environment=staging",
            """{"port":null}"""
        );
        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe("""{"port":81}""");

        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            $"/api/v1/config-schemas/{_project}/api",
            """{"type":"object","required":["host"]}"""
        );
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            $"/api/v1/config-schemas/{_project}/api",
            """{"type":"objekt"}"""
        );
        (await Admin.GetStringAsync($"/api/v1/config-schemas/{_project}/api")).ShouldContain("9000");
        await Admin.SendJsonAsync(HttpMethod.Delete, $"/api/v1/config-schemas/{_project}/api");
        await Admin.PutJsonAsync(Url, """{"port":"anything"}""");
    }

    [Fact]
    public async Task Variables_that_would_break_a_bound_schema_are_refused()
    {
        await Admin.PutJsonAsync($"/api/v1/projects/{_project}/variables", """{"port":80}""");
        await Admin.PutJsonAsync(Url, """{"port":"{{ port }}"}""");
        await Admin.PutJsonAsync(
            $"/api/v1/config-schemas/{_project}/api",
            """{"properties":{"port":{"type":"integer"}}}"""
        );
        await Admin.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            HttpMethod.Put,
            $"/api/v1/projects/{_project}/variables",
            """{"port":"eighty"}"""
        );
        (await Admin.GetStringAsync($"/api/v1/projects/{_project}/variables")).ShouldBe("""{"port":80}""");
    }

    [Theory]
    [InlineData("""{"1a":1}""")]
    [InlineData("""{"env":1}""")]
    [InlineData("""[1]""")]
    public async Task Variables_need_names_that_templates_can_use(string variables) =>
        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Put,
            $"/api/v1/projects/{_project}/variables",
            variables
        );

    [Fact]
    public async Task A_protected_environment_keeps_what_it_serves_while_the_base_goes_on()
    {
        await using var other = await CairnServer.StartAsync();
        var admin = other.Admin;
        await admin.PutJsonAsync("/api/v1/configs/a/b", """{"v":1}""");
        await admin.PutJsonAsync("/api/v1/configs/a/t", """{"v":"{{ x | default(0) }}"}""");
        await admin.PutJsonAsync("/api/v1/environments/prod", """{"protected":true}""");

        await admin.PutJsonAsync("/api/v1/configs/a/b", """{"v":2}""");
        (await admin.GetStringAsync("/api/v1/configs/a/b?environment=dev")).ShouldBe("""{"v":2}""");
        (await admin.GetStringAsync("/api/v1/configs/a/b?environment=prod")).ShouldBe("""{"v":1}""");
        await admin.PutJsonAsync("/api/v1/configs/a/new", """{"v":1}""");
        await admin.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/api/v1/configs/a/new?environment=prod");

        foreach (
            var (method, path, body) in new[]
            {
                (HttpMethod.Put, "/api/v1/configs/a/b?environment=prod", """{"v":3}"""),
                (HttpMethod.Delete, "/api/v1/configs/a/b", null),
                (
                    HttpMethod.Post,
                    "/api/v1/changes",
                    """{"operations":[{"op":"put","path":"a/c","document":{}},{"op":"delete","path":"a/b"}]}"""
                ),
                (HttpMethod.Put, "/api/v1/environments/prod/variables", """{"x":1}"""),
                (HttpMethod.Put, "/api/v1/projects/a/variables", """{"x":1}"""),
                (HttpMethod.Delete, "/api/v1/environments/prod", null),
            }
        )
        {
            var problem = await admin.RefusedAsync(HttpStatusCode.Forbidden, method, path, body);
            ((string?)problem["type"]).ShouldBe("urn:cairn:problem:environment-protected", path);
        }

        await admin.PutJsonAsync("/api/v1/environments/prod", """{"protected":false}""");
        await admin.PostJsonAsync("/api/v1/config-promotions/a/b", """{"from":"dev","to":"prod"}""");
        (await admin.GetStringAsync("/api/v1/configs/a/b?environment=prod")).ShouldBe("""{"v":2}""");
    }

    [Theory]
    [InlineData("""{"legend":"{{path}} {{env}}","re":"^[a-z]{{3}}$","note":"x{# y #}z"}""")]
    [InlineData("""{"if":"${{ github.ref == 'refs/heads/main' }}"}""")]
    [InlineData("""{"t":"{{ .Values.image | quote }}{% nonsense"}""")]
    [InlineData("""{"t":"${#x}"}""")]
    public async Task A_verbatim_config_is_served_as_it_was_written(string document)
    {
        await Admin.PutJsonAsync(Url + "?verbatim=true", document);
        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe(document);

        // It stays so with what is written later, by whatever way, and a rollback brings it back.
        await Admin.SendJsonAsync(HttpMethod.Patch, Url, """{"more":"{{ no_such }}"}""");
        ((string?)(await Admin.GetJsonAsync(Url + "?environment=dev"))["more"]).ShouldBe("{{ no_such }}");
        await Admin.PutJsonAsync(Url + "?verbatim=false", """{"a":"{{ env }}"}""");
        (await Admin.GetStringAsync(Url + "?environment=dev")).ShouldBe("""{"a":"dev"}""");
        string path = Url["/api/v1/configs/".Length..];
        await Admin.PostJsonAsync($"/api/v1/config-rollbacks/{path}", """{"to_version":1}""");
        (await Admin.GetStringAsync(Url + "?environment=prod")).ShouldBe(document);
        ((bool)(await Admin.GetJsonAsync($"/api/v1/configs?prefix={path}"))["items"]![0]!["verbatim"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Whether_a_config_is_verbatim_is_not_for_a_key_of_one_environment()
    {
        await Admin.PutJsonAsync(Url, """{"a":"{{ env }}"}""");
        using var limited = await server.ClientWithKeyAsync("admin", ""","environments":["dev"]""");

        await limited.RefusedAsync(
            HttpStatusCode.Forbidden,
            HttpMethod.Put,
            Url + "?environment=dev&verbatim=true",
            """{"b":1}"""
        );
        await limited.PutJsonAsync(Url + "?environment=dev&verbatim=false", """{"b":1}""");
    }
}
