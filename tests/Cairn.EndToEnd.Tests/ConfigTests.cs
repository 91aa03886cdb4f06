using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed class ConfigTests(ServerFixture fixture) : IDisposable
{
    private readonly Shell _shell = fixture.Shell();

    [Fact]
    public async Task A_config_lives_through_all_its_commands()
    {
        await RunAsync(
            ("config set life/db pool.size=20 host=db1 'tags=[\"a\",\"b\"]' -m First", 0, "Wrote life/db, version 1."),
            ("config set life/db pool.size=50 --env prod", 0, "Wrote life/db for prod, version 2."),
            ("config get life/db --env prod --format properties", 0, "pool.size=50\nhost=db1\ntags[0]=a\ntags[1]=b\n"),
            ("config get life/db --env prod --raw --format properties", 0, "pool.size=50\n"),
            ("config get life/db --env dev --format dotenv", 0, "POOL_SIZE"),
            ("config get life/db -o yaml", 0, "pool:\n  size: 20\n"),
            ("config get life/db --format toml", 0, "[pool]\nsize = 20"),
            ("config get life/db", 0, "{\n  \"pool\": {\n    \"size\": 20\n  },\n"),
            ("config set life/db pool.size=25 host=null --if-version 2", 0, "version 3."),
            ("config set life/db pool.size=26 --if-version 2", 5, "is at version 3, not 2"),
            ("config set life/db pool.size=26 --if-version 0", 5, "exists already"),
            ("config get life/db --format properties", 0, "pool.size=25\ntags[0]=a\ntags[1]=b\n"),
            ("config get life/db --format properties --version 1", 0, "pool.size=20\nhost=db1\n"),
            ("config diff life/db 1 3", 0, "-    \"size\": 20\n+    \"size\": 25\n"),
            ("config diff life/db 1 3 --env prod", 0, "-  \"host\": \"db1\","),
            ("config diff life/db 3 3", 0, ""),
            ("config list life/", 0, "life/db  3        prod"),
            ("config history life/db", 0, "First"),
            ("config promote life/db --to staging --version 1", 0, "version 4."),
            ("config get life/db --env staging --format properties", 0, "pool.size=20\nhost=db1\n"),
            ("config promote life/db --to staging --follow", 0, "version 5."),
            ("config get life/db --env staging --format properties", 0, "pool.size=25\ntags"),
            ("config rollback life/db 1 -m Back", 0, "Rolled back to version 1: life/db, version 6."),
            ("config get life/db --env prod --format properties", 0, "pool.size=20\nhost=db1\n"),
            ("config delete life/db --if-version 5", 5, "is at version 6, not 5"),
            ("config delete life/db", 0, "Deleted life/db, version 7."),
            ("config get life/db", 3, "was deleted in version 7"),
            ("config list life/ --deleted", 0, "life/db"),
            ("config undelete life/db", 0, "Brought back life/db, version 8."),
            ("config undelete life/db", 5, "is not deleted"),
            ("config get life/other", 3, "There is no config 'life/other'."),
            ("config get life/db --env nowhere", 3, "nowhere"),
            ("config get 'life/what is this'", 2, "segments are made of letters"));
    }

    [Fact]
    public async Task A_document_comes_from_a_file_or_standard_input_in_any_format()
    {
        _shell.Folder.Write("db.yaml", "pool:\n  size: 20\nname: Zürich\n");
        _shell.Folder.Write("db.env", "POOL_SIZE=20\n");
        _shell.Folder.Write("broken.json", "{\"a\": }");
        await RunAsync(
            ("config set files/yaml -f db.yaml", 0, "version 1."),
            ("config get files/yaml", 0, "\"name\": \"Zürich\""),
            ("config set files/env -f db.env", 0, "version 1."),
            ("config get files/env --format dotenv", 0, "POOL_SIZE"),
            ("config set files/broken -f broken.json", 2, "At line 1, byte 7"),
            ("config get files/broken", 3, "no config"));
        await _shell.DoAsync("config set files/input -f -", "{\"big\":1e400,\"exact\":1.0}");
        (await _shell.DoAsync("config get files/input")).ShouldBe("{\n  \"big\": 1e400,\n  \"exact\": 1.0\n}\n");
    }

    [Fact]
    public async Task A_schema_is_bound_shown_and_taken_off()
    {
        _shell.Folder.Write("schema.json", "{\"type\":\"object\"}");
        await RunAsync(
            ("config set bound/db x=1", 0, "version 1."),
            ("config schema get bound/db", 3, "bound to no schema"),
            ("config schema set bound/db", 2, "-f FILE"),
            ("config schema set bound/db -f schema.json", 0, "version 2."),
            ("config schema get bound/db", 0, "\"type\": \"object\""),
            ("config schema unset bound/db", 0, "version 3."));
    }

    [Fact]
    public async Task Structured_output_is_the_servers_own_answer()
    {
        var written = JsonNode.Parse(await _shell.DoAsync("config set structured/db x=1 -m Why -o json"))!;
        ((string?)written["path"], (long?)written["version"], (string?)written["message"]).ShouldBe(("structured/db", 1L, "Why"));
        var listed = JsonNode.Parse(await _shell.DoAsync("config list structured/ -o json"))!.AsArray();
        ((string?)listed[0]!["path"]).ShouldBe("structured/db");
        (await _shell.DoAsync("config list structured/ -o yaml")).ShouldStartWith("- path: structured/db\n");
        var diff = JsonNode.Parse(await _shell.DoAsync("config diff structured/db 0 1 -o json"))!;
        diff["patch"]!.ToJsonString().ShouldBe("""[{"op":"add","path":"/x","value":1}]""");
        (await _shell.DoAsync("config list nothing-here/ -o json")).ShouldBe("[]\n");
    }

    [Fact]
    public async Task Editing_writes_what_the_editor_leaves()
    {
        await _shell.DoAsync("config set edited/db x=1");
        _shell.Variables["EDITOR"] = "sed -i s/1/2/";
        (await _shell.DoAsync("config edit edited/db -m Edited")).ShouldBe("Wrote edited/db, version 2.\n");
        (await _shell.DoAsync("config edit edited/db --env prod")).ShouldBeEmpty();
        _shell.Variables["VISUAL"] = "sed -i 's/{}/y: 3/'";
        (await _shell.DoAsync("config edit edited/db --env prod --format yaml")).ShouldBe("Wrote edited/db for prod, version 3.\n");
        (await _shell.DoAsync("config get edited/db --env prod --format properties")).ShouldBe("x=2\ny=3\n");
        (await _shell.RunAsync("config edit edited/new --format yaml")).Out.ShouldBe("Wrote edited/new, version 1.\n");
    }

    [Fact]
    public async Task An_edit_that_somebody_overtook_is_refused_and_its_text_kept()
    {
        await _shell.DoAsync("config set overtaken/db x=1");
        _shell.Variables["EDITOR"] = _shell.Folder.Write(
            "editor", $"#!/bin/sh\nsed -i s/1/2/ \"$1\"\n'{CairnProcess.Program}' config set overtaken/db x=9 >/dev/null\n", executable: true);
        var outcome = await _shell.RunAsync("config edit overtaken/db");
        outcome.Code.ShouldBe(5, outcome.ToString());
        string kept = outcome.Error.Split('\n')[0].Replace("Your text is kept in ", "", StringComparison.Ordinal);
        (await File.ReadAllTextAsync(kept)).ShouldBe("{\n  \"x\": 2\n}\n");
        Directory.Delete(Path.GetDirectoryName(kept)!, recursive: true);
        (await _shell.DoAsync("config get overtaken/db --format properties")).ShouldBe("x=9\n");
    }

    [Fact]
    public async Task A_watch_goes_on_through_a_restart_without_a_gap()
    {
        using var folder = new TemporaryFolder();
        string key = ServerFixture.Key;
        var first = await ServerProcess.StartAsync(folder.Path, null, ("CAIRN_BOOTSTRAP_ADMIN_KEY", key));
        using var shell = new Shell(first.Url, key);
        await shell.DoAsync("config set watched/a x=1");
        using var watch = System.Diagnostics.Process.Start(shell.Describe("config watch watched/ --after 0 -o json"))!;
        try
        {
            (await NextAsync()).ShouldBe("put watched/a 1");
            await first.KillAsync();
            await first.DisposeAsync();
            await using var second = await ServerProcess.StartAgainAsync(folder.Path, first.Url);
            await shell.DoAsync("config set watched/b x=1");
            await shell.DoAsync("config set other/c x=1");
            await shell.DoAsync("config delete watched/a");
            (await NextAsync()).ShouldBe("put watched/b 1");
            (await NextAsync()).ShouldBe("delete watched/a 2");
        }
        finally
        {
            watch.Kill();
        }

        async Task<string> NextAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(45));
            var @event = JsonNode.Parse((await watch.StandardOutput.ReadLineAsync(limit.Token))!)!;
            return $"{@event["event"]} {@event["path"]} {@event["version"]}";
        }
    }

    public void Dispose() => _shell.Dispose();

    private Task RunAsync(params (string Command, int Code, string Text)[] steps) => Steps.RunAsync(_shell, steps);
}
