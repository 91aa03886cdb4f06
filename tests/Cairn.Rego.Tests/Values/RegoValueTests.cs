using Cairn.Rego.Values;

namespace Cairn.Rego.Tests.Values;

public class RegoValueTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public void Members_are_found_whatever_room_was_asked_for(int capacity)
    {
        var members = new RegoObjectBuilder(capacity);
        for (int count = 0; count < 40; count++)
        {
            members.TryAdd(RegoNumber.Of(count), RegoNumber.Of(count)).ShouldBeTrue();
            for (int key = 0; key <= count; key++)
                members[RegoNumber.Of(key)].ShouldBe(RegoNumber.Of(key));
        }
    }

    [Fact]
    public void Kinds_sort_as_null_booleans_numbers_strings_arrays_objects_sets()
    {
        RegoValue[] ordered =
        [
            RegoNull.Instance,
            false,
            true,
            RegoNumber.Parse("-1.5"),
            0L,
            1L,
            RegoNumber.Parse("1e30"),
            "",
            "a",
            "b",
            "\uFFFF",
            "\U0001F600",
            RegoArray.Empty,
            RegoArray.Of(1L),
            RegoArray.Of(1L, 1L),
            RegoArray.Of(2L),
            RegoObject.Empty,
            RegoObject.Of(("a", 1L)),
            RegoObject.Of(("a", 1L), ("b", 1L)),
            RegoObject.Of(("a", 2L)),
            RegoObject.Of(("b", 1L)),
            RegoSet.Empty,
            RegoSet.Of(1L),
            RegoSet.Of(2L, 1L),
            RegoSet.Of(2L),
        ];
        ordered.Reverse().Order().ShouldBe(ordered);
    }

    [Fact]
    public void Many_members_are_found_and_sorted()
    {
        var set = RegoSet.Of(Enumerable.Range(0, 5000).Select(i => (RegoValue)(long)((i * 7919) % 5000 * 1024)));
        set.Count.ShouldBe(5000);
        set.Contains(1024L).ShouldBeTrue();
        set.Contains(1025L).ShouldBeFalse();
        set.ToArray().ShouldBe(set.Order().ToArray());
    }

    [Fact]
    public void Objects_and_sets_are_equal_whatever_order_they_were_made_in()
    {
        var a = RegoObject.Of(("x", RegoSet.Of(1L, 2L)), (RegoArray.Of(1L), true));
        var b = RegoObject.Of((RegoArray.Of(RegoNumber.Parse("1.0")), true), ("x", RegoSet.Of(2L, 1L)));
        a.ShouldBe(b);
        a.GetHashCode().ShouldBe(b.GetHashCode());
    }

    [Theory]
    [InlineData("""{"b":[1,2.50,null],"a":"x\ny"}""", """{"a":"x\ny","b":[1,2.50,null]}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("\"\\ud83d\\ude00 \\ud83d\"", "\"😀 \uFFFD\"")]
    public void Json_is_read_and_written(string text, string written) =>
        RegoValue.ParseJson(text).ToJson().ShouldBe(written);

    [Fact]
    public void Rego_text_has_sets_and_quotes()
    {
        var value = RegoObject.Of(
            ("a\"\n\u0001", RegoSet.Of(2L, 1L)),
            (1L, RegoSet.Empty),
            ("z", RegoArray.Of(true, RegoNull.Instance))
        );
        value.ToString().ShouldBe("""{1: set(), "a\"\n\x01": {1, 2}, "z": [true, null]}""");
        value.ToJson().ShouldBe("""{"1":[],"a\"\n\u0001":[1,2],"z":[true,null]}""");
    }
}
