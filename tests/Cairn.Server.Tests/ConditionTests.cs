using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary><c>If-Match</c> and <c>If-None-Match</c> as RFC 9110 has them.</summary>
public sealed class ConditionTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static int _next;
    private readonly string _url = $"/api/v1/configs/conditions/c{Interlocked.Increment(ref _next)}";

    private HttpClient Admin => server.Admin;

    [Theory] // The config is at version 3.
    [InlineData("If-Match", "\"3\"", 200)]
    [InlineData("If-Match", "\"9\", \"3\"", 200)]
    [InlineData("If-Match", "\"9\",,\t\"3\" ,", 200)]
    [InlineData("If-Match", "W/\"1\", \"3\"", 200)]
    [InlineData("If-Match", "\"3-0123456789ab\"", 412)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-Match", "\"2\"", 412)]
    [InlineData("If-Match", "\"1\", \"2\"", 412)]
    [InlineData("If-Match", "W/\"3\"", 412)]
    [InlineData("If-Match", "W/\"3\", W/\"2\"", 412)]
    [InlineData("If-Match", "\"-3\"", 412)]
    [InlineData("If-Match", "\"3x\"", 412)]
    [InlineData("If-Match", "\"a,b\"", 412)]
    [InlineData("If-Match", "\"99999999999999999999\"", 412)]
    [InlineData("If-Match", "", 400)]
    [InlineData("If-Match", " ", 400)]
    [InlineData("If-Match", ",", 400)]
    [InlineData("If-Match", "3", 400)]
    [InlineData("If-Match", "\"3", 400)]
    [InlineData("If-Match", "*, \"3\"", 400)]
    [InlineData("If-None-Match", "*", 412)]
    [InlineData("If-None-Match", "\"3\"", 412)]
    [InlineData("If-None-Match", "\"1\", W/\"3\"", 412)]
    [InlineData("If-None-Match", "\"1\", \"2\"", 200)]
    [InlineData("If-None-Match", "", 400)]
    [InlineData("If-None-Match", "banana", 400)]
    public async Task A_write_s_condition_is_met_or_not(string header, string value, int status)
    {
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete })
        {
            string url = $"{_url}-{method}";
            for (int i = 1; i <= 3; i++)
                await Admin.PutJsonAsync(url, $$"""{"i":{{i}}}""");
            using var answer = await Admin.SendAsync(
                method,
                url,
                method == HttpMethod.Delete ? null : """{"i":4}""",
                headers: (header, value)
            );
            ((int)answer.StatusCode).ShouldBe(status, $"{method}: {await answer.Content.ReadAsStringAsync()}");
            if (status != 200)
                (await Admin.GetStringAsync(url)).ShouldBe("""{"i":3}""");
        }
    }

    [Theory]
    [InlineData("PUT", "If-Match", "*", 412)]
    [InlineData("PATCH", "If-Match", "*", 412)]
    [InlineData("DELETE", "If-Match", "*", 412)]
    [InlineData("PUT", "If-Match", "\"1\"", 412)]
    [InlineData("DELETE", "If-Match", "\"1\", \"2\"", 412)]
    [InlineData("PUT", "If-Match", "\"0\"", 201)]
    [InlineData("PUT", "If-None-Match", "*", 201)]
    [InlineData("PUT", "If-None-Match", "\"1\"", 201)]
    [InlineData("PATCH", "If-None-Match", "*", 404)]
    [InlineData("DELETE", "If-None-Match", "*", 404)]
    public async Task What_is_not_there_is_written_only_by_those_who_mean_it(
        string method,
        string header,
        string value,
        int status
    )
    {
        using var answer = await Admin.SendAsync(
            new HttpMethod(method),
            _url,
            method == "DELETE" ? null : "{}",
            headers: (header, value)
        );
        ((int)answer.StatusCode).ShouldBe(status, await answer.Content.ReadAsStringAsync());
        (await Admin.GetAsync(_url)).StatusCode.ShouldBe(status == 201 ? HttpStatusCode.OK : HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/environments/none-such", "{}")]
    [InlineData("DELETE", "/api/v1/environments/none-such", null)]
    [InlineData("PUT", "/api/v1/projects/none-such/variables", "{}")]
    [InlineData("PATCH", "/api/v1/projects/none-such/variables", "{}")]
    [InlineData("PUT", "/api/v1/schemas/none/Such/1.0.0", "{}")]
    [InlineData("DELETE", "/api/v1/schemas/none/Such/1.0.0", null)]
    [InlineData("PUT", "/api/v1/schema-metadata/none/Such/1.0.0", "{}")]
    [InlineData("PUT", "/api/v1/schema-deprecations/none/Such/1.0.0", "{}")]
    [InlineData("DELETE", "/api/v1/schema-deprecations/none/Such/1.0.0", null)]
    [InlineData("PUT", "/api/v1/schema-rules/none", """{"compatibility":"full"}""")]
    [InlineData("DELETE", "/api/v1/schema-rules/none", null)]
    [InlineData("PUT", "/api/v1/config-schemas/none/such", "{}")]
    [InlineData("DELETE", "/api/v1/config-schemas/none/such", null)]
    [InlineData("POST", "/api/v1/config-rollbacks/none/such", "{}")]
    [InlineData("POST", "/api/v1/config-promotions/none/such", """{"to":"prod","follow":true}""")]
    public async Task Every_kind_of_resource_heeds_them(string method, string path, string? body)
    {
        foreach (string value in new[] { "*", "\"7\"", "W/\"0\"" })
        {
            await Admin.RefusedAsync(
                HttpStatusCode.PreconditionFailed,
                new HttpMethod(method),
                path,
                body,
                headers: ("If-Match", value)
            );
        }

        await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            new HttpMethod(method),
            path,
            body,
            headers: ("If-Match", "")
        );
    }

    [Theory]
    [InlineData("POST", "/api/v1/changes", """{"operations":[{"op":"put","path":"a/b","document":1}]}""")]
    [InlineData("POST", "/api/v1/keys", """{"name":"k"}""")]
    [InlineData("POST", "/api/v1/keyring/rotate", "{}")]
    [InlineData("POST", "/api/v1/schema-inferences", """{"samples":[1]}""")]
    public async Task Where_a_condition_would_not_be_looked_at_it_is_refused(string method, string path, string body)
    {
        foreach (string header in new[] { "If-Match", "If-None-Match" })
        {
            (
                (string)
                    (
                        await Admin.RefusedAsync(
                            HttpStatusCode.BadRequest,
                            new HttpMethod(method),
                            path,
                            body,
                            headers: (header, "\"1\"")
                        )
                    )["detail"]!
            ).ShouldContain("not honoured here");
        }
    }

    [Theory] // The config is at version 1.
    [InlineData("If-None-Match", "\"1\"", 304)]
    [InlineData("If-None-Match", "W/\"1\"", 304)]
    [InlineData("If-None-Match", "\"7\" , \"1\"", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"2\"", 200)]
    [InlineData("If-None-Match", "", 400)]
    [InlineData("If-None-Match", "1", 400)]
    [InlineData("If-Match", "\"1\"", 200)]
    [InlineData("If-Match", "\"2\", \"1\"", 200)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-Match", "\"2\"", 412)]
    [InlineData("If-Match", "W/\"1\"", 412)]
    [InlineData("If-Match", " ", 400)]
    public async Task A_read_s_condition_is_met_or_not(string header, string value, int status)
    {
        await Admin.PutJsonAsync(_url, """{"a":1}""");
        using var answer = await Admin.SendAsync(HttpMethod.Get, _url, headers: (header, value));
        ((int)answer.StatusCode).ShouldBe(status, await answer.Content.ReadAsStringAsync());
        if (status is 200 or 304)
            answer.Headers.ETag!.Tag.ShouldStartWith("\"1-");
    }
}
