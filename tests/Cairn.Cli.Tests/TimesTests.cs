using Cairn.Cli.Input;
using Cairn.Cli.Output;

namespace Cairn.Cli.Tests;

public sealed class TimesTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30m", 1_800)]
    [InlineData("12h", 43_200)]
    [InlineData("7d", 604_800)]
    [InlineData("0s", 0)]
    [InlineData("20000d", 1_728_000_000)]
    public void A_duration_is_a_number_and_a_unit(string text, long seconds) =>
        Times.Duration(text).TotalSeconds.ShouldBe(seconds);

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("7")]
    [InlineData("7w")]
    [InlineData("-7d")]
    [InlineData("1.5h")]
    [InlineData("20001d")]
    [InlineData("99999d")]
    [InlineData("2147483647d")]
    [InlineData("99999999999s")]
    public void What_is_none_is_refused_with_an_example(string text) =>
        Should.Throw<UsageException>(() => Times.Duration(text)).Message.ShouldContain("such as 90s, 30m, 12h or 7d");

    [Fact]
    public void A_moment_is_left_as_it_is_unless_it_is_a_duration()
    {
        Times.Moment(null).ShouldBeNull();
        Times.Moment("2026-11-21").ShouldBe("2026-11-21");
        Times.Moment("nonsense").ShouldBe("nonsense");
        var ago = DateTimeOffset.Parse(Times.Moment("2h")!, System.Globalization.CultureInfo.InvariantCulture);
        (TimeProvider.System.GetUtcNow() - ago).TotalHours.ShouldBe(2, tolerance: 0.1);
    }
}
