using System.Buffers;
using System.Globalization;
using Cairn.Templates.Values;

namespace Cairn.Templates.Syntax;

/// <summary>The tokens between a tag's delimiters: names, numbers, strings, operators with their brackets
/// balanced.</summary>
internal sealed class TagLexer(SourceText source, List<Token> tokens)
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    private readonly string _text = source.Text;
    private readonly Stack<char> _open = new();

    /// <summary>
    /// Reads up to the closing delimiter and answers its offset, in <paramref name="close"/> the offset after it;
    /// -1 when the template ends first.
    /// </summary>
    public int Read(int position, char closer, out int close)
    {
        _open.Clear();
        while (position < _text.Length)
        {
            char c = _text[position];
            if (_open.Count == 0 && CloseAt(position, closer) is > 0 and var end)
            {
                close = end;
                return position;
            }
            if (Text.IsSpace(c))
            {
                position++;
                continue;
            }
            var token =
                char.IsAsciiDigit(c) ? Number(position)
                : IsNameStart(c) ? Name(position)
                : c is '\'' or '"' ? String(position)
                : Operator(position);
            tokens.Add(token);
            position = token.EndPosition;
        }
        close = position;
        return -1;
    }

    private int CloseAt(int position, char closer)
    {
        int start = _text[position] == '-' || (_text[position] == '+' && closer == '%') ? position + 1 : position;
        return start + 1 < _text.Length && _text[start] == closer && _text[start + 1] == '}' ? start + 2 : 0;
    }

    private static bool IsNameStart(char c) =>
        c == '_' || char.IsAsciiLetter(c) || (c > 127 && IsNamePart(c) && !char.IsDigit(c));

    private static bool IsNamePart(char c) =>
        c == '_'
        || char.IsAsciiLetterOrDigit(c)
        || (
            c > 127
            && (
                char.IsLetterOrDigit(c)
                || CharUnicodeInfo.GetUnicodeCategory(c)
                    is UnicodeCategory.NonSpacingMark
                        or UnicodeCategory.SpacingCombiningMark
                        or UnicodeCategory.LetterNumber
                        or UnicodeCategory.ConnectorPunctuation
            )
        );

    private Token Name(int start)
    {
        int end = start + 1;
        while (end < _text.Length && IsNamePart(_text[end]))
            end++;
        return new Token(TokenKind.Name, start, end - start);
    }

    private Token String(int start)
    {
        char quote = _text[start];
        for (int i = start + 1; i < _text.Length; i++)
        {
            if (_text[i] == '\\')
                i++;
            else if (_text[i] == quote)
                return new Token(TokenKind.String, start, i + 1 - start);
        }
        throw Error($"the string has no end, expected {quote}", start);
    }

    private Token Number(int start)
    {
        bool afterDot = start > 0 && _text[start - 1] == '.';
        if (!afterDot && FloatEnd(start) is > 0 and var floatEnd)
            return new Token(TokenKind.Float, start, floatEnd - start);
        int end = start + 1;
        if (_text[start] == '0')
        {
            string digits =
                end < _text.Length
                    ? char.ToLowerInvariant(_text[end]) switch
                    {
                        'x' => "0123456789abcdefABCDEF",
                        'o' => "01234567",
                        'b' => "01",
                        _ => "",
                    }
                    : "";
            int prefixed = digits.Length == 0 ? end : DigitsEnd(end + 1, digits);
            return new Token(TokenKind.Integer, start, (prefixed > end + 1 ? prefixed : DigitsEnd(end, "0")) - start);
        }
        return new Token(TokenKind.Integer, start, DigitsEnd(end, "0123456789") - start);
    }

    /// <summary>The end of a run of digits, each of which may have one underscore before it.</summary>
    private int DigitsEnd(int position, string digits)
    {
        while (position < _text.Length)
        {
            int digit = _text[position] == '_' ? position + 1 : position;
            if (digit >= _text.Length || !digits.Contains(_text[digit]))
                break;
            position = digit + 1;
        }
        return position;
    }

    private int FloatEnd(int start)
    {
        int end = DigitsEnd(start + 1, "0123456789");
        bool isFloat = false;
        if (end + 1 < _text.Length && _text[end] == '.' && Digits.Contains(_text[end + 1]))
        {
            end = DigitsEnd(end + 2, "0123456789");
            isFloat = true;
        }
        if (end < _text.Length && _text[end] is 'e' or 'E')
        {
            int exponent = end + 1;
            exponent += exponent < _text.Length && _text[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < _text.Length && Digits.Contains(_text[exponent]))
                return DigitsEnd(exponent + 1, "0123456789");
        }
        return isFloat ? end : 0;
    }

    private Token Operator(int start)
    {
        char next = start + 1 < _text.Length ? _text[start + 1] : '\0';
        var (kind, length) = (_text[start], next) switch
        {
            ('/', '/') => (TokenKind.FloorDiv, 2),
            ('*', '*') => (TokenKind.Pow, 2),
            ('=', '=') => (TokenKind.Eq, 2),
            ('!', '=') => (TokenKind.Ne, 2),
            ('<', '=') => (TokenKind.Le, 2),
            ('>', '=') => (TokenKind.Ge, 2),
            ('+', _) => (TokenKind.Add, 1),
            ('-', _) => (TokenKind.Sub, 1),
            ('*', _) => (TokenKind.Mul, 1),
            ('/', _) => (TokenKind.Div, 1),
            ('%', _) => (TokenKind.Mod, 1),
            ('~', _) => (TokenKind.Tilde, 1),
            ('<', _) => (TokenKind.Lt, 1),
            ('>', _) => (TokenKind.Gt, 1),
            ('=', _) => (TokenKind.Assign, 1),
            ('.', _) => (TokenKind.Dot, 1),
            (':', _) => (TokenKind.Colon, 1),
            (',', _) => (TokenKind.Comma, 1),
            ('|', _) => (TokenKind.Pipe, 1),
            (';', _) => (TokenKind.Semicolon, 1),
            ('(', _) => Opened(TokenKind.LeftParen, ')'),
            ('[', _) => Opened(TokenKind.LeftBracket, ']'),
            ('{', _) => Opened(TokenKind.LeftBrace, '}'),
            (')', _) => Closed(TokenKind.RightParen, start),
            (']', _) => Closed(TokenKind.RightBracket, start),
            ('}', _) => Closed(TokenKind.RightBrace, start),
            var (c, _) => throw Error($"'{c}' is not part of the template language", start),
        };
        return new Token(kind, start, length);
    }

    private (TokenKind, int) Opened(TokenKind kind, char closer)
    {
        _open.Push(closer);
        return (kind, 1);
    }

    private (TokenKind, int) Closed(TokenKind kind, int position)
    {
        char found = _text[position];
        if (!_open.TryPop(out char expected))
            throw Error($"'{found}' closes nothing", position);
        return expected == found ? (kind, 1) : throw Error($"expected '{expected}', found '{found}'", position);
    }

    public TemplateException Error(string message, int position) =>
        new TemplateException(TemplateErrorKind.Syntax, message).At(source, position);
}
