using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Storage.Tests;

public sealed class KeyOrderTests
{
    private static readonly string[] Pieces =
    [
        "",
        "a",
        "b",
        "/",
        "\0",
        "é",
        "\uD7FF",
        "\uE000",
        "\uFFFF",
        "😀",
        "😁",
        "\U0010FFFF",
    ];

    [Fact]
    public void It_is_the_order_of_the_utf8_bytes()
    {
        var keys = Gen.Elements(Pieces).ListOf().Select(string.Concat);
        Prop.ForAll(
                keys.Two().ToArbitrary(),
                pair =>
                {
                    var (left, right) = pair;
                    int expected = Encoding
                        .UTF8.GetBytes(left)
                        .AsSpan()
                        .SequenceCompareTo(Encoding.UTF8.GetBytes(right));
                    return Math.Sign(KeyOrder.Instance.Compare(left, right)) == Math.Sign(expected);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Null_comes_first()
    {
        string?[] keys = ["a", null, ""];
        Array.Sort(keys, KeyOrder.Instance);
        keys.ShouldBe([null, "", "a"]);
    }
}
