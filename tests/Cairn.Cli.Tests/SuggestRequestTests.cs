using Cairn.Cli.Input;

namespace Cairn.Cli.Tests;

public sealed class SuggestRequestTests
{
    [Theory]
    [InlineData("cairn config get a/b --env=p", "cairn config get a/b --env p", "--env=")]
    [InlineData("cairn config get a/b --env=", "cairn config get a/b --env ", "--env=")]
    [InlineData("cairn config list -o=js", "cairn config list -o js", "-o=")]
    [InlineData("cairn config get a/b --env p", "cairn config get a/b --env p", null)]
    [InlineData("cairn config set a/b x=p", "cairn config set a/b x=p", null)]
    [InlineData("cairn config get a/b --env=prod ", "cairn config get a/b --env=prod ", null)]
    [InlineData("cairn list -o=jsonpath=x", "cairn list -o=jsonpath=x", null)]
    public void The_value_behind_an_equals_sign_is_completed_as_one_behind_a_space(
        string line,
        string parsed,
        string? prefix
    )
    {
        var request = SuggestRequest.Of([$"[suggest:{line.Length}]", line]);
        request.Arguments[1].ShouldBe(parsed);
        request.Prefix.ShouldBe(prefix);
    }

    [Theory]
    [InlineData("--env=p")]
    [InlineData("[suggest:3] x")]
    [InlineData("[suggest:99999999999]")]
    public void What_is_no_request_of_a_shell_stays_as_it_is(string first)
    {
        string[] arguments = [first, "cairn --env=p"];
        SuggestRequest.Of(arguments).ShouldBe(new SuggestRequest(arguments, null));
    }
}
