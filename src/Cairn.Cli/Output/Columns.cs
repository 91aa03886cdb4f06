using System.Text.Json.Nodes;
using Spectre.Console;

namespace Cairn.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Heading">Above it.</param>
/// <param name="Cell">How a cell is made of an item.</param>
internal sealed record Column(string Heading, Func<JsonNode, string?> Cell)
{
    /// <summary>Whether its cells may be cut short where there is no room: sentences and lists, not what one copies.</summary>
    public bool MayShorten { get; init; }

    /// <summary>What goes first where there is no room: the highest, from the right; 0 stays.</summary>
    public int Spare { get; init; }

    /// <summary>A column that shows a member; its heading is the member's name unless another is given first.</summary>
    public static Column Of(string heading, string? member = null) =>
        new(heading, item => item[member ?? heading] is { } value and not JsonArray { Count: 0 } ? Printer.Text(value) : "");

    /// <summary>The same column, which may be cut short and then left out.</summary>
    public Column Shortened(int spare = 1) => this with { MayShorten = true, Spare = spare };

    /// <summary>The same column, which may be left out.</summary>
    public Column Spared(int spare = 1) => this with { Spare = spare };
}

/// <summary>Lays a table out in columns.</summary>
internal static class Columns
{
    private const int Gap = 2;
    private const int LeastWidth = 12;

    /// <summary>Lays a table out.</summary>
    /// <param name="columns">From left to right.</param>
    /// <param name="items">One a line.</param>
    /// <param name="width">How wide a line may be, in cells of a terminal; null for as wide as need be. What must not be cut or left out makes
    /// lines longer than that.</param>
    /// <returns>The lines, headings first, and the headings of the columns that were left out though there is something in them.</returns>
    public static (IReadOnlyList<string> Lines, IReadOnlyList<string> LeftOut) Lay(
        IReadOnlyList<Column> columns, IReadOnlyList<JsonNode> items, int? width)
    {
        var kept = columns.Select(column => new Laid(column, items)).ToList();
        List<string> leftOut = [];
        if (width is { } most)
        {
            for (int over = Width(kept) - most; over > 0; over = Width(kept) - most)
                if (kept.FindLastIndex(laid => laid.Column.Spare > 0 && laid.IsEmpty) is >= 0 and var empty)
                    kept.RemoveAt(empty);
                else if (kept.Where(laid => laid.Column.MayShorten && laid.Width > LeastWidth).MaxBy(laid => laid.Width) is { } longest)
                    longest.Width = Math.Max(LeastWidth, longest.Width - over);
                else if (kept.FindLastIndex(laid => laid.Column.Spare > 0 && laid.Column.Spare == kept.Max(other => other.Column.Spare)) is >= 0 and var spare)
                {
                    leftOut.Insert(0, kept[spare].Column.Heading);
                    kept.RemoveAt(spare);
                    kept.ForEach(laid => laid.Widen());
                }
                else
                    break;
        }

        return ([.. Enumerable.Range(0, items.Count + 1).Select(row => string.Concat(kept.Select((laid, index) => laid.Text(row, last: index == kept.Count - 1))).TrimEnd())], leftOut);
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
