using System.Text.Json.Nodes;
using Cairn.Cli.Output;

namespace Cairn.Cli.Tests;

public sealed class JsonPathTests
{
    private const string Document = """
        {"path":"a/b","items":[{"name":"x","n":1},{"name":"y","n":null}],"odd key":{"a.b":true},"text":"plain"}
        """;

    [Theory]
    [InlineData(".path", "\"a/b\"")]
    [InlineData("$.path", "\"a/b\"")]
    [InlineData("{.path}", "\"a/b\"")]
    [InlineData("{$.items[0].name}", "\"x\"")]
    [InlineData(".items[-1].name", "\"y\"")]
    [InlineData(".items[*].name", "\"x\" \"y\"")]
    [InlineData(".items[*].n", "1 null")]
    [InlineData(".items.*", """{"name":"x","n":1} {"name":"y","n":null}""")]
    [InlineData("['odd key'].*", "true")]
    [InlineData("[\"odd key\"]['a.b']", "true")]
    [InlineData(".items[2]", "")]
    [InlineData(".items[-3]", "")]
    [InlineData(".nothing.at.all", "")]
    [InlineData(".text.length", "")]
    [InlineData(".text[0]", "")]
    [InlineData("['path'][0]", "")]
    public void A_path_leads_to_all_there_is(string path, string found) =>
        string.Join(
                ' ',
                new JsonPath(path).Find(JsonNode.Parse(Document)).Select(node => node?.ToJsonString() ?? "null")
            )
            .ShouldBe(found);

    [Theory]
    [InlineData("$")]
    [InlineData("")]
    [InlineData("{}")]
    public void Nothing_but_a_root_is_the_whole(string path) =>
        new JsonPath(path).Find(JsonNode.Parse("5")).Single()!.GetValue<int>().ShouldBe(5);

    [Theory]
    [InlineData("..path")]
    [InlineData("path")]
    [InlineData(".items[")]
    [InlineData(".items[x]")]
    [InlineData(".items[?(@.n==1)]")]
    [InlineData(".items[0:2]")]
    [InlineData(".items[99999999999]")]
    [InlineData("['a]")]
    [InlineData(".")]
    public void What_is_no_path_is_refused_with_the_place(string path) =>
        Should.Throw<UsageException>(() => new JsonPath(path)).Message.ShouldContain("cannot be read from");

    [Theory]
    [InlineData(".a[0]['b']", false)]
    [InlineData(".a[*]", true)]
    [InlineData(".*", true)]
    public void It_is_known_whether_a_path_may_lead_to_several_places(string path, bool isMany) =>
        new JsonPath(path).IsMany.ShouldBe(isMany);
}
