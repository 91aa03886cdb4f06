using System.Net;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests;

/// <summary>A key for some environments rules and sees those alone, whatever its level.</summary>
public sealed class EnvironmentLimitTests(EnvironmentLimitTests.Keys keys) : IClassFixture<EnvironmentLimitTests.Keys>
{
    // What an administrator of dev may ask for without naming an environment: listings of what is dev's, dev itself,
    // and what all environments share and may be read.
    private static readonly HashSet<string> WithoutEnvironment =
    [
        "ListConfigs",
        "Watch",
        "ListEnvironments",
        "GetEnvironment",
        "GetEnvironmentVariables",
        "PutEnvironmentVariables",
        "PatchEnvironmentVariables",
        "ListSchemas",
        "GetSchema",
        "ListSchemaVersions",
        "GetSchemaMetadata",
        "CheckSchema",
        "CompareSchemas",
        "ValidateBySchema",
        "GetSchemaUsage",
        "GetSchemaSample",
        "InferSchema",
        "GetSchemaRule",
        "ListChanges",
        "GetChange",
        "RevertChange",
        "WhoAmI",
        "PyrmuteListSchemas",
        "PyrmuteListVersions",
        "PyrmuteListVersionsGlobal",
        "PyrmuteGetLatest",
        "PyrmuteGetLatestGlobal",
        "PyrmuteGetVersion",
        "PyrmuteGetVersionGlobal",
        "PyrmuteCompare",
        "PyrmuteCompareGlobal",
        "PyrmuteListNamespaces",
    ];

    private static readonly HashSet<string> WithEnvironment =
    [
        "GetConfig",
        "PutConfig",
        "PatchConfig",
        "DeleteConfig",
        "ListConfigVersions",
        "DiffConfig",
        "ConfigManagerGet",
        "ConfigManagerMountedGet",
    ];

    public static IEnumerable<TheoryDataRow<string>> Names =>
        AccessMatrixTests
            .Endpoints.Where(endpoint => endpoint.Least != "open")
            .Select(endpoint => new TheoryDataRow<string>(endpoint.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_administrator_of_dev_rules_dev_alone(string name)
    {
        var (_, method, path, _, _) = AccessMatrixTests.Endpoints.Single(endpoint => endpoint.Name == name);

        (await RefusedAsync(name, method, path)).ShouldBe(!WithoutEnvironment.Contains(name), "without an environment");
        if (!WithoutEnvironment.Contains(name))
        {
            string separator = path.Contains('?') ? "&" : "?";
            (await RefusedAsync(name, method, $"{path}{separator}environment=dev")).ShouldBe(
                !WithEnvironment.Contains(name),
                "for dev"
            );
            (await RefusedAsync(name, method, $"{path}{separator}environment=prod")).ShouldBeTrue("for prod");
        }
    }

    [Fact]
    public async Task History_tells_of_the_own_environment_only()
    {
        var dev = await keys.Dev.GetJsonAsync("/api/v1/config-versions/limits/shared?environment=dev");
        var items = dev["items"]!.AsArray();

        items.Select(item => (long)item!["version"]!).ShouldBe([3, 1]);
        items.SelectMany(item => item!["layers"]!.AsArray()).Select(layer => (string?)layer).ShouldBe(["dev", "base"]);
        dev.ToJsonString().ShouldNotContain("prod");
        var all = await keys.Server.Admin.GetJsonAsync("/api/v1/config-versions/limits/shared");
        ((string?)items[0]!["checksum"]).ShouldNotBe((string?)all["items"]![0]!["checksum"]);
    }

    [Fact]
    public async Task A_checksum_does_not_change_with_what_another_environment_has()
    {
        async Task<string?> ChecksumAsync() =>
            (string?)
                (await keys.Dev.GetJsonAsync("/api/v1/config-versions/limits/quiet?environment=dev"))["items"]![0]![
                    "checksum"
                ];
        await keys.Server.Admin.PutJsonAsync("/api/v1/configs/limits/quiet", """{"a":1}""");
        string? before = await ChecksumAsync();

        await keys.Server.Admin.PutJsonAsync(
            "/api/v1/configs/limits/quiet?environment=prod",
            """{"secret":"guess me"}"""
        );

        (await ChecksumAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Lists_name_no_other_environment()
    {
        var item = (await keys.Dev.GetJsonAsync("/api/v1/configs?prefix=limits/shared&environment=dev"))["items"]![0]!;

        item["overlays"]!.AsArray().Select(name => (string?)name).ShouldBe(["dev"]);
        item.ToJsonString().ShouldNotContain("prod");
    }

    [Fact]
    public async Task An_answer_to_a_write_has_a_checksum_of_the_own_environment()
    {
        var written = await keys.Dev.PutJsonAsync("/api/v1/configs/limits/written?environment=dev", """{"a":1}""");

        var version = (await keys.Dev.GetJsonAsync("/api/v1/config-versions/limits/written?environment=dev"))["items"]![
            0
        ]!;
        ((string?)written["checksum"]).ShouldBe((string?)version["checksum"]);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/environments/prod", """{"protected":false}""")]
    [InlineData("PUT", "/api/v1/environments/another", "{}")]
    [InlineData("DELETE", "/api/v1/environments/staging", null)]
    [InlineData("POST", "/api/v1/keyring/rotate", "{}")]
    [InlineData("GET", "/api/v1/keys", null)]
    [InlineData("GET", "/api/v1/audit", null)]
    [InlineData("PUT", "/api/v1/projects/limits/variables", """{"a":1}""")]
    [InlineData("PUT", "/api/v1/schemas/limits/New/1.0.0", """{"type":"object"}""")]
    [InlineData(
        "POST",
        "/api/v1/changes",
        """{"operations":[{"op":"put","kind":"environments","path":"prod","document":{"protected":false}}]}"""
    )]
    [InlineData(
        "POST",
        "/api/v1/changes",
        """{"dry_run":true,"operations":[{"op":"restore","path":"limits/shared","to_version":1}]}"""
    )]
    public async Task An_administrator_of_dev_may_not(string method, string path, string? body) =>
        await keys.Dev.RefusedAsync(HttpStatusCode.Forbidden, new HttpMethod(method), path, body);

    [Fact]
    public async Task An_administrator_of_dev_may_protect_dev()
    {
        var own = await keys.Dev.PutJsonAsync("/api/v1/environments/dev", """{"description":"ours"}""");

        ((string?)own["description"]).ShouldBe("ours");
    }

    private async Task<bool> RefusedAsync(string name, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is not "GET")
        {
            request.Content = new StringContent(
                AccessMatrixTests.Body(name),
                System.Text.Encoding.UTF8,
                "application/json"
            );
        }

        using var response = await keys.Dev.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldNotBe(HttpStatusCode.Unauthorized);
        response.StatusCode.ShouldNotBe(HttpStatusCode.InternalServerError);
        // An endpoint that knows no environment may refuse the parameter itself.
        return response.StatusCode == HttpStatusCode.Forbidden
            || (path.Contains("environment=") && response.StatusCode == HttpStatusCode.BadRequest);
    }

    /// <summary>A server with configs that differ by environment, and an administrator's key for dev alone.</summary>
    public sealed class Keys : IAsyncLifetime
    {
        public CairnServer Server { get; } =
            new() { Configure = static options => options.Node.ConfigManager.AtRoot = true };
        public HttpClient Dev { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            foreach (string path in new[] { "payments/database", "limits/shared" })
                await Server.Admin.PutJsonAsync($"/api/v1/configs/{path}", """{"a":1}""");
            await Server.Admin.PutJsonAsync("/api/v1/configs/limits/shared?environment=prod", """{"b":1}""");
            await Server.Admin.PutJsonAsync("/api/v1/configs/limits/shared?environment=dev", """{"c":1}""");
            Dev = await Server.ClientWithKeyAsync("admin", ""","environments":["dev"]""");
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
