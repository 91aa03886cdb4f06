using System.Text.RegularExpressions;
using static Cairn.Templates.Tests.Rendering;

namespace Cairn.Templates.Tests;

/// <summary>Runs every example of <c>docs/templates.md</c>.</summary>
public partial class DocumentationTests
{
    private static readonly string Page = Repository.Read("docs/templates.md");

    private static readonly string Data = Fence("json").Match(Page).Groups[1].Value;

    private static Regex Fence(string language) =>
        new($"^```{language}\\n(.*?)\\n```$", RegexOptions.Multiline | RegexOptions.Singleline);

    [GeneratedRegex(@"^```jinja\n(.*?)\n```\n```text\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Examples();

    [GeneratedRegex(@"^\| (.*) \| `((?:[^`])*)` \| `([^`]*)` \|$", RegexOptions.Multiline)]
    private static partial Regex ExampleRows();

    [GeneratedRegex(@"`([^`]+)`")]
    private static partial Regex Code();

    private static IEnumerable<(string Title, string Source, string Expected)> Rows(string section) =>
        ExampleRows()
            .Matches(Section(section))
            .Select(m =>
                (m.Groups[1].Value, m.Groups[2].Value.Replace("\\|", "|"), m.Groups[3].Value.Replace("\\|", "|"))
            );

    private static string Section(string title)
    {
        int start = Page.IndexOf($"\n## {title}\n", StringComparison.Ordinal);
        int end = Page.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        return Page[start..(end < 0 ? Page.Length : end)];
    }

    [Fact]
    public void Every_example_gives_what_the_page_says()
    {
        var examples = Examples().Matches(Page);
        examples.Count.ShouldBeGreaterThanOrEqualTo(6);
        foreach (Match example in examples)
            Render(example.Groups[1].Value, Data).ShouldBe(example.Groups[2].Value);
    }

    [Theory]
    [InlineData("The language", 15)]
    [InlineData("Filters", 50)]
    [InlineData("Tests", 30)]
    public void Every_row_of_a_table_gives_what_it_says(string section, int least)
    {
        var rows = Rows(section).ToList();
        rows.Count.ShouldBeGreaterThanOrEqualTo(least);
        foreach (var (title, source, expected) in rows)
            Render(source, Data).ShouldBe(expected, title);
    }

    [Fact]
    public void Every_row_about_documents_gives_what_it_says()
    {
        var rows = Regex.Matches(
            Section("Values in documents"),
            "^\\| `(\".*\")` \\| `(.*)` \\|$",
            RegexOptions.Multiline
        );
        rows.Count.ShouldBe(8);
        foreach (Match row in rows)
            Document(row.Groups[1].Value.Replace("\\|", "|"), Data).ShouldBe(row.Groups[2].Value);
    }

    [Fact]
    public void Every_filter_and_test_is_on_the_page_and_no_other()
    {
        Named("Filters").ShouldBe(TemplateEnvironment.FilterNames);
        Named("Tests").ShouldBe(TemplateEnvironment.TestNames);

        static IEnumerable<string> Named(string section) =>
            Rows(section)
                .SelectMany(r => Code().Matches(r.Title))
                .Select(m => m.Groups[1].Value)
                .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Every_limit_is_on_the_page_with_its_default()
    {
        foreach (var property in typeof(TemplateBudget).GetProperties().Where(p => p.Name.StartsWith("Max")))
        {
            long value = Convert.ToInt64(property.GetValue(TemplateBudget.Default));
            Page.ShouldContain($"| `{property.Name}` | {value:N0} |");
        }
    }
}
