using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

/// <summary>What is at an address need not be a Cairn, and need not get a key.</summary>
public sealed class StrangerTests : IDisposable
{
    private const string Mark = "X-Correlation-ID: 1\r\n";

    private readonly Shell _shell = new("http://127.0.0.1:9", null);

    public static TheoryData<string, string> Answers() =>
        new()
        {
            { "a page of HTML", StrangeServer.Answer("200 OK", "text/html", "<html>Sign in</html>") },
            {
                "a page of HTML in disguise",
                StrangeServer.Answer("200 OK", "application/json", "<html>Sign in</html>", Mark)
            },
            { "an empty 404", StrangeServer.Answer("404 Not Found", "text/plain", "") },
            {
                "a 404 of another program",
                StrangeServer.Answer(
                    "404 Not Found",
                    "application/problem+json",
                    """{"type":"about:blank","status":404,"detail":"no route"}"""
                )
            },
            {
                "a problem that is none",
                StrangeServer.Answer(
                    "403 Forbidden",
                    "application/problem+json",
                    """{"type":"urn:cairn:problem:denied","errors":5}"""
                )
            },
            { "a problem that is a list", StrangeServer.Answer("409 Conflict", "application/problem+json", "[]") },
            {
                "a redirect",
                StrangeServer.Answer("302 Found", "text/html", "", "Location: https://sso.example.com/\r\n")
            },
            {
                "a proxy without a server",
                StrangeServer.Answer("502 Bad Gateway", "text/html", "<html>Bad gateway</html>")
            },
            { "a type that is none", StrangeServer.Answer("500 Oops", "text/html; charset=nonsense", "x") },
            { "nothing", StrangeServer.Answer("200 OK", "application/json", "", Mark) },
            { "null", StrangeServer.Answer("200 OK", "application/json", "null", Mark) },
            { "a list", StrangeServer.Answer("200 OK", "application/json", "[]", Mark) },
            { "another object", StrangeServer.Answer("200 OK", "application/json", """{"ok":true}""", Mark) },
            {
                "a list of something else",
                StrangeServer.Answer(
                    "200 OK",
                    "application/json",
                    """{"items":[1,null,{"path":5}],"next_cursor":5}""",
                    Mark
                )
            },
            {
                "half of a document",
                StrangeServer.Answer("200 OK", "application/json", """{"items":[{"path":""", Mark)
            },
            { "less than it says", $"HTTP/1.1 200 OK\r\n{Mark}Content-Length: 1000\r\n\r\n{{\"items\"" },
            { "no HTTP", "220 mail.example.com ESMTP\r\n" },
            { "nothing at all", "" },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Whatever_answers_is_told_in_a_sentence(string what, string answer)
    {
        using var server = new StrangeServer(answer);
        _shell.Variables["CAIRN_URL"] = server.Url;
        _shell.Variables["CAIRN_KEY"] = "given";
        _shell.Folder.Write("configs.jsonl", """{"path":"a/b","document":1}""");
        string[] commands =
        [
            "whoami",
            "health",
            "config get a/b",
            "config list",
            "config set a/b x=1",
            "config set a/b -f configs.jsonl",
            "config watch",
            "config import configs.jsonl",
            "key create x",
            "cluster status",
        ];
        foreach (string command in commands)
        {
            var outcome = await _shell.RunAsync(command);
            outcome.Code.ShouldBe(6, $"{what}: {command}\n{outcome}");
            outcome.Error.ShouldStartWith("cairn: ");
            outcome.Error.ShouldMatch(
                "not as Cairn does|closes the connection|broke off|cannot be reached",
                $"{what}: {command}"
            );
            outcome.Error.TrimEnd().Split('\n').Length.ShouldBe(1, outcome.ToString());
            outcome.Out.ShouldBeEmpty(command);
        }
    }

    [Fact]
    public async Task A_saved_key_is_not_sent_to_another_address()
    {
        using var stranger = new StrangeServer(StrangeServer.Answer("200 OK", "application/json", "{}", Mark));
        _shell.Folder.Write(
            "profiles.json",
            """{"current":"default","profiles":{"default":{"url":"http://127.0.0.1:9","key":"cairn_live_secret"}}}"""
        );
        foreach (
            string command in (string[])
                ["config get a/b", "whoami", "health", "doctor", "config set a/b x=1", "whoami --profile default"]
        )
        {
            await _shell.RunAsync($"{command} --url {stranger.Url}");
        }

        stranger.Requests.Count.ShouldBeGreaterThan(5);
        stranger.Requests.ShouldAllBe(request =>
            !request.Contains("Authorization", StringComparison.OrdinalIgnoreCase)
            && !request.Contains("secret", StringComparison.Ordinal)
        );

        _shell.Variables["CAIRN_KEY"] = "given";
        await _shell.RunAsync($"whoami --url {stranger.Url}");
        stranger.Requests[^1].ShouldContain("Authorization: Bearer given");
        await _shell.RunAsync($"health --url {stranger.Url}");
        stranger.Requests[^1].ShouldNotContain("Authorization");
    }

    [Theory]
    [InlineData("whoami --timeout 1s")]
    [InlineData("config list --timeout 1s")]
    [InlineData("health --timeout 1s")]
    public async Task A_server_that_says_nothing_is_waited_for_as_long_as_told(string command)
    {
        using var silent = new StrangeServer(null);
        _shell.Variables["CAIRN_URL"] = silent.Url;
        var outcome = await _shell.RunAsync(command);
        outcome.Code.ShouldBe(6, outcome.ToString());
        outcome.Error.ShouldContain("does not answer within 1 s");
    }

    [Fact]
    public async Task A_health_check_waits_for_seconds_only()
    {
        using var silent = new StrangeServer(null);
        _shell.Variables["CAIRN_URL"] = silent.Url;
        (await _shell.RunAsync("health")).Error.ShouldContain("does not answer within 5 s");
    }

    [Fact]
    public async Task What_is_stale_is_said_once()
    {
        using var server = new StrangeServer(
            StrangeServer.Answer(
                "200 OK",
                "application/json",
                """{"items":[],"next_cursor":null}""",
                Mark + "Cairn-Stale: 42\r\n"
            )
        );
        _shell.Variables["CAIRN_URL"] = server.Url;
        var outcome = await _shell.RunAsync("config list -o json");
        (outcome.Code, outcome.Out).ShouldBe((0, "[]\n"), outcome.ToString());
        outcome.Error.ShouldContain("may be 42 s old");
    }

    public void Dispose() => _shell.Dispose();
}
