using System.Text;
using System.Text.Json.Nodes;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Core.Documents;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Cli.Tests;

public sealed class DocumentEditTests
{
    [Theory]
    [InlineData("""{"hosts":["a","b"]}""", "hosts.0=z", """{"hosts":["z","b"]}""")]
    [InlineData("""{"hosts":["a","b"]}""", "hosts.2=c hosts.3=d", """{"hosts":["a","b","c","d"]}""")]
    [InlineData("""{"hosts":[]}""", "hosts.0=a", """{"hosts":["a"]}""")]
    [InlineData("""{"hosts":["a"]}""", "hosts.-=b hosts.-=c", """{"hosts":["a","b","c"]}""")]
    [InlineData("""{"hosts":["a","b","c"]}""", "hosts.0=null hosts.2=null", """{"hosts":["b"]}""")]
    [InlineData("""{"hosts":["a","b","c"]}""", "hosts.0=null hosts.1=x", """{"hosts":["x","c"]}""")]
    [InlineData("""{"hosts":[{"n":1}]}""", "hosts.0.n=2 hosts.1.n=3", """{"hosts":[{"n":2},{"n":3}]}""")]
    [InlineData("""{"m":[[1,2],[3]]}""", "m.0.1=9 m.1.1=4", """{"m":[[1,9],[3,4]]}""")]
    [InlineData("[1,2]", "0=5 2=6", "[5,2,6]")]
    [InlineData("[{\"a\":1}]", "0.a=2", "[{\"a\":2}]")]
    [InlineData("""{"ports":{"80":"http"}}""", "ports.443=https", """{"ports":{"80":"http","443":"https"}}""")]
    [InlineData("""{"a":1}""", "b.c.d=2", """{"a":1,"b":{"c":{"d":2}}}""")]
    [InlineData("""{"pool":{"min":1,"max":2}}""", """pool={"min":3}""", """{"pool":{"min":3}}""")]
    [InlineData("""{"pool":{"min":1}}""", "pool.min=null pool.max=null", """{"pool":{}}""")]
    [InlineData("""{"a":{"b":1}}""", "a.b=null x.y=null", """{"a":{}}""")]
    [InlineData("""{"a":null}""", "a.b=1", """{"a":{"b":1}}""")]
    [InlineData("""{"big":1e400,"exact":1.0}""", "x=2.50", """{"big":1e400,"exact":1.0,"x":2.50}""")]
    [InlineData("{}", """a\.b=1 a\\b=2 \"c=3 d"=4""", """{"a.b":1,"a\\b":2,"\"c":3,"d\"":4}""")]
    [InlineData(null, "a=1", """{"a":1}""")]
    public void A_key_leads_to_its_place(string? document, string edits, string changed)
    {
        var all = edits.Split(' ').Select(DocumentEdit.Of).ToList();
        DocumentEdit.Check(all);
        Text(DocumentEdit.Apply(Bytes(document), all)).ShouldBe(changed);
    }

    [Theory]
    [InlineData("""{"hosts":["a","b"]}""", "hosts.5=x", "has the elements 0 to 1; 2 or - adds one")]
    [InlineData("""{"hosts":["a"]}""", "hosts.x=1", "has one element, 0")]
    [InlineData("""{"hosts":[]}""", "hosts.1=1", "has no elements; 0 or - adds one")]
    [InlineData("""{"hosts":["a"]}""", "hosts.01=1", "hosts.01")]
    [InlineData("""{"hosts":["a"]}""", "hosts.-1=1", "hosts.-1")]
    [InlineData("""{"hosts":["a"]}""", "hosts.1=null", "has one element, 0")]
    [InlineData("""{"hosts":["a"]}""", "hosts.-=null", "has one element, 0")]
    [InlineData("""{"hosts":["a"]}""", "hosts.0.x=1", "'hosts.0' is text, which has no members")]
    [InlineData("""{"n":5}""", "n.x=1", "'n' is a number, which has no members")]
    [InlineData("""{"n":true}""", "n.x=null", "'n' is true or false")]
    [InlineData("5", "x=1", "the document is a number, which has no members. Set it whole, with -f FILE")]
    [InlineData("\"text\"", "0=1", "the document is text")]
    [InlineData("null", "x=1", "the document is null")]
    [InlineData("[1]", "x=1", "the document is an array that has one element, 0")]
    [InlineData("{}", "hosts.0=a", "there is no 'hosts' yet, so that '0' may be an index or a name")]
    [InlineData("{}", "hosts.-=a", "there is no 'hosts' yet")]
    public void A_key_that_leads_nowhere_is_refused_with_what_is_there(string document, string edit, string said) =>
        Should
            .Throw<UsageException>(() => DocumentEdit.Apply(Bytes(document), [DocumentEdit.Of(edit)]))
            .Message.ShouldContain(said);

    [Theory]
    [InlineData("x=1 x=2")]
    [InlineData("x=1 x.y=2")]
    [InlineData("x.y.z=1 x=null")]
    [InlineData("hosts.0=a hosts.0=b")]
    [InlineData("a\\.b=1 a\\.b=2")]
    public void Keys_that_are_about_one_place_contradict_each_other(string edits) =>
        Should
            .Throw<UsageException>(() => DocumentEdit.Check([.. edits.Split(' ').Select(DocumentEdit.Of)]))
            .Message.ShouldContain("contradicts");

    [Theory]
    [InlineData("novalue", "KEY=VALUE")]
    [InlineData("=1", "KEY=VALUE")]
    [InlineData("a..b=1", "between two dots")]
    [InlineData(".a=1", "between two dots")]
    [InlineData("a.=1", "between two dots")]
    [InlineData("\"a.b\"=1", "needs none")]
    [InlineData("a.\"b\"=1", "needs none")]
    [InlineData("a={\"x\":1,\"x\":2}", "twice")]
    public void What_is_no_assignment_is_refused(string text, string said) =>
        Should.Throw<UsageException>(() => DocumentEdit.Of(text)).Message.ShouldContain(said);

    [Fact]
    public void A_key_is_no_deeper_than_a_document_can_be()
    {
        DocumentEdit.Of(string.Join('.', Enumerable.Repeat("a", 64)) + "=1").Key.Steps.Count.ShouldBe(64);
        Should
            .Throw<UsageException>(() => DocumentEdit.Of(string.Join('.', Enumerable.Repeat("a", 60_000)) + "=1"))
            .Message.ShouldContain("64 levels");
    }

    [Theory]
    [InlineData("k=12345e7", "12345e7")]
    [InlineData("k=true", "true")]
    [InlineData("k=null", "null")]
    [InlineData("k=a=b", "a=b")]
    [InlineData("k=", "")]
    public void A_text_is_a_text_whatever_it_looks_like(string text, string value) =>
        JsonNode.Parse(DocumentEdit.Apply(null, [DocumentEdit.OfText(text)]))!["k"]!.GetValue<string>().ShouldBe(value);

    [Theory]
    [InlineData("k=20", "20")]
    [InlineData("k=\"20\"", "\"20\"")]
    [InlineData("k=twenty", "\"twenty\"")]
    [InlineData("k=[1,null]", "[1,null]")]
    [InlineData("k={\"a\":null}", "{\"a\":null}")]
    [InlineData("k=1,2", "\"1,2\"")]
    [InlineData("k=", "\"\"")]
    public void A_value_is_JSON_where_it_is_valid_JSON(string text, string value) =>
        JsonNode.Parse(DocumentEdit.Apply(null, [DocumentEdit.Of(text)]))!["k"]!.ToJsonString().ShouldBe(value);

    [Theory]
    [InlineData(
        "{}",
        """{"hosts":["a"]}""",
        "hosts.0=z",
        "'hosts' is an array below the overlay, which can only replace it whole"
    )]
    [InlineData("{}", """{"host":"db"}""", "host.name=z", "'host' is text below the overlay")]
    [InlineData("""{"p":{}}""", """{"p":{"l":[1]}}""", "p.l.0=null", "'p.l' is an array below the overlay")]
    [InlineData("{}", """{"note":"x"}""", "note=null", "--null 'note' hides it")]
    public void An_overlay_does_not_replace_by_mistake_what_is_below_it(
        string overlay,
        string served,
        string edit,
        string said
    )
    {
        var edits = new[] { DocumentEdit.Of(edit) };
        DocumentEdit.NeedBelow(Bytes(overlay), edits).ShouldBeTrue();
        Should
            .Throw<UsageException>(() => DocumentEdit.Apply(Bytes(overlay), edits, Bytes(served)))
            .Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("{}", """{"pool":{"size":1}}""", "pool.size=2", """{"pool":{"size":2}}""")]
    [InlineData("{}", """{"ports":{"80":1}}""", "ports.443=2", """{"ports":{"443":2}}""")]
    [InlineData("""{"hosts":["o"]}""", """{"hosts":["o"]}""", "hosts.1=p", """{"hosts":["o","p"]}""")]
    [InlineData("{}", "{}", "gone=null", "{}")]
    public void An_overlay_grows_where_the_base_has_objects(
        string overlay,
        string served,
        string edit,
        string changed
    ) => Text(DocumentEdit.Apply(Bytes(overlay), [DocumentEdit.Of(edit)], Bytes(served))).ShouldBe(changed);

    [Fact]
    public void A_null_of_its_own_hides_what_is_below() =>
        Text(DocumentEdit.Apply(Bytes("{}"), [DocumentEdit.OfNull("pool.size")], Bytes("""{"pool":{"size":1}}""")))
            .ShouldBe("""{"pool":{"size":null}}""");

    [Theory]
    [InlineData("""{"a":{"b":1}}""", "a.b=2", false)]
    [InlineData("""{"a":{"b":1}}""", "a.c=2", false)]
    [InlineData("{}", "a=2", false)]
    [InlineData("{}", "a.b=2", true)]
    [InlineData("{}", "a=null", true)]
    public void What_is_below_is_looked_at_where_it_matters(string overlay, string edit, bool needed) =>
        DocumentEdit.NeedBelow(Bytes(overlay), [DocumentEdit.Of(edit)]).ShouldBe(needed);

    [Fact]
    public void Removing_elements_in_any_order_leaves_the_others() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonEmptyArray<bool>>(),
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                (kept, seed) =>
                {
                    int[] removed = [.. Enumerable.Range(0, kept.Get.Length).Where(index => !kept.Get[index])];
                    new Random(seed).Shuffle(removed);
                    var document = new JsonObject
                    {
                        ["l"] = new JsonArray([
                            .. Enumerable.Range(0, kept.Get.Length).Select(index => (JsonNode)index),
                        ]),
                    };
                    byte[] changed = DocumentEdit.Apply(
                        Bytes(document.ToJsonString()),
                        [.. removed.Select(index => DocumentEdit.Of($"l.{index}=null"))]
                    );
                    return JsonNode.Parse(changed)!["l"]!
                        .AsArray()
                        .Select(item => item!.GetValue<int>())
                        .SequenceEqual(Enumerable.Range(0, kept.Get.Length).Where(index => kept.Get[index]));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_set_is_found_at_its_key_whatever_the_names_are() =>
        Prop.ForAll<NonEmptyArray<NonEmptyString>>(
                ArbMap.Default.ArbFor<NonEmptyArray<NonEmptyString>>(),
                names =>
                {
                    string[] steps =
                    [
                        .. names
                            .Get.Take(JsonText.MaxDepth)
                            .Select(name =>
                                "n" + new string([.. name.Get.Where(c => !char.IsSurrogate(c) && c != '=')])
                            ),
                    ];
                    string key = string.Join(
                        '.',
                        steps.Select(step =>
                            step.Replace("\\", "\\\\", StringComparison.Ordinal)
                                .Replace(".", "\\.", StringComparison.Ordinal)
                        )
                    );
                    var found = JsonNode.Parse(DocumentEdit.Apply(null, [DocumentEdit.OfText(key + "=value")]));
                    foreach (string step in steps)
                        found = found![step];
                    return found!.GetValue<string>() == "value";
                }
            )
            .QuickCheckThrowOnFailure();

    private static byte[]? Bytes(string? json) => json is null ? null : Encoding.UTF8.GetBytes(json);

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}
