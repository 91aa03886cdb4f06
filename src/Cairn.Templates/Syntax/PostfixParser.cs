namespace Cairn.Templates.Syntax;

/// <summary>What may follow a primary expression: attributes, items, calls, filters and tests.</summary>
internal sealed class PostfixParser(TokenStream tokens)
{
    public ExpressionSyntax Postfix(ExpressionParser parser, ExpressionSyntax node)
    {
        while (true)
        {
            switch (tokens.Kind)
            {
                case TokenKind.Dot:
                    node = Attribute(parser, node);
                    break;
                case TokenKind.LeftBracket:
                    node = Item(parser, node);
                    break;
                case TokenKind.LeftParen:
                    node = Call(parser, node);
                    break;
                default:
                    return node;
            }
        }
    }

    public ExpressionSyntax FiltersAndTests(ExpressionParser parser, ExpressionSyntax node)
    {
        while (true)
        {
            if (tokens.Kind == TokenKind.Pipe)
            {
                tokens.Next();
                node = Filter(parser, node);
            }
            else if (tokens.IsName("is"))
            {
                node = Test(parser, node);
            }
            else if (tokens.Kind == TokenKind.LeftParen)
            {
                node = Call(parser, node);
            }
            else
            {
                return node;
            }
        }
    }

    private ExpressionSyntax Attribute(ExpressionParser parser, ExpressionSyntax node)
    {
        tokens.Next();
        var token = tokens.Next();
        return token.Kind switch
        {
            TokenKind.Name => parser.Sized(new AttributeSyntax(token.Start, node, tokens.TextOf(token)), node),
            TokenKind.Integer => parser.Sized(
                new ItemSyntax(
                    token.Start,
                    node,
                    new LiteralSyntax(token.Start, Literals.Integer(tokens.SpanOf(token)))
                ),
                node
            ),
            _ => throw tokens.Error(
                $"expected a name or number after '.', found {tokens.Describe(token)}",
                token.Start
            ),
        };
    }

    private ItemSyntax Item(ExpressionParser parser, ExpressionSyntax node)
    {
        int position = tokens.Next().Start;
        var keys = new List<ExpressionSyntax>();
        while (tokens.Kind != TokenKind.RightBracket)
        {
            if (keys.Count > 0)
                tokens.Expect(TokenKind.Comma);
            keys.Add(Subscript(parser));
        }
        tokens.Expect(TokenKind.RightBracket);
        var key = keys.Count == 1 ? keys[0] : parser.Sized(new SequenceSyntax(position, keys, isTuple: true), keys);
        if (keys.Count != 1 && keys.Exists(k => k is SliceSyntax))
            throw tokens.Error("a slice must be the only subscript", position);
        return parser.Sized(new ItemSyntax(position, node, key), node, key);
    }

    private ExpressionSyntax Subscript(ExpressionParser parser)
    {
        int position = tokens.Current.Start;
        ExpressionSyntax? start = null;
        if (tokens.Kind != TokenKind.Colon)
        {
            start = parser.Expression();
            if (tokens.Kind != TokenKind.Colon)
                return start;
        }
        tokens.Expect(TokenKind.Colon);
        var stop = SlicePart(parser);
        var step = tokens.Skip(TokenKind.Colon) ? SlicePart(parser) : null;
        return parser.Sized(new SliceSyntax(position, start, stop, step), start, stop, step);
    }

    private ExpressionSyntax? SlicePart(ExpressionParser parser) =>
        tokens.Kind is TokenKind.Colon or TokenKind.RightBracket or TokenKind.Comma ? null : parser.Expression();

    private CallSyntax Call(ExpressionParser parser, ExpressionSyntax node)
    {
        int position = tokens.Current.Start;
        var arguments = Arguments(parser);
        return parser.Sized(new CallSyntax(position, node, arguments), arguments.Expressions.Append(node));
    }

    private ArgumentsSyntax Arguments(ExpressionParser parser)
    {
        tokens.Expect(TokenKind.LeftParen);
        var positional = new List<ExpressionSyntax>();
        var named = new List<(string Name, ExpressionSyntax)>();
        ExpressionSyntax? spread = null;
        ExpressionSyntax? spreadNamed = null;
        for (bool first = true; tokens.Kind != TokenKind.RightParen; first = false)
        {
            if (!first)
            {
                tokens.Expect(TokenKind.Comma);
                if (tokens.Kind == TokenKind.RightParen)
                    break;
            }
            var token = tokens.Current;
            if (token.Kind == TokenKind.Mul && spread is null && spreadNamed is null)
            {
                tokens.Next();
                spread = parser.Expression();
            }
            else if (token.Kind == TokenKind.Pow && spreadNamed is null)
            {
                tokens.Next();
                spreadNamed = parser.Expression();
            }
            else if (token.Kind == TokenKind.Name && tokens.NextKind == TokenKind.Assign && spreadNamed is null)
            {
                string name = tokens.TextOf(tokens.Next());
                tokens.Next();
                if (named.Exists(n => n.Name == name))
                    throw tokens.Error($"the argument '{name}' is given twice", token.Start);
                named.Add((name, parser.Expression()));
            }
            else if (spread is null && spreadNamed is null && named.Count == 0)
            {
                positional.Add(parser.Expression());
            }
            else
            {
                throw tokens.Error("this argument must come before the named arguments, '*' and '**'");
            }
        }
        tokens.Expect(TokenKind.RightParen);
        return new ArgumentsSyntax(positional, named, spread, spreadNamed);
    }

    /// <summary>A filter whose name is the current token; the pipe before it has been read.</summary>
    public FilterSyntax Filter(ExpressionParser parser, ExpressionSyntax? input)
    {
        int position = tokens.Current.Start;
        string name = DottedName("a filter name");
        var arguments = tokens.Kind == TokenKind.LeftParen ? Arguments(parser) : ArgumentsSyntax.None;
        return parser.Sized(new FilterSyntax(position, input, name, arguments), arguments.Expressions.Append(input));
    }

    private ExpressionSyntax Test(ExpressionParser parser, ExpressionSyntax input)
    {
        tokens.Next();
        int position = tokens.Current.Start;
        bool negated = tokens.SkipName("not");
        string name = DottedName("a test name");
        var arguments = ArgumentsSyntax.None;
        if (tokens.Kind == TokenKind.LeftParen)
        {
            arguments = Arguments(parser);
        }
        else if (
            tokens.Kind
                is TokenKind.Name
                    or TokenKind.String
                    or TokenKind.Integer
                    or TokenKind.Float
                    or TokenKind.LeftBracket
                    or TokenKind.LeftBrace
            && !tokens.IsName("else")
            && !tokens.IsName("or")
            && !tokens.IsName("and")
        )
        {
            if (tokens.IsName("is"))
                throw tokens.Error("tests with 'is' cannot be chained");
            var argument = Postfix(parser, parser.Primary());
            arguments = new ArgumentsSyntax([argument], [], null, null);
        }
        ExpressionSyntax test = parser.Sized(
            new TestSyntax(position, input, name, arguments),
            arguments.Expressions.Append(input)
        );
        return negated ? parser.Sized(new UnarySyntax(position, UnaryOperator.Not, test), test) : test;
    }

    private string DottedName(string what)
    {
        if (tokens.Kind != TokenKind.Name)
            throw tokens.Error($"expected {what}, found {tokens.Describe(tokens.Current)}");
        string name = tokens.TextOf(tokens.Next());
        while (tokens.Skip(TokenKind.Dot))
            name += "." + tokens.TextOf(tokens.Expect(TokenKind.Name));
        return name;
    }
}
