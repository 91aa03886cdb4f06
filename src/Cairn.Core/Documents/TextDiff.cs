using System.Text;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Cairn.Core.Documents;

/// <summary>A difference for people: lines with <c>-</c>, <c>+</c> or a space before them, and <c>@@</c> where equal
/// lines are left out.</summary>
public static class TextDiff
{
    private const int Context = 3;

    /// <summary>Between the first and the last line that differ, in both texts together: comparing costs the square of
    /// it.</summary>
    public const int MaxLines = 2_000;

    /// <summary>Compares two texts by line; empty when they are equal, a sentence when they differ in more than
    /// <see cref="MaxLines"/>.</summary>
    public static string Of(string from, string to)
    {
        int changed = Changed(from.AsSpan(), to.AsSpan());
        if (changed > MaxLines)
            return $"@@ too different to show: {changed} lines from the first that differs to the last\n";
        var lines = new InlineDiffBuilder(new Differ()).BuildDiffModel(from, to).Lines;
        bool[] shown = new bool[lines.Count];
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].Type != ChangeType.Unchanged)
            {
                for (int near = Math.Max(0, i - Context); near <= Math.Min(lines.Count - 1, i + Context); near++)
                    shown[near] = true;
            }
        }

        var text = new StringBuilder();
        for (int i = 0; i < lines.Count; i++)
        {
            if (!shown[i])
                continue;
            if (i > 0 && !shown[i - 1])
                text.Append("@@\n");
            text.Append(
                    lines[i].Type switch
                    {
                        ChangeType.Inserted => '+',
                        ChangeType.Deleted => '-',
                        _ => ' ',
                    }
                )
                .Append(lines[i].Text)
                .Append('\n');
        }

        return text.ToString();
    }

    private static int Changed(ReadOnlySpan<char> from, ReadOnlySpan<char> to)
    {
        int head = from.CommonPrefixLength(to);
        from = from[head..];
        to = to[head..];
        int tail = 0;
        while (tail < Math.Min(from.Length, to.Length) && from[^(tail + 1)] == to[^(tail + 1)])
            tail++;
        return from.IsEmpty && to.IsEmpty ? 0 : from[..^tail].Count('\n') + to[..^tail].Count('\n') + 2;
    }
}
