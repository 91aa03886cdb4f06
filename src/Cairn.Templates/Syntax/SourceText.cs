namespace Cairn.Templates.Syntax;

/// <summary>One template's text with line ends made <c>\n</c>, and the way from an offset to a line and
/// column.</summary>
internal sealed class SourceText
{
    private const int ExcerptWidth = 100;

    public SourceText(string text, string? name, bool keepTrailingNewline)
    {
        if (text.Contains('\r'))
            text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (!keepTrailingNewline && text.EndsWith('\n'))
            text = text[..^1];
        Text = text;
        Name = name;
    }

    public string Text { get; }

    public string? Name { get; }

    public (int Line, int Column) LineAndColumn(int position)
    {
        var before = Text.AsSpan(0, Math.Min(position, Text.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    /// <summary>The line around the position, cut to a readable width, and a caret below.</summary>
    public string Excerpt(int position)
    {
        position = Math.Min(position, Text.Length);
        int start = position == 0 ? 0 : Text.LastIndexOf('\n', position - 1) + 1;
        int end = Text.IndexOf('\n', position);
        end = end < 0 ? Text.Length : end;
        int column = position - start;
        if (column > ExcerptWidth / 2)
            start = position - (ExcerptWidth / 2);
        string line = Text[start..Math.Min(end, start + ExcerptWidth)];
        string number = LineAndColumn(position).Line.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // A tab in the line is repeated below it, so that the caret stands right however wide tabs are shown.
        string indent = string.Concat(line.Take(position - start).Select(c => c == '\t' ? '\t' : ' '));
        return $"{number} | {line}\n{new string(' ', number.Length)} | {indent}^";
    }
}
