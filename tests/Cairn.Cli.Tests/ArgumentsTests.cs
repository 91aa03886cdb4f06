using Cairn.Cli.Commands;
using Cairn.Cli.Input;

namespace Cairn.Cli.Tests;

public sealed class ArgumentsTests
{
    [Theory]
    [InlineData("config get a/b --version abc", "'abc' is not a whole number")]
    [InlineData("config list -n 1.5", "'1.5' is not a whole number")]
    [InlineData("config history a/b --limit 99999999999999999999", "is not a whole number")]
    [InlineData("config rollback a/b one", "'one' is not a whole number")]
    [InlineData("config diff a/b one two", "is not a whole number")]
    [InlineData("key create x --expires-in-days soon", "'soon' is not a whole number")]
    [InlineData("policy test x --threshold much", "'much' is not a number")]
    [InlineData("config set a/b x=1 --if-version -3", "--if-version is at least 0")]
    [InlineData("config get a/b --version 0", "--version is at least 1")]
    [InlineData("key list -n 0", "--limit is at least 1")]
    public void A_complaint_names_what_was_typed_and_no_type_of_the_program(string command, string said)
    {
        string[] messages =
        [
            .. CairnCommand.Create().Parse(command).Errors.Select(error => Arguments.Explain(error.Message)),
        ];
        messages.ShouldContain(
            message => message.Contains(said, StringComparison.Ordinal),
            string.Join('\n', messages)
        );
        messages.ShouldAllBe(message =>
            !message.Contains("System.", StringComparison.Ordinal) && !message.Contains("Int", StringComparison.Ordinal)
        );
    }
}
