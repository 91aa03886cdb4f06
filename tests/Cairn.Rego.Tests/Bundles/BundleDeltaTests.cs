using System.Text;
using Cairn.Rego.Bundles;
using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Bundles;

public class BundleDeltaTests
{
    private static readonly RegoBundle Snapshot = new(
        [new RegoModule("app.rego", "package app\n\nallow if data.users[input.user].admin\n")],
        (RegoObject)RegoValue.ParseJson("""{"users":{"ann":{"admin":true},"a/b":1},"list":[1,2,3]}""")
    )
    {
        Revision = "r1",
        Roots = ["app", "users", "list"],
    };

    private static BundleDelta Read(
        string patch,
        string manifest = """{"revision":"r2"}""",
        params (string Name, string Content)[] others
    )
    {
        var stream = new MemoryStream();
        BundleFiles.Write(
            stream,
            others
                .Append(("patch.json", patch))
                .Append((".manifest", manifest))
                .ToDictionary(file => file.Item1, file => Encoding.UTF8.GetBytes(file.Item2))
        );
        stream.Position = 0;
        return BundleDelta.Read(stream);
    }

    [Theory]
    [InlineData(
        """[{"op":"upsert","path":"/users/bob/admin","value":true}]""",
        """{"list":[1,2,3],"users":{"a/b":1,"ann":{"admin":true},"bob":{"admin":true}}}"""
    )]
    [InlineData(
        """[{"op":"upsert","path":"/users/ann","value":1}]""",
        """{"list":[1,2,3],"users":{"a/b":1,"ann":1}}"""
    )]
    [InlineData(
        """[{"op":"replace","path":"/users/a~1b","value":null}]""",
        """{"list":[1,2,3],"users":{"a/b":null,"ann":{"admin":true}}}"""
    )]
    [InlineData(
        """[{"op":"remove","path":"/users/ann/admin"},{"op":"remove","path":"/users/a~1b"}]""",
        """{"list":[1,2,3],"users":{"ann":{}}}"""
    )]
    [InlineData(
        """[{"op":"upsert","path":"/list/-","value":4},{"op":"upsert","path":"/list/0","value":0},{"op":"remove","path":"/list/1"},{"op":"replace","path":"/list/1","value":9}]""",
        """{"list":[0,9,3,4],"users":{"a/b":1,"ann":{"admin":true}}}"""
    )]
    public void Changes_are_made_in_order(string patch, string data)
    {
        var changed = Read($$"""{"data":{{patch}}}""").Apply(Snapshot);
        changed.Data.ToJson().ShouldBe(data);
        changed.Revision.ShouldBe("r2");
        changed.Modules.ShouldBeSameAs(Snapshot.Modules);
    }

    [Fact]
    public void A_policy_takes_the_new_data_without_compiling_again()
    {
        var policy = Snapshot.Compile();
        var input = RegoValue.ParseJson("""{"user":"bob"}""");
        policy.Prepare("data.app.allow").Evaluate(input).IsUndefined.ShouldBeTrue();
        policy
            .WithData(
                Read("""{"data":[{"op":"upsert","path":"/users/bob","value":{"admin":true}}]}""").Apply(Snapshot).Data
            )
            .Prepare("data.app.allow")
            .Evaluate(input)
            .Value.ShouldBe(RegoBoolean.True);
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/users/bob"}]""", "nothing is there")]
    [InlineData("""[{"op":"replace","path":"/users/bob","value":1}]""", "nothing is there")]
    [InlineData("""[{"op":"upsert","path":"/users/a~1b/x","value":1}]""", "no object or array")]
    [InlineData("""[{"op":"remove","path":"/list/3"}]""", "nothing is there")]
    [InlineData("""[{"op":"upsert","path":"/list/x","value":1}]""", "nothing is there")]
    [InlineData("""[{"op":"upsert","path":"/other","value":1}]""", "do not permit")]
    [InlineData("""[{"op":"upsert","path":"/","value":{}}]""", "do not permit")]
    public void A_change_that_cannot_be_made_changes_nothing(string patch, string message) =>
        Should
            .Throw<BundleException>(() => Read($$"""{"data":{{patch}}}""").Apply(Snapshot))
            .Message.ShouldContain(message);

    [Theory]
    [InlineData("""{"data":[]}""", "lists no changes")]
    [InlineData("""{}""", "lists no changes")]
    [InlineData("""{"data":[{"op":"add","path":"/a","value":1}]}""", "upsert, remove or replace")]
    [InlineData("""{"data":[{"op":"upsert","path":"a","value":1}]}""", "begins with a slash")]
    [InlineData("""{"data":[{"op":"upsert","path":"/a"}]}""", "needs a value")]
    [InlineData("""{"data":[1]}""", "upsert, remove or replace")]
    public void A_malformed_delta_is_refused(string patch, string message) =>
        Should.Throw<BundleException>(() => Read(patch)).Message.ShouldContain(message);

    [Fact]
    public void A_delta_belongs_to_its_roots_and_holds_nothing_else()
    {
        const string patch = """{"data":[{"op":"upsert","path":"/users/x","value":1}]}""";
        Should
            .Throw<BundleException>(() => Read(patch, """{"roots":["users"]}""").Apply(Snapshot))
            .Message.ShouldContain("delta is for roots users");
        Read(patch, """{"roots":["users","list","app"]}""").Apply(Snapshot).Data.ToJson().ShouldContain("\"x\":1");
        Should
            .Throw<BundleException>(() => Read(patch, others: ("p.rego", "package p")))
            .Message.ShouldContain("p.rego found");
        var snapshot = new MemoryStream();
        Snapshot.Write(snapshot);
        snapshot.Position = 0;
        Should.Throw<BundleException>(() => BundleDelta.Read(snapshot)).Message.ShouldContain("no delta");
    }
}
