using System.Text.Json;
using static Cairn.Templates.Tests.Rendering;

namespace Cairn.Templates.Tests;

public class VariablesTests
{
    [Fact]
    public void Variables_laid_over_others_win_and_leave_them_as_they_are()
    {
        var below = Variables("""{"a": 1, "b": 2}""");
        var above = below.With([KeyValuePair.Create("b", Json("3")), KeyValuePair.Create("c", Json("4"))]);
        var template = TemplateEnvironment.Default.Parse("{{ a }}{{ b }}{{ c }}");
        template.Render(above).ShouldBe("134");
        template.Render(below).ShouldBe("12");
    }

    [Fact]
    public void The_JSON_may_be_disposed_once_variables_are_made_from_it()
    {
        var document = JsonDocument.Parse("""{"a": {"b": [1, "x"]}}""");
        var variables = TemplateVariables.FromObject(document.RootElement);
        document.Dispose();
        TemplateEnvironment.Default.Parse("{{ a.b }}").Render(variables).ShouldBe("[1, 'x']");
    }

    [Fact]
    public void Variables_come_from_an_object_only() =>
        Should.Throw<ArgumentException>(() => TemplateVariables.FromObject(Json("[]")));

    [Fact]
    public void Globals_are_hidden_by_variables_and_visible_in_imports()
    {
        var environment = new TemplateEnvironment
        {
            Globals = Variables("""{"g": "global"}"""),
            Loader = _ => "{% macro m() %}{{ g }}{% endmacro %}",
        };
        environment.Parse("{{ g }}{% import 'lib' as lib %}{{ lib.m() }}").Render().ShouldBe("globalglobal");
        environment
            .Parse("{{ g }}{% import 'lib' as lib %}{{ lib.m() }}")
            .Render(Variables("""{"g": 1}"""))
            .ShouldBe("1global");
    }

    [Theory]
    [InlineData("{\"v\": 1}", "1")]
    [InlineData("{\"v\": 1.0}", "1.0")]
    [InlineData("{\"v\": 1e2}", "100.0")]
    [InlineData("{\"v\": -0}", "0")]
    [InlineData("{\"v\": 123456789012345678901234567890}", "123456789012345678901234567890")]
    [InlineData("{\"v\": {\"z\": 1, \"a\": 2}}", "{'z': 1, 'a': 2}")]
    public void Numbers_keep_their_sort_and_members_their_order(string json, string expected) =>
        Render("{{ v }}", json).ShouldBe(expected);

    [Fact]
    public void Mappings_of_any_size_find_their_members()
    {
        string members = string.Join(",", Enumerable.Range(0, 200).Select(i => $"\"k{i}\": {i}"));
        Render("{{ d.k0 + d['k199'] + d.k42 }} {{ d.k200 is defined }} {{ d|length }}", $"{{\"d\": {{{members}}}}}")
            .ShouldBe("241 False 200");
        Render(
                "{% set d = {} %}{% for i in range(50) %}{% do d.update({i: i * i, i ~ '': i}) %}{% endfor "
                    + "%}{{ d[7] }} {{ d['7'] }} {{ d.pop(7) }} {{ d[7] is defined }} {{ d[49] }} {{ d|length }}",
                "{}",
                new TemplateEnvironment { Extensions = TemplateExtensions.Do }
            )
            .ShouldBe("49 7 49 False 2401 99");
    }
}
