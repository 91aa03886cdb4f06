using Cairn.Rego.Values;

namespace Cairn.Rego.GraphQl;

/// <summary>What the parsers of queries and of schemas share: looking one token ahead, names, values, types,
/// directives.</summary>
/// <remarks>Documents become Rego objects in the shape OPA gives them: empty lists and absent parts are left
/// out.</remarks>
internal abstract class GraphQlReader
{
    private const int MaxDepth = 200;

    private readonly GraphQlLexer _lexer;
    private int _depth;

    protected GraphQlReader(string text)
    {
        _lexer = new GraphQlLexer(text);
        Peek = _lexer.Next();
    }

    protected GraphQlToken Peek { get; private set; }

    protected GraphQlToken Next()
    {
        var token = Peek;
        if (token.Kind == GraphQlTokenKind.Invalid)
            throw Unexpected();
        Peek = _lexer.Next();
        return token;
    }

    protected GraphQlException Unexpected() => Unexpected(Peek);

    protected static GraphQlException Unexpected(GraphQlToken token) =>
        new($"Unexpected {token.Description}", token.Line, token.Column);

    protected GraphQlException Expected(string what) =>
        new($"Expected {what}, found {Peek.Description}", Peek.Line, Peek.Column);

    protected bool Skip(string punctuator)
    {
        if (!Peek.Is(punctuator))
            return false;
        Next();
        return true;
    }

    protected void Expect(string punctuator)
    {
        if (!Skip(punctuator))
            throw Expected(punctuator);
    }

    protected void ExpectKeyword(string keyword)
    {
        if (!Peek.IsName(keyword))
            throw Expected($"\"{keyword}\"");
        Next();
    }

    protected string Name() => Peek.Kind == GraphQlTokenKind.Name ? Next().Text : throw Expected("Name");

    /// <summary>Items between brackets; none when there is no opening one.</summary>
    protected RegoArray Many(string open, string close, Func<RegoValue> item, bool atLeastOne = false)
    {
        if (!Skip(open))
            return RegoArray.Empty;
        if (++_depth > MaxDepth)
            throw new GraphQlException($"Nested more than {MaxDepth} levels deep", Peek.Line, Peek.Column);
        var items = new List<RegoValue>();
        while (!Peek.Is(close))
            items.Add(item());
        if (atLeastOne && items.Count == 0)
        {
            throw new GraphQlException(
                $"expected at least one definition, found {Peek.Description}",
                Peek.Line,
                Peek.Column
            );
        }

        Next();
        _depth--;
        return RegoArray.Of(items);
    }

    protected RegoArray Directives(bool isConstant)
    {
        var directives = new List<RegoValue>();
        while (Skip("@"))
            directives.Add(Node(("Name", Name()), ("Arguments", Arguments(isConstant)), ("Location", "")));
        return RegoArray.Of(directives);
    }

    protected RegoArray Arguments(bool isConstant) => Many("(", ")", () => NamedValue(isConstant));

    protected RegoValue Value(bool isConstant)
    {
        var token = Peek;
        switch (token.Kind)
        {
            case GraphQlTokenKind.Int:
                return Scalar(GraphQlValueKind.Int, Next().Text);
            case GraphQlTokenKind.Float:
                return Scalar(GraphQlValueKind.Float, Next().Text);
            case GraphQlTokenKind.String:
                return Scalar(GraphQlValueKind.String, Next().Text);
            case GraphQlTokenKind.BlockString:
                return Scalar(GraphQlValueKind.Block, Next().Text);
            case GraphQlTokenKind.Name:
                Next();
                return Scalar(
                    token.Text switch
                    {
                        "true" or "false" => GraphQlValueKind.Boolean,
                        "null" => GraphQlValueKind.Null,
                        _ => GraphQlValueKind.Enum,
                    },
                    token.Text
                );
            case GraphQlTokenKind.Punctuator when token.Text == "$" && !isConstant:
                Next();
                return Scalar(GraphQlValueKind.Variable, Name());
            case GraphQlTokenKind.Punctuator when token.Text == "[":
                return Scalar(
                    GraphQlValueKind.List,
                    "",
                    Many("[", "]", () => Node(("Name", ""), ("Value", Value(isConstant))))
                );
            case GraphQlTokenKind.Punctuator when token.Text == "{":
                return Scalar(GraphQlValueKind.Object, "", Many("{", "}", () => NamedValue(isConstant)));
            default:
                throw Unexpected();
        }
    }

    protected RegoValue Type()
    {
        RegoValue elements = RegoArray.Empty;
        string name = "";
        if (Peek.Is("["))
        {
            // Many() holds the depth limit; a list type has exactly one element type.
            var inner = Many("[", "]", Type);
            elements = inner.Count == 1 ? inner[0] : throw Expected(inner.Count == 0 ? "Name" : "]");
        }
        else
        {
            name = Name();
        }

        return Node(("NamedType", name), ("Elem", elements), ("NonNull", Skip("!")));
    }

    /// <summary>A node of these members, without those that are empty lists.</summary>
    protected static RegoObject Node(params ReadOnlySpan<(string Name, RegoValue Value)> members)
    {
        var node = new RegoObjectBuilder(members.Length);
        foreach (var (name, value) in members)
        {
            if (value is not RegoArray { Count: 0 })
                node.Set(name, value);
        }

        return node.Build();
    }

    private RegoObject NamedValue(bool isConstant)
    {
        string name = Name();
        Expect(":");
        return Node(("Name", name), ("Value", Value(isConstant)));
    }

    private static RegoObject Scalar(GraphQlValueKind kind, string raw, RegoArray? children = null) =>
        Node(
            ("Raw", raw),
            ("Children", children ?? RegoArray.Empty),
            ("Kind", (long)kind),
            ("ExpectedTypeHasDefault", false)
        );
}

/// <summary>The kinds of literals, numbered as OPA shows them.</summary>
internal enum GraphQlValueKind
{
    Variable,
    Int,
    Float,
    String,
    Block,
    Boolean,
    Null,
    Enum,
    List,
    Object,
}
