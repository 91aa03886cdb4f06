using Cairn.Rego.Values;

namespace Cairn.Rego.Syntax;

internal sealed partial class Parser
{
    private const string EmptyBody = "found empty body";

    private List<Expression> Query(TokenKind end)
    {
        if (At(end))
            throw Error(_lexer.Location(_token), EmptyBody);
        Enter();
        var body = new List<Expression>();
        while (true)
        {
            body.Add(Literal());
            if (At(TokenKind.Semicolon))
            {
                Advance();
                if (At(end))
                    break;
                continue;
            }

            if (At(end))
                break;
            if (!_token.AfterNewline)
                throw Unexpected($"expected \\n or ; or {EndText(end)}");
        }

        _depth--;
        return body;
    }

    private static string EndText(TokenKind end) =>
        end switch
        {
            TokenKind.RightBrace => "}",
            TokenKind.RightBracket => "]",
            _ => "eof",
        };

    private Expression Literal()
    {
        Enter();
        var location = _lexer.Location(_token);
        bool negated = AtKeyword("not");
        if (negated)
            Advance();
        Expression expression;
        if (AtKeyword("some"))
            expression = negated ? throw Unexpected("illegal negation of 'some'") : Some(location);
        else if (AtKeyword("every"))
            expression = negated ? throw Unexpected("illegal negation of 'every'") : Every(location);
        else if (negated && _negatesWhole && At(TokenKind.LeftBrace))
            expression = Exists(BracedBody(), location, block: true);
        else
            expression = TermOrUnify(location);
        var with = new List<WithModifier>();
        while (AtKeyword("with"))
            with.Add(With());
        if (with.Count > 0 && expression is SomeExpression)
            throw Error(location, "with modifiers cannot be used on some declarations");
        _depth--;
        return negated || with.Count > 0 ? expression with { Negated = negated, With = with } : expression;
    }

    /// <summary>An expression that holds where a body does: <c>[true | body][0]</c>.</summary>
    /// <param name="body">The body; its variables are its own.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="block">Whether it was written in braces behind <c>not</c>.</param>
    public static TermExpression Exists(IReadOnlyList<Expression> body, SourceLocation location, bool block = false)
    {
        var holds = new ComprehensionTerm(
            ComprehensionKind.Array,
            null,
            new ScalarTerm(RegoBoolean.True, location),
            body,
            location
        )
        {
            IsBlock = block,
        };
        return new TermExpression(new RefTerm(holds, [new ScalarTerm(RegoNumber.Of(0), location)], location), location);
    }

    private Expression TermOrUnify(SourceLocation location)
    {
        var left = Term();
        if (!At(TokenKind.Assign) && !At(TokenKind.Unify))
            return new TermExpression(left, location);
        bool declares = At(TokenKind.Assign);
        Advance();
        return new UnifyExpression(left, Term(), declares, location);
    }

    private Expression Some(SourceLocation location)
    {
        Advance();
        var first = Relation();
        var terms = new List<Term> { first };
        while (At(TokenKind.Comma))
        {
            Advance();
            terms.Add(Relation());
        }

        if (AtKeyword("in"))
        {
            if (terms.Count > 2)
                throw Error(location, $"unexpected 'some' declaration with {terms.Count} variables before 'in'");
            Advance();
            return new SomeInExpression(terms.Count == 2 ? terms[0] : null, terms[^1], Relation(), location);
        }

        if (terms.Find(term => term is not VarTerm) is { } other)
            throw Error(other.Location, "expected a variable in 'some' declaration");
        return new SomeExpression([.. terms.Cast<VarTerm>()], location);
    }

    private EveryExpression Every(SourceLocation location)
    {
        Advance();
        var value = EveryVariable();
        VarTerm? key = null;
        if (At(TokenKind.Comma))
        {
            Advance();
            (key, value) = (value, EveryVariable());
        }

        if (!AtKeyword("in"))
            throw Unexpected("expected `x[, y] in xs { ... }` expression");
        Advance();
        var collection = Relation();
        if (!At(TokenKind.LeftBrace))
            throw Unexpected("missing body");
        return new EveryExpression(key, value, collection, BracedBody(), location);
    }

    private VarTerm EveryVariable()
    {
        var location = _lexer.Location(_token);
        return Primary() as VarTerm ?? throw Error(location, "unexpected term: expected a variable");
    }

    private WithModifier With()
    {
        var location = _lexer.Location(_token);
        Advance();
        var target = Primary();
        string? head = target is RefTerm { Head: VarTerm h } ? h.Name : (target as VarTerm)?.Name;
        if (head is null)
            throw Error(target.Location, "with keyword target must reference existing input, data, or a function");
        if (!AtKeyword("as"))
            throw Unexpected("expected as keyword");
        Advance();
        return new WithModifier(target, Term(), location);
    }
}
