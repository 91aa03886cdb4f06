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
        ("ListSchemas", "GET", "/api/v1/schemas", "read", false),
        ("GetSchema", "GET", "/api/v1/schemas/payments/Matrix/1.0.0", "read", false),
        ("RegisterSchema", "PUT", "/api/v1/schemas/payments/Matrix/1.0.0", "write", false),
        ("DeleteSchema", "DELETE", "/api/v1/schemas/payments/Matrix/1.0.0", "delete", false),
        ("ListSchemaVersions", "GET", "/api/v1/schema-versions/payments/Matrix", "read", false),
        ("GetSchemaMetadata", "GET", "/api/v1/schema-metadata/payments/Matrix/1.0.0", "read", false),
        ("PutSchemaMetadata", "PUT", "/api/v1/schema-metadata/payments/Matrix/1.0.0", "write", false),
        ("DeprecateSchema", "PUT", "/api/v1/schema-deprecations/payments/Matrix/1.0.0", "write", false),
        ("UndeprecateSchema", "DELETE", "/api/v1/schema-deprecations/payments/Matrix/1.0.0", "write", false),
        ("CheckSchema", "POST", "/api/v1/schema-checks/payments/Matrix/1.0.0", "read", false),
        ("CompareSchemas", "GET", "/api/v1/schema-comparisons/payments/Matrix?from=1.0.0", "read", false),
        ("ValidateBySchema", "POST", "/api/v1/schema-validations/payments/Matrix/1.0.0", "read", false),
        ("GetSchemaUsage", "GET", "/api/v1/schema-usage/payments/Matrix/1.0.0", "read", false),
        ("GetSchemaSample", "GET", "/api/v1/schema-samples/payments/Matrix/1.0.0", "read", false),
        ("InferSchema", "POST", "/api/v1/schema-inferences", "read", false),
        ("GetSchemaRule", "GET", "/api/v1/schema-rules/payments/Matrix", "read", false),
        ("PutSchemaRule", "PUT", "/api/v1/schema-rules/payments/Matrix", "admin", false),
        ("DeleteSchemaRule", "DELETE", "/api/v1/schema-rules/payments/Matrix", "admin", false),
        ("SubmitChange", "POST", "/api/v1/changes", "write", false),
        ("ListChanges", "GET", "/api/v1/changes", "read", true),
        ("GetChange", "GET", "/api/v1/changes/{change}", "read", true),
        ("RevertChange", "POST", "/api/v1/changes/{change}/revert", "write", true),
        ("CreateKey", "POST", "/api/v1/keys", "admin", false),
        ("ListKeys", "GET", "/api/v1/keys", "admin", false),
        ("GetKey", "GET", "/api/v1/keys/{key}", "admin", false),
        ("RotateKey", "POST", "/api/v1/keys/{key}/rotate", "admin", false),
        ("RevokeKey", "POST", "/api/v1/keys/{key}/revoke", "admin", false),
        ("GetKeyUsage", "GET", "/api/v1/keys/{key}/usage", "admin", false),
        ("ListIdempotencyKeys", "GET", "/api/v1/idempotency-keys", "admin", false),
        ("ForgetIdempotencyKeys", "DELETE", "/api/v1/idempotency-keys?caller=key:{key}", "admin", false),
        ("WhoAmI", "GET", "/api/v1/auth/whoami", "read", true),
        ("ListAudit", "GET", "/api/v1/audit", "admin", false),
        ("CheckIntegrity", "GET", "/api/v1/integrity", "admin", false),
        ("GetKeyring", "GET", "/api/v1/keyring", "admin", false),
        ("RotateKeyring", "POST", "/api/v1/keyring/rotate", "admin", false),
        ("ResealStore", "POST", "/api/v1/keyring/reseal", "admin", false),
        ("GetCluster", "GET", "/api/v1/cluster", "read", false),
        ("ConfigManagerGet", "GET", "/config/payments/database", "read", false),
        ("ConfigManagerPut", "PUT", "/config/payments/database", "write", false),
        ("ConfigManagerMountedGet", "GET", "/payments/database", "read", false),
        ("ConfigManagerMountedPut", "PUT", "/payments/database", "write", false),
        ("PyrmuteListSchemas", "GET", "/schemas", "read", false),
        ("PyrmuteRegister", "POST", "/schemas/payments/Matrix/versions", "write", false),
        ("PyrmuteRegisterGlobal", "POST", "/schemas/Matrix/versions", "write", false),
        ("PyrmuteListVersions", "GET", "/schemas/payments/Matrix/versions", "read", false),
        ("PyrmuteListVersionsGlobal", "GET", "/schemas/Matrix/versions", "read", false),
        ("PyrmuteGetLatest", "GET", "/schemas/payments/Matrix/versions/latest", "read", false),
        ("PyrmuteGetLatestGlobal", "GET", "/schemas/Matrix/versions/latest", "read", false),
        ("PyrmuteGetVersion", "GET", "/schemas/payments/Matrix/versions/1.0.0", "read", false),
        ("PyrmuteGetVersionGlobal", "GET", "/schemas/Matrix/versions/1.0.0", "read", false),
        ("PyrmuteDeleteVersion", "DELETE", "/schemas/payments/Matrix/versions/1.0.0?force=true", "delete", false),
        ("PyrmuteDeleteVersionGlobal", "DELETE", "/schemas/Matrix/versions/1.0.0?force=true", "delete", false),
        ("PyrmuteDeprecate", "POST", "/schemas/payments/Matrix/versions/1.0.0/deprecate", "write", false),
        ("PyrmuteDeprecateGlobal", "POST", "/schemas/Matrix/versions/1.0.0/deprecate", "write", false),
        (
            "PyrmuteCompare",
            "GET",
            "/schemas/payments/Matrix/compare?from_version=1.0.0&to_version=1.0.0",
            "read",
            false
        ),
        ("PyrmuteCompareGlobal", "GET", "/schemas/Matrix/compare?from_version=1.0.0&to_version=1.0.0", "read", false),
        ("PyrmuteListNamespaces", "GET", "/schemas/Matrix/namespaces", "read", false),
        ("PyrmuteCreateKey", "POST", "/api-keys", "admin", false),
        ("PyrmuteListKeys", "GET", "/api-keys", "admin", false),
        ("PyrmuteGetKeyStats", "GET", "/api-keys/stats", "admin", false),
        ("PyrmuteGetKey", "GET", "/api-keys/{number}", "admin", false),
        ("PyrmuteDeleteKey", "DELETE", "/api-keys/{number}", "admin", false),
        ("PyrmuteRevokeKey", "POST", "/api-keys/{number}/revoke", "admin", false),
        ("PyrmuteRotateKey", "POST", "/api-keys/{number}/rotate", "admin", false),
        ("PyrmuteUnmatchedSchemas", "GET", "/schemas/x", Open, true),
        ("PyrmuteUnmatchedKeys", "GET", "/api-keys/1/2/3", Open, true),
        ("PyrmuteUnmatchedOptionsRoot", "OPTIONS", "/", Open, true),
        ("PyrmuteUnmatchedOptionsHealth", "OPTIONS", "/health", Open, true),
        ("GetDescription", "GET", "/openapi/v1.json", Open, true),
        ("PyrmuteGetOpenApi", "GET", "/openapi.json", Open, true),
        ("PyrmuteGetRedoc", "GET", "/redoc", Open, true),
        ("Unmatched", "OPTIONS", "/api/v1/configs", Open, true),
        ("GetRoot", "GET", "/", Open, true),
        ("ConfigManagerHealth", "GET", "/config/health", Open, true),
        ("GetHealth", "GET", "/health", Open, true),
        ("GetLiveness", "GET", "/health/live", Open, true),
        ("GetReadiness", "GET", "/health/ready", Open, true),
        ("GetMetrics", "GET", "/metrics", Open, true),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names =>
        Endpoints.Select(endpoint => new TheoryDataRow<string>(endpoint.Name));

    [Fact]
    public void Every_endpoint_is_in_the_table()
    {
        var served = callers
            .Server.App.Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRule>() is not null)
            .Select(endpoint => endpoint.Metadata.GetMetadata<EndpointRule>()!.Name);

        served.ShouldBe(Endpoints.Select(endpoint => endpoint.Name), ignoreOrder: true);
    }

    [Fact]
    public void Every_endpoint_carries_a_rule()
    {
        var without = callers
            .Server.App.Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRule>() is null)
            .Select(endpoint => endpoint.RoutePattern.RawText);

        without.ShouldBeEmpty();
    }

    private static int _made;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answers_each_caller_as_the_table_says(string name)
    {
        var (_, method, path, least, otherProject) = Endpoints.Single(endpoint => endpoint.Name == name);
        string[] levels = ["read", "write", "delete", "admin"];
        foreach (var (caller, client) in callers.Clients)
        {
            var expected =
                least == Open ? (HttpStatusCode?)null
                : caller is "no key" or "garbage" or "expired" or "revoked" or "wrong address"
                    ? HttpStatusCode.Unauthorized
                : caller == "this project"
                    ? otherProject || IsOfConfigs(name) ? null
                        : HttpStatusCode.Forbidden
                : caller == "other project"
                    ? otherProject ? null
                        : HttpStatusCode.Forbidden
                : Array.IndexOf(levels, caller) >= Array.IndexOf(levels, least) ? null
                : HttpStatusCode.Forbidden;

            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method != "GET")
                request.Content = new StringContent(Body(name), System.Text.Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            if (expected is { } status)
            {
                response.StatusCode.ShouldBe(status, $"{name} asked by {caller}");
            }
            else
            {
                response.StatusCode.ShouldNotBeOneOf(
                    HttpStatusCode.Unauthorized,
                    HttpStatusCode.Forbidden,
                    HttpStatusCode.InternalServerError,
                    method == "OPTIONS" ? HttpStatusCode.NotFound : HttpStatusCode.MethodNotAllowed
                );
            }

            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                response
                    .Headers.WwwAuthenticate.ToString()
                    .ShouldBe(
                        name.StartsWith("Pyrmute") ? "Bearer, ApiKey realm=\"Registry\"" : "Bearer realm=\"cairn\""
                    );
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Whoever_may_gets_what_was_asked_for(string name)
    {
        var (_, method, path, least, _) = Endpoints.Single(endpoint => endpoint.Name == name);
        string filled = await callers.PrepareAsync(path);
        using var request = new HttpRequestMessage(new HttpMethod(method), filled);
        if (method != "GET")
            request.Content = new StringContent(Body(name), System.Text.Encoding.UTF8, "application/json");
        using var response = await callers
            .Clients[least == Open ? "no key" : least]
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (name.Contains("Unmatched", StringComparison.Ordinal) && method != "OPTIONS")
        {
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        else
        {
            ((int)response.StatusCode).ShouldBeInRange(
                200,
                299,
                response.StatusCode
                    + " "
                    + (response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync())
            );
        }
    }

    private static bool IsOfConfigs(string name) =>
        name.Contains("Config", StringComparison.Ordinal) || name == "SubmitChange";

    internal static string Body(string name) =>
        name switch
        {
            "SubmitChange" => """{"operations":[{"op":"put","path":"payments/database","document":{"a":1}}]}""",
            "PromoteConfig" => """{"to":"staging","from":"dev"}""",
            // The tests of this class run in any order, and names and versions are taken once.
            "CreateKey" => $$"""{"name":"matrix-{{Interlocked.Increment(ref _made)}}"}""",
            "RollBackConfig" => """{"to_version":1}""",
            "InferSchema" => """{"samples":[{}]}""",
            "PutSchemaRule" => """{"compatibility":"none"}""",
            "PyrmuteCreateKey" => $$"""{"name":"pyrmute-{{Interlocked.Increment(ref _made)}}"}""",
            "PyrmuteRegister" or "PyrmuteRegisterGlobal" =>
                $$"""{"version":"2.0.{{Interlocked.Increment(ref _made)}}","json_schema":{},"registered_by":"matrix"}""",
            "PyrmuteRevokeKey" => """{"revoked_by":"matrix"}""",
            _ => "{}",
        };

    /// <summary>A server and a client of each kind.</summary>
    public sealed class Callers : IAsyncLifetime
    {
        public CairnServer Server { get; } =
            new() { Configure = static options => options.Node.ConfigManager.AtRoot = true };
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
            Clients["other project"] = await Server.ClientWithKeyAsync(
                "admin",
                ""","scopes":["configs:admin:checkout/**"]"""
            );
            var revoked = await Server.Admin.PostJsonAsync(
                "/api/v1/keys",
                """{"name":"revoked","permission":"admin"}"""
            );
            Clients["this project"] = await Server.ClientWithKeyAsync(
                "admin",
                ""","scopes":["configs:admin:payments/**"]"""
            );
            Clients["revoked"] = Server.Client((string?)revoked["key"]);
            await Server.Admin.PostJsonAsync($"/api/v1/keys/{revoked["id"]}/revoke", """{"reason":"test"}""");
            Server.Time.Offset = TimeSpan.FromDays(2);
        }

        /// <summary>Makes what an endpoint is about, whatever was deleted before, and puts its identifiers in the place
        /// of their names.</summary>
        public async Task<string> PrepareAsync(string path)
        {
            await Server.Admin.PutJsonAsync("/api/v1/environments/matrix", "{}");
            foreach (string model in new[] { "payments/Matrix", "_/Matrix" })
            {
                if (
                    (await Server.Admin.GetAsync($"/api/v1/schemas/{model}/1.0.0")).StatusCode
                    == HttpStatusCode.NotFound
                )
                {
                    await Server.Admin.PutJsonAsync($"/api/v1/schemas/{model}/1.0.0", "{}");
                }
            }

            await Server.Admin.PutJsonAsync("/api/v1/schema-rules/payments/Matrix", """{"compatibility":"none"}""");
            await Server.Admin.PutJsonAsync("/api/v1/configs/payments/database", """{"host":"db"}""");
            await Server.Admin.PutJsonAsync("/api/v1/config-schemas/payments/database", "{}");
            if (path.Contains("{change}", StringComparison.Ordinal))
            {
                path = path.Replace(
                    "{change}",
                    (string?)(await Server.Admin.GetJsonAsync("/api/v1/changes?limit=1"))["items"]![0]!["id"],
                    StringComparison.Ordinal
                );
            }

            if (path.Contains("{key}", StringComparison.Ordinal) || path.Contains("{number}", StringComparison.Ordinal))
            {
                string name = Guid.NewGuid().ToString("N");
                var made = await Server.Admin.PostJsonAsync("/api/v1/keys", $$"""{"name":"{{name}}"}""");
                var known = (await Server.Admin.GetJsonAsync("/api-keys?limit=1000"))["keys"]!
                    .AsArray()
                    .Single(key => (string?)key!["name"] == name);
                path = path.Replace("{key}", (string?)made["id"], StringComparison.Ordinal)
                    .Replace("{number}", known!["id"]!.ToString(), StringComparison.Ordinal);
            }

            return path;
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
