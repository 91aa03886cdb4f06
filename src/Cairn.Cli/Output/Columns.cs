using System.Text.Json.Nodes;
using Spectre.Console;

namespace Cairn.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Heading">Above it.</param>
/// <param name="Cell">How a cell is made of an item.</param>
internal sealed record Column(string Heading, Func<JsonNode, string?> Cell)
{
    private const int LeastText = 12;

    /// <summary>To how many characters a cell may be cut where there is no room: sentences and lists, not what one
    /// copies; null for what is of use only whole.</summary>
    public int? Least { get; init; }

    /// <summary>What goes first where there is no room: the highest, from the right; 0 stays.</summary>
    public int Spare { get; init; }

    /// <summary>A column that shows a member; its heading is the member's name unless another is given first.</summary>
    public static Column Of(string heading, string? member = null) =>
        new(
            heading,
            item => item[member ?? heading] is { } value and not JsonArray { Count: 0 } ? Printer.Text(value) : ""
        );

    /// <summary>A column with a time, of which the minute may be enough.</summary>
    public static Column Time(string heading, string? member = null) =>
        Of(heading, member) with
        {
            Least = "2026-11-21T05:35…".Length,
        };

    /// <summary>The same column, which may be cut short and then left out.</summary>
    public Column Shortened(int spare = 1) => this with { Least = LeastText, Spare = spare };

    /// <summary>The same column, which may be left out.</summary>
    public Column Spared(int spare = 1) => this with { Spare = spare };
}

/// <summary>Lays a table out in columns.</summary>
internal static class Columns
{
    private const int Gap = 2;

    /// <summary>Lays a table out.</summary>
    /// <param name="columns">From left to right.</param>
    /// <param name="items">One a line.</param>
    /// <param name="width">How wide a line may be, in cells of a terminal; null for as wide as need be. What must not
    /// be cut or left out makes lines longer than that.</param>
    /// <returns>The lines, headings first, and the headings of the columns that were left out though there is something
    /// in them.</returns>
    public static (IReadOnlyList<string> Lines, IReadOnlyList<string> LeftOut) Lay(
        IReadOnlyList<Column> columns,
        IReadOnlyList<JsonNode> items,
        int? width
    )
    {
        var kept = columns.Select(column => new Laid(column, items)).ToList();
        var filled = kept.Where(laid => !laid.IsEmpty).ToList();
        if (width is { } most)
        {
            for (int over = Width(kept) - most; over > 0; over = Width(kept) - most)
            {
                if (kept.FindLastIndex(laid => laid.Column.Spare > 0 && laid.IsEmpty) is >= 0 and var empty)
                {
                    kept.RemoveAt(empty);
                }
                else if (kept.Where(laid => laid.Excess > 0).MaxBy(laid => laid.Excess) is { } longest)
                {
                    longest.Width -= Math.Min(longest.Excess, over);
                }
                else if (
                    kept.FindLastIndex(laid =>
                        laid.Column.Spare > 0 && laid.Column.Spare == kept.Max(other => other.Column.Spare)
                    )
                    is >= 0
                        and var spare
                )
                {
                    kept.RemoveAt(spare);
                    kept.ForEach(laid => laid.Widen());
                }
                else
                {
                    break;
                }
            }
        }

        return (
            [
                .. Enumerable
                    .Range(0, items.Count + 1)
                    .Select(row =>
                        string.Concat(kept.Select((laid, index) => laid.Text(row, last: index == kept.Count - 1)))
                            .TrimEnd()
                    ),
            ],
            [.. filled.Except(kept).Select(laid => laid.Column.Heading)]
        );
    }

    private static int Width(List<Laid> columns) => columns.Sum(laid => laid.Width) + Gap * (columns.Count - 1);

    private sealed class Laid
    {
        private readonly List<string> _cells;

        public Laid(Column column, IReadOnlyList<JsonNode> items)
        {
            Column = column;
            _cells = [column.Heading.ToUpperInvariant(), .. items.Select(item => SafeText.Of(column.Cell(item) ?? ""))];
            IsEmpty = _cells.Skip(1).All(cell => cell.Length == 0);
            Widen();
        }

        public Column Column { get; }

        public int Width { get; set; }

        /// <summary>By how much it may still be cut.</summary>
        public int Excess => Column.Least is { } least ? Width - Math.Max(least, Column.Heading.Length) : 0;

        public bool IsEmpty { get; }

        /// <summary>Takes back what was cut, for there is more room.</summary>
        public void Widen() => Width = _cells.Max(cell => cell.GetCellWidth());

        public string Text(int row, bool last)
        {
            string cell = _cells[row];
            if (cell.GetCellWidth() > Width)
            {
                int length = cell.Length;
                while (length > 0 && cell[..length].GetCellWidth() > Width - 1)
                    length -= length > 1 && char.IsLowSurrogate(cell[length - 1]) ? 2 : 1;
                cell = cell[..length] + "…";
            }

            return last ? cell : cell + new string(' ', Width - cell.GetCellWidth() + Gap);
        }
    }
}
