using System.Text;
using Cairn.Core.Documents;

namespace Cairn.Core.Tests.Documents;

/// <summary>Dotenv: what lines mean, and how values are written so that all readers agree.</summary>
public sealed class DotenvTests
{
    private static string Read(string text) =>
        Encoding.UTF8.GetString(DocumentFormat.Dotenv.ToJson(Encoding.UTF8.GetBytes(text)));

    private static string Write(string json) =>
        Encoding.UTF8.GetString(DocumentFormat.Dotenv.Write(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("SIZE=5\" disk", """{"SIZE":"5\" disk"}""")]
    [InlineData("MOTTO=it's", """{"MOTTO":"it's"}""")]
    [InlineData("A=x'y\"z # c", """{"A":"x'y\"z"}""")]
    [InlineData("A=a#b\nB= # c\nC=#fff", """{"A":"a#b","B":"","C":"#fff"}""")]
    [InlineData("A='x\ny' # c\nB=\"x\\ny\\\"\\$\\d\"", """{"A":"x\ny","B":"x\ny\"$\\d"}""")]
    [InlineData("export A = 1 \r\n\r\n# c\nb.c-d=2", """{"A":"1","b.c-d":"2"}""")]
    [InlineData("NAME=app\nTITLE=\"${NAME} v1\"", """{"NAME":"app","TITLE":"${NAME} v1"}""")]
    [InlineData("\uFEFFA=1", """{"A":"1"}""")]
    public void Lines_are_read(string text, string json) => Read(text).ShouldBe(json);

    [Theory]
    [InlineData("A=\"x")]
    [InlineData("A='it's'")]
    [InlineData("A=\"x\\\"")]
    [InlineData("export A")]
    [InlineData("1A=x")]
    [InlineData("A: x")]
    [InlineData("A=1\nB=\"2\n3\"\nA=4")]
    public void What_is_no_line_of_it_is_refused(string text) =>
        Should
            .Throw<ProblemException>(() => Read(text))
            .Problem.Detail.ShouldContain(text.EndsWith("A=4", StringComparison.Ordinal) ? "Line 4" : "Line 1");

    [Theory]
    [InlineData("""{"pw":"k9$HOME\\n\"q"}""", "PW='k9$HOME\\n\"q'\n")]
    [InlineData("""{"a":"line\ntwo"}""", "A='line\ntwo'\n")]
    [InlineData("""{"a":"it's"}""", "A=\"it's\"\n")]
    [InlineData("""{"a":"C:\\dir\\"}""", "A=C:\\dir\\\n")]
    [InlineData("""{"a":"{\"k\":\"it's\"}"}""", "A={\"k\":\"it's\"}\n")]
    [InlineData("""{"a":"x\r\ny"}""", "A=\"x\\r\\ny\"\n")]
    [InlineData("""{"a":"","b":null,"c":true,"d":1.50,"e":" x"}""", "A=\nB=\nC=true\nD=1.50\nE=' x'\n")]
    [InlineData("""{"a":"😀"}""", "A='😀'\n")]
    public void Values_are_written_as_all_readers_take_them(string json, string text) => Write(json).ShouldBe(text);

    [Theory]
    [InlineData(
        """{"no_proxy":"localhost","NAME":"app","TITLE":"${NAME} v1"}""",
        "no_proxy=localhost\nNAME=app\nTITLE='${NAME} v1'\n"
    )]
    [InlineData("""{"no_proxy":"x","port":1}""", "NO_PROXY=x\nPORT=1\n")]
    [InlineData("""{"Path":"x","db":{"url":"y"}}""", "PATH=x\nDB_URL=y\n")]
    [InlineData("""{"my-key":"x","B":1}""", "MY_KEY=x\nB=1\n")]
    [InlineData("""{"1a":["x"]}""", "_1A_0=x\n")]
    public void Names_of_an_environment_are_kept_and_others_made(string json, string text) =>
        Write(json).ShouldBe(text);

    [Theory]
    [InlineData("""{"k":"a\u0000b"}""")]
    [InlineData("""{"ö":"x"}""")]
    [InlineData("""{"k":{"naïve":"x"}}""")]
    [InlineData("""{"":"x"}""")]
    [InlineData("""{"_":{"":"x"}}""")]
    [InlineData("""{"a-b":1,"a_b":2}""")]
    [InlineData("""{"k":"'\n\""}""")]
    [InlineData("""{"k":"'\" # \\"}""")]
    public void What_no_line_can_hold_is_refused(string json) =>
        Should.Throw<ProblemException>(() => Write(json)).Problem.Kind.ShouldBe(ProblemKind.Unprocessable);

    [Fact]
    public void Values_come_out_as_they_went_in()
    {
        string[] pieces =
        [
            "'",
            "\"",
            "\\",
            "\n",
            "\r",
            "$",
            "`",
            "#",
            " ",
            "\t",
            "x",
            "é",
            "😀",
            "${X}",
            "\\n",
            "=",
            "\u2028",
        ];
        var random = new Random(12);
        int same = 0;
        for (int i = 0; i < 30_000; i++)
        {
            string value = string.Concat(
                Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)])
            );
            byte[] json = JsonText.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("A", value);
                writer.WriteEndObject();
            });
            try
            {
                DocumentFormat.Dotenv.ToJson(DocumentFormat.Dotenv.Write(json)).ShouldBe(json, value);
                same++;
            }
            catch (ProblemException)
            {
                // Not to be written so that all agree.
            }
        }

        same.ShouldBeGreaterThan(15_000);
    }
}
