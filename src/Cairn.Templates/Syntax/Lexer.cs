using Cairn.Templates.Values;

namespace Cairn.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens. Outside tags it applies the white space rules (<c>-</c>, <c>+</c>, trim, lstrip);
/// inside a tag <see cref="TagLexer"/> takes over.
/// </summary>
internal sealed class Lexer
{
    private readonly string _text;
    private readonly bool _trimBlocks;
    private readonly bool _lstripBlocks;
    private readonly TagLexer _tags;
    private readonly List<Token> _tokens;

    // Whether the text that comes next begins a line, as far as the last tag's end tells.
    private bool _lineStarting = true;

    private Lexer(SourceText source, bool trimBlocks, bool lstripBlocks)
    {
        _text = source.Text;
        _trimBlocks = trimBlocks;
        _lstripBlocks = lstripBlocks;
        _tokens = new List<Token>((_text.Length / 8) + 4);
        _tags = new TagLexer(source, _tokens);
    }

    public static List<Token> Tokenize(SourceText source, bool trimBlocks, bool lstripBlocks)
    {
        var lexer = new Lexer(source, trimBlocks, lstripBlocks);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        int position = 0;
        while (position < _text.Length)
        {
            int tag = FindTag(position);
            if (tag < 0)
            {
                _tokens.Add(new Token(TokenKind.Data, position, _text.Length - position));
                break;
            }
            char type = _text[tag + 1];
            int inside = tag + 2;
            char sign = SignAt(inside);
            AddData(position, tag, sign, lstrip: type != '{');
            inside += sign == '\0' ? 0 : 1;
            position = type switch
            {
                '#' => Comment(tag, inside),
                '{' => Tag(tag, inside, TokenKind.VariableBegin, TokenKind.VariableEnd, '}'),
                _ when RawBegin(inside) is > 0 and var rawStart => Raw(tag, rawStart),
                _ => Tag(tag, inside, TokenKind.BlockBegin, TokenKind.BlockEnd, '%'),
            };
        }
        _tokens.Add(new Token(TokenKind.End, _text.Length, 0));
    }

    private int FindTag(int position)
    {
        while (true)
        {
            int brace = _text.IndexOf('{', position);
            if (brace < 0 || brace + 1 >= _text.Length)
                return -1;
            if (_text[brace + 1] is '{' or '%' or '#')
                return brace;
            position = brace + 1;
        }
    }

    private char SignAt(int position) =>
        position < _text.Length && _text[position] is '-' or '+' ? _text[position] : '\0';

    private void AddData(int start, int end, char sign, bool lstrip)
    {
        if (sign == '-')
        {
            while (end > start && Text.IsSpace(_text[end - 1]))
                end--;
        }
        else if (sign != '+' && lstrip && _lstripBlocks)
        {
            int lineStart = end;
            while (lineStart > start && _text[lineStart - 1] != '\n' && Text.IsSpace(_text[lineStart - 1]))
                lineStart--;
            bool atLineStart = lineStart > start ? _text[lineStart - 1] == '\n' : _lineStarting;
            end = atLineStart ? lineStart : end;
        }
        if (end > start)
            _tokens.Add(new Token(TokenKind.Data, start, end - start));
    }

    private int Tag(int start, int inside, TokenKind begin, TokenKind end, char closer)
    {
        _tokens.Add(new Token(begin, start, inside - start));
        int position = _tags.Read(inside, closer, out int close);
        if (position < 0)
            return _text.Length;
        int next = AfterClose(position, close, trim: closer == '%' && _trimBlocks);
        _tokens.Add(new Token(end, position, close - position));
        return next;
    }

    /// <summary>Where text goes on after a closing delimiter that spans <paramref name="close"/>.</summary>
    private int AfterClose(int closeStart, int close, bool trim)
    {
        int next = close;
        if (_text[closeStart] == '-')
        {
            while (next < _text.Length && Text.IsSpace(_text[next]))
                next++;
        }
        else if (trim && _text[closeStart] != '+' && next < _text.Length && _text[next] == '\n')
        {
            next++;
        }

        _lineStarting = _text[next - 1] == '\n';
        return next;
    }

    private int Comment(int start, int inside)
    {
        int close = _text.IndexOf("#}", inside, StringComparison.Ordinal);
        if (close < 0)
        {
            throw Error("the comment has no end, expected '#}'", start);
        }
        int closeStart = close > inside && _text[close - 1] is '-' or '+' ? close - 1 : close;
        return AfterClose(closeStart, close + 2, _trimBlocks);
    }

    /// <summary>The offset after <c>raw %}</c>, or 0 when the tag is another one.</summary>
    private int RawBegin(int position)
    {
        position = SkipSpace(position);
        if (string.CompareOrdinal(_text, position, "raw", 0, 3) != 0)
            return 0;
        position = SkipSpace(position + 3);
        if (string.CompareOrdinal(_text, position, "-%}", 0, 3) == 0)
            return AfterClose(position, position + 3, trim: false);
        return string.CompareOrdinal(_text, position, "%}", 0, 2) == 0
            ? AfterClose(position, position + 2, trim: false)
            : 0;
    }

    private int Raw(int start, int inside)
    {
        for (int search = inside; ; search += 2)
        {
            search = _text.IndexOf("{%", search, StringComparison.Ordinal);
            if (search < 0)
                throw Error("the raw block has no end, expected '{% endraw %}'", start);
            char sign = SignAt(search + 2);
            int word = SkipSpace(search + (sign == '\0' ? 2 : 3));
            if (string.CompareOrdinal(_text, word, "endraw", 0, 6) != 0)
                continue;
            int closeStart = SkipSpace(word + 6);
            int close = closeStart + (closeStart < _text.Length && _text[closeStart] is '-' or '+' ? 1 : 0);
            if (string.CompareOrdinal(_text, close, "%}", 0, 2) == 0)
            {
                AddData(inside, search, sign, lstrip: true);
                return AfterClose(closeStart, close + 2, _trimBlocks);
            }
        }
    }

    private int SkipSpace(int position)
    {
        while (position < _text.Length && Text.IsSpace(_text[position]))
            position++;
        return position;
    }

    private TemplateException Error(string message, int position) => _tags.Error(message, position);
}
