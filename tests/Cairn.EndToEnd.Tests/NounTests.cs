using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed class NounTests(ServerFixture fixture) : IDisposable
{
    private readonly Shell _shell = fixture.Shell();

    [Fact]
    public async Task Environments_are_made_protected_opened_and_deleted()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(
            folder.Path,
            null,
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key)
        );
        using var shell = new Shell(server.Url, ServerFixture.Key);
        await Steps.RunAsync(
            shell,
            ("env list", 0, "staging"),
            ("env set qa --description 'For the testers'", 0, "qa is open to direct writes."),
            ("env get qa", 0, "For the testers"),
            ("env set qa --protect", 0, "qa is protected."),
            ("env vars qa set A=1", 4, "protected"),
            ("config set nouns/protected x=1 --env qa", 4, "protected"),
            ("env set qa --unprotect", 0, "open"),
            ("env vars qa set A=1 REGION=eu-west-1 'LIST=[1,2]'", 0, "REGION  \"eu-west-1\""),
            ("env vars qa unset A A", 0, "LIST"),
            ("env vars qa set -s RELEASE=12e7", 0, "RELEASE  \"12e7\""),
            ("env vars qa set", 2, "KEY=VALUE"),
            ("env vars qa get -o json", 0, "{\n  \"REGION\": \"eu-west-1\",\n"),
            ("env vars qa", 0, "LIST     [1,2]"),
            ("env vars qa set 'not a name=1'", 2, "/not a name"),
            ("env delete qa", 0, "Deleted qa."),
            ("env get qa", 3, "no environment 'qa'"),
            ("project vars nouns set OWNER=payments", 0, "payments"),
            ("project vars nouns", 0, "OWNER")
        );
    }

    [Fact]
    public async Task Keys_are_made_limited_rotated_and_revoked()
    {
        string text = (
            await _shell.DoAsync(
                "key create noun-reader --scope configs:read:nouns/** --env dev --description 'Reads only' "
                    + "--expires-in-days 30 --rate-limit 500/minute"
            )
        ).Trim();
        text.ShouldStartWith("cairn_live_");
        var key = JsonNode
            .Parse(await _shell.DoAsync("key list -o json"))!
            .AsArray()
            .Single(item => (string?)item!["name"] == "noun-reader")!;
        string id = (string)key["id"]!;
        await _shell.DoAsync("config set nouns/readable x=1");

        using var reader = new Shell(fixture.Server.Url, text);
        await Steps.RunAsync(
            reader,
            ("config get nouns/readable --env dev --format properties", 0, "x=1\n"),
            ("config get nouns/readable --env prod", 4, "does not allow"),
            ("config get other/readable --env dev", 4, "does not allow"),
            ("config set nouns/readable x=2 --env dev", 4, "does not allow"),
            ("key list", 4, "does not allow")
        );

        await RunAsync(
            ($"key show {id}", 0, "configs:read:nouns/**"),
            ($"key usage {id}", 0, "count:"),
            ("key show nobody", 3, "no key 'nobody'")
        );
        string rotated = (await _shell.DoAsync($"key rotate {id} --overlap 1h")).Trim();
        rotated.ShouldNotBe(text);
        using var renewed = new Shell(fixture.Server.Url, rotated);
        await renewed.DoAsync("config get nouns/readable --env dev");
        await reader.DoAsync("config get nouns/readable --env dev");

        await RunAsync(($"key forget-requests {id}", 0, "Forgot 0 requests."));
        await RunAsync(
            ($"key revoke {id} --reason Leaked", 0, "Revoked noun-reader"),
            ($"key revoke {id} --reason Again", 5, "revoked already")
        );
        (await renewed.RunAsync("whoami")).Code.ShouldBe(4);
        (await reader.RunAsync("whoami")).Code.ShouldBe(4);
        (await _shell.DoAsync("audit --action keys.revoke")).ShouldContain("Leaked");
    }

    [Fact]
    public async Task What_others_wrote_moves_no_cursor()
    {
        const string Text = "ok\u001b[1A\u001b[2Kadmin approved \u202eabc\nnext";
        const string Shown = "ok\\u001b[1A\\u001b[2Kadmin approved \\u202eabc\\nnext";
        await _shell.DoAsync($"env set escapes --description '{Text}'");
        await _shell.DoAsync($"config set escapes/db 'x={Text}' -m '{Text}'");
        await _shell.DoAsync($"key create escapes --description '{Text}'");
        foreach (
            string command in (string[])
                [
                    "env list",
                    "env get escapes",
                    "config list escapes/",
                    "config history escapes/db",
                    "change list -n 1000",
                    "audit -n 1000",
                    "key show escapes",
                ]
        )
        {
            string output = await _shell.DoAsync(command);
            output.ShouldContain(Shown, Case.Sensitive, command);
            output.Where(character => character != '\n' && char.IsControl(character)).ShouldBeEmpty(command);
        }

        string json = await _shell.DoAsync("env get escapes -o json");
        json.ShouldNotContain("\u202e");
        ((string?)JsonNode.Parse(json)!["description"]).ShouldBe(Text);
        // A document is what it is.
        (await _shell.DoAsync("config get escapes/db")).ShouldContain("\u202eabc");
        (await _shell.RunAsync($"env get '{Text}'")).Error.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Keys_and_changes_are_found_by_their_names_and_beginnings()
    {
        await _shell.DoAsync("key create by-name");
        string id = (await _shell.DoAsync("key list -o jsonpath=[*].name")).Split('\n').Contains("by-name")
            ? (string)JsonNode.Parse(await _shell.DoAsync("key show by-name -o json"))!["id"]!
            : "";
        id.Length.ShouldBe(32);
        string change = (await _shell.DoAsync("change list -n 1 -o name")).Trim();
        await RunAsync(
            ($"key show {id[..30]} -o name", 0, id),
            ($"change show {change[..30]} -o name", 0, change),
            ("key show ''", 2, "path"),
            ("key rotate by-name --overlap 99999d", 2, "'99999d' is not a duration"),
            ("key usage by-name", 0, "count:"),
            ("key revoke by-name --reason Tried", 0, $"Revoked by-name ({id})."),
            ("key show by-name -o name", 0, id),
            ("change show zzz", 3, "no change 'zzz'"),
            ("key list -n 1 -o name", 0, "\n")
        );
        var several = await _shell.RunAsync("change show 0");
        several.Code.ShouldBe(2, several.ToString());
        several.Error.ShouldContain("Type more of it.");
    }

    [Fact]
    public async Task Changes_are_listed_shown_and_reverted()
    {
        var written = JsonNode.Parse(await _shell.DoAsync("config set nouns/reverted x=1 -m 'To be undone' -o json"))!;
        string id = (string)written["change"]!;
        await RunAsync(
            ("change list -n 1000", 0, "To be undone"),
            ("change list --since 1h -n 1000", 0, id),
            ($"change show {id}", 0, "nouns/reverted"),
            ($"change revert {id} --dry-run", 0, "no longer served"),
            ("config get nouns/reverted", 0, "x"),
            ($"change revert {id} -m Undone", 0, $"Reverted {id}"),
            ("config get nouns/reverted", 3, "deleted"),
            ($"change revert {id}", 5, "moved on"),
            ("change show nothing", 3, "no change")
        );
    }

    [Fact]
    public async Task The_audit_is_filtered_by_all_that_it_knows()
    {
        var written = JsonNode.Parse(await _shell.DoAsync("config set audited/db x=1 -m Seen -o json"))!;
        using var stranger = new Shell(fixture.Server.Url, "nonsense");
        (await stranger.RunAsync("whoami")).Code.ShouldBe(4);
        await RunAsync(
            ("audit --resource configs/audited/ --since 1h", 0, "configs/audited/db"),
            ("audit --resource configs/audited/db --action configs.put --actor admin --outcome success", 0, "Seen"),
            ($"audit --change {written["change"]}", 0, "audited"),
            ("audit --outcome unauthenticated", 0, "the key is not known"),
            ("audit --since nonsense", 2, "since=nonsense")
        );
        JsonNode.Parse(await _shell.DoAsync("audit -n 3 -o json"))!.AsArray().Count.ShouldBe(3);
        (await _shell.DoAsync("audit --resource configs/audited/ --until 2000-01-01 -o json")).ShouldBe("[]\n");
    }

    [Fact]
    public async Task The_keyring_rotates_while_configs_stay_readable()
    {
        await _shell.DoAsync("config set ring/db x=1");
        string before = await _shell.DoAsync("keyring status");
        before.ShouldContain("master key:");
        string after = await _shell.DoAsync("keyring rotate");
        after.Split('\n')[0].ShouldNotBe(before.Split('\n')[0]);
        (await _shell.DoAsync("config get ring/db --version 1 --format properties")).ShouldBe("x=1\n");
    }

    [Fact]
    public async Task Settings_show_values_and_where_they_come_from_but_no_secret()
    {
        _shell.Variables["CAIRN_MASTER_KEY"] = "bm90LXNob3duLW5vdC1zaG93bi1ub3Qtc2hvd24tMDE=";
        _shell.Folder.Write("cairn.yaml", "log_level: warn\n");
        await RunAsync(
            ("settings --max-watchers 5", 0, "--max-watchers"),
            ("settings", 0, "log-level in cairn.yaml"),
            ("settings", 0, "********")
        );
        (await _shell.DoAsync("settings -o json")).ShouldNotContain("bm90LXNob3du");
    }

    public void Dispose() => _shell.Dispose();

    private Task RunAsync(params (string Command, int Code, string Text)[] steps) => Steps.RunAsync(_shell, steps);
}
