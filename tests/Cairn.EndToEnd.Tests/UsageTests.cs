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
    [InlineData("key revoke 1", "--reason")]
    [InlineData("key create x --permission god", "god")]
    [InlineData("key rotate 1 --overlap soon", "duration")]
    [InlineData("env set prod --protect --unprotect", "contradict")]
    [InlineData("env list -o xml", "xml")]
    [InlineData("whoami --profile nobody", "cairn login --profile nobody")]
    [InlineData("whoami --url nonsense", "is not an address")]
    public async Task Wrong_usage_exits_with_2_and_says_on_standard_error_what_would_be_right(string command, string message)
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
        string shown = Regex.Escape(command.Replace(" config apply", " apply", StringComparison.Ordinal)).Replace(@"\ vars\ ", @"\ vars\ \w+\ ", StringComparison.Ordinal);
        help.ShouldMatch($"Examples:\n(.*\n)*?.*cairn{shown}");
        help.Split('\n').ShouldAllBe(line => line.Length <= 150);
        var section = Commands().Match(help);
        return CommandName().Matches(section.Groups[1].Value).Select(name => $"{command} {name.Groups[1].Value}");
    }

    [Fact]
    public async Task A_reader_that_has_had_enough_ends_a_command_silently()
    {
        await _shell.DoAsync("config set usage-pipe/a x=1");
        var start = _shell.Describe("");
        start.FileName = "/bin/bash";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"set -o pipefail; '{CairnProcess.Program}' config watch --after 0 | head -n 1; '{CairnProcess.Program}' audit -n 1000 -o json | head -n 1");
        var outcome = await CairnProcess.RunAsync(start);
        outcome.Error.ShouldBeEmpty();
        outcome.Code.ShouldBe(0, outcome.ToString());
        outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Completion_scripts_are_valid_and_suggest_commands_environments_and_paths()
    {
        foreach (string shell in (string[])["bash", "zsh"])
        {
            string script = await _shell.DoAsync("completion " + shell);
            script.ShouldContain("[suggest:");
            if (shell == "bash")
                _shell.Folder.Write("completion.bash", script);
        }

        await _shell.DoAsync("config set usage-completion/database x=1");
        var start = _shell.Describe("");
        start.FileName = "/bin/bash";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("""
            bash -n completion.bash && source completion.bash
            try() {
                COMP_LINE=$1; COMP_POINT=${#COMP_LINE}; COMP_WORDS=($1); [[ $1 == *' ' ]] && COMP_WORDS+=('')
                COMP_WORDS[0]=PROGRAM; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
                _cairn 2>/dev/null; echo "${COMPREPLY[*]}"
            }
            try 'cairn conf'
            try 'cairn config pro'
            try 'cairn config get usage-comp'
            try 'cairn config get usage-completion/'
            try 'cairn config get usage-completion/database --env sta'
            """.Replace("PROGRAM", CairnProcess.Program, StringComparison.Ordinal));
        var outcome = await CairnProcess.RunAsync(start);
        outcome.Out.ShouldBe("config\npromote\nusage-completion/\nusage-completion/database\nstaging\n", outcome.ToString());
    }

    public void Dispose() => _shell.Dispose();

    [GeneratedRegex("\nCommands:\n((?:  .*\n)*)")]
    private static partial Regex Commands();

    [GeneratedRegex("^  ([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex CommandName();
}
