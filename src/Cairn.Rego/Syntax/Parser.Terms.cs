using System.Globalization;
using System.Text;
using Cairn.Rego.Values;

namespace Cairn.Rego.Syntax;

internal sealed partial class Parser
{
    // Operators by rising precedence, each level left-associative.
    private static readonly Dictionary<TokenKind, (int Level, string Name)> Operators = new()
    {
        [TokenKind.Equal] = (1, "equal"),
        [TokenKind.NotEqual] = (1, "neq"),
        [TokenKind.Less] = (1, "lt"),
        [TokenKind.LessOrEqual] = (1, "lte"),
        [TokenKind.Greater] = (1, "gt"),
        [TokenKind.GreaterOrEqual] = (1, "gte"),
        [TokenKind.Or] = (2, "or"),
        [TokenKind.And] = (3, "and"),
        [TokenKind.Plus] = (4, "plus"),
        [TokenKind.Minus] = (4, "minus"),
        [TokenKind.Times] = (5, "mul"),
        [TokenKind.Divide] = (5, "div"),
        [TokenKind.Remainder] = (5, "rem"),
    };

    /// <summary>A term with operators, and <c>x in xs</c> or <c>k, v in xs</c>.</summary>
    private Term Term(Term? first = null, bool inList = false)
    {
        Enter();
        var left = Infix(1, first);
        if (At(TokenKind.Comma) && !inList && _keywords.Contains("in") && PairMembership(left) is { } pair)
            left = pair;
        while (AtKeyword("in"))
        {
            Advance();
            left = Call("internal.member_2", [left, Infix(1, null)], left.Location, "in");
        }

        _depth--;
        return left;
    }

    private Term Relation() => Infix(1, null);

    // k, v in xs; anything else after the comma belongs to somebody else.
    private CallTerm? PairMembership(Term key)
    {
        var (position, token, depth) = (_lexer.Position, _token, _depth);
        try
        {
            Advance();
            var value = Infix(1, null);
            if (AtKeyword("in"))
            {
                Advance();
                return Call("internal.member_3", [key, value, Infix(1, null)], key.Location, "in");
            }
        }
        catch (SyntaxException e) when (!e.Fatal)
        {
            // Not this form: the text is read again from the comma.
        }

        (_lexer.Position, _token, _depth) = (position, token, depth);
        return null;
    }

    private Term Infix(int level, Term? first)
    {
        var left = level > 5 ? first ?? Primary() : Infix(level + 1, first);
        while (level <= 5 && Operators.TryGetValue(_token.Kind, out var op) && op.Level == level)
        {
            string symbol = Text(_token);
            Advance();
            left = Call(op.Name, [left, Infix(level + 1, null)], left.Location, symbol);
        }

        return left;
    }

    private static CallTerm Call(string name, IReadOnlyList<Term> arguments, SourceLocation location, string infix) =>
        new(new VarTerm(name, location), arguments, location) { Infix = infix };

    private Term Primary()
    {
        Enter();
        var location = _lexer.Location(_token);
        var term = Atom(location);
        if (term is not ScalarTerm)
            term = Suffixes(term, location);
        else if (!_token.AfterBlank && (At(TokenKind.Dot) || At(TokenKind.LeftBracket)))
            term = Suffixes(term, location);
        _depth--;
        return term;
    }

    private Term Suffixes(Term head, SourceLocation location)
    {
        while (!_token.AfterBlank && _token.Kind is TokenKind.Dot or TokenKind.LeftBracket or TokenKind.LeftParen)
        {
            if (_token.AfterBlank)
                break;
            if (At(TokenKind.LeftParen))
            {
                if (head is not (VarTerm or RefTerm { Head: VarTerm }))
                    throw Unexpected("expected a function name before (");
                Advance();
                head = new CallTerm(head, Terms(TokenKind.RightParen), location);
                continue;
            }

            var path = new List<Term>();
            RefPath(path);
            head = new RefTerm(head, path, location);
        }

        return head;
    }

    /// <summary>Reads <c>.a[b].c</c> as far as it goes without blanks.</summary>
    private void RefPath(List<Term> path)
    {
        while (!_token.AfterBlank)
        {
            if (At(TokenKind.Dot))
            {
                Advance();
                if (!At(TokenKind.Name))
                    throw Unexpected("expected a name after .");
                path.Add(new ScalarTerm(RegoString.Of(Text(_token)), _lexer.Location(_token)));
                Advance();
            }
            else if (At(TokenKind.LeftBracket))
            {
                Advance();
                path.Add(Term());
                Expect(TokenKind.RightBracket, "]");
            }
            else
            {
                return;
            }
        }
    }

    private Term Atom(SourceLocation location)
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Name:
                return Name(location);
            case TokenKind.Number:
                Advance();
                return Number(Text(token), location);
            case TokenKind.Minus:
                Advance();
                if (!At(TokenKind.Number))
                    throw Unexpected("expected number");
                var digits = _token;
                Advance();
                return Number("-" + Text(digits), location);
            case TokenKind.String:
                Advance();
                return new ScalarTerm(RegoString.Of(Unescape(token)), location) { Source = Text(token) };
            case TokenKind.RawString:
                Advance();
                return new ScalarTerm(RegoString.Of(_text[(token.Start + 1)..(token.End - 1)]), location)
                {
                    Source = Text(token),
                };
            case TokenKind.TemplateStart or TokenKind.RawTemplateStart:
                return Template(location, token.Kind == TokenKind.RawTemplateStart);
            case TokenKind.LeftParen:
                Advance();
                var inner = Term();
                Expect(TokenKind.RightParen, ")");
                return inner is CallTerm { Infix: not null } call ? call with { Parenthesized = true } : inner;
            case TokenKind.LeftBracket:
                return Array(location);
            case TokenKind.LeftBrace:
                return SetOrObject(location);
            default:
                throw Unexpected();
        }
    }

    private Term Name(SourceLocation location)
    {
        var token = _token;
        if (AtKeyword("true") || AtKeyword("false") || AtKeyword("null"))
        {
            Advance();
            return new ScalarTerm(
                Text(token) switch
                {
                    "true" => RegoBoolean.True,
                    "false" => RegoBoolean.False,
                    _ => RegoNull.Instance,
                },
                location
            );
        }

        if (AtAnyKeyword() && !AtKeyword("contains"))
            throw Unexpected();
        Advance();
        string name = Text(token);
        if (name == "set" && At(TokenKind.LeftParen) && !_token.AfterBlank)
        {
            Advance();
            Expect(TokenKind.RightParen, ")");
            return new SetTerm([], location);
        }

        return new VarTerm(name == "_" ? $"${_wildcards++}" : name, location);
    }

    private static ScalarTerm Number(string text, SourceLocation location) =>
        RegoNumber.TryParse(text, out var number)
            ? new ScalarTerm(number, location) { Source = text }
            : throw Error(location, "illegal number format");

    private Term Array(SourceLocation location)
    {
        Advance();
        if (At(TokenKind.RightBracket))
        {
            Advance();
            return new ArrayTerm([], location);
        }

        var first = Primary();
        if (Comprehension(ComprehensionKind.Array, null, first, TokenKind.RightBracket, location) is { } comprehension)
            return comprehension;
        return new ArrayTerm(Terms(TokenKind.RightBracket, Term(first, inList: true)), location);
    }

    private Term SetOrObject(SourceLocation location)
    {
        Advance();
        if (At(TokenKind.RightBrace))
        {
            Advance();
            return new ObjectTerm([], location);
        }

        var first = Primary();
        if (Comprehension(ComprehensionKind.Set, null, first, TokenKind.RightBrace, location) is { } set)
            return set;
        first = Term(first, inList: true);
        if (!At(TokenKind.Colon))
            return new SetTerm(Terms(TokenKind.RightBrace, first), location);
        Advance();
        var value = Primary();
        if (Comprehension(ComprehensionKind.Object, first, value, TokenKind.RightBrace, location) is { } comprehension)
            return comprehension;
        var members = new List<(Term, Term)> { (first, Term(value, inList: true)) };
        while (At(TokenKind.Comma))
        {
            Advance();
            if (At(TokenKind.RightBrace))
                break;
            var key = Term(inList: true);
            Expect(TokenKind.Colon, ":");
            members.Add((key, Term(inList: true)));
        }

        Expect(TokenKind.RightBrace, "}");
        return new ObjectTerm(members, location);
    }

    // After its first term, | either starts a comprehension's body or is the union of sets.
    private ComprehensionTerm? Comprehension(
        ComprehensionKind kind,
        Term? key,
        Term value,
        TokenKind end,
        SourceLocation location
    )
    {
        if (!At(TokenKind.Or))
            return null;
        var (position, token, depth) = (_lexer.Position, _token, _depth);
        try
        {
            Advance();
            var body = Query(end);
            Advance();
            return new ComprehensionTerm(kind, key, value, body, location);
        }
        catch (SyntaxException e) when (MayRetry(e))
        {
            var failed = _token;
            (_lexer.Position, _token, _depth) = (position, token, depth);
            if (!UnionFits(end, value, failed))
                throw;
            return null;
        }
    }

    // Whether the text reads as a list with a union in it; if not, the error of the body is the better one.
    private bool UnionFits(TokenKind end, Term first, Token failed)
    {
        var (position, token, depth) = (_lexer.Position, _token, _depth);
        try
        {
            Term(first, inList: true);
            return At(TokenKind.Comma) || At(TokenKind.Colon) || At(end) || _token.Start > failed.Start;
        }
        catch (SyntaxException e) when (!e.Fatal)
        {
            return false;
        }
        finally
        {
            (_lexer.Position, _token, _depth) = (position, token, depth);
        }
    }

    /// <summary>Reads terms up to and including the end; a comma may stand before it.</summary>
    private List<Term> Terms(TokenKind end, Term? first = null)
    {
        var terms = new List<Term>();
        if (first is not null)
            terms.Add(first);
        while (!At(end))
        {
            if (terms.Count > 0)
            {
                if (!At(TokenKind.Comma))
                    throw Unexpected($"expected , or {(end == TokenKind.RightParen ? ")" : EndText(end))}");
                Advance();
                if (At(end))
                    break;
            }

            terms.Add(Term(inList: true));
        }

        Advance();
        return terms;
    }

    private TemplateTerm Template(SourceLocation location, bool raw)
    {
        var parts = new List<TemplatePart>();
        var text = new StringBuilder();
        while (true)
        {
            char c = _lexer.TakeChar();
            if (c == (raw ? '`' : '"'))
                break;
            if (c == '\n' && !raw)
                throw Error(location, "non-terminated string");
            if (c == '\\' && _lexer.Peek == '{')
            {
                text.Append(_lexer.TakeChar());
            }
            else if (c == '\\' && !raw)
            {
                text.Append(c).Append(_lexer.TakeChar());
            }
            else if (c == '{')
            {
                Flush();
                Advance();
                var at = _lexer.Location(_token);
                var value = Literal();
                if (value is not TermExpression { Negated: false })
                    throw Error(at, "unexpected expression in template string: expected a term");
                parts.Add(new TemplatePart(null, value));
                if (!At(TokenKind.RightBrace))
                    throw Unexpected("expected }");
            }
            else
            {
                text.Append(c);
            }
        }

        Flush();
        Advance();
        return new TemplateTerm(parts, raw, location);

        void Flush()
        {
            if (text.Length > 0)
                parts.Add(new TemplatePart(raw ? text.ToString() : Unescape(text.ToString(), location), null));
            text.Clear();
        }
    }

    private string Unescape(in Token token) =>
        Unescape(_text[(token.Start + 1)..(token.End - 1)], _lexer.Location(token));

    private static string Unescape(string text, SourceLocation location)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            char c = ++i < text.Length ? text[i] : '\0';
            if (
                c == 'u'
                && i + 4 < text.Length
                && ushort.TryParse(
                    text.AsSpan(i + 1, 4),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out ushort code
                )
            )
            {
                result.Append((char)code);
                i += 4;
                continue;
            }

            result.Append(
                c switch
                {
                    '"' or '\\' or '/' => c,
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    _ => throw Error(location, "illegal string escape sequence"),
                }
            );
        }

        return result.ToString();
    }
}
