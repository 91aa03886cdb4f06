using System.Text;
using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed class TransferTests(ServerFixture fixture) : IDisposable
{
    private readonly Shell _shell = fixture.Shell();

    [Fact]
    public async Task Two_thousand_configs_are_imported_exported_and_compared_as_identical()
    {
        var lines = new StringBuilder();
        for (int i = 0; i < 2000; i++)
        {
            lines
                .Append(
                    $$$"""{"path":"bulk/group-{{{i % 10}}}/config-{{{i:D4}}}","document":{"number":{{{i}}},"exact":1.0,"nested":{"list":[1,2,{{{i}}}]},"text":"Zürich \u2603"}}"""
                )
                .Append('\n');
            if (i % 20 == 0)
            {
                lines
                    .Append(
                        $$$"""{"path":"bulk/group-{{{i % 10}}}/config-{{{i:D4}}}","environment":"prod","document":{"number":-1}}"""
                    )
                    .Append('\n');
            }
        }

        _shell.Folder.Write("bulk.jsonl", lines.ToString());
        (await _shell.DoAsync("config import bulk.jsonl --dry-run")).ShouldBe(
            "2,100 to create, 0 to change, 0 to delete, 0 unchanged.\n"
        );
        (await _shell.DoAsync("config import bulk.jsonl")).ShouldBe(
            "Imported: 2,100 created, 0 changed, 0 unchanged.\n"
        );
        (await _shell.DoAsync("config import bulk.jsonl")).ShouldBe(
            "Imported: 0 created, 0 changed, 2,100 unchanged.\n"
        );
        JsonNode.Parse(await _shell.DoAsync("config list bulk/ -o json"))!.AsArray().Count.ShouldBe(2000);

        (await _shell.DoAsync("config export bulk/ -d first")).ShouldBe("Exported 2,100 documents to first.\n");
        (await _shell.DoAsync("config export bulk/ -f first.jsonl")).ShouldBe(
            "Exported 2,100 documents to first.jsonl.\n"
        );
        File.Exists(_shell.Folder["first/bulk/group-0/config-0000@prod.json"]).ShouldBeTrue();

        // Another server, from the folder, gives the same folder and the same file.
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(
            folder.Path,
            null,
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key)
        );
        await _shell.DoAsync($"config import first --url {server.Url}");
        await _shell.DoAsync($"config export -d second --url {server.Url}");
        await _shell.DoAsync($"config export -f second.jsonl --url {server.Url}");
        Files("second").ShouldBe(Files("first"));
        (await File.ReadAllTextAsync(_shell.Folder["second.jsonl"])).ShouldBe(
            await File.ReadAllTextAsync(_shell.Folder["first.jsonl"])
        );
    }

    [Fact]
    public async Task Several_documents_of_YAML_are_a_base_and_overlays()
    {
        string project = "spring-" + Guid.NewGuid().ToString("N");
        _shell.Folder.Write(
            $"app/{project}/app.yml",
            "server:\n  port: 80\nmode: 0644\n---\nspring.config.activate.on-profile: prod\nserver:\n  port: 8080\n"
        );
        _shell.Folder.Write($"app/{project}/extra.jsonc", "{\"a\": 1, /* one */}");
        _shell.Folder.Write($"app/{project}/more.toml", "[t]\nx = 1\n");
        var imported = await _shell.RunAsync("config import app");
        imported.Out.ShouldBe("Imported: 4 created, 0 changed, 0 unchanged.\n");
        imported.Error.ShouldContain($"app/{project}/app.yml, line 3: '0644'");
        (await _shell.DoAsync($"config get {project}/app --env prod -o json")).ShouldContain("8080");
        (await _shell.DoAsync($"config get {project}/extra --format jsonc")).ShouldBe("{\"a\":1}\n");
        (await _shell.DoAsync($"config get {project}/more --format toml")).ShouldBe("[t]\nx = 1\n");
    }

    [Theory]
    [InlineData("odd/a@b", null, "odd/a%40b.json")]
    [InlineData("odd/a@b", "prod", "odd/a%40b@prod.json")]
    [InlineData("odd/x.json", null, "odd/x.json.json")]
    [InlineData("odd/x.json/y", null, "odd/x%2Ejson/y.json")]
    [InlineData("odd/.hidden/y", null, "odd/%2Ehidden/y.json")]
    [InlineData("odd/~+_-/y", "dev", "odd/~+_-/y@dev.json")]
    public async Task Odd_paths_have_files_that_lead_back_to_them(string path, string? environment, string file)
    {
        string project = "odd-" + Guid.NewGuid().ToString("N");
        path = path.Replace("odd", project, StringComparison.Ordinal);
        await _shell.DoAsync($"config set {path} x=1 {(environment is null ? "" : "--env " + environment)}");
        await _shell.DoAsync($"config export {project}/ -d out");
        Files("out").Keys.ShouldBe([file.Replace("odd", project, StringComparison.Ordinal)]);
        (await _shell.DoAsync("config import out")).ShouldBe("Imported: 0 created, 0 changed, 1 unchanged.\n");
    }

    [Theory]
    [InlineData("in/a.json", "{\"x\":}", "in/a.json: The document is not valid JSON")]
    [InlineData("in/a.jsonl", "{\"path\":\"x/y\"}", "in/a.jsonl, line 1 is not an object with 'path' and 'document'")]
    [InlineData(
        "in/a.jsonl",
        "{\"path\":\"x/y\",\"document\":1}\n{\"path\":\"x/y\",\"document\":2}",
        "line 2: x/y was there already"
    )]
    public async Task What_cannot_be_read_is_named_with_its_place(string file, string text, string message)
    {
        _shell.Folder.Write(file, text);
        var outcome = await _shell.RunAsync(
            "config import " + (file.EndsWith(".jsonl", StringComparison.Ordinal) ? file : "in")
        );
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Error.ShouldContain(message);
    }

    [Fact]
    public async Task Files_that_are_no_documents_are_named()
    {
        _shell.Folder.Write("in/skipped/ok.json", "{}");
        foreach (
            string file in (string[])["in/skipped/app.ini", "in/skipped/prod.env.local", "in/README.md", "in/.hidden"]
        )
        {
            _shell.Folder.Write(file, "x");
        }

        var outcome = await _shell.RunAsync("config import in");
        (outcome.Code, outcome.Out).ShouldBe((0, "Imported: 1 created, 0 changed, 0 unchanged.\n"), outcome.ToString());
        foreach (string file in (string[])["app.ini", "prod.env.local", "README.md", ".hidden"])
            outcome.Error.ShouldContain(file);
    }

    [Fact]
    public async Task An_export_names_what_is_there_no_more_and_removes_it_when_told_to()
    {
        await _shell.DoAsync("config set stale/a x=1");
        await _shell.DoAsync("config set stale/b x=1");
        await _shell.DoAsync("config export stale/ -d out");
        _shell.Folder.Write("out/other/c.json", "{}");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_shell.Folder["out/stale/a.json"])
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await _shell.DoAsync("config delete stale/b");
        var kept = await _shell.RunAsync("config export stale/ -d out");
        kept.Error.ShouldContain("b.json is of no config");
        Files("out").Keys.ShouldBe(["other/c.json", "stale/a.json", "stale/b.json"]);
        await _shell.DoAsync("config export stale/ -d out --prune");
        Files("out").Keys.ShouldBe(["other/c.json", "stale/a.json"]);
    }

    [Fact]
    public async Task What_is_imported_or_applied_as_written_is_served_as_written()
    {
        _shell.Folder.Write("in/asis/import.json", """{"legend":"{{path}}"}""");
        await _shell.DoAsync("config import in --verbatim");
        _shell.Folder.Write("in/asis/apply.json", """{"legend":"${#x} {{ nobody }}"}""");
        await _shell.DoAsync("apply -f in -y --verbatim");
        (await _shell.DoAsync("config get asis/import --env prod -o jsonpath=.legend")).ShouldBe("{{path}}\n");
        (await _shell.DoAsync("config get asis/apply --env prod -o jsonpath=.legend")).ShouldBe("${#x} {{ nobody }}\n");
    }

    [Fact]
    public async Task An_import_waits_when_the_server_asks_it_to()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(
            folder.Path,
            ["--rate-limit-write", "3/second"],
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key)
        );
        _shell.Folder.Write(
            "many.jsonl",
            string.Concat(Enumerable.Range(0, 1500).Select(i => $"{{\"path\":\"many/{i}\",\"document\":{i}}}\n"))
        );
        (await _shell.DoAsync("config import many.jsonl --url " + server.Url)).ShouldBe(
            "Imported: 1,500 created, 0 changed, 0 unchanged.\n"
        );
        using var http = new HttpClient();
        (await http.GetStringAsync(server.Url + "/metrics")).ShouldMatch("""status="429"[^\n]*\} [1-9]""");
    }

    [Fact]
    public async Task A_server_that_was_never_there_is_not_waited_for()
    {
        var outcome = await _shell.RunAsync("config export -d out --url http://127.0.0.1:9");
        outcome.Code.ShouldBe(6, outcome.ToString());
    }

    [Fact]
    public async Task An_import_that_the_server_refuses_names_the_config()
    {
        _shell.Folder.Write(
            "bad.jsonl",
            """
            {"path":"refused/good","document":{"x":1}}
            {"path":"refused/bad","environment":"nowhere","document":{"x":1}}
            """
        );
        var outcome = await _shell.RunAsync("config import bad.jsonl");
        outcome.Code.ShouldNotBe(0);
        outcome.Error.ShouldContain("refused/bad (nowhere)");
    }

    [Fact]
    public async Task Applying_shows_a_plan_asks_and_commits_one_change()
    {
        _shell.Folder.Write("in/plan/a.json", "{\"x\":1}");
        _shell.Folder.Write("in/plan/b.yaml", "y: 2\n");
        _shell.Folder.Write("in/README.md", "not a config");

        var declined = await _shell.RunAsync("apply -f in", "n\n");
        declined.Code.ShouldBe(1, declined.ToString());
        declined.Out.ShouldContain("+ create plan/a\n    +{\n    +  \"x\": 1\n    +}\n");
        declined.Out.ShouldContain("2 to create, 0 to change, 0 to delete, 0 unchanged.");
        (await _shell.RunAsync("config get plan/a")).Code.ShouldBe(3);

        (await _shell.RunAsync("apply -f in")).Code.ShouldBe(2);
        (await _shell.DoAsync("apply -f in -m Planned", "y\n")).ShouldContain("Applied as change");
        (await _shell.DoAsync("apply -f in -y")).ShouldBe("0 to create, 0 to change, 0 to delete, 2 unchanged.\n");

        _shell.Folder.Write("in/plan/a.json", "{\"x\":7}");
        _shell.Folder.Write("in/plan/a@prod.json", "{\"x\":8}");
        File.Delete(_shell.Folder["in/plan/b.yaml"]);
        string preview = await _shell.DoAsync("config apply -f in --prune --dry-run");
        preview.ShouldContain("~ change plan/a\n     {\n    -  \"x\": 1\n    +  \"x\": 7\n     }\n");
        preview.ShouldContain("+ create plan/a (prod)");
        preview.ShouldContain("- delete plan/b");
        preview.ShouldContain("dev would serve differently:\n  plan/a  replace /x 7\n  plan/b  no longer served\n");
        preview.ShouldContain("prod would serve differently:\n  plan/a  replace /x 8\n");
        preview.ShouldContain("The server would accept this.");

        var change = JsonNode.Parse(await _shell.DoAsync("apply -f in --prune -y -o json"))!;
        change["resources"]!.AsArray().Count.ShouldBe(2);
        (await _shell.DoAsync("config get plan/a --env prod --format properties")).ShouldBe("x=8\n");
        (await _shell.RunAsync("config get plan/b")).Code.ShouldBe(3);
    }

    [Fact]
    public async Task Applying_what_the_server_would_refuse_says_so_and_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(
            folder.Path,
            null,
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key)
        );
        using var shell = new Shell(server.Url, ServerFixture.Key);
        await shell.DoAsync("env set locked --protect");
        shell.Folder.Write("in/refusal/a.json", "{\"x\":1}");
        shell.Folder.Write("in/refusal/a@locked.json", "{\"x\":2}");
        var preview = await shell.RunAsync("apply -f in --dry-run");
        preview.Code.ShouldBe(1, preview.ToString());
        preview.Out.ShouldContain("The server would refuse this:");
        preview.Out.ShouldContain("locked");
        var outcome = await shell.RunAsync("apply -f in -y");
        outcome.Code.ShouldBe(4, outcome.ToString());
        (await shell.RunAsync("config get refusal/a")).Code.ShouldBe(3);
    }

    public void Dispose() => _shell.Dispose();

    private SortedDictionary<string, string> Files(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(_shell.Folder[folder], "*", SearchOption.AllDirectories))
            files[Path.GetRelativePath(_shell.Folder[folder], file)] = File.ReadAllText(file);
        return files;
    }
}
