using System.Globalization;
using System.Text;

namespace Cairn.Rego.GraphQl;

/// <summary>What a token of a GraphQL document is (GraphQL specification, October 2021, section 2.1).</summary>
internal enum GraphQlTokenKind
{
    Invalid,
    End,
    Punctuator,
    Name,
    Int,
    Float,
    String,
    BlockString,
}

/// <summary>A token: its text (of strings, their value), and where it stands.</summary>
internal readonly record struct GraphQlToken(GraphQlTokenKind Kind, string Text, int Line, int Column)
{
    /// <summary>How messages call it.</summary>
    public string Description =>
        Kind switch
        {
            GraphQlTokenKind.Invalid => "<Invalid>",
            GraphQlTokenKind.End => "<EOF>",
            GraphQlTokenKind.Punctuator => Text,
            _ => Text.Length == 0 ? Kind.ToString() : $"{Kind} \"{Text}\"",
        };

    public bool Is(string punctuator) => Kind == GraphQlTokenKind.Punctuator && Text == punctuator;

    public bool IsName(string name) => Kind == GraphQlTokenKind.Name && Text == name;
}

/// <summary>A document that is not GraphQL.</summary>
internal sealed class GraphQlException(string message, int line, int column)
    : Exception(
        string.Create(CultureInfo.InvariantCulture, $"{message} in GraphQL string at location {line}:{column}")
    );

/// <summary>Cuts a GraphQL document into tokens, one at a time.</summary>
internal sealed class GraphQlLexer(string text)
{
    private int _position;
    private int _line = 1;
    private int _lineStart;

    private int Column => _position - _lineStart + 1;

    public GraphQlToken Next()
    {
        SkipIgnored();
        var (line, column) = (_line, Column);
        if (_position >= text.Length)
            return new GraphQlToken(GraphQlTokenKind.End, "", line, column);
        char c = text[_position];
        if (c is '!' or '$' or '&' or '(' or ')' or ':' or '=' or '@' or '[' or ']' or '{' or '|' or '}')
            return Token(GraphQlTokenKind.Punctuator, 1, line, column);
        if (text.AsSpan(_position).StartsWith("..."))
            return Token(GraphQlTokenKind.Punctuator, 3, line, column);
        if (IsNameStart(c))
        {
            int length = 1;
            while (IsNameStart(At(_position + length)) || char.IsAsciiDigit(At(_position + length)))
                length++;
            return Token(GraphQlTokenKind.Name, length, line, column);
        }

        if (c == '-' || char.IsAsciiDigit(c))
            return Number(line, column);
        if (text.AsSpan(_position).StartsWith("\"\"\""))
            return BlockString(line, column);
        return c == '"' ? String(line, column) : Invalid(line, column);
    }

    private static bool IsNameStart(char c) => c == '_' || char.IsAsciiLetter(c);

    private char At(int position) => position < text.Length ? text[position] : '\0';

    private GraphQlToken Token(GraphQlTokenKind kind, int length, int line, int column)
    {
        string value = text.Substring(_position, length);
        _position += length;
        return new GraphQlToken(kind, value, line, column);
    }

    private GraphQlToken Invalid(int line, int column)
    {
        _position = text.Length;
        return new GraphQlToken(GraphQlTokenKind.Invalid, "", line, column);
    }

    private void SkipIgnored()
    {
        while (_position < text.Length)
        {
            char c = text[_position];
            if (c == '#')
            {
                while (_position < text.Length && text[_position] is not ('\n' or '\r'))
                    _position++;
            }
            else if (c is ' ' or '\t' or ',' or '\uFEFF')
            {
                _position++;
            }
            else if (c is '\n' or '\r')
            {
                NewLine();
            }
            else
            {
                return;
            }
        }
    }

    private void NewLine()
    {
        _position += text[_position] == '\r' && At(_position + 1) == '\n' ? 2 : 1;
        _line++;
        _lineStart = _position;
    }

    private GraphQlToken Number(int line, int column)
    {
        int end = _position + (text[_position] == '-' ? 1 : 0);
        int digits = end;
        end = Digits(end);
        if (end == digits || (text[digits] == '0' && end > digits + 1))
            return Invalid(line, column);
        bool isFloat = false;
        if (At(end) == '.')
        {
            isFloat = true;
            int fraction = end + 1;
            end = Digits(fraction);
            if (end == fraction)
                return Invalid(line, column);
        }

        if (At(end) is 'e' or 'E')
        {
            isFloat = true;
            int exponent = end + (At(end + 1) is '+' or '-' ? 2 : 1);
            end = Digits(exponent);
            if (end == exponent)
                return Invalid(line, column);
        }

        return Token(isFloat ? GraphQlTokenKind.Float : GraphQlTokenKind.Int, end - _position, line, column);
    }

    private int Digits(int position)
    {
        while (char.IsAsciiDigit(At(position)))
            position++;
        return position;
    }

    private GraphQlToken String(int line, int column)
    {
        var value = new StringBuilder();
        _position++;
        while (_position < text.Length)
        {
            char c = text[_position++];
            switch (c)
            {
                case '"':
                    return new GraphQlToken(GraphQlTokenKind.String, value.ToString(), line, column);
                case '\n' or '\r':
                    return Invalid(line, column);
                case '\\' when At(_position) == 'u':
                    if (
                        !ushort.TryParse(
                            text.AsSpan(_position + 1, Math.Min(4, text.Length - _position - 1)),
                            NumberStyles.AllowHexSpecifier,
                            CultureInfo.InvariantCulture,
                            out ushort code
                        )
                    )
                    {
                        return Invalid(line, column);
                    }

                    value.Append((char)code);
                    _position += 5;
                    break;
                case '\\':
                    const string Escapes = "\"\\/bfnrt";
                    int escape = Escapes.IndexOf(At(_position++), StringComparison.Ordinal);
                    if (escape < 0)
                        return Invalid(line, column);
                    value.Append("\"\\/\b\f\n\r\t"[escape]);
                    break;
                default:
                    value.Append(c);
                    break;
            }
        }

        return Invalid(line, column);
    }

    private GraphQlToken BlockString(int line, int column)
    {
        var value = new StringBuilder();
        _position += 3;
        while (_position < text.Length)
        {
            var rest = text.AsSpan(_position);
            if (rest.StartsWith("\"\"\""))
            {
                _position += 3;
                return new GraphQlToken(GraphQlTokenKind.BlockString, Dedent(value.ToString()), line, column);
            }

            if (rest.StartsWith("\\\"\"\""))
            {
                value.Append("\"\"\"");
                _position += 4;
            }
            else if (rest[0] is '\n' or '\r')
            {
                value.Append('\n');
                NewLine();
            }
            else
            {
                value.Append(rest[0]);
                _position++;
            }
        }

        return Invalid(_line, Column);
    }

    // BlockStringValue(): the indentation that all lines but the first share goes, and blank lines at both ends.
    private static string Dedent(string raw)
    {
        string[] lines = raw.Split('\n');
        int common = int.MaxValue;
        foreach (string line in lines.Skip(1))
        {
            int indent = line.Length - line.TrimStart(' ', '\t').Length;
            if (indent < line.Length)
                common = Math.Min(common, indent);
        }

        if (common < int.MaxValue)
        {
            for (int i = 1; i < lines.Length; i++)
                lines[i] = lines[i].Length < common ? "" : lines[i][common..];
        }

        int first = Array.FindIndex(lines, line => line.Trim(' ', '\t').Length > 0);
        int last = Array.FindLastIndex(lines, line => line.Trim(' ', '\t').Length > 0);
        return first < 0 ? "" : string.Join('\n', lines[first..(last + 1)]);
    }
}
