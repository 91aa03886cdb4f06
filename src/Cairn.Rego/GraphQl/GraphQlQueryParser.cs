using Cairn.Rego.Values;

namespace Cairn.Rego.GraphQl;

/// <summary>Parses executable documents: operations and fragments (GraphQL specification, section 2).</summary>
internal sealed class GraphQlQueryParser : GraphQlReader
{
    private GraphQlQueryParser(string text)
        : base(text) { }

    /// <summary>The document as an object.</summary>
    /// <exception cref="GraphQlException">It is none.</exception>
    public static RegoObject Parse(string text) => new GraphQlQueryParser(text).Document();

    private RegoObject Document()
    {
        var operations = new List<RegoValue>();
        var fragments = new List<RegoValue>();
        while (Peek.Kind != GraphQlTokenKind.End)
        {
            if (Peek.IsName("fragment"))
            {
                fragments.Add(Fragment());
            }
            else if (
                Peek.Is("{") || Peek is { Kind: GraphQlTokenKind.Name, Text: "query" or "mutation" or "subscription" }
            )
            {
                operations.Add(Operation());
            }
            else
            {
                throw Unexpected();
            }
        }

        return Node(("Operations", RegoArray.Of(operations)), ("Fragments", RegoArray.Of(fragments)));
    }

    private RegoObject Operation()
    {
        if (Peek.Is("{"))
            return Node(("Operation", "query"), ("Name", ""), ("SelectionSet", SelectionSet()));
        string operation = Name();
        return Node(
            ("Operation", operation),
            ("Name", Peek.Kind == GraphQlTokenKind.Name ? Name() : ""),
            ("VariableDefinitions", VariableDefinitions()),
            ("Directives", Directives(isConstant: false)),
            ("SelectionSet", SelectionSet())
        );
    }

    private RegoObject Fragment()
    {
        ExpectKeyword("fragment");
        string name = FragmentName();
        var variables = VariableDefinitions();
        ExpectKeyword("on");
        return Node(
            ("Name", name),
            ("VariableDefinition", variables),
            ("TypeCondition", Name()),
            ("Directives", Directives(isConstant: false)),
            ("SelectionSet", SelectionSet())
        );
    }

    private string FragmentName() => Peek.IsName("on") ? throw Unexpected() : Name();

    private RegoArray VariableDefinitions() =>
        Many(
            "(",
            ")",
            () =>
            {
                Expect("$");
                string name = Name();
                Expect(":");
                return Node(
                    ("Variable", name),
                    ("Type", Type()),
                    ("DefaultValue", Skip("=") ? Value(isConstant: true) : RegoArray.Empty),
                    ("Directives", Directives(isConstant: false)),
                    ("Used", false)
                );
            }
        );

    private RegoArray SelectionSet() =>
        Peek.Is("{") ? Many("{", "}", Selection, atLeastOne: true) : throw Expected("{");

    private RegoValue Selection()
    {
        if (Skip("..."))
            return Spread();
        string alias = Name();
        string name = Skip(":") ? Name() : alias;
        return Node(
            ("Alias", alias),
            ("Name", name),
            ("Arguments", Arguments(isConstant: false)),
            ("Directives", Directives(isConstant: false)),
            ("SelectionSet", Peek.Is("{") ? SelectionSet() : RegoArray.Empty)
        );
    }

    private RegoObject Spread()
    {
        if (Peek.Kind == GraphQlTokenKind.Name && Peek.Text != "on")
            return Node(("Name", FragmentName()), ("Directives", Directives(isConstant: false)));
        string condition = "";
        if (Peek.IsName("on"))
        {
            Next();
            condition = Name();
        }

        return Node(
            ("TypeCondition", condition),
            ("Directives", Directives(isConstant: false)),
            ("SelectionSet", SelectionSet())
        );
    }
}
