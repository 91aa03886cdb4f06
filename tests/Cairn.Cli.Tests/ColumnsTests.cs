using System.Text.Json.Nodes;
using Cairn.Cli.Output;
using FsCheck;
using FsCheck.Fluent;
using Spectre.Console;

namespace Cairn.Cli.Tests;

public sealed class ColumnsTests
{
    private const string Id = "01a1fc9a9ac97afaa45a8bda7f6e0c8e";

    private static readonly Column[] Columns =
    [
        Column.Of("id"),
        Column.Time("created").Spared(1),
        Column.Of("by").Spared(3),
        Column.Of("resources").Shortened(0),
        Column.Of("message").Shortened(2),
    ];

    private static readonly JsonNode[] Items =
    [
        Item(
            Id,
            "2026-11-21T05:35:53.033Z",
            "admin",
            "put configs/payments/database (prod) and 17 more",
            "大きな接続プールのために変更しました"
        ),
        Item(Id.Replace('0', 'f'), "2026-11-21T05:35:54.033Z", "deploy", "put environments/qa", "first\nsecond"),
    ];

    [Theory]
    [InlineData(50)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(160)]
    public void Lines_fit_and_identifiers_stay_whole(int width)
    {
        var (lines, _) = Output.Columns.Lay(Columns, Items, width);
        lines.Count.ShouldBe(3);
        lines.ShouldAllBe(line => line.GetCellWidth() <= width);
        lines[0].ShouldStartWith("ID  ");
        lines[1].ShouldStartWith(Id);
        lines[2].ShouldStartWith(Id.Replace('0', 'f'));
    }

    [Theory]
    [InlineData(50, "ID RESOURCES", "created by message")]
    [InlineData(80, "ID CREATED RESOURCES MESSAGE", "by")]
    [InlineData(160, "ID CREATED BY RESOURCES MESSAGE", "")]
    public void What_matters_least_goes_first_and_is_named(int width, string headings, string missing)
    {
        var (lines, leftOut) = Output.Columns.Lay(Columns, Items, width);
        lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(headings.Split(' '));
        leftOut.ShouldBe(missing.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Without_a_width_everything_is_there()
    {
        var (lines, leftOut) = Output.Columns.Lay(Columns, Items, width: null);
        lines[1]
            .ShouldBe(
                $"{Id}  2026-11-21T05:35:53.033Z  admin   put configs/payments/database (prod) and 17 more  "
                    + "大きな接続プールのために変更しました"
            );
        lines[2].ShouldEndWith("  first\\nsecond");
        leftOut.ShouldBeEmpty();
    }

    [Fact]
    public void A_time_is_cut_to_the_minute_before_a_column_is_left_out()
    {
        var (lines, leftOut) = Output.Columns.Lay(
            [Column.Time("created"), Column.Of("by").Spared(1)],
            [Item(Id, "2026-11-21T05:35:53.033Z", "admin", "", "")],
            width: 24
        );
        lines.ShouldBe(["CREATED            BY", "2026-11-21T05:35…  admin"]);
        leftOut.ShouldBeEmpty();
    }

    [Fact]
    public void An_empty_column_goes_before_anything_is_cut_and_is_not_missed()
    {
        var (lines, leftOut) = Output.Columns.Lay(
            [Column.Of("id"), Column.Of("by").Spared(1), Column.Of("message").Shortened(2)],
            [Item("1", "", "", "", "a message of some length")],
            width: 28
        );
        lines.ShouldBe(["ID  MESSAGE", "1   a message of some length"]);
        leftOut.ShouldBeEmpty();
    }

    [Fact]
    public void What_must_not_be_cut_makes_a_line_longer()
    {
        var (lines, _) = Output.Columns.Lay(
            [Column.Of("id"), Column.Of("by")],
            [Item(Id, "", "admin", "", "")],
            width: 20
        );
        lines[1].ShouldBe($"{Id}  admin");
    }

    [Fact]
    public void Columns_stand_below_each_other_whatever_is_in_them() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<NonEmptyArray<string>>(),
                Gen.Choose(1, 200).ToArbitrary(),
                (cells, width) =>
                {
                    var items = cells.Get.Select(cell => Item(Id, cell ?? "", "end", "", "")).ToArray();
                    var (lines, _) = Output.Columns.Lay(
                        [Column.Of("id"), Column.Of("created").Shortened(0), Column.Of("by")],
                        items,
                        width
                    );
                    int place = lines[0][..lines[0].LastIndexOf("BY", StringComparison.Ordinal)].GetCellWidth();
                    return lines
                        .Skip(1)
                        .All(line =>
                            line.StartsWith(Id, StringComparison.Ordinal)
                            && line[..^"end".Length].GetCellWidth() == place
                        );
                }
            )
            .QuickCheckThrowOnFailure();

    private static JsonObject Item(string id, string created, string by, string resources, string message) =>
        new()
        {
            ["id"] = id,
            ["created"] = created,
            ["by"] = by,
            ["resources"] = resources,
            ["message"] = message,
        };
}
