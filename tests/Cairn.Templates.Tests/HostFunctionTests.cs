using System.Text.Json;
using static Cairn.Templates.Tests.Rendering;

namespace Cairn.Templates.Tests;

public class HostFunctionTests
{
    private static readonly Dictionary<string, TemplateFunction> Functions = new()
    {
        ["config"] = call => Json($$"""{"path": "{{call.String(0, "path")}}", "port": 5432}"""),
        ["secret"] = call =>
            throw new TemplateException(TemplateErrorKind.NotFound, $"there is no secret '{call.String(0, "path")}'"),
        ["echo"] = call => call.Argument(0, "value") ?? Json("null"),
        ["broken"] = _ => throw new InvalidOperationException("the host's own"),
    };

    private static string Render(string source, TemplateEnvironment? environment = null) =>
        (environment ?? TemplateEnvironment.Default).Parse(source, "test").Render(functions: Functions);

    [Theory]
    [InlineData("{{ config('payments/db').port + 1 }}", "5433")]
    [InlineData("{{ config(path='a').path }}", "a")]
    [InlineData("{{ echo([1, {'a': (1, 2)}]) }}", "[1, {'a': [1, 2]}]")]
    [InlineData("{{ echo(value=1.5) }} {{ echo() }} {{ echo is callable }}", "1.5 None True")]
    public void A_function_gets_its_arguments_and_gives_a_value(string source, string expected) =>
        Render(source).ShouldBe(expected);

    [Fact]
    public void An_error_of_the_host_is_positioned_at_the_call()
    {
        var error = Should.Throw<TemplateException>(() => Render("line 1\npassword={{ secret('db/password') }}"));
        error.Kind.ShouldBe(TemplateErrorKind.NotFound);
        error.Detail.ShouldBe("there is no secret 'db/password'");
        (error.Line, error.Column).ShouldBe((2, 19));
        error.Excerpt.ShouldEndWith("^");
    }

    [Fact]
    public void An_exception_that_is_no_template_error_passes_through() =>
        Should.Throw<InvalidOperationException>(() => Render("{{ broken() }}")).Message.ShouldBe("the host's own");

    [Theory]
    [InlineData("{{ config() }}", "needs the argument 'path'")]
    [InlineData("{{ config(5) }}", "must be a string, not 'int'")]
    [InlineData("{{ config(missing) }}", "'missing' is undefined")]
    [InlineData("{{ echo(range) }}", "has no JSON form")]
    public void Wrong_arguments_are_explained(string source, string message) =>
        Should.Throw<TemplateException>(() => Render(source)).Message.ShouldContain(message);

    [Fact]
    public void Functions_are_visible_in_imported_templates_but_variables_are_not()
    {
        var environment = new TemplateEnvironment
        {
            Loader = name => name == "lib" ? "{% macro m() %}{{ echo(1) }}[{{ v }}]{% endmacro %}" : null,
        };
        environment
            .Parse("{% import 'lib' as lib %}{{ lib.m() }}")
            .Render(Variables("""{"v": 2}"""), Functions)
            .ShouldBe("1[]");
        environment
            .Parse("{% import 'lib' as lib with context %}{{ lib.m() }}")
            .Render(Variables("""{"v": 2}"""), Functions)
            .ShouldBe("1[2]");
    }

    [Fact]
    public void A_variable_hides_a_function_and_a_function_of_the_render_hides_one_of_the_environment()
    {
        var environment = new TemplateEnvironment
        {
            Functions = new Dictionary<string, TemplateFunction> { ["echo"] = _ => Json("\"environment\"") },
        };
        environment.Parse("{{ echo(1) }}").Render().ShouldBe("environment");
        environment.Parse("{{ echo(1) }}").Render(functions: Functions).ShouldBe("1");
        environment.Parse("{{ echo }}").Render(Variables("""{"echo": "variable"}"""), Functions).ShouldBe("variable");
    }

    [Fact]
    public void The_hosts_data_cannot_be_changed()
    {
        var environment = new TemplateEnvironment { Extensions = TemplateExtensions.Do };
        foreach (
            string change in new[]
            {
                "l.append(1)",
                "d.update({'a': 2})",
                "l.clear()",
                "d.pop('a')",
                "l.sort()",
                "echo([1]).append(2)",
            }
        )
        {
            var error = Should.Throw<TemplateException>(() =>
                environment
                    .Parse($"{{% do {change} %}}")
                    .Render(Variables("""{"l": [2, 1], "d": {"a": 1}}"""), Functions)
            );
            error.Kind.ShouldBe(TemplateErrorKind.Security);
        }
    }

    [Fact]
    public void Native_rendering_gives_typed_values()
    {
        TemplateEnvironment
            .Default.Parse("{{ config('x').port }}")
            .RenderNative(functions: Functions)
            .GetInt32()
            .ShouldBe(5432);
        TemplateEnvironment.Default.Parse("{{ 1 }}2").RenderNative().GetString().ShouldBe("12");
        TemplateEnvironment.Default.Parse("{{ '5' }}").RenderNative().ValueKind.ShouldBe(JsonValueKind.String);
    }
}
