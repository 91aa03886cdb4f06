using System.Net;
using Cairn.Server.Http;
using Cairn.Server.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Server.Tests;

/// <summary>Every endpoint, asked by every kind of caller.</summary>
public sealed class AccessMatrixTests(AccessMatrixTests.Callers callers) : IClassFixture<AccessMatrixTests.Callers>
{
    private const string Open = "open";

    /// <summary>Name, method, path, least permission, and whether a key for another project is let in.</summary>
    public static readonly (string Name, string Method, string Path, string Least, bool OtherProject)[] Endpoints =
    [
        ("ListConfigs", "GET", "/api/v1/configs", "read", true),
        ("GetConfig", "GET", "/api/v1/configs/payments/database", "read", false),
        ("PutConfig", "PUT", "/api/v1/configs/payments/database", "write", false),
        ("PatchConfig", "PATCH", "/api/v1/configs/payments/database", "write", false),
        ("DeleteConfig", "DELETE", "/api/v1/configs/payments/database", "delete", false),
        ("ListConfigVersions", "GET", "/api/v1/config-versions/payments/database", "read", false),
        ("DiffConfig", "GET", "/api/v1/config-diffs/payments/database", "read", false),
        ("RollBackConfig", "POST", "/api/v1/config-rollbacks/payments/database", "write", false),
        ("PromoteConfig", "POST", "/api/v1/config-promotions/payments/database", "write", false),
        ("GetConfigSchema", "GET", "/api/v1/config-schemas/payments/database", "read", false),
        ("PutConfigSchema", "PUT", "/api/v1/config-schemas/payments/database", "write", false),
        ("DeleteConfigSchema", "DELETE", "/api/v1/config-schemas/payments/database", "write", false),
        ("Watch", "GET", "/api/v1/watch", "read", true),
        ("ListEnvironments", "GET", "/api/v1/environments", "read", false),
        ("GetEnvironment", "GET", "/api/v1/environments/dev", "read", false),
        ("PutEnvironment", "PUT", "/api/v1/environments/matrix", "admin", false),
        ("DeleteEnvironment", "DELETE", "/api/v1/environments/matrix", "admin", false),
        ("GetEnvironmentVariables", "GET", "/api/v1/environments/dev/variables", "read", false),
        ("PutEnvironmentVariables", "PUT", "/api/v1/environments/dev/variables", "write", false),
        ("PatchEnvironmentVariables", "PATCH", "/api/v1/environments/dev/variables", "write", false),
        ("GetProjectVariables", "GET", "/api/v1/projects/payments/variables", "read", false),
        ("PutProjectVariables", "PUT", "/api/v1/projects/payments/variables", "write", false),
        ("PatchProjectVariables", "PATCH", "/api/v1/projects/payments/variables", "write", false),
        ("SubmitChange", "POST", "/api/v1/changes", "write", false),
        ("ListChanges", "GET", "/api/v1/changes", "read", true),
        ("GetChange", "GET", "/api/v1/changes/none", "read", true),
        ("RevertChange", "POST", "/api/v1/changes/none/revert", "write", true),
        ("CreateKey", "POST", "/api/v1/keys", "admin", false),
        ("ListKeys", "GET", "/api/v1/keys", "admin", false),
        ("GetKey", "GET", "/api/v1/keys/none", "admin", false),
        ("RotateKey", "POST", "/api/v1/keys/none/rotate", "admin", false),
        ("RevokeKey", "POST", "/api/v1/keys/none/revoke", "admin", false),
        ("GetKeyUsage", "GET", "/api/v1/keys/none/usage", "admin", false),
        ("WhoAmI", "GET", "/api/v1/auth/whoami", "read", true),
        ("ListAudit", "GET", "/api/v1/audit", "admin", false),
        ("GetKeyring", "GET", "/api/v1/keyring", "admin", false),
        ("RotateKeyring", "POST", "/api/v1/keyring/rotate", "admin", false),
        ("GetCluster", "GET", "/api/v1/cluster", "read", false),
        ("ConfigManagerGet", "GET", "/config/payments/database", "read", false),
        ("ConfigManagerPut", "PUT", "/config/payments/database", "write", false),
        ("ConfigManagerMountedGet", "GET", "/payments/database", "read", false),
        ("ConfigManagerMountedPut", "PUT", "/payments/database", "write", false),
        ("ConfigManagerHealth", "GET", "/config/health", Open, true),
        ("GetHealth", "GET", "/health", Open, true),
        ("GetLiveness", "GET", "/health/live", Open, true),
        ("GetReadiness", "GET", "/health/ready", Open, true),
        ("GetMetrics", "GET", "/metrics", Open, true),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names => Endpoints.Select(endpoint => new TheoryDataRow<string>(endpoint.Name));

    [Fact]
    public void Every_endpoint_is_in_the_table()
    {
        var served = callers.Server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRule>() is not null)
            .Select(endpoint => endpoint.Metadata.GetMetadata<EndpointRule>()!.Name);

        served.ShouldBe(Endpoints.Select(endpoint => endpoint.Name), ignoreOrder: true);
    }

    [Fact]
    public void Only_the_description_of_the_API_carries_no_rule()
    {
        var without = callers.Server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRule>() is null)
            .Select(endpoint => endpoint.RoutePattern.RawText);

        without.ShouldBe(["/openapi/{documentName}.json"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answers_each_caller_as_the_table_says(string name)
    {
        var (_, method, path, least, otherProject) = Endpoints.Single(endpoint => endpoint.Name == name);
        string[] levels = ["read", "write", "delete", "admin"];
        foreach (var (caller, client) in callers.Clients)
        {
            var expected = least == Open ? (HttpStatusCode?)null
                : caller is "no key" or "garbage" or "expired" or "revoked" or "wrong address" ? HttpStatusCode.Unauthorized
                : caller == "other project" ? otherProject ? null : HttpStatusCode.Forbidden
                : Array.IndexOf(levels, caller) >= Array.IndexOf(levels, least) ? null : HttpStatusCode.Forbidden;

            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method != "GET")
                request.Content = new StringContent(Body(name), System.Text.Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            if (expected is { } status)
                response.StatusCode.ShouldBe(status, $"{name} asked by {caller}");
            else
                response.StatusCode.ShouldNotBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.InternalServerError, HttpStatusCode.MethodNotAllowed);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer realm=\"cairn\"");
        }
    }

    private static string Body(string name) => name switch
    {
        "SubmitChange" => """{"operations":[{"op":"put","path":"payments/database","document":{"a":1}}]}""",
        "PromoteConfig" => """{"to":"staging","from":"dev"}""",
        "CreateKey" => """{"name":"matrix"}""",
        _ => "{}",
    };

    /// <summary>A server and a client of each kind.</summary>
    public sealed class Callers : IAsyncLifetime
    {
        public CairnServer Server { get; } = new();
        public Dictionary<string, HttpClient> Clients { get; } = [];

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            await Server.Admin.PutJsonAsync("/api/v1/configs/payments/database", """{"host":"db"}""");
            Clients["no key"] = Server.Client(null);
            Clients["garbage"] = Server.Client("cairn_live_garbage");
            Clients["expired"] = await Server.ClientWithKeyAsync("admin", ""","expires_in_days":1""");
            Clients["wrong address"] = await Server.ClientWithKeyAsync("admin", ""","allowed_ips":["10.0.0.0/8"]""");
            foreach (string level in new[] { "read", "write", "delete", "admin" })
                Clients[level] = await Server.ClientWithKeyAsync(level);
            Clients["other project"] = await Server.ClientWithKeyAsync("admin", ""","scopes":["configs:admin:checkout/**"]""");
            var revoked = await Server.Admin.PostJsonAsync("/api/v1/keys", """{"name":"revoked","permission":"admin"}""");
            Clients["revoked"] = Server.Client((string?)revoked["key"]);
            await Server.Admin.PostJsonAsync($"/api/v1/keys/{revoked["id"]}/revoke", """{"reason":"test"}""");
            Server.Time.Offset = TimeSpan.FromDays(2);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
