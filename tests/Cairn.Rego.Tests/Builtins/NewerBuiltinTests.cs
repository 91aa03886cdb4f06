using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Builtins;

/// <summary>Built-ins that are younger than the compliance suite.</summary>
public class NewerBuiltinTests
{
    [Theory]
    [InlineData(
        """uri.parse("https://ann:pw@example.com:8080/api/v1?q=1&r#top")""",
        """{"fragment":"top","hostname":"example.com","path":"/api/v1","port":"8080","raw_path":"/api/v1","raw_query":"q=1&r","scheme":"https"}"""
    )]
    [InlineData("""uri.parse("HTTP://[::1]:80")""", """{"hostname":"::1","port":"80","scheme":"http"}""")]
    [InlineData("""uri.parse("/a%20b")""", """{"path":"/a b","raw_path":"/a b"}""")]
    [InlineData("""uri.parse("/a%2Fb")""", """{"path":"/a/b","raw_path":"/a%2Fb"}""")]
    [InlineData("""uri.parse("mailto:ann@example.com")""", """{"scheme":"mailto"}""")]
    [InlineData("""uri.parse("//example.com/x")""", """{"hostname":"example.com","path":"/x","raw_path":"/x"}""")]
    [InlineData(
        """uri.parse("file:///etc/hosts")""",
        """{"path":"/etc/hosts","raw_path":"/etc/hosts","scheme":"file"}"""
    )]
    [InlineData("""uri.parse("a/b?c")""", """{"path":"a/b","raw_path":"a/b","raw_query":"c"}""")]
    [InlineData("""uri.parse("")""", "{}")]
    [InlineData("""uri.parse("http://[invalid")""", null)]
    [InlineData("""uri.parse("http://h:port/")""", null)]
    [InlineData("""uri.parse(":x")""", null)]
    [InlineData("""uri.parse("a:b/c%")""", """{"scheme":"a"}""")]
    [InlineData("""uri.parse("/c%zz")""", null)]
    [InlineData("""uri.parse("1a:b")""", null)]
    [InlineData("""uri.parse("http://a b/")""", null)]
    [InlineData(
        """[uri.is_valid("https://x.y"), uri.is_valid("a/b"), uri.is_valid(""), uri.is_valid("http://[invalid"), uri.is_valid("a\nb")]""",
        "[true,true,false,false,false]"
    )]
    [InlineData("""strings.split_n("a,b,c,d", ",", 2)""", """["a","b"]""")]
    [InlineData("""strings.split_n("a,b,c,d", ",", -2)""", """["c","d"]""")]
    [InlineData("""strings.split_n("a,b", ",", 9)""", """["a","b"]""")]
    [InlineData("""strings.split_n("a,b", ",", -9)""", """["a","b"]""")]
    [InlineData("""strings.split_n("a,b", ",", 0)""", "[]")]
    [InlineData("""strings.split_n("abc", "", 2)""", """["a","b"]""")]
    [InlineData("""time.parse_duration_ns("1d")""", "86400000000000")]
    [InlineData("""time.parse_duration_ns("-1w2d3h")""", "-788400000000000")]
    [InlineData("""time.parse_duration_ns("1.5d")""", "129600000000000")]
    [InlineData("""time.parse_duration_ns("1x")""", null)]
    public void They_do_what_opa_documents(string call, string? json)
    {
        var got = RegoPolicy
            .Compile([])
            .Prepare($"x := {call}")
            .Evaluate(cancellationToken: TestContext.Current.CancellationToken);
        (got.IsUndefined ? null : got.Solutions[0].Bindings["x"].ToJson()).ShouldBe(json);
    }

    [Theory]
    [InlineData("{{range $i, $name := .names}}{{if $i}},{{end}}hello {{$name}}{{end}}", "hello ann,hello bob")]
    [InlineData("{{range $k, $v := .labels}}{{$k}}={{$v}};{{end}}", "a=1;b=2;")]
    [InlineData("{{range $name := .names}}{{$name}} of {{$.n}} {{end}}", "ann of 3 bob of 3 ")]
    [InlineData("{{$x := .n}}{{$x}}{{$x = 4}}{{$x}}", "34")]
    [InlineData("{{if eq .n 3}}three{{else if gt .n 3}}more{{end}}", "three")]
    [InlineData("{{if and .names (not .none) (ne (len .names) 3)}}yes{{end}}", "yes")]
    [InlineData("{{index .names 1}} {{index .labels \"a\"}} {{len \"é\"}}", "bob 1 2")]
    [InlineData("{{.names | len | printf \"%03d|%s\" 7}}", "007|%!s(int=2)")]
    [InlineData("{{with $y := .labels}}{{$y.b}}{{.a}}{{end}}", "21")]
    [InlineData("{{or .none \"default\"}} {{print .n `x` true}} {{urlquery \"a b\"}}", "default 3 x true a+b")]
    [InlineData("{{if .none}}{{.n.x}}{{end}}{{range .none}}{{nothing}}{{else}}none{{end}}", "none")]
    [InlineData("{{/* why */}}{{.missing}}", "<undefined>")]
    [InlineData("{{nothing .n}}", null)]
    [InlineData("{{$x}}", null)]
    [InlineData("{{if .n}}{{$x := 1}}{{end}}{{$x}}", null)]
    [InlineData("{{index .names 7}}", null)]
    [InlineData("{{lt .n \"a\"}}", null)]
    [InlineData("{{.n | .n}}", null)]
    [InlineData("{{(.n}}", null)]
    public void Text_templates_have_variables_functions_and_pipelines(string template, string? wanted)
    {
        var input = RegoObject.Of(
            ("t", template),
            ("v", RegoValue.ParseJson("""{"names":["ann","bob"],"labels":{"a":1,"b":2},"n":3,"none":[]}"""))
        );
        var got = RegoPolicy
            .Compile([])
            .Prepare("strings.render_template(input.t, input.v)")
            .Evaluate(input, cancellationToken: TestContext.Current.CancellationToken);
        ((got.Value as RegoString)?.Value).ShouldBe(wanted);
    }

    [Theory]
    [InlineData("""graph.reachable({"a": null, "b": ["a"]}, ["b"])""", """["a","b"]""")]
    [InlineData("""graph.reachable_paths({"a": null, "b": ["a"]}, ["b"])""", """[["b","a"]]""")]
    public void A_node_may_have_null_for_neighbours(string call, string json)
    {
        var policy = RegoPolicy.Compile(
            $"package t\n\np := {call.Replace("null", "input.none", StringComparison.Ordinal)}"
        );
        policy
            .Prepare("data.t.p")
            .Evaluate(
                RegoValue.ParseJson("""{"none":null}"""),
                cancellationToken: TestContext.Current.CancellationToken
            )
            .Value!.ToJson()
            .ShouldBe(json);
    }

    [Fact]
    public void A_long_duration_is_read_in_one_go()
    {
        var options = new EvaluationOptions { Limits = new EvaluationLimits { MaxSteps = 100_000 } };
        var input = RegoString.Of(string.Concat(Enumerable.Repeat("1ns", 100_000)));
        RegoPolicy
            .Compile([])
            .Prepare("time.parse_duration_ns(input)")
            .Evaluate(input, options, TestContext.Current.CancellationToken)
            .Value.ShouldBe(RegoNumber.Of(100_000));
    }
}
