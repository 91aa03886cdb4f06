using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Server.Tests.Support;
using Microsoft.OpenApi;

namespace Cairn.Server.Tests;

/// <summary>What clients are generated from.</summary>
public sealed class DescriptionTests(CairnServer server) : IClassFixture<CairnServer>
{
    private static readonly string[] Methods = ["get", "put", "post", "patch", "delete"];

    [Fact]
    public async Task It_is_valid_OpenAPI_with_every_reference_resolved()
    {
        byte[] text = Encoding.UTF8.GetBytes(await server.Admin.GetStringAsync("/openapi/v1.json"));
        var result = await OpenApiDocument.LoadAsync(new MemoryStream(text), "json");
        result.Diagnostic!.Errors.ShouldBeEmpty(
            string.Join("; ", result.Diagnostic.Errors.Select(error => $"{error.Pointer}: {error.Message}"))
        );
        result.Diagnostic.Warnings.ShouldBeEmpty();
        var root = JsonNode.Parse(text)!;
        foreach (
            string reference in Nodes(root)
                .OfType<JsonObject>()
                .Select(node => (string?)(node["$ref"] as JsonValue))
                .OfType<string>()
                .Distinct()
        )
        {
            reference[2..].Split('/').Aggregate(root, (node, step) => node[step]!).ShouldNotBeNull(reference);
        }

        foreach (
            var array in Nodes(root)
                .OfType<JsonObject>()
                .Where(node => node["type"] is JsonValue type && type.ToString() == "array")
        )
        {
            array["items"].ShouldNotBeNull(array.ToJsonString());
        }
    }

    [Fact]
    public async Task Every_operation_names_what_its_path_takes_and_how_it_refuses()
    {
        var root = await server.Admin.GetJsonAsync("/openapi/v1.json");
        ((string?)root["servers"]![0]!["url"]).ShouldBe("/");
        int operations = 0;
        foreach (var (path, item) in root["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                string name = $"{method} {path}";
                operations++;
                Methods.ShouldContain(method, name);
                var parameters = operation!["parameters"]?.AsArray() ?? [];
                string[] named =
                [
                    .. parameters
                        .Where(parameter => (string?)parameter!["in"] == "path")
                        .Select(parameter => (string)parameter!["name"]!),
                ];
                named.ShouldBe(
                    Regex.Matches(path, @"\{(\w+)\}").Select(match => match.Groups[1].Value),
                    ignoreOrder: true,
                    name
                );
                parameters.Select(parameter => $"{parameter!["in"]} {parameter["name"]}").ShouldBeUnique(name);
                if (!path.StartsWith("/api/v1/", StringComparison.Ordinal))
                    continue;
                foreach (string status in new[] { "400", "401", "403", "404", "429", "503" })
                {
                    operation["responses"]![status]!["content"]!["application/problem+json"]!["schema"]!["$ref"]!
                        .ToString()
                        .ShouldBe("#/components/schemas/Problem", name);
                }

                operation["security"].ShouldNotBeNull(name);
                if (method is "put" or "patch")
                    operation["requestBody"]!["content"]!.AsObject().Count.ShouldBeGreaterThan(0, name);
            }
        }

        operations.ShouldBeGreaterThan(80);
    }

    [Fact]
    public async Task An_operation_s_members_are_those_that_the_kinds_read()
    {
        var operation = (await server.Admin.GetJsonAsync("/openapi/v1.json"))["paths"]!["/api/v1/changes"]!["post"]![
            "requestBody"
        ]!["content"]!["application/json"]!["schema"]!["properties"]!["operations"]!["items"]!;
        var described = operation["properties"]!
            .AsObject()
            .Select(member => member.Key)
            .Except(["op", "path", "kind", "if_version"])
            .ToHashSet();
        var read = new HashSet<string>();
        foreach (var kind in server.Node.Kinds.All)
        {
            foreach (string op in kind.Operations.Keys)
            {
                var form = new JsonObject
                {
                    ["kind"] = kind.Name,
                    ["op"] = op,
                    ["path"] = "described/Model/1.0.0",
                    ["environment"] = "prod",
                    ["to_version"] = 1,
                    ["document"] = new JsonObject { ["compatibility"] = "NONE" },
                    ["nonsense"] = 1,
                };
                string said = (string)
                    (
                        await server.Admin.RefusedAsync(
                            HttpStatusCode.BadRequest,
                            HttpMethod.Post,
                            "/api/v1/changes",
                            new JsonObject { ["operations"] = new JsonArray(form) }.ToJsonString()
                        )
                    )["detail"]!;
                foreach (
                    Match name in Regex.Matches(
                        said[
                            (
                                said.IndexOf("which takes", StringComparison.Ordinal) is >= 0 and var start
                                    ? start + 11
                                    : said.Length
                            )..
                        ],
                        @"\w+"
                    )
                )
                {
                    read.Add(name.Value);
                }

                said.ShouldContain($"means nothing to {op} of {kind.Name}");
            }
        }

        described.ShouldBe(read, ignoreOrder: true);
    }

    [Theory]
    [InlineData(
        "put",
        "/api/v1/configs/{path}",
        "If-Match",
        "If-None-Match",
        "Cairn-Message",
        "environment",
        "format",
        "path"
    )]
    [InlineData(
        "get",
        "/api/v1/configs/{path}",
        "If-None-Match",
        "Cairn-Min-Revision",
        "environment",
        "version",
        "wait"
    )]
    [InlineData("post", "/api/v1/changes", "Idempotency-Key", "X-Correlation-ID")]
    [InlineData("delete", "/api/v1/environments/{name}", "If-Match", "name")]
    [InlineData("get", "/api/v1/schemas/{path}", "Cairn-Min-Revision", "consistency")]
    public async Task Headers_and_parameters_are_described(string method, string path, params string[] names)
    {
        var operation = (await server.Admin.GetJsonAsync("/openapi/v1.json"))["paths"]![path]![method]!;
        names.ShouldBeSubsetOf(operation["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!));
    }

    [Fact]
    public async Task There_is_one_description()
    {
        var own = await server.Admin.GetJsonAsync("/openapi/v1.json");
        var foreign = await server.Admin.GetJsonAsync("/openapi.json");
        own["info"] = foreign["info"]!.DeepClone();
        JsonNode.DeepEquals(own, foreign).ShouldBeTrue();
        (await server.Admin.GetAsync("/openapi/v2.json")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await using var based = await CairnServer.StartAsync(options => options.Proxy.BasePath = "/cairn");
        ((string?)(await based.Admin.GetJsonAsync("/cairn/openapi/v1.json"))["servers"]![0]!["url"]).ShouldBe("/cairn");
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode? node) =>
        node switch
        {
            JsonObject json => json.SelectMany(member => Nodes(member.Value)).Prepend(json),
            JsonArray json => json.SelectMany(Nodes).Prepend(json),
            null => [],
            _ => [node],
        };
}
