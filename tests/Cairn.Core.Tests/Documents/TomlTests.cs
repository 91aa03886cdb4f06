using System.Text;
using Cairn.Core.Documents;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Core.Tests.Documents;

/// <summary>TOML as it is read, and as it is read of what was written.</summary>
public sealed class TomlTests
{
    [Theory]
    [InlineData("", "{}")]
    [InlineData("title = \"x\"\n[owner]\nname = 'T'\n", """{"title":"x","owner":{"name":"T"}}""")]
    [InlineData("a.b.c = 1\n[x]\ny = 1.0\n[x.z]\nq = true\n", """{"a":{"b":{"c":1}},"x":{"y":1.0,"z":{"q":true}}}""")]
    [InlineData(
        "[[l]]\nc = 0xff\n[[l]]\nd = 0o17\n[l.m]\ne = 1_000\n",
        """{"l":[{"c":255},{"d":15,"m":{"e":1000}}]}"""
    )]
    [InlineData("a = [1, [2, 'x'], {b = 1}]\n# c\n", """{"a":[1,[2,"x"],{"b":1}]}""")]
    [InlineData(
        "d = 1979-05-27T07:32:00Z\nl = 1979-05-27\nt = 07:32:00\n",
        """{"d":"1979-05-27T07:32:00Z","l":"1979-05-27","t":"07:32:00"}"""
    )]
    [InlineData("x = \"\"\"\na\\\n   b\"\"\"\n\"quoted key\" = 1e3\n", """{"x":"ab","quoted key":1000.0}""")]
    [InlineData("\uFEFFa = 5e-7\n", """{"a":5E-07}""")]
    public void Tables_arrays_and_values_become_JSON(string toml, string json) => Read(toml).ShouldBe(json);

    [Theory]
    [InlineData("a = 1\na = 2", "a")]
    [InlineData("[t]\nx = 1\n[t]\ny = 2", "t")]
    [InlineData("a = {b = 1}\n[a.c]\n", "a")]
    [InlineData("a = nan", "NaN")]
    [InlineData("a = 1e400", "Infinity")]
    [InlineData("a = 99999999999999999999", "integer")]
    [InlineData("a = \n", "line 1")]
    [InlineData("= 1", "line 1")]
    [InlineData("[a\nb = 1", "line")]
    public void What_is_wrong_is_told_in_a_sentence(string toml, string part)
    {
        var problem = Should.Throw<ProblemException>(() => Read(toml)).Problem;
        problem.Kind.ShouldBe(ProblemKind.Invalid);
        problem.Detail.ShouldContain(part);
        problem.Detail.ShouldEndWith(".");
        problem.Detail.ShouldNotContain("TomlSerializer");
    }

    [Theory]
    [InlineData("a = ", "[", 100_000)]
    [InlineData("", "a.", 100_000)]
    [InlineData("[", "a.", 100_000)]
    [InlineData("a = ", "{a=", 100_000)]
    public void Depth_is_refused_before_it_is_followed(string before, string step, int count) =>
        Should.Throw<ProblemException>(() => Read(before + string.Concat(Enumerable.Repeat(step, count)) + "b"));

    [Fact]
    public void What_is_written_is_read_as_the_same()
    {
        string[] documents =
        [
            """{"a":"x","b":1,"c":1.5,"d":true,"e":{"f":[1,2,{"g":"h"}]},"i":[{"j":1},{"k":{"l":2}}]}""",
            """{"with space":{"\"q\"":"\n\t\\"},"":{"":0}}""",
            """{"a":[[],[{}],["☃"]],"n":-0.5,"big":9223372036854775807}""",
        ];
        foreach (string json in documents)
            Read(Encoding.UTF8.GetString(DocumentFormat.Toml.Write(Encoding.UTF8.GetBytes(json)))).ShouldBe(json);
    }

    [Fact]
    public void Any_text_is_a_document_or_a_problem() =>
        Prop.ForAll(
                Gen.Elements(
                        "a",
                        "=",
                        "[",
                        "]",
                        "[[",
                        "]]",
                        "{",
                        "}",
                        ",",
                        ".",
                        "\n",
                        "\"",
                        "'",
                        "\"\"\"",
                        "1",
                        "0x",
                        "1979-05-27",
                        "_",
                        "#",
                        " ",
                        "\u0000",
                        "☃",
                        "\\u",
                        "inf"
                    )
                    .ArrayOf()
                    .Select(string.Concat)
                    .ToArbitrary(),
                toml =>
                {
                    try
                    {
                        JsonText.Parse(Encoding.UTF8.GetBytes(Read(toml))).Dispose();
                    }
                    catch (ProblemException)
                    {
                        // Refused, as most of it should be.
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    private static string Read(string toml) =>
        Encoding.UTF8.GetString(DocumentFormat.Toml.ToJson(Encoding.UTF8.GetBytes(toml)));
}
