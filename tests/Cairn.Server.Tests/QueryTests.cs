using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>Query parameters: those that an endpoint describes, once, and no others.</summary>
public sealed class QueryTests(QueryTests.Written server) : IClassFixture<QueryTests.Written>
{
    private HttpClient Admin => server.Server.Admin;

    [Theory]
    [InlineData(
        "PUT",
        "/api/v1/configs/q/t?enviroment=prod",
        "There is no parameter 'enviroment'. Did you mean environment?"
    )]
    [InlineData(
        "DELETE",
        "/api/v1/configs/q/t?enviroment=prod",
        "There is no parameter 'enviroment'. Did you mean environment?"
    )]
    [InlineData("PATCH", "/api/v1/configs/q/t?envrionment=prod", "Did you mean environment?")]
    [InlineData("GET", "/api/v1/configs/q/t?env=prod", "There is no parameter 'env'. Did you mean environment?")]
    [InlineData("GET", "/api/v1/configs/q/t?Environment=prod", "Did you mean environment?")]
    [InlineData(
        "GET",
        "/api/v1/configs/q/t?environment=prod&bogus=1",
        "There is no parameter 'bogus'. These are known here: consistency, environment, format, raw, version, wait."
    )]
    [InlineData("GET", "/api/v1/configs?prefx=q/", "Did you mean prefix?")]
    [InlineData("GET", "/api/v1/watch?prefx=configs/q/", "Did you mean prefix?")]
    [InlineData("GET", "/api/v1/watch?environment=prod&afer=3", "Did you mean after?")]
    [InlineData("GET", "/api/v1/audit?outcome=denied&ator=x", "Did you mean actor?")]
    [InlineData("POST", "/api/v1/changes?dry_run=true", "There is no parameter 'dry_run'. None is known here.")]
    [InlineData(
        "POST",
        "/api/v1/config-rollbacks/q/t?environment=prod",
        "There is no parameter 'environment'. None is known here."
    )]
    [InlineData("PUT", "/api/v1/schemas/q/M/1.0.0?force=true", "There is no parameter 'force'")]
    [InlineData("GET", "/api/v1/auth/whoami?=x", "There is no parameter ''")]
    [InlineData("GET", "/api/v1/keyring?bogus", "There is no parameter 'bogus'")]
    [InlineData(
        "PUT",
        "/api/v1/configs/q/t?environment=dev&environment=prod",
        "The parameter 'environment' is there 2 times: once is right."
    )]
    [InlineData("GET", "/api/v1/configs/q/t?environment=dev&Environment=prod", "Did you mean environment?")]
    [InlineData("GET", "/api/v1/configs?limit=1&limit=2", "The parameter 'limit' is there 2 times")]
    [InlineData(
        "PUT",
        "/api/v1/configs/q/t?environment=",
        "The parameter 'environment' is empty: give it a value, or leave it out."
    )]
    [InlineData("DELETE", "/api/v1/configs/q/t?environment", "The parameter 'environment' is empty")]
    [InlineData("GET", "/api/v1/configs/q/t?version=", "The parameter 'version' is empty")]
    public async Task What_an_endpoint_does_not_take_is_refused_and_nothing_is_done(
        string method,
        string path,
        string sentence
    )
    {
        var problem = await Admin.RefusedAsync(
            HttpStatusCode.BadRequest,
            new HttpMethod(method),
            path,
            method == "GET" ? null : """{"a":2}"""
        );
        ((string)problem["detail"]!).ShouldContain(sentence);
        (await Admin.GetStringAsync("/api/v1/configs/q/t?environment=prod")).ShouldBe("""{"a":1}""");
    }

    [Theory]
    [InlineData("/api/v1/configs/q/t?")]
    [InlineData("/api/v1/configs/q/t?%65nvironment=prod")]
    [InlineData("/api/v1/configs/q/t?environment=p%72od")]
    [InlineData("/api/v1/configs?prefix=&cursor=&limit=5")]
    [InlineData("/api/v1/schemas?q=&namespace=")]
    [InlineData("/api/v1/config-versions/q/t?environment=prod&consistency=strong")]
    [InlineData("/config/q/t?environment=prod&anything=1")]
    [InlineData("/q/t?environment=prod&anything=1")]
    [InlineData("/schemas?anything=1&limit=1&limit=2")]
    [InlineData("/health?verbose")]
    [InlineData("/metrics?format=prometheus")]
    [InlineData("/?anything")]
    public async Task What_is_described_or_belongs_to_a_foreign_API_is_taken(string path)
    {
        using var answer = await Admin.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Who_has_no_key_learns_nothing_of_parameters()
    {
        using var nobody = server.Server.Client(null);
        await nobody.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/api/v1/configs/q/t?bogus=1");
    }

    /// <summary>A server with one config.</summary>
    public sealed class Written : IAsyncLifetime
    {
        public CairnServer Server { get; } =
            new() { Configure = static options => options.Node.ConfigManager.AtRoot = true };

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            await Server.Admin.PutJsonAsync("/api/v1/configs/q/t", """{"a":1}""");
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
