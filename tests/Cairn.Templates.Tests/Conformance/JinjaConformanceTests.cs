namespace Cairn.Templates.Tests.Conformance;

public class JinjaConformanceTests
{
    public static TheoryData<string, int> Files =>
        new()
        {
            { "expressions.json", 53 },
            { "filters-text.json", 38 },
            { "filters-numbers.json", 17 },
            { "filters-lists.json", 32 },
            { "tests.json", 14 },
            { "control.json", 29 },
            { "variables.json", 21 },
            { "macros.json", 23 },
            { "inheritance.json", 27 },
            { "whitespace.json", 31 },
            { "undefined.json", 37 },
            { "sandbox.json", 41 },
            { "errors.json", 43 },
            { "methods.json", 23 },
            { "printing.json", 10 },
            { "escaping.json", 7 },
            { "config-files.json", 23 },
            { "extensions.json", 5 },
            { "minijinja.json", 205 },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_gives_what_Jinja2_gives(string file, int passes)
    {
        Assert.SkipWhen(ConformanceSuite.Folder is null, ConformanceSuite.Missing);
        var cases = ConformanceSuite.Cases(file);
        var failures = cases.Select(c => c.Failure()).OfType<string>().ToList();
        failures.ShouldBeEmpty();
        cases.Count.ShouldBeGreaterThanOrEqualTo(passes);
    }

    [Fact]
    public void The_files_hold_all_679_cases() => Files.Sum(row => row.Data.Item2).ShouldBe(679);
}
