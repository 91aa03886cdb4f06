using System.Net;
using System.Text.Json.Nodes;
using Cairn.Server.Tests.Support;

namespace Cairn.Server.Tests.Compatibility;

/// <summary>Requests as clients of Pyrmute Registry make them.</summary>
internal static class PyrmuteRequests
{
    /// <summary>Sends a request, expects a status, and gives the JSON that came back.</summary>
    public static async Task<JsonNode> AskAsync(
        this HttpClient client,
        int status,
        string method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var response = await client.SendAsync(new HttpMethod(method), path, body, headers: headers);
        string text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, $"{method} {path}: {text}");
        response.Content.Headers.ContentType?.ToString().ShouldBe("application/json");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Registers a version.</summary>
    public static Task<JsonNode> RegisterAsync(
        this HttpClient client,
        string scope,
        string version,
        string schema = "{}",
        string more = ""
    ) =>
        client.AskAsync(
            201,
            "POST",
            $"/schemas/{scope}/versions",
            $$"""{"version":"{{version}}","json_schema":{{schema}},"registered_by":"tests"{{more}}}"""
        );

    /// <summary>Expects a refusal with a sentence.</summary>
    public static async Task RefusedAsync(
        this HttpClient client,
        int status,
        string detail,
        string method,
        string path,
        string? body = null
    )
    {
        var answer = await client.AskAsync(status, method, path, body);
        ((string?)answer["detail"]).ShouldBe(detail);
        answer.AsObject().Select(member => member.Key).ShouldBe(["detail"]);
    }

    /// <summary>Expects a refusal by validation, and gives its errors as "type loc msg".</summary>
    public static async Task<IReadOnlyList<string>> InvalidAsync(
        this HttpClient client,
        string method,
        string path,
        string? body = null
    )
    {
        var answer = await client.AskAsync((int)HttpStatusCode.UnprocessableEntity, method, path, body);
        answer.AsObject().ContainsKey("body").ShouldBeTrue();
        return
        [
            .. answer["detail"]!
                .AsArray()
                .Select(error => $"{error!["type"]} {string.Join('.', error["loc"]!.AsArray())} {error["msg"]}"),
        ];
    }
}
