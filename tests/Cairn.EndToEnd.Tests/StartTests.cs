using System.Net;
using System.Text.RegularExpressions;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed partial class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_fresh_start_prints_the_admin_key_once_and_a_second_start_does_not()
    {
        string key;
        await using (var first = await ServerProcess.StartAsync(_folder.Path))
        {
            key = AdminKey().Match(first.Output).Value;
            key.ShouldNotBeEmpty(first.Output);
            using var shell = new Shell(first.Url, key);
            (await shell.DoAsync("whoami")).ShouldContain("admin");
            first.Terminate();
            (await first.ExitAsync()).ShouldBe(0, first.Error);
        }

        await using var second = await ServerProcess.StartAsync(_folder.Path);
        second.Output.ShouldNotContain("cairn_live_");
        second.Error.ShouldNotContain(key);
        using var later = new Shell(second.Url, key);
        (await later.DoAsync("whoami")).ShouldContain("admin");
    }

    [Theory]
    [InlineData("short")]
    [InlineData("0123456789012345678901234567890")]
    [InlineData("0123456789012345 678901234567890123")]
    [InlineData("0123456789012345678901234567890é")]
    public async Task A_first_admin_key_that_is_none_is_refused_before_anything_is_made(string key)
    {
        var outcome = await CairnProcess.RunAsync(
            CairnProcess.Describe(
                ["serve", "--listen", "http://127.0.0.1:0"],
                _folder.Path,
                [("CAIRN_BOOTSTRAP_ADMIN_KEY", key)]
            )
        );
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Error.ShouldContain("CAIRN_BOOTSTRAP_ADMIN_KEY");
        outcome.ToString().ShouldNotContain(key);
        Directory.Exists(_folder["cairn-data"]).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_written_is_there_after_the_server_was_killed()
    {
        await using var first = await ServerProcess.StartAsync(
            _folder.Path,
            null,
            ("CAIRN_BOOTSTRAP_ADMIN_KEY", ServerFixture.Key)
        );
        using (var shell = new Shell(first.Url, ServerFixture.Key))
        {
            await shell.DoAsync("config set payments/database pool.size=20");
            await shell.DoAsync("config set payments/database pool.size=50 --env prod");
            await shell.DoAsync("env vars prod set REGION=eu-west-1");
            await shell.DoAsync("key create service");
        }

        await first.KillAsync();
        await using var second = await ServerProcess.StartAsync(_folder.Path);
        using var later = new Shell(second.Url, ServerFixture.Key);
        (await later.DoAsync("config get payments/database --format properties")).ShouldBe("pool.size=20\n");
        (await later.DoAsync("config get payments/database --format properties --env prod")).ShouldBe("pool.size=50\n");
        (await later.DoAsync("config history payments/database"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Length.ShouldBe(3);
        (await later.DoAsync("env vars prod")).ShouldContain("eu-west-1");
        (await later.DoAsync("key list")).ShouldContain("service");
    }

    [Fact]
    public async Task A_server_that_is_told_to_end_turns_unready_first_and_exits_with_0()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Path, ["--shutdown-delay", "4s"]);
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        (await http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Terminate();
        await CairnProcess.UntilAsync(
            async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable,
            "It did not turn unready."
        );
        (await http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.ExitAsync()).ShouldBe(0, server.Error);
    }

    [Fact]
    public async Task A_store_does_not_open_without_its_master_key()
    {
        await using (var server = await ServerProcess.StartAsync(_folder.Path))
            await server.KillAsync();
        string file = _folder["cairn-data/master.key"];
        string kept = await File.ReadAllTextAsync(file);

        File.Delete(file);
        var missing = await ServerProcess.FailAsync(_folder.Path);
        missing.Code.ShouldBe(2, missing.ToString());
        missing.Error.ShouldContain("cairn: The master key file cairn-data/master.key is missing");

        var wrong = await ServerProcess.FailAsync(
            _folder.Path,
            null,
            ("CAIRN_MASTER_KEY", Convert.ToBase64String(new byte[32]))
        );
        wrong.Code.ShouldBe(2, wrong.ToString());
        wrong.Error.ShouldContain("master key");
        wrong.Error.ShouldNotContain("   at ");

        await using var restored = await ServerProcess.StartAsync(
            _folder.Path,
            null,
            ("CAIRN_MASTER_KEY", kept.Trim())
        );
        restored.Output.ShouldContain("listening");
    }

    [Fact]
    public async Task A_second_process_on_the_same_store_is_turned_away()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Path);
        var second = await ServerProcess.FailAsync(_folder.Path);
        second.Code.ShouldBe(1, second.ToString());
        second.Error.ShouldContain("cairn: ");
        second.Error.ShouldContain("another process");
        second.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("CAIRN_STOER", "sqlite:x.db", "CAIRN_STOER is not a setting. Did you mean CAIRN_STORE?")]
    [InlineData("CAIRN_RATE_LIMIT_READ", "many", "CAIRN_RATE_LIMIT_READ 'many' is not acceptable")]
    [InlineData(
        "CAIRN_MASTER_KEY",
        "c2hvcnQ=",
        "CAIRN_MASTER_KEY is not acceptable: it should be keys of 32 bytes in base64"
    )]
    [InlineData("CAIRN_STORE", "mysql://x", "CAIRN_STORE 'mysql://x' is not acceptable: it should be sqlite:PATH")]
    [InlineData("CAIRN_STORE", "sqlite:", "it should be sqlite:PATH")]
    public async Task A_setting_that_is_wrong_stops_the_start_with_a_sentence(
        string name,
        string value,
        string sentence
    )
    {
        var outcome = await ServerProcess.FailAsync(_folder.Path, null, (name, value));
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Error.ShouldContain(sentence);
        outcome.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task An_unknown_option_of_serve_is_wrong_usage_with_a_suggestion()
    {
        var outcome = await ServerProcess.FailAsync(_folder.Path, ["--stroe", "sqlite:x.db"]);
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Error.ShouldContain("--store");
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("cairn_live_[A-Za-z0-9]+")]
    private static partial Regex AdminKey();
}
