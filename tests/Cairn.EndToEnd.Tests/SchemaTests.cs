using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

/// <summary>The registry from the command line, and what replaces the commands of <c>pyrmute-registry</c>.</summary>
public sealed class SchemaTests(ServerFixture fixture) : IDisposable
{
    private readonly Shell _shell = fixture.Shell();

    [Fact]
    public async Task Schemas_are_registered_compared_checked_bound_deprecated_and_deleted()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "v1.json"),
            wider = Path.Combine(folder.Path, "v2.yaml"),
            proto = Path.Combine(folder.Path, "user.proto");
        await File.WriteAllTextAsync(
            file,
            """{"type":"object","title":"A database","properties":{"host":{"type":"string"}},"required":["host"],"additionalProperties":false}""",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            wider,
            "type: object\nproperties:\n  host: {type: string}\n  port: {type: integer}\nrequired: [host]\n"
                + "additionalProperties: false\n",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(proto, "message User {}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "good.json"),
            """{"host":"db"}""",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "bad.json"),
            """{"host":1}""",
            TestContext.Current.CancellationToken
        );
        await Steps.RunAsync(
            _shell,
            ($"schema register cli/Db@1.0.0 -f {file}", 0, "cli/Db@1.0.0 is registered: sha256:"),
            ($"schema register cli/Db@1.0.0 -f {file}", 0, "is registered"),
            ($"schema register cli/Db@1.0.0 -f {wider}", 5, "registered already"),
            ($"schema register cli/Db@one -f {file}", 2, "'one' is not a version"),
            ("schema rule cli BACKWARD", 0, "cli: BACKWARD, set at cli"),
            ($"schema check cli/Db@1.1.0 -f {wider}", 0, "acceptable; judged by BACKWARD against 1.0.0"),
            ($"schema register cli/Db@1.1.0 -f {wider} -m 'The port too'", 0, "cli/Db@1.1.0"),
            (
                $"schema register CliGlobal@1.0.0 -f {proto} --type other --media-type text/x-protobuf",
                0,
                "CliGlobal@1.0.0 is registered"
            ),
            ("schema get CliGlobal@latest", 0, "message User {}"),
            ("schema get cli/Db@^1.0 -o yaml", 0, "port:"),
            ("schema get cli/Db@latest --metadata", 0, "cli/Db@1.1.0"),
            ("schema get cli/Db@3.0.0", 3, "has no version 3.0.0"),
            ("schema get cli/Db", 2, "a version is missing"),
            ("schema list db --namespace cli", 0, "cli/Db  1.1.0"),
            ("schema versions cli/Db", 0, "1.0.0    json-schema"),
            ("schema compare cli/Db --from 1.0.0", 0, "cli/Db@1.0.0 to cli/Db@1.1.0: backward"),
            ("schema sample cli/Db@1.1.0", 0, "\"port\": 1"),
            ($"schema validate -r cli/Db@^1 -i {Path.Combine(folder.Path, "good.json")}", 0, "valid by cli/Db@1.1.0"),
            ($"schema validate -i {Path.Combine(folder.Path, "bad.json")}", 2, "one of the two"),
            ("config set cli/db host=db", 0, "version 1"),
            ("config schema set cli/db cli/Db@^1", 0, "version 2"),
            ("config schema get cli/db", 0, "\"cli/Db@^1\""),
            ("config set cli/db port=many", 1, "/port"),
            ("schema usage cli/Db@latest", 0, "config  cli/db"),
            ("schema delete cli/Db@1.1.0", 5, "The config cli/db is bound to it"),
            ("schema deprecate cli/Db@1.1.0 -m 'The port is wrong' --replacement cli/Db@1.0.0", 0, "is deprecated"),
            ("schema deprecate cli/Db@1.1.0 --undo", 0, "may be used again"),
            ("schema delete cli/Db@1.1.0 --force", 0, "is deleted"),
            ("schema rule cli unset", 0, "NONE, as nobody set one")
        );
    }

    [Fact]
    public async Task What_the_server_warns_of_is_told_apart_from_the_answer()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "old.json");
        await File.WriteAllTextAsync(
            file,
            """{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"\u001b[31m":{"const":1}}}""",
            TestContext.Current.CancellationToken
        );
        foreach (
            string command in new[]
            {
                $"schema register cli-warned/M@1.0.0 -f {file} -o json",
                $"schema validate -s {file} -i {file} -o json",
            }
        )
        {
            var outcome = await _shell.RunAsync(command);
            outcome.Code.ShouldBe(0, outcome.ToString());
            outcome.Error.ShouldContain("\"const\" is a keyword since draft 6");
            outcome.Error.ShouldNotContain("\u001b");
            outcome.Out.ShouldNotContain("since draft 6");
        }
    }

    [Fact]
    public async Task A_verdict_that_says_no_is_printed_and_exits_with_1()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "v1.json"),
            other = Path.Combine(folder.Path, "v2.json");
        await File.WriteAllTextAsync(file, """{"type":"string"}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(other, """{"type":"integer"}""", TestContext.Current.CancellationToken);
        await _shell.DoAsync($"schema register cli-no/M@1.0.0 -f {file}");
        await _shell.DoAsync($"schema register cli-no/M@2.0.0 -f {other}");
        foreach (
            var (command, said) in new[]
            {
                ($"schema check cli-no/M@1.1.0 -f {other} --compatibility FORWARD", "1.0.0, forward"),
                ("schema compare cli-no/M --from 1.0.0", "cli-no/M@1.0.0 to cli-no/M@2.0.0: breaking"),
                ($"schema validate -r cli-no/M@1.0.0 -i {file}", "not valid by cli-no/M@1.0.0"),
            }
        )
        {
            var outcome = await _shell.RunAsync(command);
            outcome.Code.ShouldBe(1, outcome.ToString());
            outcome.Out.ShouldContain(said);
        }
    }

    [Fact]
    public async Task What_pyrmute_registry_has_commands_for_is_done()
    {
        using var folder = new TemporaryFolder();
        string data = Path.Combine(folder.Path, "data"),
            env = Path.Combine(folder.Path, ".env.example");
        await Steps.RunAsync(
            _shell,
            ($"registry init-db --data {data}", 0, "✓ Database initialized successfully!"),
            ($"registry init-db --data {data}", 0, "✓ Database initialized successfully!"),
            (
                $"registry create-admin-key --data {data} --name deploy --expires-in-days 90",
                0,
                "✓ Admin API key created successfully!"
            ),
            ($"registry create-admin-key --data {data} --name deploy", 2, "There is a key 'deploy' already"),
            ($"registry create-admin-key --data {data} --name reader -p READ", 0, "Permission: read"),
            ($"registry generate-env --file {env}", 0, "✓ Generated"),
            ($"registry generate-env --file {env}", 1, "already exists"),
            ($"registry generate-env --file {env} --force", 0, "✓ Generated"),
            (
                $"migrate pyrmute --data {data} --from sqlite:{Path.Combine(folder.Path, "none.db")}",
                1,
                "There is no file"
            ),
            ($"migrate pyrmute --data {data}", 2, "--from")
        );
        (await File.ReadAllTextAsync(env, TestContext.Current.CancellationToken)).ShouldContain(
            "PYRMUTE_REGISTRY_ENABLE_AUTH=true"
        );
    }

    [Fact]
    public async Task Its_environment_starts_a_server_that_takes_the_keys_made_for_it()
    {
        using var folder = new TemporaryFolder();
        string made = await _shell.DoAsync(
            $"registry create-admin-key --data {Path.Combine(folder.Path, "cairn-data")} --name first"
        );
        string key = made.Split('\n')
            .Single(line => line.StartsWith("cairn_live_", StringComparison.Ordinal) && !line.Contains(' '))
            .Trim();
        await using var server = await ServerProcess.StartAsync(
            folder.Path,
            null,
            ("PYRMUTE_REGISTRY_APP_NAME", "Ours"),
            ("PYRMUTE_REGISTRY_ENABLE_AUTH", "true")
        );
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        (await client.GetStringAsync("/", TestContext.Current.CancellationToken)).ShouldContain("\"name\":\"Ours\"");
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        (await client.GetStringAsync("/schemas", TestContext.Current.CancellationToken)).ShouldContain(
            "\"total_count\":0"
        );
    }

    public void Dispose() => _shell.Dispose();
}
