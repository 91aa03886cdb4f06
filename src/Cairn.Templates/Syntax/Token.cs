namespace Cairn.Templates.Syntax;

internal enum TokenKind : byte
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    Tilde,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Assign,
    Dot,
    Colon,
    Comma,
    Pipe,
    Semicolon,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    End,
}

/// <summary>A lexeme: UTF-16 offsets into <see cref="SourceText"/>, no text of its own.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int Length)
{
    public int EndPosition => Start + Length;

    /// <summary>How an error message calls this token.</summary>
    public string Describe(string source) =>
        Kind switch
        {
            TokenKind.End => "the end of the template",
            TokenKind.VariableEnd => "the end of the print statement",
            TokenKind.BlockEnd => "the end of the tag",
            TokenKind.Data => "text",
            _ => $"'{(Length <= 30 ? source.Substring(Start, Length) : source.Substring(Start, 30) + "…")}'",
        };

    public static string Describe(TokenKind kind) =>
        kind switch
        {
            TokenKind.VariableEnd => "'}}'",
            TokenKind.BlockEnd => "'%}'",
            TokenKind.Name => "a name",
            TokenKind.Assign => "'='",
            TokenKind.Colon => "':'",
            TokenKind.Comma => "','",
            TokenKind.LeftParen => "'('",
            TokenKind.RightParen => "')'",
            TokenKind.LeftBracket => "'['",
            TokenKind.RightBracket => "']'",
            TokenKind.RightBrace => "'}'",
            _ => kind.ToString(),
        };
}
