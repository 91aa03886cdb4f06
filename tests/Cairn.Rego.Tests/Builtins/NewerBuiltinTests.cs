using Cairn.Rego.Evaluation;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Builtins;

/// <summary>Built-ins that are younger than the compliance suite.</summary>
public class NewerBuiltinTests
{
    [Theory]
    [InlineData("""uri.parse("https://ann:pw@example.com:8080/api/v1?q=1&r#top")""", """{"fragment":"top","hostname":"example.com","path":"/api/v1","port":"8080","raw_path":"/api/v1","raw_query":"q=1&r","scheme":"https"}""")]
    [InlineData("""uri.parse("HTTP://[::1]:80")""", """{"hostname":"::1","port":"80","scheme":"http"}""")]
    [InlineData("""uri.parse("/a%20b")""", """{"path":"/a b","raw_path":"/a b"}""")]
    [InlineData("""uri.parse("/a%2Fb")""", """{"path":"/a/b","raw_path":"/a%2Fb"}""")]
    [InlineData("""uri.parse("mailto:ann@example.com")""", """{"scheme":"mailto"}""")]
    [InlineData("""uri.parse("//example.com/x")""", """{"hostname":"example.com","path":"/x","raw_path":"/x"}""")]
    [InlineData("""uri.parse("file:///etc/hosts")""", """{"path":"/etc/hosts","raw_path":"/etc/hosts","scheme":"file"}""")]
    [InlineData("""uri.parse("a/b?c")""", """{"path":"a/b","raw_path":"a/b","raw_query":"c"}""")]
    [InlineData("""uri.parse("")""", "{}")]
    [InlineData("""uri.parse("http://[invalid")""", null)]
    [InlineData("""uri.parse("http://h:port/")""", null)]
    [InlineData("""uri.parse(":x")""", null)]
    [InlineData("""uri.parse("a:b/c%")""", """{"scheme":"a"}""")]
    [InlineData("""uri.parse("/c%zz")""", null)]
    [InlineData("""uri.parse("1a:b")""", null)]
    [InlineData("""uri.parse("http://a b/")""", null)]
    [InlineData("""[uri.is_valid("https://x.y"), uri.is_valid("a/b"), uri.is_valid(""), uri.is_valid("http://[invalid"), uri.is_valid("a\nb")]""", "[true,true,false,false,false]")]
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
        var got = RegoPolicy.Compile([]).Prepare($"x := {call}").Evaluate(cancellationToken: TestContext.Current.CancellationToken);
        (got.IsUndefined ? null : got.Solutions[0].Bindings["x"].ToJson()).ShouldBe(json);
    }

    [Fact]
    public void A_long_duration_is_read_in_one_go()
    {
        var options = new EvaluationOptions { Limits = new EvaluationLimits { MaxSteps = 100_000 } };
        var input = RegoString.Of(string.Concat(Enumerable.Repeat("1ns", 100_000)));
        RegoPolicy.Compile([]).Prepare("time.parse_duration_ns(input)").Evaluate(input, options, TestContext.Current.CancellationToken).Value.ShouldBe(RegoNumber.Of(100_000));
    }
}
