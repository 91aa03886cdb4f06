using Cairn.Templates.Values;

namespace Cairn.Templates.Syntax;

/// <summary>
/// Expressions by recursive descent, loosest binding first: inline if, or, and, not, comparison, + -, ~,
/// * / // %, ** (from the left), unary, postfix, filters and tests.
/// </summary>
internal sealed class ExpressionParser(TokenStream tokens, int maxNesting)
{
    private readonly PostfixParser _postfix = new(tokens);
    private int _nesting;

    public ExpressionSyntax Expression()
    {
        Enter();
        var expression = Conditional();
        _nesting--;
        return expression;
    }

    /// <summary>An expression or, with commas, a tuple; ends before the token that cannot start an item.</summary>
    public ExpressionSyntax TupleOrExpression(bool conditional = true, string? end = null, bool parenthesized = false)
    {
        Enter();
        int position = tokens.Current.Start;
        var items = new List<ExpressionSyntax>();
        bool isTuple = false;
        do
        {
            if (
                tokens.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.RightParen
                || (end is not null && tokens.IsName(end))
            )
            {
                break;
            }
            items.Add(conditional ? Conditional() : Or());
            isTuple = isTuple || tokens.Kind == TokenKind.Comma;
        } while (tokens.Skip(TokenKind.Comma));
        _nesting--;
        if (isTuple || (items.Count == 0 && parenthesized))
            return Sized(new SequenceSyntax(position, items, isTuple: true), items);
        return items.Count == 1
            ? items[0]
            : throw tokens.Error($"expected an expression, found {tokens.Describe(tokens.Current)}");
    }

    private void Enter()
    {
        if (++_nesting > maxNesting)
            throw tokens.Error($"the expression is nested more than {maxNesting} levels deep");
    }

    /// <summary>Notes how high the tree below the node is: chains such as a+b+c grow it without recursion
    /// here.</summary>
    public T Sized<T>(T node, params IEnumerable<ExpressionSyntax?> children)
        where T : ExpressionSyntax
    {
        int height = 0;
        foreach (var child in children)
            height = Math.Max(height, child?.Height ?? 0);
        node.Height = height + 1;
        return node.Height <= 2 * maxNesting
            ? node
            : throw tokens.Error(
                $"the expression has more than {2 * maxNesting} operations inside each other",
                node.Position
            );
    }

    private ExpressionSyntax Conditional()
    {
        var expression = Or();
        while (tokens.IsName("if"))
        {
            int position = tokens.Next().Start;
            var test = Or();
            var otherwise = tokens.SkipName("else") ? Expression() : null;
            expression = Sized(
                new ConditionalSyntax(position, test, expression, otherwise),
                test,
                expression,
                otherwise
            );
        }
        return expression;
    }

    public ExpressionSyntax Or()
    {
        var left = And();
        while (tokens.IsName("or"))
        {
            int position = tokens.Next().Start;
            var right = And();
            left = Sized(new LogicalSyntax(position, isAnd: false, left, right), left, right);
        }
        return left;
    }

    private ExpressionSyntax And()
    {
        var left = Not();
        while (tokens.IsName("and"))
        {
            int position = tokens.Next().Start;
            var right = Not();
            left = Sized(new LogicalSyntax(position, isAnd: true, left, right), left, right);
        }
        return left;
    }

    private ExpressionSyntax Not()
    {
        if (!tokens.IsName("not"))
            return Comparison();
        Enter();
        int position = tokens.Next().Start;
        var operand = Not();
        _nesting--;
        return Sized(new UnarySyntax(position, UnaryOperator.Not, operand), operand);
    }

    private ExpressionSyntax Comparison()
    {
        var first = Sum();
        List<(ComparisonOperator, ExpressionSyntax)>? rest = null;
        int position = tokens.Current.Start;
        while (ComparisonOperatorHere() is { } op)
            (rest ??= []).Add((op, Sum()));
        return rest is null
            ? first
            : Sized(new ComparisonSyntax(position, first, rest), rest.Select(r => r.Item2).Append(first));
    }

    private ComparisonOperator? ComparisonOperatorHere()
    {
        ComparisonOperator? op = tokens.Kind switch
        {
            TokenKind.Eq => ComparisonOperator.Equal,
            TokenKind.Ne => ComparisonOperator.NotEqual,
            TokenKind.Lt => ComparisonOperator.Less,
            TokenKind.Le => ComparisonOperator.LessOrEqual,
            TokenKind.Gt => ComparisonOperator.Greater,
            TokenKind.Ge => ComparisonOperator.GreaterOrEqual,
            TokenKind.Name when tokens.IsName("in") => ComparisonOperator.In,
            TokenKind.Name when tokens.IsName("not") && tokens.NextIsName("in") => ComparisonOperator.NotIn,
            _ => null,
        };
        if (op is not null)
        {
            tokens.Next();
            if (op == ComparisonOperator.NotIn)
                tokens.Next();
        }
        return op;
    }

    private ExpressionSyntax Sum()
    {
        var left = Concat();
        while (tokens.Kind is TokenKind.Add or TokenKind.Sub)
        {
            var op = tokens.Kind == TokenKind.Add ? BinaryOperator.Add : BinaryOperator.Subtract;
            int position = tokens.Next().Start;
            var right = Concat();
            left = Sized(new BinarySyntax(position, op, left, right), left, right);
        }
        return left;
    }

    private ExpressionSyntax Concat()
    {
        var first = Product();
        if (tokens.Kind != TokenKind.Tilde)
            return first;
        int position = tokens.Current.Start;
        var parts = new List<ExpressionSyntax> { first };
        while (tokens.Skip(TokenKind.Tilde))
            parts.Add(Product());
        return Sized(new ConcatSyntax(position, parts), parts);
    }

    private ExpressionSyntax Product()
    {
        var left = Power();
        while (tokens.Kind is TokenKind.Mul or TokenKind.Div or TokenKind.FloorDiv or TokenKind.Mod)
        {
            var op = tokens.Kind switch
            {
                TokenKind.Mul => BinaryOperator.Multiply,
                TokenKind.Div => BinaryOperator.Divide,
                TokenKind.FloorDiv => BinaryOperator.FloorDivide,
                _ => BinaryOperator.Modulo,
            };
            int position = tokens.Next().Start;
            var right = Power();
            left = Sized(new BinarySyntax(position, op, left, right), left, right);
        }
        return left;
    }

    private ExpressionSyntax Power()
    {
        var left = Unary(withFilters: true);
        while (tokens.Kind == TokenKind.Pow)
        {
            int position = tokens.Next().Start;
            var right = Unary(withFilters: true);
            left = Sized(new BinarySyntax(position, BinaryOperator.Power, left, right), left, right);
        }
        return left;
    }

    private ExpressionSyntax Unary(bool withFilters)
    {
        ExpressionSyntax expression;
        if (tokens.Kind is TokenKind.Sub or TokenKind.Add)
        {
            Enter();
            var op = tokens.Kind == TokenKind.Sub ? UnaryOperator.Negate : UnaryOperator.Plus;
            int position = tokens.Next().Start;
            var operand = Unary(withFilters: false);
            _nesting--;
            expression = Sized(new UnarySyntax(position, op, operand), operand);
        }
        else
        {
            expression = Primary();
        }

        expression = _postfix.Postfix(this, expression);
        return withFilters ? _postfix.FiltersAndTests(this, expression) : expression;
    }

    public ExpressionSyntax Primary(bool allowNamespaceTarget = false)
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Next();
                return Name(token, allowNamespaceTarget);
            case TokenKind.String:
                return Strings();
            case TokenKind.Integer:
                tokens.Next();
                return new LiteralSyntax(token.Start, Literals.Integer(tokens.SpanOf(token)));
            case TokenKind.Float:
                tokens.Next();
                return new LiteralSyntax(token.Start, Literals.Float(tokens.SpanOf(token)));
            case TokenKind.LeftParen:
                tokens.Next();
                var inner = TupleOrExpression(parenthesized: true);
                tokens.Expect(TokenKind.RightParen);
                return inner;
            case TokenKind.LeftBracket:
                return ListLiteral();
            case TokenKind.LeftBrace:
                return MappingLiteral();
            default:
                throw tokens.Error($"expected an expression, found {tokens.Describe(token)}");
        }
    }

    private ExpressionSyntax Name(Token token, bool allowNamespaceTarget)
    {
        string name = tokens.TextOf(token);
        switch (name)
        {
            case "true" or "True":
                return new LiteralSyntax(token.Start, Value.True);
            case "false" or "False":
                return new LiteralSyntax(token.Start, Value.False);
            case "none" or "None":
                return new LiteralSyntax(token.Start, Value.None);
        }
        if (allowNamespaceTarget && tokens.Skip(TokenKind.Dot))
            return new NamespaceTargetSyntax(token.Start, name, tokens.TextOf(tokens.Expect(TokenKind.Name)));
        return new NameSyntax(token.Start, name);
    }

    private LiteralSyntax Strings()
    {
        int position = tokens.Current.Start;
        string text = "";
        while (tokens.Kind == TokenKind.String)
        {
            var token = tokens.Next();
            text +=
                Literals.String(tokens.SpanOf(token)[1..^1])
                ?? throw tokens.Error("the string has a malformed escape sequence", token.Start);
        }
        return new LiteralSyntax(position, Value.String(text));
    }

    private SequenceSyntax ListLiteral()
    {
        int position = tokens.Next().Start;
        var items = new List<ExpressionSyntax>();
        while (tokens.Kind != TokenKind.RightBracket)
        {
            if (items.Count > 0)
            {
                tokens.Expect(TokenKind.Comma);
                if (tokens.Kind == TokenKind.RightBracket)
                    break;
            }
            items.Add(Expression());
        }
        tokens.Expect(TokenKind.RightBracket);
        return Sized(new SequenceSyntax(position, items, isTuple: false), items);
    }

    private MappingSyntax MappingLiteral()
    {
        int position = tokens.Next().Start;
        var entries = new List<(ExpressionSyntax, ExpressionSyntax)>();
        while (tokens.Kind != TokenKind.RightBrace)
        {
            if (entries.Count > 0)
            {
                tokens.Expect(TokenKind.Comma);
                if (tokens.Kind == TokenKind.RightBrace)
                    break;
            }
            var key = Expression();
            tokens.Expect(TokenKind.Colon);
            entries.Add((key, Expression()));
        }
        tokens.Expect(TokenKind.RightBrace);
        return Sized(new MappingSyntax(position, entries), entries.SelectMany(e => new[] { e.Item1, e.Item2 }));
    }
}
