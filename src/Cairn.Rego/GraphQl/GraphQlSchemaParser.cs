using System.Collections.Frozen;
using Cairn.Rego.Values;

namespace Cairn.Rego.GraphQl;

/// <summary>Parses type system documents: definitions and extensions (GraphQL specification, section 3).</summary>
internal sealed class GraphQlSchemaParser : GraphQlReader
{
    private static readonly FrozenSet<string> Locations = FrozenSet.ToFrozenSet([
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
        "SCHEMA",
        "SCALAR",
        "OBJECT",
        "FIELD_DEFINITION",
        "ARGUMENT_DEFINITION",
        "INTERFACE",
        "UNION",
        "ENUM",
        "ENUM_VALUE",
        "INPUT_OBJECT",
        "INPUT_FIELD_DEFINITION",
    ]);

    private GraphQlSchemaParser(string text)
        : base(text) { }

    /// <summary>The document as an object.</summary>
    /// <exception cref="GraphQlException">It is none.</exception>
    public static RegoObject Parse(string text) => new GraphQlSchemaParser(text).Document();

    private RegoObject Document()
    {
        var schemas = new List<RegoValue>();
        var schemaExtensions = new List<RegoValue>();
        var directives = new List<RegoValue>();
        var definitions = new List<RegoValue>();
        var extensions = new List<RegoValue>();
        while (Peek.Kind != GraphQlTokenKind.End)
        {
            var start = Peek;
            string description = Description();
            if (Peek.Kind != GraphQlTokenKind.Name)
                throw Unexpected();
            switch (Peek.Text)
            {
                case "schema":
                    schemas.Add(Schema(description, isExtension: false));
                    break;
                case "directive":
                    directives.Add(Directive(description));
                    break;
                case "extend":
                    if (description.Length > 0)
                        throw Unexpected(start);
                    Next();
                    if (Peek.IsName("schema"))
                        schemaExtensions.Add(Schema("", isExtension: true));
                    else
                        extensions.Add(Definition("", isExtension: true));
                    break;
                default:
                    definitions.Add(Definition(description, isExtension: false));
                    break;
            }
        }

        return Node(
            ("Schema", RegoArray.Of(schemas)),
            ("SchemaExtension", RegoArray.Of(schemaExtensions)),
            ("Directives", RegoArray.Of(directives)),
            ("Definitions", RegoArray.Of(definitions)),
            ("Extensions", RegoArray.Of(extensions))
        );
    }

    private string Description() =>
        Peek.Kind is GraphQlTokenKind.String or GraphQlTokenKind.BlockString ? Next().Text : "";

    private RegoObject Schema(string description, bool isExtension)
    {
        ExpectKeyword("schema");
        var directives = Directives(isConstant: true);
        var operations = Many(
            "{",
            "}",
            () =>
            {
                if (Peek is not { Kind: GraphQlTokenKind.Name, Text: "query" or "mutation" or "subscription" })
                    throw Unexpected();
                string operation = Name();
                Expect(":");
                return Node(("Operation", operation), ("Type", Name()));
            },
            atLeastOne: true
        );
        if (isExtension && directives.Count == 0 && operations.Count == 0)
            throw Unexpected();
        return Node(("Description", description), ("Directives", directives), ("OperationTypes", operations));
    }

    private RegoObject Definition(string description, bool isExtension)
    {
        var first = Peek;
        bool defines = first.Text is "scalar" or "type" or "interface" or "union" or "enum" or "input";
        if (!defines || first.Kind is not GraphQlTokenKind.Name)
            throw Unexpected();

        string keyword = Name();
        string name = Name();
        var interfaces = keyword is "type" or "interface" ? Implements() : RegoArray.Empty;
        var directives = Directives(isConstant: true);
        var fields = keyword switch
        {
            "type" or "interface" => Many("{", "}", Field, atLeastOne: true),
            "input" => Many("{", "}", Input, atLeastOne: true),
            _ => RegoArray.Empty,
        };
        var types = keyword == "union" && Skip("=") ? Names("|") : RegoArray.Empty;
        var values =
            keyword == "enum"
                ? Many(
                    "{",
                    "}",
                    () =>
                        Node(
                            ("Description", Description()),
                            ("Name", Name()),
                            ("Directives", Directives(isConstant: true))
                        ),
                    atLeastOne: true
                )
                : RegoArray.Empty;
        if (isExtension && interfaces.Count + directives.Count + fields.Count + types.Count + values.Count == 0)
            throw Unexpected();
        return Node(
            (
                "Kind",
                keyword switch
                {
                    "type" => "OBJECT",
                    "input" => "INPUT_OBJECT",
                    _ => keyword.ToUpperInvariant(),
                }
            ),
            ("Description", description),
            ("Name", name),
            ("Directives", directives),
            ("Interfaces", interfaces),
            ("Fields", fields),
            ("Types", types),
            ("EnumValues", values),
            ("BuiltIn", false)
        );
    }

    private RegoArray Implements()
    {
        if (!Peek.IsName("implements"))
            return RegoArray.Empty;
        Next();
        return Names("&");
    }

    private RegoArray Names(string separator)
    {
        Skip(separator);
        var names = new List<RegoValue> { Name() };
        while (Skip(separator))
            names.Add(Name());
        return RegoArray.Of(names);
    }

    private RegoValue Field()
    {
        string description = Description();
        string name = Name();
        var arguments = Many("(", ")", Input, atLeastOne: true);
        Expect(":");
        return Node(
            ("Description", description),
            ("Name", name),
            ("Arguments", arguments),
            ("Type", Type()),
            ("Directives", Directives(isConstant: true))
        );
    }

    private RegoValue Input()
    {
        string description = Description();
        string name = Name();
        Expect(":");
        return Node(
            ("Description", description),
            ("Name", name),
            ("Type", Type()),
            ("DefaultValue", Skip("=") ? Value(isConstant: true) : RegoArray.Empty),
            ("Directives", Directives(isConstant: true))
        );
    }

    private RegoObject Directive(string description)
    {
        ExpectKeyword("directive");
        Expect("@");
        string name = Name();
        var arguments = Many("(", ")", Input, atLeastOne: true);
        bool repeatable = Peek.IsName("repeatable");
        if (repeatable)
            Next();
        ExpectKeyword("on");
        Skip("|");
        var locations = new List<RegoValue> { Location() };
        while (Skip("|"))
            locations.Add(Location());
        return Node(
            ("Description", description),
            ("Name", name),
            ("Arguments", arguments),
            ("Locations", RegoArray.Of(locations)),
            ("IsRepeatable", repeatable)
        );
    }

    private string Location()
    {
        var token = Peek;
        return Locations.Contains(Name()) ? token.Text : throw Unexpected(token);
    }
}
