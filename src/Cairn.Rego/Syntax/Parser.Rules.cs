namespace Cairn.Rego.Syntax;

internal sealed partial class Parser
{
    private void Rules(List<RuleNode> rules)
    {
        var location = _lexer.Location(_token);
        bool isDefault = AtKeyword("default");
        if (isDefault)
            Advance();
        var head = Head();
        if (isDefault)
        {
            rules.Add(DefaultRule(head, location));
            return;
        }

        bool hasIf = AtKeyword("if");
        var rule = RuleBody(head, location, hasIf);
        rules.Add(rule);
        while (At(TokenKind.LeftBrace) && rule is { Braced: true, Else: null } && !hasIf)
        {
            var at = _lexer.Location(_token);
            rules.Add(
                Ended(
                    new RuleNode(rule.Head, BracedBody(), null, at)
                    {
                        HasBody = true,
                        Braced = true,
                        SharesHead = true,
                    }
                )
            );
        }
    }

    private RuleNode DefaultRule(HeadNode head, SourceLocation location)
    {
        if (AtKeyword("if") || At(TokenKind.LeftBrace))
            throw Error(location, "default rules cannot have a body");
        if (head.Contains is not null)
            throw Error(location, "default rules cannot be partial sets");
        if (head.Value is null)
            throw Error(location, "default rules must have a value");
        return Ended(new RuleNode(head, [], null, location) { IsDefault = true });
    }

    private RuleNode RuleBody(HeadNode head, SourceLocation location, bool hasIf)
    {
        bool braced = At(TokenKind.LeftBrace);
        // A function of which nothing is said but its arguments is true for these.
        if (
            !hasIf
            && !braced
            && head is { Value: null, Contains: null, Arguments: null }
            && (_version1 || head.Path.Count != 1)
        )
        {
            throw head.Path.Count == 0
                ? Error(location, "var cannot be used for rule name")
                : Error(
                    location,
                    !_version1 ? "rule must have a body or a value"
                        : head.Path.Count == 1 ? "`contains` keyword is required for partial set rules"
                        : "rule must have value assignment and/or body declaration"
                );
        }

        if (_version1 && braced && !hasIf)
        {
            throw Error(
                location,
                head.Path.Count == 1 && head.Value is null && head.Arguments is null
                    ? "`if` keyword is required before rule body; `contains` keyword is required for partial set rules"
                    : "`if` keyword is required before rule body"
            );
        }

        if (!hasIf)
            head = PartialSet(head);
        var rule = new RuleNode(head, [], null, location);
        if (hasIf || braced)
            rule = rule with { Body = Body(hasIf, out braced), HasBody = true, Braced = braced };
        var branches =
            new List<(
                Term? Value,
                IReadOnlyList<Expression> Body,
                bool HasBody,
                bool Braced,
                bool Assigned,
                SourceLocation At,
                int End,
                int EndRow
            )>();
        int end = _previousEnd,
            endRow = _previousRow;
        while (AtKeyword("else"))
        {
            if (head.Contains is not null)
                throw Unexpected("else cannot be used on partial rules");
            branches.Add(ElseBranch());
        }

        RuleNode? next = null;
        for (int i = branches.Count - 1; i >= 0; i--)
        {
            var b = branches[i];
            next = new RuleNode(
                head with
                {
                    Value = b.Value,
                    Assigned = b.Assigned,
                    Location = b.At,
                },
                b.Body,
                next,
                b.At
            )
            {
                HasBody = b.HasBody,
                Braced = b.Braced,
                End = b.End,
                EndRow = b.EndRow,
            };
        }

        return rule with
        {
            Else = next,
            End = branches.Count == 0 ? end : _previousEnd,
            EndRow = branches.Count == 0 ? endRow : _previousRow,
        };
    }

    private (
        Term? Value,
        IReadOnlyList<Expression> Body,
        bool HasBody,
        bool Braced,
        bool Assigned,
        SourceLocation At,
        int End,
        int EndRow
    ) ElseBranch()
    {
        var location = _lexer.Location(_token);
        Advance();
        Term? value = null;
        bool assigned = At(TokenKind.Assign);
        if (assigned || At(TokenKind.Unify))
        {
            Advance();
            value = Term();
        }

        bool hasIf = AtKeyword("if");
        if (_version1 && At(TokenKind.LeftBrace))
            throw Error(_lexer.Location(_token), "`if` keyword is required before rule body");
        if (!hasIf && !At(TokenKind.LeftBrace))
        {
            return value is null
                ? throw Unexpected("expected else value or body")
                : (value, [], false, false, assigned, location, _previousEnd, _previousRow);
        }

        var body = Body(hasIf, out bool braced);
        return (value, body, true, braced, assigned, location, _previousEnd, _previousRow);
    }

    // Before Rego had contains, p[x] { … } was the set of x.
    private HeadNode PartialSet(HeadNode head) =>
        !_version1 && head is { Path.Count: 1, Value: null, Contains: null, Arguments: null }
            ? head with
            {
                Path = [],
                Contains = head.Path[0],
            }
            : head;

    private IReadOnlyList<Expression> Body(bool hasIf, out bool braced)
    {
        if (hasIf)
            Advance();
        braced = At(TokenKind.LeftBrace);
        if (!braced)
            return [Literal()];
        var (position, token, depth) = (_lexer.Position, _token, _depth);
        try
        {
            return BracedBody();
        }
        catch (SyntaxException e) when (hasIf && e.Error.Message != EmptyBody && MayRetry(e))
        {
            // A brace after if may also begin an object, a set or a comprehension.
            var end = (_lexer.Position, _token, _depth);
            (_lexer.Position, _token, _depth) = (position, token, depth);
            if (Alone() is { } literal)
            {
                braced = false;
                return [literal];
            }

            (_lexer.Position, _token, _depth) = end;
            throw;
        }
    }

    private Expression? Alone()
    {
        try
        {
            var literal = Literal();
            return _token.AfterNewline || _token.Kind is TokenKind.EndOfText or TokenKind.Semicolon || AtKeyword("else")
                ? literal
                : null;
        }
        catch (SyntaxException e) when (!e.Fatal)
        {
            return null;
        }
    }

    private IReadOnlyList<Expression> BracedBody()
    {
        Advance();
        var body = Query(TokenKind.RightBrace);
        Advance();
        return body;
    }

    private HeadNode Head()
    {
        var location = _lexer.Location(_token);
        if (!At(TokenKind.Name) || (AtAnyKeyword() && !AtKeyword("contains")))
            throw Unexpected(AtAnyKeyword() ? null : "expected rule head");
        Term name = new VarTerm(Text(_token), location);
        if (
            ((VarTerm)name).Name is "input" or "data"
            && !(_token.End < _text.Length && _text[_token.End] is '.' or '[')
        )
        {
            throw Error(location, $"{((VarTerm)name).Name} cannot be used for rule name");
        }

        Advance();
        var path = new List<Term>();
        RefPath(path);
        IReadOnlyList<Term>? arguments = null;
        bool parentheses = false;
        if (At(TokenKind.LeftParen) && !_token.AfterBlank)
        {
            Advance();
            arguments = Terms(TokenKind.RightParen);
            parentheses = arguments.Count == 0;
            if (parentheses)
                arguments = null;
        }

        Term? contains = null,
            value = null;
        bool assigned = false;
        if (AtKeyword("contains"))
        {
            if (arguments is not null || parentheses)
            {
                throw Unexpected(
                    "the contains keyword can only be used with multi-value rule definitions (e.g., p contains "
                        + "<VALUE> { ... })"
                );
            }

            Advance();
            contains = Term();
        }
        else if (At(TokenKind.Assign) || At(TokenKind.Unify))
        {
            assigned = At(TokenKind.Assign);
            Advance();
            value = Term();
        }

        return new HeadNode(name, path, arguments, contains, value, location)
        {
            Assigned = assigned,
            Parentheses = parentheses,
        };
    }

    private RuleNode Ended(RuleNode rule) => rule with { End = _previousEnd, EndRow = _previousRow };
}
