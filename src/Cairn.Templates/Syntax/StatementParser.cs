namespace Cairn.Templates.Syntax;

/// <summary>Text and tags; each tag's method starts after the tag's name and ends before its closing
/// delimiter.</summary>
internal sealed class StatementParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly TargetParser _targets;
    private readonly PostfixParser _postfix;
    private readonly TemplateExtensions _extensions;
    private readonly int _maxNesting;
    private readonly Stack<(string Tag, string[] Ends)> _open = new();

    private StatementParser(TokenStream tokens, TemplateExtensions extensions, int maxNesting)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens, maxNesting);
        _targets = new TargetParser(tokens, _expressions);
        _postfix = new PostfixParser(tokens);
        _extensions = extensions;
        _maxNesting = maxNesting;
    }

    public static List<StatementSyntax> Parse(SourceText source, TemplateEnvironment environment)
    {
        var tokens = Lexer.Tokenize(source, environment.TrimBlocks, environment.LstripBlocks);
        var stream = new TokenStream(source, tokens);
        return new StatementParser(stream, environment.Extensions, environment.Budget.MaxNesting).Statements([]);
    }

    /// <summary>Everything up to a tag named in <paramref name="ends"/>, whose name is then the current
    /// token.</summary>
    private List<StatementSyntax> Statements(string[] ends)
    {
        var body = new List<StatementSyntax>();
        while (_tokens.Kind != TokenKind.End)
        {
            var token = _tokens.Next();
            if (token.Kind == TokenKind.Data)
            {
                body.Add(new TextSyntax(token.Start, _tokens.TextOf(token)));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                int position = _tokens.Current.Start;
                body.Add(new OutputSyntax(position, [_expressions.TupleOrExpression()]));
                _tokens.Expect(TokenKind.VariableEnd);
            }
            else
            {
                if (Array.Exists(ends, _tokens.IsName))
                    return body;
                body.Add(Statement());
                _tokens.Expect(TokenKind.BlockEnd);
            }
        }
        return ends.Length == 0 ? body : throw EndMissing();
    }

    /// <summary>A tag's body: from its closing delimiter to one of the end tags, whose name is then read.</summary>
    private List<StatementSyntax> Body(string tag, out string end, params string[] ends)
    {
        _tokens.Skip(TokenKind.Colon);
        _tokens.Expect(TokenKind.BlockEnd);
        _open.Push((tag, ends));
        if (_open.Count > _maxNesting)
            throw _tokens.Error($"tags are nested more than {_maxNesting} levels deep");
        var body = Statements(ends);
        _open.Pop();
        end = _tokens.TextOf(_tokens.Next());
        return body;
    }

    private List<StatementSyntax> Body(string tag) => Body(tag, out _, "end" + tag);

    private TemplateException EndMissing()
    {
        var (tag, ends) = _open.Peek();
        return _tokens.Error($"the '{tag}' tag has no end, expected {string.Join(" or ", ends.Select(e => $"'{e}'"))}");
    }

    private StatementSyntax Statement()
    {
        if (_tokens.Kind != TokenKind.Name)
            throw _tokens.Error($"expected a tag name, found {_tokens.Describe(_tokens.Current)}");
        var token = _tokens.Next();
        int position = token.Start;
        string tag = _tokens.TextOf(token);
        return tag switch
        {
            "for" => For(position),
            "if" => If(position),
            "set" => Set(position),
            "with" => With(position),
            "macro" => Macro(position),
            "call" => CallBlock(position),
            "filter" => new FilterBlockSyntax(position, FilterChain(startInline: true)!, Body("filter")),
            "autoescape" => new AutoEscapeSyntax(position, _expressions.Expression(), Body("autoescape")),
            "block" => Block(position),
            "extends" => new ExtendsSyntax(position, _expressions.Expression()),
            "include" => Include(position),
            "import" => Import(position),
            "from" => FromImport(position),
            "print" => Print(position),
            "do" when _extensions.HasFlag(TemplateExtensions.Do) => new DoSyntax(
                position,
                _expressions.TupleOrExpression()
            ),
            "break" or "continue" when _extensions.HasFlag(TemplateExtensions.LoopControls) => new LoopControlSyntax(
                position,
                tag == "break"
            ),
            _ => throw UnknownTag(tag, position),
        };
    }

    private TemplateException UnknownTag(string tag, int position)
    {
        string message = tag switch
        {
            "do" => "the 'do' tag is not switched on",
            "break" or "continue" => $"the '{tag}' tag is not switched on",
            _ when _open.TryPeek(out var open)
                    && (tag.StartsWith("end", StringComparison.Ordinal) || tag is "else" or "elif") =>
                $"the tag '{tag}' does not belong here, expected "
                    + $"{string.Join(" or ", open.Ends.Select(e => $"'{e}'"))} "
                    + $"of the '{open.Tag}' tag",
            _ => $"there is no tag '{tag}'",
        };
        return _tokens.Error(message, position);
    }

    private ForSyntax For(int position)
    {
        var target = _targets.Target(end: "in");
        _tokens.ExpectName("in");
        var iterable = _expressions.TupleOrExpression(conditional: false, end: "recursive");
        var test = _tokens.SkipName("if") ? _expressions.Expression() : null;
        bool recursive = _tokens.SkipName("recursive");
        var body = Body("for", out string end, "endfor", "else");
        IReadOnlyList<StatementSyntax> otherwise = end == "else" ? Body("for") : [];
        return new ForSyntax(position, target, iterable, test, recursive, body, otherwise);
    }

    private IfSyntax If(int position)
    {
        var branches = new List<(ExpressionSyntax, IReadOnlyList<StatementSyntax>)>();
        string end;
        do
        {
            var test = _expressions.TupleOrExpression(conditional: false);
            branches.Add((test, Body("if", out end, "elif", "else", "endif")));
        } while (end == "elif");
        return new IfSyntax(position, branches, end == "else" ? Body("if") : []);
    }

    private StatementSyntax Set(int position)
    {
        var target = _targets.Target(allowNamespaceTarget: true);
        if (_tokens.Skip(TokenKind.Assign))
            return new SetSyntax(position, target, _expressions.TupleOrExpression());
        var filter = FilterChain(startInline: false);
        return new SetBlockSyntax(position, target, filter, Body("set"));
    }

    /// <summary>Filters without input: <c>a|b(1)</c> after <c>filter</c>, <c>|a|b</c> after a <c>set</c>
    /// target.</summary>
    private FilterSyntax? FilterChain(bool startInline)
    {
        var filter = startInline ? _postfix.Filter(_expressions, null) : null;
        while (_tokens.Skip(TokenKind.Pipe))
            filter = _postfix.Filter(_expressions, filter);
        return filter;
    }

    private WithSyntax With(int position)
    {
        var bindings = new List<(ExpressionSyntax, ExpressionSyntax)>();
        while (_tokens.Kind != TokenKind.BlockEnd)
        {
            if (bindings.Count > 0)
                _tokens.Expect(TokenKind.Comma);
            var target = _targets.Target(use: NameUse.Parameter);
            _tokens.Expect(TokenKind.Assign);
            bindings.Add((target, _expressions.Expression()));
        }
        return new WithSyntax(position, bindings, Body("with"));
    }

    private MacroSyntax Macro(int position)
    {
        string name = _targets.Name(NameUse.Store).Name;
        var signature = Signature();
        return new MacroSyntax(position, name, signature, Body("macro"));
    }

    private CallBlockSyntax CallBlock(int position)
    {
        var signature = _tokens.Kind == TokenKind.LeftParen ? Signature() : new SignatureSyntax([], []);
        var call =
            _expressions.Expression() as CallSyntax
            ?? throw _tokens.Error("expected a call such as 'name(…)'", position);
        return new CallBlockSyntax(position, call, signature, Body("call"));
    }

    private SignatureSyntax Signature()
    {
        _tokens.Expect(TokenKind.LeftParen);
        var parameters = new List<NameSyntax>();
        var defaults = new List<ExpressionSyntax>();
        while (_tokens.Kind != TokenKind.RightParen)
        {
            if (parameters.Count > 0)
                _tokens.Expect(TokenKind.Comma);
            var parameter = _targets.Name(NameUse.Parameter);
            if (parameters.Exists(p => p.Name == parameter.Name))
                throw _tokens.Error($"the parameter '{parameter.Name}' is declared twice", parameter.Position);
            parameters.Add(parameter);
            if (_tokens.Skip(TokenKind.Assign))
                defaults.Add(_expressions.Expression());
            else if (defaults.Count > 0)
                throw _tokens.Error("a parameter without default follows one with a default", parameter.Position);
        }
        _tokens.Expect(TokenKind.RightParen);
        return new SignatureSyntax(parameters, defaults);
    }

    private BlockSyntax Block(int position)
    {
        string name = _tokens.TextOf(_tokens.Expect(TokenKind.Name));
        bool scoped = _tokens.SkipName("scoped");
        bool required = _tokens.SkipName("required");
        var body = Body("block");
        if (
            required && body.Find(s => s is not TextSyntax text || !string.IsNullOrWhiteSpace(text.Text)) is { } content
        )
        {
            throw _tokens.Error("a required block holds only comments and white space", content.Position);
        }

        _tokens.SkipName(name);
        return new BlockSyntax(position, name, scoped, required, body);
    }

    private IncludeSyntax Include(int position)
    {
        var template = _expressions.Expression();
        bool ignoreMissing = _tokens.IsName("ignore") && _tokens.NextIsName("missing");
        if (ignoreMissing)
        {
            _tokens.Next();
            _tokens.Next();
        }
        return new IncludeSyntax(position, template, ignoreMissing, ImportContext() ?? true);
    }

    private ImportSyntax Import(int position)
    {
        var template = _expressions.Expression();
        _tokens.ExpectName("as");
        string name = _targets.Name(NameUse.Store).Name;
        return new ImportSyntax(position, template, [(null, name)], ImportContext() ?? false);
    }

    private ImportSyntax FromImport(int position)
    {
        var template = _expressions.Expression();
        _tokens.ExpectName("import");
        var names = new List<(string?, string)>();
        bool? withContext = null;
        do
        {
            withContext = ImportContext();
            if (withContext is not null)
                break;
            var name = _targets.Name(NameUse.Store);
            if (name.Name.StartsWith('_'))
                throw _tokens.Error("names that start with an underscore cannot be imported", name.Position);
            names.Add((name.Name, _tokens.SkipName("as") ? _targets.Name(NameUse.Store).Name : name.Name));
            withContext = ImportContext();
        } while (withContext is null && _tokens.Skip(TokenKind.Comma));
        return new ImportSyntax(position, template, names, withContext ?? false);
    }

    /// <summary><c>with context</c> or <c>without context</c>; null when neither is there.</summary>
    private bool? ImportContext()
    {
        if (!_tokens.NextIsName("context") || !(_tokens.IsName("with") || _tokens.IsName("without")))
            return null;
        bool with = _tokens.IsName("with");
        _tokens.Next();
        _tokens.Next();
        return with;
    }

    private OutputSyntax Print(int position)
    {
        var expressions = new List<ExpressionSyntax>();
        while (_tokens.Kind != TokenKind.BlockEnd)
        {
            if (expressions.Count > 0)
                _tokens.Expect(TokenKind.Comma);
            expressions.Add(_expressions.Expression());
        }
        return new OutputSyntax(position, expressions);
    }
}
