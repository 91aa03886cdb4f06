using Cairn.Rego.Values;

namespace Cairn.Rego.Syntax;

/// <summary>Which Rego a module is written in.</summary>
public enum RegoVersion
{
    /// <summary>OPA 1.x: <c>if</c>, <c>contains</c>, <c>in</c> and <c>every</c> are keywords.</summary>
    V1,

    /// <summary>OPA before 1.0: those are keywords after <c>import rego.v1</c> or <c>future.keywords</c>
    /// only.</summary>
    V0,
}

/// <summary>A recursive-descent parser of modules and queries. Goes on after a mistake at the next statement.</summary>
internal sealed partial class Parser
{
    internal const int MaxErrors = 10;
    private const int MaxDepth = 400;
    private const int MaxRetries = 2_000;
    private static readonly string[] FutureKeywords = ["in", "every", "if", "contains"];

    private readonly Lexer _lexer;
    private readonly string _text;
    private readonly string _file;
    private readonly HashSet<string> _keywords =
    [
        "package",
        "import",
        "as",
        "default",
        "else",
        "not",
        "some",
        "with",
        "null",
        "true",
        "false",
    ];
    private readonly List<RegoError> _errors = [];
    private Token _token;
    private int _previousEnd;
    private int _previousRow;
    private int _depth;
    private int _retries;
    private int _wildcards;
    private long _tokensLeft;
    private bool _version1;
    private bool _negatesWhole;

    private Parser(string text, string file, RegoVersion version)
    {
        _lexer = new Lexer(text, file);
        (_text, _file) = (text, file);
        _tokensLeft = (text.Length * 50L) + 10_000;
        if (version == RegoVersion.V1)
            UseVersion1();
    }

    /// <summary>Parses a module; what is wrong goes to <paramref name="errors"/>, and then the module is
    /// null.</summary>
    public static ModuleNode? ParseModule(string text, string file, RegoVersion version, List<RegoError> errors)
    {
        var parser = new Parser(text, file, version);
        var module = parser.Module();
        errors.AddRange(parser._errors.Take(MaxErrors));
        return parser._errors.Count == 0 ? module : null;
    }

    /// <summary>Parses a query: expressions separated by line ends or semicolons.</summary>
    /// <exception cref="RegoCompilationException">The text is not a query.</exception>
    public static IReadOnlyList<Expression> ParseQuery(string text, string file = "")
    {
        var parser = new Parser(text, file, RegoVersion.V1);
        try
        {
            parser.Advance();
            return parser.Query(TokenKind.EndOfText);
        }
        catch (SyntaxException e)
        {
            throw new RegoCompilationException([e.Error]);
        }
    }

    private void UseVersion1()
    {
        _version1 = true;
        _keywords.UnionWith(FutureKeywords);
    }

    private ModuleNode? Module()
    {
        PackageNode? package = null;
        var imports = new List<ImportNode>();
        var rules = new List<RuleNode>();
        if (!Try(Advance))
            return null;
        while (_token.Kind != TokenKind.EndOfText && _errors.Count < MaxErrors)
        {
            if (!Try(() => package = Statement(package, imports, rules)))
                SkipToStatement();
        }

        if (package is null && _errors.Count == 0)
            _errors.Add(new RegoError(RegoError.Parse, "empty module", new SourceLocation(_file, 1, 1, 0)));
        return package is null
            ? null
            : new ModuleNode(_file, _text, package, imports, rules, _lexer.Comments, _version1)
            {
                NegatesWhole = _negatesWhole,
            };
    }

    private PackageNode? Statement(PackageNode? package, List<ImportNode> imports, List<RuleNode> rules)
    {
        if (package is null)
        {
            if (!AtKeyword("package"))
                throw Error(_lexer.Location(_token), "package expected");
            package = Package();
        }
        else if (AtKeyword("package"))
        {
            throw Error(_lexer.Location(_token), "unexpected package");
        }
        else if (AtKeyword("import"))
        {
            imports.Add(Import());
        }
        else
        {
            Rules(rules);
        }

        if (_token.Kind == TokenKind.Semicolon)
            Advance();
        else if (_token.Kind != TokenKind.EndOfText && !_token.AfterNewline)
            throw Unexpected("expected \\n or ;");
        return package;
    }

    private PackageNode Package()
    {
        var location = _lexer.Location(_token);
        Advance();
        if (_token.Kind != TokenKind.Name || _token.AfterNewline)
            throw Unexpected("expected a package name");
        var start = _token;
        var name = new ScalarTerm(RegoString.Of(Text(start)), _lexer.Location(start));
        Advance();
        var path = new List<Term> { name };
        RefPath(path);
        if (path.Find(term => term is not ScalarTerm { Value: RegoString }) is { } other)
            throw Error(other.Location, "package name cannot contain anything but strings");
        return new PackageNode(new RefTerm(new VarTerm("data", name.Location), path, name.Location), location);
    }

    private ImportNode Import()
    {
        var location = _lexer.Location(_token);
        Advance();
        if (_token.Kind != TokenKind.Name || _token.AfterNewline)
            throw Unexpected("expected a path to import");
        string head = Text(_token);
        var headTerm = new VarTerm(head, _lexer.Location(_token));
        Advance();
        var path = new List<Term>();
        RefPath(path);
        if (head is not ("input" or "data" or "future" or "rego"))
        {
            throw Error(
                headTerm.Location,
                $"unexpected import path, must begin with one of: {{data, future, input, rego}}, got: {head}"
            );
        }

        if (path.Find(term => term is not ScalarTerm { Value: RegoString }) is { } other)
            throw Error(other.Location, "unexpected import path, path elements must be strings");
        VarTerm? alias = null;
        if (AtKeyword("as"))
        {
            Advance();
            alias = new VarTerm(NameToken("expected a name"), _lexer.Location(_token));
            Advance();
        }

        var import = new ImportNode(new RefTerm(headTerm, path, headTerm.Location), alias, location);
        if (head is "future" or "rego")
            ImportKeywords(import);
        return import;
    }

    private void ImportKeywords(ImportNode import)
    {
        string name = import.Path.DottedName!;
        if (import.Alias is { } alias)
        {
            throw Error(
                alias.Location,
                $"{(name.StartsWith("rego", StringComparison.Ordinal) ? "rego" : "future")} imports cannot be aliased"
            );
        }

        if (name == "rego.v1")
        {
            UseVersion1();
        }
        else if (name == "future.keywords")
        {
            _keywords.UnionWith(FutureKeywords);
        }
        else if (name == "future.keywords.not")
        {
            _negatesWhole = true;
        }
        else if (name.StartsWith("future.keywords.", StringComparison.Ordinal) && FutureKeywords.Contains(name[16..]))
        {
            _keywords.UnionWith(name == "future.keywords.every" ? ["in", "every"] : [name[16..]]);
        }
        else if (name.StartsWith("future.", StringComparison.Ordinal))
        {
            throw Error(
                import.Path.Location,
                $"unexpected keyword in import: {name}, must be one of [contains every if in not]"
            );
        }
        else
        {
            throw Error(import.Path.Location, "invalid import, must be `rego.v1`");
        }
        // What was read ahead may be a keyword by now, but tokens do not know keywords.
    }

    private bool Try(Action parse)
    {
        try
        {
            parse();
            return true;
        }
        catch (SyntaxException e)
        {
            _errors.Add(e.Error);
            return false;
        }
    }

    // The next statement most likely begins where a line starts without indentation.
    private void SkipToStatement()
    {
        _depth = 0;
        do
        {
            if (_tokensLeft < 0)
            {
                _token = default;
                return;
            }

            var (offset, row, line) = _lexer.Position;
            if (!Try(Advance))
            {
                _errors.RemoveAt(_errors.Count - 1);
                if (_lexer.Position.Offset == offset && !_lexer.AtEnd)
                    _lexer.Position = (offset + 1, row, line);
            }
        } while (
            _token.Kind != TokenKind.EndOfText
            && !(_token.Column == 1 && _token.AfterNewline && _token.Kind == TokenKind.Name)
        );
    }

    private void Advance()
    {
        _previousEnd = _token.End;
        _previousRow = _lexer.Position.Row;
        if (--_tokensLeft < 0)
            throw Limit("text is too ambiguous to parse");
        _token = _lexer.Next();
    }

    private bool At(TokenKind kind) => _token.Kind == kind;

    // A keyword right before a dot is a name: not.foo.
    private bool AtKeyword(string keyword) =>
        _token.Kind == TokenKind.Name
        && _keywords.Contains(keyword)
        && _token.IsKeyword(_text, keyword)
        && !(_token.End < _text.Length && _text[_token.End] == '.');

    private bool AtAnyKeyword() =>
        _token.Kind == TokenKind.Name && _keywords.Contains(Text(_token)) && AtKeyword(Text(_token));

    private string Text(in Token token) => _text[token.Start..token.End];

    private string NameToken(string expected) =>
        _token.Kind == TokenKind.Name && !AtAnyKeyword() ? Text(_token) : throw Unexpected(expected);

    private void Expect(TokenKind kind, string what)
    {
        if (_token.Kind != kind)
            throw Unexpected($"expected {what}");
        Advance();
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw Limit($"nesting is deeper than {MaxDepth} levels");
    }

    /// <summary>Whether the text may be read another way after this mistake.</summary>
    private bool MayRetry(SyntaxException e) => !e.Fatal && ++_retries <= MaxRetries;

    private SyntaxException Limit(string message) =>
        new(new RegoError(RegoError.Parse, message, _lexer.Location(_token))) { Fatal = true };

    private static SyntaxException Error(SourceLocation location, string message) =>
        new(new RegoError(RegoError.Parse, message, location));

    private SyntaxException Unexpected(string? hint = null)
    {
        string what = _token.Kind switch
        {
            TokenKind.EndOfText => "eof",
            TokenKind.Name when AtAnyKeyword() => $"{Text(_token)} keyword",
            TokenKind.Name => "identifier",
            TokenKind.Number => "number",
            TokenKind.String or TokenKind.RawString => "string",
            _ => Text(_token),
        };
        return Error(
            _lexer.Location(_token),
            "unexpected "
                + $"{what}{(what.EndsWith("keyword", StringComparison.Ordinal) ? "" : " token")}{(hint is null ? "" : ": " + hint)}"
        );
    }
}
