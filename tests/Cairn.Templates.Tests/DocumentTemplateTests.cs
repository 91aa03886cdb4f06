using System.Text;
using System.Text.Json;
using static Cairn.Templates.Tests.Rendering;

namespace Cairn.Templates.Tests;

public class DocumentTemplateTests
{
    [Theory]
    [InlineData("""{"a": "{{ n }}"}""", """{"a":3}""")]
    [InlineData(
        """["{{ f }}", "{{ t }}", "{{ z }}", "{{ l }}", "{{ d }}"]""",
        """[2.5,true,null,[1,"x"],{"b":1,"a":{}}]"""
    )]
    [InlineData("""{"a": "{{ n }} "}""", """{"a":"3 "}""")]
    [InlineData("""{"a": "{{ s }}"}""", """{"a":"007"}""")]
    [InlineData("""{"a": "{{ n }}{{ n }}"}""", """{"a":"33"}""")]
    [InlineData("""{"a": "{% if t %}{{ n }}{% endif %}"}""", """{"a":"3"}""")]
    [InlineData("\"{{ n + 1 }}\"", "4")]
    [InlineData("""{"a": "{{ missing }}"}""", """{"a":""}""")]
    [InlineData(
        """{"a": "{{ (1, 2) }}", "b": "{{ range(3) }}", "c": "{{ l|map('string') }}"}""",
        """{"a":[1,2],"b":[0,1,2],"c":["1","x"]}"""
    )]
    [InlineData("""{"a": "{{ {1: 'x', true: 'y', none: 'z'} }}"}""", """{"a":{"1":"y","null":"z"}}""")]
    [InlineData(
        """{"a": "{{ 10 ** 30 }}", "b": "{{ 1e16 }}", "c": "{{ 1.0 }}"}""",
        """{"a":1000000000000000000000000000000,"b":1e+16,"c":1.0}"""
    )]
    public void A_string_that_is_one_expression_becomes_its_value(string json, string expected) =>
        Document(
                json,
                """{"n": 3, "f": 2.5, "t": true, "z": null, "s": "007", "l": [1, "x"], "d": {"b": 1, "a": {}}}"""
            )
            .ShouldBe(expected);

    [Fact]
    public void What_is_no_template_stays_as_it_was_written()
    {
        string json = """
            { "z" : 1.50, "a": [ 1e3, -0, 12345678901234567890.10 ], "{{ n }}": "\u0041\/\n", "t": "{{ n }}",
              "e": {}, "l": [ ], "deep": {"x": [true, false, null, {"y": "é"}]} }
            """;
        Document(json, """{"n": 1}""")
            .ShouldBe(
                """{"z":1.50,"a":[1e3,-0,12345678901234567890.10],"{{ n }}":"\u0041\/\n","t":1,"e":{},"l":[],"deep":{"x":[true,false,null,{"y":"é"}]}}"""
            );
    }

    [Fact]
    public void A_document_without_templates_gives_the_same_bytes()
    {
        var document = DocumentTemplate.Parse(TemplateEnvironment.Default, """{ "a" : { "b": [ "x" ] } }"""u8);
        document.HasTemplates.ShouldBeFalse();
        byte[] first = document.Render();
        document.Render(Variables("""{"a": 1}""")).ShouldBeSameAs(first);
        Encoding.UTF8.GetString(first).ShouldBe("""{ "a" : { "b": [ "x" ] } }""");
    }

    [Theory]
    [InlineData("""{"a": "\u007b\u007b 1 + 1 }}"}""", """{"a":2}""")]
    [InlineData("""{"a": "\u007B% set x = 1 %}\""}""", """{"a":"\""}""")]
    public void A_template_is_found_behind_JSON_escapes(string json, string expected) =>
        Document(json).ShouldBe(expected);

    [Theory]
    [InlineData("""quote \" backslash \\ newline \n tab \t control \u0001 brace } bracket ] comma , é 日 😀""")]
    [InlineData("\\\",\\\"admin\\\":true,\\\"x\\\":\\\"")]
    [InlineData("""\u2028\u2029\u007f</script>""")]
    public void A_value_can_never_break_the_document(string json)
    {
        string rendered = Document(
            """{"a": "<{{ v }}>", "b": "{{ v }}", "c": "{{ {'k' ~ v: v} }}"}""",
            "{\"v\": \"" + json + "\"}"
        );
        using var document = JsonDocument.Parse(rendered);
        string value = JsonDocument.Parse($"\"{json}\"").RootElement.GetString()!;
        document.RootElement.EnumerateObject().Count().ShouldBe(3);
        document.RootElement.GetProperty("a").GetString().ShouldBe($"<{value}>");
        document.RootElement.GetProperty("b").GetString().ShouldBe(value);
        document.RootElement.GetProperty("c").GetProperty("k" + value).GetString().ShouldBe(value);
    }

    [Fact]
    public void A_trailing_newline_of_a_string_is_kept() =>
        Document("""{"a": "{{ 1 }}\n", "b": "x\r\n{{ 2 }}"}""").ShouldBe("""{"a":"1\n","b":"x\n2"}""");

    [Fact]
    public void An_error_says_which_string_and_where_in_it()
    {
        var error = Should.Throw<TemplateException>(() => Document("""{"db": [{"a/b~c": "one\ntwo {{ 1 / 0 }}"}]}"""));
        error.Pointer.ShouldBe("/db/0/a~1b~0c");
        error.Line.ShouldBe(2);
        error.Column.ShouldBe(10);
        error.Kind.ShouldBe(TemplateErrorKind.Runtime);
        error.TemplateName.ShouldBe("doc");
        error.Excerpt.ShouldBe("2 | two {{ 1 / 0 }}\n  |          ^");
        error.Message.ShouldBe("/db/0/a~1b~0c: division by zero (doc, line 2, column 10)");
    }

    [Fact]
    public void A_malformed_template_is_refused_when_the_document_is_parsed()
    {
        var error = Should.Throw<TemplateException>(() =>
            DocumentTemplate.Parse(TemplateEnvironment.Default, """["ok", {"x": "{{ a b }}"}]"""u8)
        );
        error.Kind.ShouldBe(TemplateErrorKind.Syntax);
        error.Pointer.ShouldBe("/1/x");
        error.Excerpt.ShouldBe("1 | {{ a b }}\n  |      ^");
    }

    [Theory]
    [InlineData("{{ dict }}")]
    [InlineData("{{ 1e308 * 10 }}")]
    [InlineData("{{ {(1, 2): 3} }}")]
    public void A_value_without_a_JSON_form_is_an_error(string template)
    {
        var error = Should.Throw<TemplateException>(() => Document($$"""{"a": "{{template}}"}"""));
        error.Kind.ShouldBe(TemplateErrorKind.Runtime);
        error.Pointer.ShouldBe("/a");
        error.Line.ShouldBe(1);
    }

    [Fact]
    public void A_strict_environment_refuses_undefined_values() =>
        Should
            .Throw<TemplateException>(() =>
                Document(
                    """{"a": "{{ missing }}"}""",
                    "{}",
                    new TemplateEnvironment { Undefined = UndefinedMode.Strict }
                )
            )
            .Kind.ShouldBe(TemplateErrorKind.Undefined);

    [Fact]
    public void The_budget_is_one_for_the_whole_document()
    {
        string item = "\"{% for i in range(1000) %}{% endfor %}x\"";
        string json = $"[{string.Join(",", Enumerable.Repeat(item, 50))}]";
        var environment = new TemplateEnvironment { Budget = new TemplateBudget { MaxSteps = 20_000 } };
        Should
            .Throw<TemplateException>(() => Document(json, "{}", environment))
            .Kind.ShouldBe(TemplateErrorKind.Budget);
        Document($"[{item}]", "{}", environment).ShouldBe("[\"x\"]");
    }

    [Fact]
    public void A_large_value_used_often_cannot_outgrow_the_output()
    {
        string json = """["{% set s = 'x' * 100000 %}{{ [s, s, s]|length }}", "{{ [big] * 200 }}"]""";
        Should
            .Throw<TemplateException>(() => Document(json, $$"""{"big": "{{new string('y', 100_000)}}"}"""))
            .Kind.ShouldBe(TemplateErrorKind.Budget);
    }

    [Fact]
    public void Text_that_is_no_JSON_is_refused() =>
        Should.Throw<JsonException>(() =>
            DocumentTemplate.Parse(TemplateEnvironment.Default, """{"a": "{{ 1 }}", }"""u8)
        );
}
