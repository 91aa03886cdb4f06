using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Schemas;

/// <summary>Referring to a registered schema takes the right to read it.</summary>
public sealed class SchemaUseTests : IAsyncLifetime
{
    private readonly CairnServer _server = new();
    private HttpClient _writer = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        await _server.Admin.PutJsonAsync(
            "/api/v1/schemas/secret/M/1.0.0",
            """{"properties":{"k":{"const":"CANARYSCHEMA"}},"required":["k"]}"""
        );
        await _server.Admin.PutJsonAsync("/api/v1/schemas/_/Shared/1.0.0", """{"type":"object"}""");
        await _server.Admin.PutJsonAsync("/api/v1/configs/mine/x", "{}");
        _writer = await _server.ClientWithKeyAsync(
            "write",
            ""","scopes":["schemas:write:mine/**","configs:write:mine/**"]"""
        );
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("PUT", "/api/v1/schemas/mine/R/1.0.0", """{"$ref":"cairn:secret/M@1.0.0"}""")]
    [InlineData(
        "PUT",
        "/api/v1/schemas/mine/R/1.0.0",
        """{"properties":{"a":{"$ref":"cairn:secret/M@1.0.0#/properties/k"}}}"""
    )]
    [InlineData("PUT", "/api/v1/config-schemas/mine/x", "\"secret/M@1.0.0\"")]
    [InlineData("PUT", "/api/v1/config-schemas/mine/x", "\"secret/M@^1\"")]
    [InlineData(
        "POST",
        "/api/v1/changes",
        """{"operations":[{"op":"bind","path":"mine/x","document":"secret/M@1.0.0"}]}"""
    )]
    public async Task A_schema_that_may_not_be_read_is_answered_as_one_that_is_not_there(
        string method,
        string path,
        string body
    )
    {
        var there = await _writer.RefusedAsync(HttpStatusCode.UnprocessableEntity, new HttpMethod(method), path, body);
        var missing = await _writer.RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            new HttpMethod(method),
            path,
            body.Replace("secret/M", "secret/N")
        );

        there.ToJsonString().ShouldNotContain("CANARY");
        Strip(there.ToJsonString()).ShouldBe(Strip(missing.ToJsonString()).Replace("secret/N", "secret/M"));

        static string Strip(string problem) =>
            System.Text.RegularExpressions.Regex.Replace(problem, "\"trace_id\":\"[^\"]*\"", "");
    }

    [Fact]
    public async Task A_check_does_not_tell_which_schemas_there_are()
    {
        var there = await _writer.PostJsonAsync(
            "/api/v1/schema-checks/mine/R/1.0.0",
            """{"$ref":"cairn:secret/M@1.0.0"}"""
        );
        var missing = await _writer.PostJsonAsync(
            "/api/v1/schema-checks/mine/R/1.0.0",
            """{"$ref":"cairn:secret/N@1.0.0"}"""
        );

        there.ToJsonString().ShouldBe(missing.ToJsonString().Replace("secret/N", "secret/M"));
    }

    [Fact]
    public async Task Global_models_are_for_everybody_and_what_they_are_made_of_comes_with_a_schema()
    {
        await _server.Admin.PutJsonAsync("/api/v1/schemas/open/Outer/1.0.0", """{"$ref":"cairn:secret/M@1.0.0"}""");
        using var writer = await _server.ClientWithKeyAsync(
            "write",
            ""","scopes":["schemas:write:mine/**","schemas:read:open/**"]"""
        );

        await writer.PutJsonAsync("/api/v1/schemas/mine/A/1.0.0", """{"$ref":"cairn:Shared@1.0.0"}""");
        await writer.PutJsonAsync("/api/v1/schemas/mine/B/1.0.0", """{"$ref":"cairn:open/Outer@1.0.0"}""");
    }

    [Fact]
    public async Task A_schema_in_use_names_only_users_that_the_caller_may_read()
    {
        await _server.Admin.PutJsonAsync("/api/v1/schemas/mine/Used/1.0.0", """{"type":"object"}""");
        await _server.Admin.PutJsonAsync("/api/v1/configs/hidden/c", "{}");
        await _server.Admin.PutJsonAsync("/api/v1/config-schemas/hidden/c", "\"mine/Used@1.0.0\"");
        using var owner = await _server.ClientWithKeyAsync("delete", ""","scopes":["schemas:delete:mine/**"]""");

        var problem = await owner.RefusedAsync(
            HttpStatusCode.Conflict,
            HttpMethod.Delete,
            "/api/v1/schemas/mine/Used/1.0.0"
        );

        problem.ToJsonString().ShouldNotContain("hidden/c");
        ((string?)problem["detail"])!.ShouldContain("1 configs");
    }
}
