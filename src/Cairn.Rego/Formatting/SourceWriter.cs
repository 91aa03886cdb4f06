using System.Text;
using Cairn.Rego.Syntax;

namespace Cairn.Rego.Formatting;

/// <summary>Text with indentation, into which the comments of a module are put back in order.</summary>
internal sealed class SourceWriter(ModuleNode module)
{
    private readonly StringBuilder _text = new();
    private readonly string[] _lines = module.Text.Split('\n');
    private readonly HashSet<int> _taken = [];
    private int _comment;
    private int _indent;
    private bool _lineStart = true;

    public ModuleNode Module => module;

    public void Write(string text)
    {
        if (text.Length == 0)
            return;
        if (_lineStart)
            _text.Append('\t', _indent);
        _lineStart = false;
        _text.Append(text);
    }

    public void NewLine()
    {
        if (!_lineStart)
            _text.Append('\n');
        _lineStart = true;
    }

    public void Indent() => _indent++;

    public void Outdent() => _indent--;

    /// <summary>An empty line, but no two, and none before the first.</summary>
    public void Blank()
    {
        NewLine();
        if (_text.Length > 0 && !(_text.Length > 1 && _text[^1] == '\n' && _text[^2] == '\n') && _text[^1] == '\n')
            _text.Append('\n');
    }

    /// <summary>Whether an empty line stands before this place, or before the comments right above it.</summary>
    public bool GapBefore(SourceLocation location)
    {
        int row = location.Row - 1;
        while (row > 0 && _lines[row - 1].TrimStart().StartsWith('#'))
            row--;
        return row > 0 && string.IsNullOrWhiteSpace(_lines[row - 1]);
    }

    /// <summary>Whether the line above a place is empty or a comment.</summary>
    public bool ApartFromAbove(SourceLocation location) =>
        location.Row > 1 && _lines[location.Row - 2].AsSpan().Trim() is var above && (above.IsEmpty || above[0] == '#');

    /// <summary>The last row above a place that holds more than a comment.</summary>
    public int CodeRowBefore(SourceLocation location)
    {
        int row = location.Row - 1;
        while (row > 1 && (string.IsNullOrWhiteSpace(_lines[row - 1]) || _lines[row - 1].TrimStart().StartsWith('#')))
            row--;
        return row;
    }

    /// <summary>Writes the comment of a row out of turn.</summary>
    public void TakeComment(int row)
    {
        for (int i = _comment; i < module.Comments.Count && module.Comments[i].Location.Row <= row; i++)
        {
            if (module.Comments[i].Location.Row == row && _taken.Add(i))
                Write(" " + Text(module.Comments[i]));
        }

        while (_taken.Contains(_comment))
            _comment++;
    }

    /// <summary>Whether nothing stands before this place on its line.</summary>
    public bool StartsLine(SourceLocation location) =>
        string.IsNullOrWhiteSpace(_lines[location.Row - 1][..(location.Column - 1)]);

    /// <summary>Writes something that has lines of its own, after the comments before it, with the one behind
    /// it.</summary>
    public void Line(SourceLocation location, int endRow, Action write)
    {
        CommentsBefore(location.Offset);
        write();
        CommentBehind(endRow);
        NewLine();
    }

    /// <summary>The comments that stand before an offset, each on a line.</summary>
    /// <param name="offset">What they stand before.</param>
    /// <param name="apart">Whether an empty line behind the last one stays.</param>
    public void CommentsBefore(int offset, bool apart = false)
    {
        while (_comment < module.Comments.Count && module.Comments[_comment].Location.Offset < offset)
        {
            NewLine();
            var comment = module.Comments[_comment];
            if (
                _comment > 0
                && comment.Location.Row > 1
                && string.IsNullOrWhiteSpace(_lines[comment.Location.Row - 2])
                && !(_text.Length > 0 && _text[^1] is '{' or '[' or '(')
            )
            {
                Blank();
            }

            Write(Text(comment));
            NewLine();
            _comment++;
            int next = comment.Location.Row;
            if (_comment < module.Comments.Count && module.Comments[_comment].Location.Offset < offset)
                continue;
            if ((apart || _indent == 0) && next < _lines.Length && string.IsNullOrWhiteSpace(_lines[next]))
                Blank();
        }
    }

    /// <summary>The comments before an offset that stand behind something, such as an opening brace.</summary>
    public void CommentsBehind(int offset)
    {
        for (
            ;
            _comment < module.Comments.Count
                && module.Comments[_comment].Location.Offset < offset
                && !StartsLine(module.Comments[_comment].Location);
            _comment++
        )
        {
            Write((_lineStart ? "" : " ") + Text(module.Comments[_comment]));
            NewLine();
        }
    }

    /// <summary>The comment at the end of a row.</summary>
    public void CommentBehind(int row)
    {
        while (_comment < module.Comments.Count && module.Comments[_comment].Location.Row <= row)
        {
            if (module.Comments[_comment].Location.Row == row)
            {
                Write((_lineStart ? "" : " ") + Text(module.Comments[_comment]));
            }
            else
            {
                NewLine();
                Write(Text(module.Comments[_comment]));
            }

            NewLine();
            _comment++;
        }
    }

    public void Finish()
    {
        if (_comment < module.Comments.Count && GapBefore(module.Comments[_comment].Location))
            Blank();
        CommentsBefore(int.MaxValue);
        while (_text.Length > 1 && _text[^1] == '\n' && _text[^2] == '\n')
            _text.Length--;
    }

    public override string ToString() => _text.ToString();

    private static string Text(Comment comment) => "#" + comment.Text.TrimEnd();
}
