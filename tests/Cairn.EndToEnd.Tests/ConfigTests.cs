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
            ("config diff life/db 3 3 --exit-code", 0, ""),
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
            ("config get 'life/what is this'", 2, "segments are made of letters")
        );
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
            ("config get files/broken", 3, "no config")
        );
        await _shell.DoAsync("config set files/input -f -", "{\"big\":1e400,\"exact\":1.0}");
        (await _shell.DoAsync("config get files/input")).ShouldBe("{\n  \"big\": 1e400,\n  \"exact\": 1.0\n}\n");
    }

    [Fact]
    public async Task Elements_of_arrays_and_members_of_overlays_are_changed_where_they_are()
    {
        await RunAsync(
            ("config set places/db 'hosts=[\"a\",\"b\"]' pool.size=1 note=x", 0, "version 1."),
            ("config set places/db hosts.0=z hosts.2=c hosts.-=d", 0, "version 2."),
            ("config get places/db -o jsonpath=.hosts", 0, "[\"z\",\"b\",\"c\",\"d\"]\n"),
            ("config set places/db hosts.0=null hosts.3=null", 0, "version 3."),
            ("config get places/db -o jsonpath=.hosts[*]", 0, "b\nc\n"),
            ("config get places/db hosts.1", 0, "c\n"),
            ("config get places/db hosts.1 -o json", 0, "\"c\"\n"),
            ("config get places/db hosts", 0, "[\n  \"b\",\n  \"c\"\n]\n"),
            ("config get places/db hosts.2", 3, "There is nothing at 'hosts.2' of places/db"),
            ("config get places/db hosts..1", 2, "nothing between two dots"),
            ("config get places/db hosts --format yaml", 2, "-o json or yaml"),
            ("config set places/db hosts.7=x", 2, "has the elements 0 to 1"),
            ("config set places/db pool.size.x=1", 2, "is a number"),
            ("config set places/db --env prod hosts.0=x", 2, "an array below the overlay"),
            ("config set places/db --env prod note=null", 2, "--null 'note' hides it"),
            ("config set places/db --env prod pool.max=7 -s release=12345e7 --null note", 0, "version 4."),
            ("config get places/db --env prod -o jsonpath=.release", 0, "12345e7\n"),
            ("config get places/db --env prod -o jsonpath=.pool", 0, "{\"size\":1,\"max\":7}"),
            ("config get places/db --env prod -o jsonpath=.note", 3, "nothing at .note"),
            ("config set places/db --env prod note=null", 0, "version 5."),
            ("config get places/db --env prod -o jsonpath=.note", 0, "x\n"),
            ("config set places/db 'pool={\"min\":1}'", 0, "version 6."),
            ("config get places/db -o jsonpath=.pool", 0, "{\"min\":1}\n")
        );
        await _shell.DoAsync("config set places/list -f -", "[1,2]");
        await _shell.DoAsync("config set places/number -f -", "5");
        await _shell.DoAsync("config set places/pem -f -", """{"key":"one\ntwo"}""");
        (await _shell.DoAsync("config get places/pem key")).ShouldBe("one\ntwo\n");
        await RunAsync(
            ("config set places/list 0=5 2=6", 0, "version 2."),
            ("config get places/list -o jsonpath=$", 0, "[5,2,6]\n"),
            ("config set places/list x=1", 2, "the document is an array"),
            ("config set places/number 0=5", 2, "the document is a number")
        );
    }

    [Fact]
    public async Task Writes_at_the_same_time_change_their_own_members_only()
    {
        await _shell.DoAsync("config set crowd/db start=1");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => _shell.DoAsync($"config set crowd/db member{i}={i}")));
        (await _shell.DoAsync("config get crowd/db -o jsonpath=.*"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order()
            .ShouldBe(["0", "1", "1", "2", "3"]);
    }

    [Fact]
    public async Task A_config_is_served_as_it_is_written_where_that_is_asked_for()
    {
        _shell.Folder.Write("board.json", """{"legend":"{{path}} {{env}}"}""");
        await RunAsync(
            ("config set verbatim/board -f board.json --verbatim", 0, "version 1."),
            ("config get verbatim/board --env prod -o jsonpath=.legend", 0, "{{path}} {{env}}\n"),
            ("config set verbatim/board more=1", 0, "version 2."),
            ("config get verbatim/board --env prod -o jsonpath=.legend", 0, "{{path}} {{env}}\n"),
            ("config set verbatim/board -f board.json --verbatim=false", 0, "version 3."),
            ("config get verbatim/board --env prod -o jsonpath=.legend", 0, "verbatim/board prod\n")
        );
    }

    [Fact]
    public async Task A_document_that_is_too_large_is_refused_in_the_servers_words()
    {
        foreach (int size in (int[])[1_100_000, 30_000_000])
        {
            _shell.Folder.Write("large.json", $$"""{"x":"{{new string('a', size)}}"}""");
            var outcome = await _shell.RunAsync("config set large/db -f large.json");
            outcome.Code.ShouldBe(1, outcome.ToString());
            outcome.Error.ShouldBe("cairn: The body is larger than 1048576 bytes.\n");
        }
    }

    [Theory]
    [InlineData("{", "At line")]
    [InlineData("", "empty")]
    [InlineData("{\"a\":1,\"a\":2}", "twice")]
    [InlineData("nonsense", "not valid JSON")]
    public async Task A_file_that_is_malformed_is_wrong_usage(string text, string said)
    {
        var outcome = await _shell.RunAsync("config set files/malformed -f -", text);
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Error.ShouldContain(said);
    }

    [Fact]
    public async Task A_watch_that_is_told_to_end_says_by_whom()
    {
        using var watch = System.Diagnostics.Process.Start(_shell.Describe("config watch --after 0"))!;
        await watch.StandardOutput.ReadLineAsync();
        using (var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{watch.Id}"]))
            await kill.WaitForExitAsync();
        await watch.WaitForExitAsync();
        watch.ExitCode.ShouldBe(143);
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
            ("config schema unset bound/db", 0, "version 3.")
        );
    }

    [Fact]
    public async Task Structured_output_is_the_servers_own_answer()
    {
        var written = JsonNode.Parse(await _shell.DoAsync("config set structured/db x=1 -m Why -o json"))!;
        ((string?)written["path"], (long?)written["version"], (string?)written["message"]).ShouldBe(
            ("structured/db", 1L, "Why")
        );
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
        (await _shell.DoAsync("config edit edited/db --env prod --format yaml")).ShouldBe(
            "Wrote edited/db for prod, version 3.\n"
        );
        (await _shell.DoAsync("config get edited/db --env prod --format properties")).ShouldBe("x=2\ny=3\n");
        (await _shell.RunAsync("config edit edited/new --format yaml")).Out.ShouldBe("Wrote edited/new, version 1.\n");
    }

    [Fact]
    public async Task An_edit_that_somebody_overtook_is_refused_and_its_text_kept()
    {
        await _shell.DoAsync("config set overtaken/db x=1");
        _shell.Variables["EDITOR"] = _shell.Folder.Write(
            "editor",
            $"#!/bin/sh\nsed -i s/1/2/ \"$1\"\n'{CairnProcess.Program}' config set overtaken/db x=9 >/dev/null\n",
            executable: true
        );
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
