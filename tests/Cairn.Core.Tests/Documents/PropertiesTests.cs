using System.Text;
using Cairn.Core.Documents;

namespace Cairn.Core.Tests.Documents;

/// <summary>Java properties: what they mean, what they may make, and what comes out again.</summary>
public sealed class PropertiesTests
{
    private static string Read(string text, WorkLimits? limits = null)
    {
        using var budget = new WorkBudget(CancellationToken.None, limits);
        return Encoding.UTF8.GetString(DocumentFormat.Properties.ToJson(Encoding.UTF8.GetBytes(text), budget));
    }

    private static string Write(string json) =>
        Encoding.UTF8.GetString(DocumentFormat.Properties.Write(Encoding.UTF8.GetBytes(json)));

    private static Problem Refused(string text) => Should.Throw<ProblemException>(() => Read(text)).Problem;

    [Theory]
    [InlineData("server.ssl=true\nserver.ssl.key-store=/k", """{"server":{"ssl":"true","ssl.key-store":"/k"}}""")]
    [InlineData("server.ssl.key-store=/k\nserver.ssl=true", """{"server":{"ssl.key-store":"/k","ssl":"true"}}""")]
    [InlineData("a=1\na.b=2\na.b.c=3", """{"a":"1","a.b":"2","a.b.c":"3"}""")]
    [InlineData("a=1\na[0]=2", """{"a":"1","a[0]":"2"}""")]
    [InlineData("=1\n.a=2", """{"":"1",".a":"2"}""")]
    public void A_key_may_have_a_value_and_others_below_it(string text, string json)
    {
        Read(text).ShouldBe(json);
        Read(Write(json)).ShouldBe(json);
    }

    [Theory]
    [InlineData(".handlers=x", """{"":{"handlers":"x"}}""")]
    [InlineData("..a=x", """{"":{"":{"a":"x"}}}""")]
    [InlineData("a.=x", """{"a":{"":"x"}}""")]
    [InlineData("a..b=x", """{"a":{"":{"b":"x"}}}""")]
    [InlineData("[0]=x", """{"[0]":"x"}""")]
    [InlineData("a[b]=x", """{"a[b]":"x"}""")]
    [InlineData("a[0]b[1]=x", """{"a[0]b":[null,"x"]}""")]
    [InlineData("a[]=x", """{"a[]":"x"}""")]
    [InlineData("a[0][1].b=x", """{"a":[[null,{"b":"x"}]]}""")]
    public void Dots_and_brackets_come_out_where_they_went_in(string text, string json)
    {
        Read(text).ShouldBe(json);
        Write(json).ShouldContain(text + "\n");
    }

    [Theory]
    [InlineData("k=a\\\n   b\\\r\n\tc", """{"k":"abc"}""")]
    [InlineData("k=a\\\\\nb=c", """{"k":"a\\","b":"c"}""")]
    [InlineData("k=a\\\n# b", """{"k":"a# b"}""")]
    [InlineData("k=a\\", """{"k":"a"}""")]
    [InlineData("k a:b", """{"k":"a:b"}""")]
    [InlineData("k\\ 1 \\= : v ", """{"k 1":"= : v "}""")]
    [InlineData("  # c\n! c\n\f k = v", """{"k":"v"}""")]
    [InlineData("a=1\rb=2", """{"a":"1","b":"2"}""")]
    [InlineData("a=x\u2028y\u0085z", "{\"a\":\"x\\u2028y\\u0085z\"}")]
    [InlineData("k=\\ud83d\\ude00 \\z", """{"k":"\uD83D\uDE00 z"}""")]
    public void Lines_are_read_as_Java_reads_them(string text, string json) => Read(text).ShouldBe(json);

    [Theory]
    [InlineData("k=\\udc00x")]
    [InlineData("k=x\\ud83d")]
    [InlineData("k\\ud83dx=1")]
    [InlineData("k=\\ude00\\ud83d")]
    [InlineData("k=\\uD83D\\uD83D\\uDE00")]
    public void Half_of_a_surrogate_pair_is_no_text(string text) => Refused(text).Kind.ShouldBe(ProblemKind.Invalid);

    [Theory]
    [InlineData("""{"msg":"naïve ☃"}""", "msg=na\\u00efve \\u2603\n")]
    [InlineData("""{"ключ":"😀"}""", "\\u043a\\u043b\\u044e\\u0447=\\ud83d\\ude00\n")]
    [InlineData("""{"a b":" c\t","#":"\u007f\u0000"}""", "a\\ b=\\ c\\t\n\\#=\\u007f\\u0000\n")]
    [InlineData("""{"a":[true,null,1.50]}""", "a[0]=true\na[1]=\na[2]=1.50\n")]
    public void What_is_written_is_ASCII(string json, string text) => Write(json).ShouldBe(text);

    [Fact]
    public void Two_members_of_one_name_are_refused() =>
        Should
            .Throw<ProblemException>(() => Write("""{"a.b":1,"a":{"b":2}}"""))
            .Problem.Kind.ShouldBe(ProblemKind.Unprocessable);

    [Fact]
    public void A_value_over_many_lines_is_put_together_once() =>
        Read("k=a" + string.Concat(Enumerable.Repeat("\\\n c", 200_000))).Length.ShouldBe(200_008 + 1);

    [Fact]
    public void Items_without_a_value_are_limited_in_all_lists_together()
    {
        Refused(string.Concat(Enumerable.Range(0, 200).Select(i => $"m{i}[9999]=1\n")))
            .Kind.ShouldBe(ProblemKind.TooLarge);
        Refused("a[5000]=1\nb[5001]=1").Kind.ShouldBe(ProblemKind.TooLarge);
        Refused("a[10001]=1").Kind.ShouldBe(ProblemKind.Invalid);
        Refused("a[99999999999999999999]=1").Kind.ShouldBe(ProblemKind.Invalid);
        Read("a[2]=1\na[0]=2").ShouldBe("""{"a":["2",null,"1"]}""");
        Read(string.Concat(Enumerable.Range(0, 30_000).Select(i => $"m{i % 4}[{i / 4}]=1\n"))).ShouldEndWith("\"1\"]}");
    }

    [Theory]
    [InlineData(".a")]
    [InlineData("[0]")]
    [InlineData(".")]
    public void A_key_of_many_steps_is_refused_before_anything_is_built(string step)
    {
        Refused("k" + string.Concat(Enumerable.Repeat(step, 9_000)) + "=1").Detail.ShouldContain("64 levels");
        Refused("k" + string.Concat(Enumerable.Repeat(step, 64)) + "=1").Detail.ShouldContain("64 levels");
        JsonText.Parse(Encoding.UTF8.GetBytes(Read("k" + string.Concat(Enumerable.Repeat(step, 63)) + "=1"))).Dispose();
    }

    [Fact]
    public void The_budget_is_charged_for_what_is_read() =>
        Should
            .Throw<ProblemException>(() =>
                Read(
                    string.Concat(Enumerable.Range(0, 2000).Select(i => $"m{i}=1\n")),
                    WorkLimits.Default with
                    {
                        Nodes = 1000,
                    }
                )
            )
            .Problem.Kind.ShouldBe(ProblemKind.TooLarge);

    [Theory]
    [InlineData("properties")]
    [InlineData("dotenv")]
    [InlineData("yaml")]
    [InlineData("toml")]
    public void A_long_name_over_many_members_is_refused_while_the_text_is_small(string format)
    {
        string members = string.Join(',', Enumerable.Range(0, 40_000).Select(i => $"\"k{i}\":{{\"a\":[{{}}]}}"));
        string leaves = string.Join(',', Enumerable.Range(0, 40_000).Select(i => $"\"k{i}\":1"));
        string deep = string.Concat(Enumerable.Repeat("[", 60)),
            items = string.Join(',', Enumerable.Repeat("1", 100_000));
        string json =
            format == "yaml"
                ? $"{deep}[{items}]{new string(']', 60)}"
                : $"{{\"{new string('n', 300_000)}\":{{{(format == "toml" ? members : leaves)}}}}}";
        var problem = Should
            .Throw<ProblemException>(() => DocumentFormat.ByName(format).Write(Encoding.UTF8.GetBytes(json)))
            .Problem;
        problem.Kind.ShouldBe(ProblemKind.TooLarge);
        problem.Detail.ShouldContain("characters");
    }

    [Fact]
    public void Random_properties_are_read_or_refused_and_come_out_the_same()
    {
        string[] pieces =
        [
            "a",
            "b",
            ".",
            "[0]",
            "[1]",
            "[",
            "]",
            "=",
            ":",
            " ",
            "\\",
            "\\u00e9",
            "\\ud83d",
            "\n",
            "\r",
            "#",
            "!",
            "\t",
            "é",
            "1",
            "\\\n",
        ];
        var random = new Random(1995);
        int same = 0;
        for (int i = 0; i < 30_000; i++)
        {
            string text = string.Concat(
                Enumerable.Range(0, random.Next(1, 20)).Select(_ => pieces[random.Next(pieces.Length)])
            );
            try
            {
                string json = Read(text);
                Read(Write(json)).ShouldBe(json.Replace("null", "\"\"", StringComparison.Ordinal), text);
                same++;
            }
            catch (ProblemException)
            {
                // Refused, as some of it should be.
            }
        }

        same.ShouldBeGreaterThan(3000);
    }
}
