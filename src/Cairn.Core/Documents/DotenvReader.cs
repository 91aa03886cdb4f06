using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.Core.Documents;

/// <summary>The lines of a dotenv file, one variable after the other.</summary>
internal sealed partial class DotenvReader(string text)
{
    private int _at;
    private int _start;

    /// <summary>The next variable; null at the end.</summary>
    /// <exception cref="ProblemException">A line is neither a variable, nor a comment, nor blank.</exception>
    public (string Name, string Value)? Next()
    {
        while (_at < text.Length)
        {
            _start = _at;
            SkipBlanks();
            if (AtLineEnd || text[_at] == '#')
            {
                SkipLine();
                continue;
            }

            var name = Name().Match(text, _at);
            if (!name.Success)
                throw Bad("is not NAME=value");
            _at += name.Length;
            SkipBlanks();
            string value = AtLineEnd
                ? ""
                : text[_at] switch
                {
                    '\'' => SingleQuoted(),
                    '"' => DoubleQuoted(),
                    _ => Bare(),
                };
            return (name.Groups[1].Value, value);
        }

        return null;
    }

    /// <summary>That the variable read last, or the one that could not be read, is wrong.</summary>
    public ProblemException Bad(string what) =>
        new(ProblemKind.Invalid, $"Line {text.AsSpan(0, _start).Count('\n') + 1} {what}.");

    private bool AtLineEnd => _at == text.Length || text[_at] is '\n' or '\r';

    private string SingleQuoted()
    {
        int end = text.IndexOf('\'', _at + 1);
        if (end < 0)
            throw Bad("has a ' that is not closed");
        string value = text[(_at + 1)..end];
        EndQuoted(end);
        return value;
    }

    private string DoubleQuoted()
    {
        var value = new StringBuilder();
        int i = _at + 1;
        for (; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                value.Append(text[i]);
                continue;
            }

            // A backslash before anything else is one.
            value.Append(
                text[++i] switch
                {
                    'n' => "\n",
                    'r' => "\r",
                    't' => "\t",
                    '\\' or '"' or '$' or '`' => text.AsSpan(i, 1),
                    _ => text.AsSpan(i - 1, 2),
                }
            );
        }

        if (i == text.Length)
            throw Bad("has a \" that is not closed");
        EndQuoted(i);
        return value.ToString();
    }

    private void EndQuoted(int quote)
    {
        _at = quote + 1;
        SkipBlanks();
        if (!AtLineEnd && text[_at] != '#')
            throw Bad("goes on after the closing quote");
        SkipLine();
    }

    // To the end of the line, or to a # with a blank before it.
    private string Bare()
    {
        int start = _at;
        while (!AtLineEnd && !(text[_at] == '#' && text[_at - 1] is (' ' or '\t')))
            _at++;
        string value = text[start.._at].TrimEnd(' ', '\t');
        SkipLine();
        return value;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
            _at++;
    }

    private void SkipLine()
    {
        int end = text.AsSpan(_at).IndexOfAny('\n', '\r');
        _at = end < 0 ? text.Length : _at + end + (text.AsSpan(_at + end).StartsWith("\r\n") ? 2 : 1);
    }

    [GeneratedRegex(@"\G(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=")]
    private static partial Regex Name();
}
