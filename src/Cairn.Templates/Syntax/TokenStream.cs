namespace Cairn.Templates.Syntax;

/// <summary>The tokens of one template with the parser's questions about them.</summary>
internal sealed class TokenStream(SourceText source, List<Token> tokens)
{
    private int _index;

    public Token Current => tokens[_index];

    public TokenKind Kind => tokens[_index].Kind;

    public TokenKind NextKind => tokens[Math.Min(_index + 1, tokens.Count - 1)].Kind;

    public Token Next()
    {
        var token = tokens[_index];
        if (token.Kind != TokenKind.End)
            _index++;
        return token;
    }

    public string TextOf(Token token) => source.Text.Substring(token.Start, token.Length);

    public ReadOnlySpan<char> SpanOf(Token token) => source.Text.AsSpan(token.Start, token.Length);

    public bool IsName(string name) => IsName(Current, name);

    public bool NextIsName(string name) => IsName(tokens[Math.Min(_index + 1, tokens.Count - 1)], name);

    private bool IsName(Token token, string name) => token.Kind == TokenKind.Name && SpanOf(token).SequenceEqual(name);

    public bool SkipName(string name)
    {
        bool found = IsName(name);
        _index += found ? 1 : 0;
        return found;
    }

    public bool Skip(TokenKind kind)
    {
        bool found = Kind == kind;
        _index += found ? 1 : 0;
        return found;
    }

    public Token Expect(TokenKind kind) =>
        Kind == kind ? Next() : throw Error($"expected {Token.Describe(kind)}, found {Describe(Current)}");

    public Token ExpectName(string name) =>
        IsName(name) ? Next() : throw Error($"expected '{name}', found {Describe(Current)}");

    public string Describe(Token token) => token.Describe(source.Text);

    public TemplateException Error(string message) => Error(message, Current.Start);

    public TemplateException Error(string message, int position) =>
        new TemplateException(TemplateErrorKind.Syntax, message).At(source, position);
}
