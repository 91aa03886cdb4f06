using Cairn.Core.Schemas;

namespace Cairn.Core.Tests.Schemas;

public sealed class VersionTests
{
    [Theory]
    [InlineData("1.2.0", true)]
    [InlineData("0.0.0", true)]
    [InlineData("1.0.0-rc.1", true)]
    [InlineData("1.0.0-x-y.7.z", true)]
    [InlineData("99999999999999999999999.0.0", true)]
    [InlineData("1.2", false)]
    [InlineData("1.2.3.4", false)]
    [InlineData("v1.2.3", false)]
    [InlineData("01.2.3", false)]
    [InlineData("1.0.0-01", false)]
    [InlineData("1.0.0-", false)]
    [InlineData("1.0.0-a..b", false)]
    [InlineData("1.0.0+build", false)]
    [InlineData("1.0.0\n", false)]
    [InlineData("１.0.0", false)]
    [InlineData("-1.0.0", false)]
    [InlineData("", false)]
    public void Versions_are_those_of_semver_without_build_metadata(string text, bool valid) =>
        SchemaVersion.TryParse(text, out _).ShouldBe(valid);

    [Fact]
    public void Order_is_that_of_semver_section_11()
    {
        string[] ascending =
        [
            "0.9.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.2.0",
            "1.9.0",
            "1.10.0",
            "2.0.0",
            "10.0.0",
            "99999999999999999999.0.0",
            "100000000000000000000.0.0",
        ];
        foreach (var shuffled in new[] { ascending.Reverse(), ascending.OrderBy(text => text.Length) })
            shuffled.Select(SchemaVersion.Parse).Order().Select(version => version.Text).ShouldBe(ascending);
    }

    [Theory]
    [InlineData("^1.2", "1.2.0 1.9.9", "1.1.9 2.0.0 2.0.0-rc.1")]
    [InlineData("^1.2.3", "1.2.3 1.10.0", "1.2.2 2.0.0")]
    [InlineData("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2")]
    [InlineData("^0.0.3", "0.0.3", "0.0.4 0.0.2")]
    [InlineData("^0", "0.0.0 0.9.0", "1.0.0")]
    [InlineData("^10.0", "10.5.0", "11.0.0 9.9.9")]
    [InlineData("~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2")]
    [InlineData("~1", "1.0.0 1.9.0", "2.0.0")]
    [InlineData("1.2", "1.2.0 1.2.99", "1.3.0 1.1.0")]
    [InlineData("1.x", "1.0.0 1.99.0", "2.0.0 0.9.0")]
    [InlineData("*", "0.0.1 7.0.0", "1.0.0-rc.1")]
    [InlineData("latest", "0.0.1 7.0.0", "1.0.0-rc.1")]
    [InlineData(">=1.0.0 <2.0.0", "1.0.0 1.9.9", "0.9.9 2.0.0")]
    [InlineData(">1.2", "1.3.0", "1.2.5")]
    [InlineData("<=1.2", "1.2.5", "1.3.0")]
    [InlineData(">1.2.3", "1.2.4", "1.2.3")]
    [InlineData("^1.0 || ^3.0", "1.5.0 3.0.1", "2.0.0 4.0.0")]
    [InlineData("^1.0.0-rc.1", "1.0.0-rc.2 1.0.0 1.5.0", "1.1.0-rc.1 1.0.0-beta")]
    [InlineData("1.2.3", "1.2.3", "1.2.4 01.2.3")]
    public void Ranges_hold_what_npm_s_hold(string range, string inside, string outside)
    {
        VersionRange.TryParse(range, out var parsed).ShouldBeTrue();
        foreach (string version in inside.Split(' '))
            parsed.Contains(SchemaVersion.Parse(version)).ShouldBeTrue($"{version} in {range}");
        foreach (string version in outside.Split(' '))
            parsed.Contains(SchemaVersion.Parse(version)).ShouldBeFalse($"{version} not in {range}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("^")]
    [InlineData("^a.b")]
    [InlineData("1.2.3.4")]
    [InlineData("||")]
    [InlineData("1.x.3")]
    [InlineData(">")]
    [InlineData("latest-ish")]
    public void What_is_no_range_is_refused(string text) => VersionRange.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("payments/Database@^1.2", "payments/Database", "^1.2")]
    [InlineData("Database@latest", "_/Database", "latest")]
    [InlineData("_/Database@1.0.0", "_/Database", "1.0.0")]
    [InlineData("größe/Maß@1.0.0", "größe/Maß", "1.0.0")]
    [InlineData("a@b/c@d@1.0.0", "a@b/c@d", "1.0.0")]
    public void A_selector_names_a_model_and_a_range(string text, string path, string range)
    {
        var selector = SchemaSelector.Parse(text);
        selector.Model.Path.ShouldBe(path);
        selector.Range.Text.ShouldBe(range);
    }

    [Theory]
    [InlineData("payments/Database")]
    [InlineData("a/b/c@1.0.0")]
    [InlineData("@1.0.0")]
    [InlineData("/x@1.0.0")]
    [InlineData("../x@1.0.0")]
    [InlineData("x@")]
    [InlineData("x\ny@1.0.0")]
    public void What_names_no_schema_is_refused(string text) =>
        Should.Throw<ProblemException>(() => SchemaSelector.Parse(text)).Problem.Kind.ShouldBe(ProblemKind.Invalid);
}
