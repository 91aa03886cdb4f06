using System.Text.RegularExpressions;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests;

public sealed partial class UsageTests(ServerFixture fixture) : IDisposable
{
    private readonly Shell _shell = fixture.Shell();

    [Theory]
    [InlineData("", "Commands:")]
    [InlineData("config", "Commands:")]
    [InlineData("confg", "config")]
    [InlineData("config get", "Required argument missing")]
    [InlineData("config get a/b --bogus", "--bogus")]
    [InlineData("config get a/b --raw", "--env")]
    [InlineData("config get a/b --format xml", "xml")]
    [InlineData("config get ../environments/prod", "is not a path")]
    [InlineData("config delete a//b", "is not a path")]
    [InlineData("config set a/b", "KEY=VALUE")]
    [InlineData("config set a/b novalue", "KEY=VALUE")]
    [InlineData("config set a/b x=1 x=2", "contradicts")]
    [InlineData("config set a/b x=1 x.y=2", "contradicts")]
    [InlineData("config set a/b -f missing.json", "no file 'missing.json'")]
    [InlineData("config promote a/b --to prod", "--follow")]
    [InlineData("config promote a/b --from dev", "--to")]
    [InlineData("config export", "-d FOLDER")]
    [InlineData("config import missing", "no folder or file 'missing'")]
    [InlineData("config import .", "There are no configs in '.'")]
    [InlineData("apply -f . -y", "There are no configs in '.'")]
    [InlineData("config history a/b -n 0", "--limit")]
    [InlineData("apply", "--file")]
    [InlineData("conifg get x", "'conifg' is no command of cairn. Did you mean config?")]
    [InlineData("config gte x", "Did you mean get?")]
    [InlineData("config get a/b --version abc", "'abc' is not a whole number")]
    [InlineData("config set a/b x=1 --if-version -3", "--if-version is at least 0")]
    [InlineData("config set a/b -f /", "is a folder, not a file")]
    [InlineData("config get 'a b/c'", "not a config's path")]
    [InlineData("config list -o jsonpath=..x", "is no path")]
    [InlineData("audit --outcome foo", "unauthenticated")]
    [InlineData("help nonsense", "'nonsense' is no command of cairn")]
    [InlineData("whoami --timeout 0s", "--timeout")]
    [InlineData("whoami --timeout soon", "duration")]
    [InlineData("whoami --timeout 9d", "at most a day")]
    [InlineData("policy check profiles.json", "profiles.json")]
    [InlineData("key revoke 1", "--reason")]
    [InlineData("key create x --permission god", "god")]
    [InlineData("key rotate 1 --overlap soon", "duration")]
    [InlineData("env set prod --protect --unprotect", "contradict")]
    [InlineData("env list -o xml", "xml")]
    [InlineData("whoami --profile nobody", "cairn login --profile nobody")]
    [InlineData("whoami --url nonsense", "is not an address")]
    public async Task Wrong_usage_exits_with_2_and_says_on_standard_error_what_would_be_right(
        string command,
        string message
    )
    {
        var outcome = await _shell.RunAsync(command);
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Out.ShouldBeEmpty();
        outcome.Error.ShouldContain(message);
    }

    [Fact]
    public async Task Every_command_has_a_page_of_help_with_examples_that_name_it()
    {
        int pages = 0;
        for (string[] level = [""]; level.Length > 0; pages += level.Length)
            level = [.. (await Task.WhenAll(level.Select(CheckHelpAsync))).SelectMany(below => below)];
        pages.ShouldBeGreaterThan(50);
    }

    // Returns the commands below.
    private async Task<IEnumerable<string>> CheckHelpAsync(string command)
    {
        string help = await _shell.DoAsync(command + " --help");
        help.ShouldContain("\nUsage:\n  cairn" + command.Replace(" vars ", " vars <name> ", StringComparison.Ordinal));
        help.ShouldContain("\nExamples:\n");
        // The same command at two places is shown at the shorter one.
        string shown = Regex
            .Escape(command.Replace(" config apply", " apply", StringComparison.Ordinal))
            .Replace(@"\ vars\ ", @"\ vars\ \w+\ ", StringComparison.Ordinal);
        help.ShouldMatch($"Examples:\n(.*\n)*?.*cairn{shown}");
        help.Split('\n').ShouldAllBe(line => line.Length <= 150);
        var section = Commands().Match(help);
        return CommandName().Matches(section.Groups[1].Value).Select(name => $"{command} {name.Groups[1].Value}");
    }

    [Fact]
    public async Task The_version_and_help_are_there_under_all_their_names()
    {
        (await _shell.DoAsync("version")).ShouldBe("cairn 0.1.0\n");
        foreach (string option in (string[])["--version", "-V", "-v"])
            (await _shell.DoAsync(option)).ShouldStartWith("0.1.0");
        (await _shell.DoAsync("help config set")).ShouldBe(await _shell.DoAsync("config set --help"));
        (await _shell.DoAsync("help")).ShouldBe(await _shell.DoAsync("-h"));
        (await _shell.RunAsync("-?")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task An_argument_that_is_no_UTF_8_is_refused()
    {
        var start = _shell.Describe("");
        start.FileName = "/bin/sh";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"'{CairnProcess.Program}' config set usage-bytes/a \"k=$(printf '\\377')\"");
        var outcome = await CairnProcess.RunAsync(start);
        outcome.Code.ShouldBe(2, outcome.ToString());
        outcome.Error.ShouldContain("argument 4 is not UTF-8");
        (await _shell.RunAsync("config get usage-bytes/a")).Code.ShouldBe(3);
        (await _shell.DoAsync("config set usage-bytes/a k=\ufffd")).ShouldContain("version 1.");
    }

    [Theory]
    [InlineData(50)]
    [InlineData(80)]
    [InlineData(120)]
    public async Task A_table_fits_the_terminal_it_is_on_and_identifiers_can_be_copied(int width)
    {
        string change = (string)
            System.Text.Json.Nodes.JsonNode.Parse(
                await _shell.DoAsync(
                    "config set usage-width/database x=1 -m 'A message that is longer than there is room for' -o json"
                )
            )!["change"]!;
        foreach (
            string command in (string[])
                [
                    "change list -n 1",
                    "config list usage-width/",
                    "config history usage-width/database",
                    "audit -n 3",
                    "key list -n 3",
                    "cluster status",
                ]
        )
        {
            string[] lines = await OnTerminalAsync(command, width);
            lines.ShouldAllBe(
                line => line.Length <= width || line.StartsWith("Not shown", StringComparison.Ordinal),
                $"{command}\n{string.Join('\n', lines)}"
            );
            lines.Length.ShouldBeGreaterThan(1);
        }

        (await OnTerminalAsync("change list -n 1000", width)).ShouldContain(line =>
            line.StartsWith(change, StringComparison.Ordinal)
        );
        (await OnTerminalAsync("change list -n 1 -o wide", width))[0].ShouldContain("MESSAGE");
    }

    // What a person sees, without colours.
    private async Task<string[]> OnTerminalAsync(string command, int width)
    {
        const string Script = "/usr/bin/script";
        Assert.SkipUnless(File.Exists(Script), "There is no 'script' here to make a terminal with.");
        var start = _shell.Describe("");
        start.FileName = Script;
        start.ArgumentList.Clear();
        foreach (
            string argument in (string[])
                ["-qec", $"stty cols {width} rows 24; '{CairnProcess.Program}' {command}", "/dev/null"]
        )
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["TERM"] = "dumb";
        var outcome = await CairnProcess.RunAsync(start);
        outcome.Code.ShouldBe(0, outcome.ToString());
        return
        [
            .. ControlSequence()
                .Replace(outcome.Out, "")
                .Split('\n')
                .Select(line => line.TrimEnd('\r'))
                .Where(line => line.Length > 0),
        ];
    }

    [Fact]
    public async Task A_reader_that_has_had_enough_ends_a_command_silently()
    {
        await _shell.DoAsync("config set usage-pipe/a x=1");
        var start = _shell.Describe("");
        start.FileName = "/bin/bash";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            $"set -o pipefail; '{CairnProcess.Program}' config watch --after 0 | head -n 1; "
                + $"'{CairnProcess.Program}' audit -n 1000 -o json | head -n 1"
        );
        var outcome = await CairnProcess.RunAsync(start);
        outcome.Error.ShouldBeEmpty();
        outcome.Code.ShouldBe(0, outcome.ToString());
        outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Completion_scripts_are_valid_and_suggest_commands_environments_and_paths()
    {
        foreach (string shell in (string[])["bash", "zsh", "fish"])
        {
            string script = await _shell.DoAsync("completion " + shell);
            script.ShouldContain("[suggest:");
            if (shell == "bash")
                _shell.Folder.Write("completion.bash", script);
        }

        await _shell.DoAsync("config set usage-completion/database x=1");
        _shell.Folder.Write("schema.json", "{}");
        await _shell.DoAsync("schema register usage-completion/Database@1.0.0 -f schema.json");
        var start = _shell.Describe("");
        start.FileName = "/bin/bash";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            """
            bash -n completion.bash && source completion.bash
            try() {
                COMP_LINE=$1; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(${1/=/ = }); [[ $1 == *' ' ]] && COMP_WORDS+=('')
                COMP_WORDS[0]=PROGRAM; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
                _cairn 2>/dev/null; echo "${COMPREPLY[*]}"
            }
            try 'cairn conf'
            try 'cairn config pro'
            try 'cairn config get usage-comp'
            try 'cairn config get usage-completion/'
            try 'cairn config get usage-completion/database --env sta'
            try 'cairn config get usage-completion/database --env=sta'
            try 'cairn key sh'
            try 'cairn schema get usage-completion/D'
            """.Replace("PROGRAM", CairnProcess.Program, StringComparison.Ordinal)
        );
        var outcome = await CairnProcess.RunAsync(start);
        outcome.Out.ShouldBe(
            "config\npromote\nusage-completion/\nusage-completion/database\nstaging\nstaging\nshow\n"
                + "usage-completion/Database\n",
            outcome.ToString()
        );
    }

    public void Dispose() => _shell.Dispose();

    [GeneratedRegex("\u001b\\[\\??[0-9;]*[a-zA-Z]=?|\u001b[=>]")]
    private static partial Regex ControlSequence();

    [GeneratedRegex("\nCommands:\n((?:  .*\n)*)")]
    private static partial Regex Commands();

    [GeneratedRegex("^  ([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex CommandName();
}
