using Cairn.Core.Policies;
using Cairn.Rego;
using Cairn.Rego.Values;

namespace Cairn.Core.Tests.Policies;

public class PolicyYamlTests
{
    [Theory]
    [InlineData("mode: 0750\nenabled: on", """{"mode":488,"enabled":true}""")]
    [InlineData("on: yes", """{"true":true}""")]
    [InlineData(
        "[y, Y, Yes, TRUE, On, n, No, NO, false, off, OFF]",
        "[true,true,true,true,true,false,false,false,false,false,false]"
    )]
    [InlineData("[~, null, Null, NULL, nULL, yEs, 'yes', \"on\"]", """[null,null,null,null,"nULL","yEs","yes","on"]""")]
    [InlineData("[0x1F, 0o17, 017, 0b101, -0x10, +12, 1_000, -0b11, 0]", "[31,15,15,5,-16,12,1000,-3,0]")]
    [InlineData(
        "[08, 0b2, 0x, 12:30, 1.2.3, 1e3, .5, -1.50, 1., 1_0.5, ._5]",
        """[8,"0b2","0x","12:30","1.2.3",1000,0.5,-1.5,1,10.5,"._5"]"""
    )]
    [InlineData(
        "[18446744073709551615, 100000000000000000000, -9223372036854775808]",
        "[18446744073709551615,100000000000000000000,-9223372036854775808]"
    )]
    [InlineData("[2001-12-14, 2001-12-14t21:59:43.10-05:00]", """["2001-12-14","2001-12-14t21:59:43.10-05:00"]""")]
    [InlineData("a: 1\na: 2", """{"a":2}""")]
    [InlineData("1: a\n1.5: b\nyes: c\n'1': d", """{"1":"d","1.5":"b","true":"c"}""")]
    [InlineData(
        "a: &x {k: 1}\nb: *x\nc: {<<: *x, l: 2}\nd: {k: 3, <<: *x}\ne: {<<: [{k: 5}, *x]}",
        """{"a":{"k":1},"b":{"k":1},"c":{"k":1,"l":2},"d":{"k":3},"e":{"k":5}}"""
    )]
    [InlineData(
        "a: !!str 5\nb: !!int '42'\nc: !!binary aGk=\nd: !local x\ne: !!bool 'yes'\nf: !!float 1",
        """{"a":"5","b":42,"c":"hi","d":"x","e":true,"f":1}"""
    )]
    [InlineData("a: |\n  b\n  c\n", """{"a":"b\nc\n"}""")]
    [InlineData("a\n---\nb: [", "\"a\"")]
    [InlineData("", "null")]
    [InlineData("# nothing\n", "null")]
    [InlineData("\uFEFFa: 1", """{"a":1}""")]
    public void Policies_read_yaml_as_opa_does(string yaml, string json)
    {
        new PolicyYaml().Read(yaml).ShouldBe(RegoValue.ParseJson(json));
        Unmarshal(yaml).ShouldBe(RegoValue.ParseJson(json));
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("~: 1")]
    [InlineData("? [a]\n: 1")]
    [InlineData("? {a: 1}\n: 1")]
    [InlineData("a: .inf")]
    [InlineData("a: .NaN")]
    [InlineData("a: !!int x")]
    [InlineData("a: !!binary '?'")]
    [InlineData("a: *b")]
    [InlineData("? &a [*a]\n: 1")]
    [InlineData("&a [*a]")]
    [InlineData("a: {<<: 1}")]
    public void What_has_no_value_is_refused(string yaml)
    {
        Should.Throw<FormatException>(() => new PolicyYaml().Read(yaml)).Message.ShouldContain("ine");
        Unmarshal(yaml).ShouldBeNull();
    }

    [Fact]
    public void A_small_text_makes_no_large_value()
    {
        var yaml = new PolicyYaml();
        string doubled =
            "l0: &l0 [1]\n"
            + string.Concat(Enumerable.Range(1, 60).Select(i => $"l{i}: &l{i} [*l{i - 1}, *l{i - 1}]\n"));
        Should.Throw<FormatException>(() => yaml.Read(doubled)).Message.ShouldContain("expand to too much");
        Should
            .Throw<FormatException>(() =>
                yaml.Read(
                    $"a: &a '{new string('x', 300_000)}'\nb: [{string.Join(", ", Enumerable.Repeat("*a", 20_000))}]"
                )
            )
            .Message.ShouldContain("expand to too much");
        ((RegoObject)yaml.Read(string.Join('\n', doubled.Split('\n')[..15]))).Count.ShouldBe(15);
        string merged =
            "l0: &l0 {x: 1}\n"
            + string.Concat(Enumerable.Range(1, 60).Select(i => $"l{i}: &l{i} {{<<: [*l{i - 1}, *l{i - 1}]}}\n"));
        Should.Throw<FormatException>(() => yaml.Read(merged)).Message.ShouldContain("expand to too much");
        ((RegoObject)yaml.Read(string.Join('\n', merged.Split('\n')[..11])))["l10"]
            .ShouldBe(RegoValue.ParseJson("""{"x":1}"""));
        string wide =
            "a: &a {"
            + string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"k{i}: 1"))
            + "}\n"
            + string.Concat(Enumerable.Range(0, 1_000).Select(i => $"b{i}: {{<<: *a}}\n"));
        Should.Throw<FormatException>(() => yaml.Read(wide)).Message.ShouldContain("merges more than");
        Should
            .Throw<FormatException>(() => yaml.Read(new string('[', 5_000) + new string(']', 5_000)))
            .Message.ShouldContain("1000 levels");
    }

    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        var yaml = new PolicyYaml();
        var value = RegoValue.ParseJson(
            """{"on":["yes","0750","1_000","~","","12:30",true,null,1.5,"a: b"],"1":{"x":"<<"}}"""
        );
        yaml.Read(yaml.Write(value)).ShouldBe(value);
    }

    private static RegoValue? Unmarshal(string yaml) =>
        RegoPolicy
            .Compile([])
            .Prepare("yaml.unmarshal(input)")
            .Evaluate(
                RegoString.Of(yaml),
                new EvaluationOptions { Yaml = new PolicyYaml() },
                TestContext.Current.CancellationToken
            )
            .Value;
}
