namespace Cairn.Rego.Syntax;

/// <summary>Cuts a text into tokens, one at a time: the parser may go back, or read the text of a template
/// itself.</summary>
internal sealed class Lexer(string text, string file)
{
    private readonly List<Comment> _comments = [];
    private int _offset;
    private int _row = 1;
    private int _lineStart;

    public string Text => text;

    public IReadOnlyList<Comment> Comments => _comments;

    public (int Offset, int Row, int LineStart) Position
    {
        get => (_offset, _row, _lineStart);
        set => (_offset, _row, _lineStart) = value;
    }

    public SourceLocation Location(int offset) => new(file, _row, offset - _lineStart + 1, offset);

    public SourceLocation Location(in Token token) => new(file, token.Row, token.Column, token.Start);

    public Token Next()
    {
        bool blank = false,
            newline = false;
        while (_offset < text.Length)
        {
            char c = text[_offset];
            if (c == '\n')
            {
                NewLine();
                newline = blank = true;
            }
            else if (c is ' ' or '\t' or '\r' or '\uFEFF')
            {
                _offset++;
                blank = true;
            }
            else if (c == '#')
            {
                ReadComment();
                blank = true;
            }
            else
            {
                break;
            }
        }

        int start = _offset;
        (int row, int column) = (_row, start - _lineStart + 1);
        var kind = start >= text.Length ? TokenKind.EndOfText : Scan(text[start]);
        return new Token(kind, start, _offset, row, column, blank, newline);
    }

    /// <summary>Takes one character of a template's text.</summary>
    public char TakeChar()
    {
        if (_offset >= text.Length)
            throw Error(_offset, "non-terminated string");
        char c = text[_offset];
        if (c == '\n')
            NewLine();
        else
            _offset++;
        return c;
    }

    public bool AtEnd => _offset >= text.Length;

    public char Peek => _offset < text.Length ? text[_offset] : '\0';

    private TokenKind Scan(char c)
    {
        if (char.IsLetter(c) || c == '_')
        {
            while (_offset < text.Length && (char.IsLetterOrDigit(text[_offset]) || text[_offset] == '_'))
                _offset++;
            return TokenKind.Name;
        }

        if (char.IsAsciiDigit(c))
            return ScanNumber();
        _offset++;
        switch (c)
        {
            case '"':
                return ScanString();
            case '`':
                return ScanRawString();
            case '$' when Peek == '"':
                _offset++;
                return TokenKind.TemplateStart;
            case '$' when Peek == '`':
                _offset++;
                return TokenKind.RawTemplateStart;
            case ':':
                return Either('=', TokenKind.Assign, TokenKind.Colon);
            case '=':
                return Either('=', TokenKind.Equal, TokenKind.Unify);
            case '<':
                return Either('=', TokenKind.LessOrEqual, TokenKind.Less);
            case '>':
                return Either('=', TokenKind.GreaterOrEqual, TokenKind.Greater);
            case '!' when Peek == '=':
                _offset++;
                return TokenKind.NotEqual;
        }

        return c switch
        {
            '(' => TokenKind.LeftParen,
            ')' => TokenKind.RightParen,
            '[' => TokenKind.LeftBracket,
            ']' => TokenKind.RightBracket,
            '{' => TokenKind.LeftBrace,
            '}' => TokenKind.RightBrace,
            ',' => TokenKind.Comma,
            ';' => TokenKind.Semicolon,
            '.' => TokenKind.Dot,
            '+' => TokenKind.Plus,
            '-' => TokenKind.Minus,
            '*' => TokenKind.Times,
            '/' => TokenKind.Divide,
            '%' => TokenKind.Remainder,
            '&' => TokenKind.And,
            '|' => TokenKind.Or,
            _ => throw Error(_offset - 1, $"illegal token: unexpected character {(c < ' ' ? $"U+{(int)c:X4}" : c)}"),
        };
    }

    private TokenKind Either(char second, TokenKind both, TokenKind one)
    {
        if (Peek != second)
            return one;
        _offset++;
        return both;
    }

    private TokenKind ScanNumber()
    {
        int start = _offset;
        while (char.IsAsciiDigit(Peek))
            _offset++;
        if (_offset - start > 1 && text[start] == '0')
            throw Error(start, "illegal number format");
        if (Peek == '.' && _offset + 1 < text.Length && char.IsAsciiDigit(text[_offset + 1]))
        {
            _offset++;
            while (char.IsAsciiDigit(Peek))
                _offset++;
        }

        if (Peek is 'e' or 'E')
        {
            _offset++;
            if (Peek is '+' or '-')
                _offset++;
            if (!char.IsAsciiDigit(Peek))
                throw Error(start, "illegal number format");
            while (char.IsAsciiDigit(Peek))
                _offset++;
        }

        if (char.IsLetter(Peek) || Peek == '_')
            throw Error(start, "illegal number format");
        return TokenKind.Number;
    }

    private TokenKind ScanString()
    {
        int start = _offset - 1;
        for (; _offset < text.Length && text[_offset] != '\n'; _offset++)
        {
            if (text[_offset] == '"')
            {
                _offset++;
                return TokenKind.String;
            }
            else if (text[_offset] == '\\' && _offset + 1 < text.Length && text[_offset + 1] != '\n')
            {
                _offset++;
            }
        }

        throw Error(start, "non-terminated string");
    }

    private TokenKind ScanRawString()
    {
        var start = Location(_offset - 1);
        while (_offset < text.Length)
        {
            if (TakeChar() == '`')
                return TokenKind.RawString;
        }

        throw new SyntaxException(new RegoError(RegoError.Parse, "non-terminated raw string", start));
    }

    private void ReadComment()
    {
        int start = _offset;
        while (_offset < text.Length && text[_offset] != '\n')
            _offset++;
        if (_comments.Count == 0 || _comments[^1].Location.Offset < start)
            _comments.Add(new Comment(text[(start + 1).._offset].TrimEnd('\r'), Location(start)));
    }

    private void NewLine()
    {
        _offset++;
        _row++;
        _lineStart = _offset;
    }

    private SyntaxException Error(int offset, string message) =>
        new(new RegoError(RegoError.Parse, message, Location(offset)));
}

/// <summary>The text after a <c>#</c>, up to the end of its line.</summary>
internal sealed record Comment(string Text, SourceLocation Location);

/// <summary>Leaves the statement that is being parsed.</summary>
internal sealed class SyntaxException(RegoError error) : Exception(error.Message)
{
    public RegoError Error => error;

    /// <summary>Whether reading the text another way is no use: a limit is reached.</summary>
    public bool Fatal { get; init; }
}
