using static Cairn.Templates.Tests.Rendering;

namespace Cairn.Templates.Tests;

public class ErrorTests
{
    [Theory]
    [InlineData("a\n  {{ x.y.z }}", TemplateErrorKind.Undefined, 2, 10, "'dict' has no attribute or item 'y'")]
    [InlineData("{{ nope() }}", TemplateErrorKind.Undefined, 1, 8, "'nope' is undefined")]
    [InlineData("{{ 1 + 'a' }}", TemplateErrorKind.Runtime, 1, 6, "'+' is not supported between 'int' and 'str'")]
    [InlineData("{{ [1, 2]|join(3)|nosuch }}", TemplateErrorKind.Syntax, 1, 19, "there is no filter 'nosuch'")]
    [InlineData(
        "{% for a, b in [[1]] %}{% endfor %}",
        TemplateErrorKind.Runtime,
        1,
        16,
        "2 names cannot take 1 values"
    )]
    [InlineData(
        "{% if x %}\n{% for y in z %}\n{% endif %}",
        TemplateErrorKind.Syntax,
        3,
        4,
        "the tag 'endif' does not belong here, expected 'endfor' or 'else' of the 'for' tag"
    )]
    [InlineData(
        "{% if x %}\n",
        TemplateErrorKind.Syntax,
        1,
        11,
        "the 'if' tag has no end, expected 'elif' or 'else' or 'endif'"
    )]
    [InlineData("{{ a", TemplateErrorKind.Syntax, 1, 5, "expected '}}', found the end of the template")]
    [InlineData("{{ (1 + 2] }}", TemplateErrorKind.Syntax, 1, 10, "expected ')', found ']'")]
    [InlineData("{{ 'abc }}", TemplateErrorKind.Syntax, 1, 4, "the string has no end, expected '")]
    [InlineData("{% frobnicate %}", TemplateErrorKind.Syntax, 1, 4, "there is no tag 'frobnicate'")]
    [InlineData("{% do 1 %}", TemplateErrorKind.Syntax, 1, 4, "the 'do' tag is not switched on")]
    [InlineData(
        "{{ ''.__class__.__mro__ }}",
        TemplateErrorKind.Security,
        1,
        17,
        "access to '__class__' of a 'str' is not allowed"
    )]
    [InlineData("{% include 'x' %}", TemplateErrorKind.NotFound, 1, 12, "there is no template 'x'")]
    [InlineData("{{ 'a'|upper(1) }}", TemplateErrorKind.Runtime, 1, 8, "the filter 'upper' takes no arguments, not 1")]
    [InlineData(
        "{{ 'a'|replace('b') }}",
        TemplateErrorKind.Runtime,
        1,
        8,
        "the filter 'replace' needs the argument 'new'"
    )]
    [InlineData("{{ 1|round(q=2) }}", TemplateErrorKind.Runtime, 1, 6, "the filter 'round' has no argument 'q'")]
    [InlineData(
        "{{ 1 is divisibleby }}",
        TemplateErrorKind.Runtime,
        1,
        9,
        "the test 'divisibleby' needs the argument 'num'"
    )]
    public void An_error_says_what_and_where(string source, TemplateErrorKind kind, int line, int column, string detail)
    {
        var error = Error(source, """{"x": {}}""");
        error.Detail.ShouldBe(detail);
        (error.Kind, error.Line, error.Column).ShouldBe((kind, line, column));
        error.TemplateName.ShouldBe("test");
        error.Message.ShouldBe($"{detail} (test, line {line}, column {column})");
    }

    [Fact]
    public void The_caret_stands_below_the_column_also_after_tabs_and_in_long_lines()
    {
        Error("one\n\t{{ x + }}").Excerpt.ShouldBe("2 | \t{{ x + }}\n  | \t       ^");
        string[] lines = Error(new string('a', 500) + "{{ 1 / 0 }}" + new string('b', 500)).Excerpt.Split('\n');
        lines[0].Length.ShouldBeLessThan(120);
        lines[0][lines[1].IndexOf('^')].ShouldBe('/');
    }

    [Fact]
    public void An_error_in_another_template_names_that_one()
    {
        var environment = new TemplateEnvironment
        {
            Loader = name =>
                name == "part" ? "ok\n{{ 1 / 0 }}"
                : name == "bad" ? "{% if %}"
                : null,
        };
        var error = Error("{% include 'part' %}", "{}", environment);
        (error.TemplateName, error.Line, error.Column).ShouldBe(("part", 2, 6));
        error = Error("{% include 'bad' %}", "{}", environment);
        (error.TemplateName, error.Kind).ShouldBe(("bad", TemplateErrorKind.Syntax));
    }

    [Fact]
    public void In_chainable_mode_members_of_what_is_missing_are_missing_too()
    {
        var environment = new TemplateEnvironment { Undefined = UndefinedMode.Chainable };
        Render("[{{ a.b['c'].d }}{{ a.b|default('x') }}]", "{}", environment).ShouldBe("[x]");
        Error("{{ a.b + 1 }}", "{}", environment).Kind.ShouldBe(TemplateErrorKind.Undefined);
    }
}
