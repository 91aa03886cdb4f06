namespace Cairn.Rego.Syntax;

internal enum TokenKind
{
    EndOfText,
    Name,
    Number,
    String,
    RawString,
    TemplateStart,
    RawTemplateStart,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Comma,
    Semicolon,
    Colon,
    Dot,
    Assign,
    Unify,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    And,
    Or,
}

/// <summary>A lexeme: offsets into the text, no text of its own.</summary>
internal readonly record struct Token(
    TokenKind Kind,
    int Start,
    int End,
    int Row,
    int Column,
    bool AfterBlank,
    bool AfterNewline
)
{
    public bool IsKeyword(string text, string keyword) =>
        Kind == TokenKind.Name
        && End - Start == keyword.Length
        && text.AsSpan(Start, End - Start).SequenceEqual(keyword);
}
