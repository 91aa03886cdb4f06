using Cairn.Rego.Values;

namespace Cairn.Rego.GraphQl;

/// <summary>A reference to a type: a name, or a list of another; perhaps never null.</summary>
internal sealed record GraphQlType(string Name, GraphQlType? Element, bool NonNull)
{
    /// <summary>The name of the innermost type.</summary>
    public string Named => Element?.Named ?? Name;

    public static GraphQlType Of(RegoObject node) =>
        new(
            node.Text("NamedType"),
            node["Elem"] is RegoObject element ? Of(element) : null,
            node["NonNull"] is RegoBoolean { Value: true }
        );

    public override string ToString() => (Element is null ? Name : $"[{Element}]") + (NonNull ? "!" : "");
}

/// <summary>An argument, or a field of an input type.</summary>
internal sealed record GraphQlInput(string Name, GraphQlType Type, RegoObject? Default)
{
    public bool IsRequired => Type.NonNull && Default is null;
}

internal sealed record GraphQlField(string Name, GraphQlType Type, IReadOnlyDictionary<string, GraphQlInput> Arguments);

internal sealed record GraphQlDirective(
    string Name,
    IReadOnlyDictionary<string, GraphQlInput> Arguments,
    IReadOnlySet<string> Locations,
    bool IsRepeatable
);

/// <summary>A named type with its extensions.</summary>
internal sealed class GraphQlDefinition(string kind, string name)
{
    public string Kind => kind;
    public string Name => name;
    public Dictionary<string, GraphQlField> Fields { get; } = [];
    public HashSet<string> Interfaces { get; } = [];
    public HashSet<string> Members { get; } = [];
    public HashSet<string> Values { get; } = [];

    public bool IsComposite => kind is "OBJECT" or "INTERFACE" or "UNION";
    public bool IsInput => kind is "SCALAR" or "ENUM" or "INPUT_OBJECT";
}

/// <summary>A schema whose types, extensions and directives have been checked against each other (GraphQL
/// specification, section 3).</summary>
internal sealed class GraphQlSchema
{
    private static readonly RegoObject Prelude = GraphQlSchemaParser.Parse(
        """
        scalar Int scalar Float scalar String scalar Boolean scalar ID
        directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @defer(if: Boolean = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
        directive @specifiedBy(url: String!) on SCALAR
        directive @oneOf on INPUT_OBJECT
        type __Schema { description: String types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type directives: [__Directive!]! }
        type __Type { kind: __TypeKind! name: String description: String fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!]
          possibleTypes: [__Type!] enumValues(includeDeprecated: Boolean = false): [__EnumValue!] inputFields(includeDeprecated: Boolean = false): [__InputValue!]
          ofType: __Type specifiedByURL: String isOneOf: Boolean }
        enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
        type __Field { name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]! type: __Type! isDeprecated: Boolean! deprecationReason: String }
        type __InputValue { name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean! deprecationReason: String }
        type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
        type __Directive { name: String! description: String locations: [__DirectiveLocation!]! args(includeDeprecated: Boolean = false): [__InputValue!]! isRepeatable: Boolean! }
        enum __DirectiveLocation { QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR OBJECT
          FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION }
        """
    );

    private readonly Dictionary<string, string> _roots = [];

    private GraphQlSchema() { }

    public Dictionary<string, GraphQlDefinition> Types { get; } = [];

    public Dictionary<string, GraphQlDirective> Directives { get; } = [];

    /// <summary>The type that operations of a kind (query, mutation, subscription) start at; null where there is
    /// none.</summary>
    public GraphQlDefinition? Root(string operation) =>
        _roots.TryGetValue(operation, out string? name) ? Types.GetValueOrDefault(name) : null;

    /// <summary>Puts a document together and checks it.</summary>
    /// <exception cref="GraphQlInvalidException">The schema contradicts itself or names what is not there.</exception>
    public static GraphQlSchema Build(RegoObject document)
    {
        var schema = new GraphQlSchema();
        foreach (var source in new[] { Prelude, document })
        {
            foreach (var node in source.Nodes("Definitions"))
                schema.Define(node);
            foreach (var node in source.Nodes("Directives"))
            {
                if (!schema.Directives.TryAdd(node.Text("Name"), DirectiveOf(node)) && source != Prelude)
                    throw new GraphQlInvalidException($"Cannot redeclare directive {node.Text("Name")}.");
            }
        }

        foreach (var node in document.Nodes("Extensions"))
            schema.Extend(node);
        schema.SetRoots(document);
        schema.Check(document);
        return schema;
    }

    /// <summary>Every object type a value of this composite type can have.</summary>
    public IEnumerable<string> PossibleTypes(GraphQlDefinition type) =>
        type.Kind switch
        {
            "OBJECT" => [type.Name],
            "UNION" => type.Members,
            _ => Types
                .Values.Where(other => other.Kind == "OBJECT" && other.Interfaces.Contains(type.Name))
                .Select(other => other.Name),
        };

    private void Define(RegoObject node)
    {
        var type = new GraphQlDefinition(node.Text("Kind"), node.Text("Name"));
        if (!Types.TryAdd(type.Name, type))
            throw new GraphQlInvalidException($"Cannot redeclare type {type.Name}.");
        Fill(type, node);
    }

    // An extension of a type that is nowhere defined defines it: schemas are put together from parts.
    private void Extend(RegoObject node)
    {
        if (!Types.TryGetValue(node.Text("Name"), out var type))
            Types.Add(node.Text("Name"), type = new GraphQlDefinition(node.Text("Kind"), node.Text("Name")));
        if (type.Kind != node.Text("Kind"))
        {
            throw new GraphQlInvalidException(
                $"Cannot extend type {type.Name} because the base type is a {type.Kind}, not {node.Text("Kind")}."
            );
        }

        Fill(type, node);
    }

    private static void Fill(GraphQlDefinition type, RegoObject node)
    {
        foreach (var field in node.Nodes("Fields"))
        {
            if (
                !type.Fields.TryAdd(
                    field.Text("Name"),
                    new GraphQlField(
                        field.Text("Name"),
                        GraphQlType.Of(field.Node("Type")),
                        InputsOf(field, "Arguments")
                    )
                )
            )
            {
                throw new GraphQlInvalidException($"Field {type.Name}.{field.Text("Name")} can only be defined once.");
            }
        }

        foreach (var value in node.Nodes("EnumValues"))
        {
            if (!type.Values.Add(value.Text("Name")))
            {
                throw new GraphQlInvalidException(
                    $"Enum value {type.Name}.{value.Text("Name")} can only be defined once."
                );
            }
        }

        type.Interfaces.UnionWith(node.Texts("Interfaces"));
        type.Members.UnionWith(node.Texts("Types"));
    }

    /// <summary>The arguments, or the fields of an input type, by name.</summary>
    public static Dictionary<string, GraphQlInput> InputsOf(RegoObject node, string member)
    {
        var inputs = new Dictionary<string, GraphQlInput>();
        foreach (var input in node.Nodes(member))
        {
            if (
                !inputs.TryAdd(
                    input.Text("Name"),
                    new GraphQlInput(
                        input.Text("Name"),
                        GraphQlType.Of(input.Node("Type")),
                        input["DefaultValue"] as RegoObject
                    )
                )
            )
            {
                throw new GraphQlInvalidException($"There can be only one argument named \"{input.Text("Name")}\".");
            }
        }

        return inputs;
    }

    private static GraphQlDirective DirectiveOf(RegoObject node) =>
        new(
            node.Text("Name"),
            InputsOf(node, "Arguments"),
            node.Texts("Locations").ToHashSet(),
            node["IsRepeatable"] is RegoBoolean { Value: true }
        );

    private void SetRoots(RegoObject document)
    {
        var schemas = document.Nodes("Schema").ToList();
        if (schemas.Count > 1)
        {
            throw new GraphQlInvalidException(
                "Cannot have multiple schema entry points, consider schema extensions instead."
            );
        }

        foreach (var node in schemas.Concat(document.Nodes("SchemaExtension")))
        {
            CheckDirectives(node, "SCHEMA");
            foreach (var operation in node.Nodes("OperationTypes"))
            {
                _roots[operation.Text("Operation")] = Types.ContainsKey(operation.Text("Type"))
                    ? operation.Text("Type")
                    : throw new GraphQlInvalidException(
                        $"Schema root {operation.Text("Operation")} refers to a type {operation.Text("Type")} "
                            + "that does not exist."
                    );
            }
        }

        if (schemas.Count == 0)
        {
            foreach (string name in new[] { "Query", "Mutation", "Subscription" })
            {
                if (Types.ContainsKey(name))
                    _roots.TryAdd(name.ToLowerInvariant(), name);
            }
        }

        foreach (string root in _roots.Values)
        {
            if (Types[root].Kind != "OBJECT")
                throw new GraphQlInvalidException($"The schema root {root} has to be an OBJECT.");
        }
    }

    private void Check(RegoObject document)
    {
        foreach (var node in document.Nodes("Definitions").Concat(document.Nodes("Extensions")))
        {
            CheckName(node.Text("Name"));
            CheckDirectives(node, node.Text("Kind"));
            string fieldLocation = node.Text("Kind") == "INPUT_OBJECT" ? "INPUT_FIELD_DEFINITION" : "FIELD_DEFINITION";
            foreach (var field in node.Nodes("Fields"))
            {
                CheckName(field.Text("Name"));
                CheckDirectives(field, fieldLocation);
                foreach (var argument in field.Nodes("Arguments"))
                    CheckDirectives(argument, "ARGUMENT_DEFINITION");
            }

            foreach (var value in node.Nodes("EnumValues"))
                CheckDirectives(value, "ENUM_VALUE");
        }

        foreach (var directive in document.Nodes("Directives"))
        {
            CheckName(directive.Text("Name"));
            CheckInputs(Directives[directive.Text("Name")].Arguments.Values, $"@{directive.Text("Name")}");
        }

        foreach (var type in Types.Values)
            CheckType(type);
    }

    private void CheckType(GraphQlDefinition type)
    {
        if (type.Kind is "OBJECT" or "INTERFACE" or "INPUT_OBJECT" && type.Fields.Count == 0)
            throw new GraphQlInvalidException($"{type.Kind} {type.Name}: must define one or more fields.");
        if (type.Kind == "ENUM" && type.Values.Count == 0)
            throw new GraphQlInvalidException($"ENUM {type.Name}: must define one or more unique enum values.");
        if (type.Values.FirstOrDefault(value => value is "true" or "false" or "null") is { } reserved)
            throw new GraphQlInvalidException($"ENUM {type.Name}: non-enum value {reserved}.");
        foreach (string member in type.Members)
        {
            if (Existing(member).Kind != "OBJECT")
                throw new GraphQlInvalidException($"UNION type {member} must be OBJECT.");
        }

        foreach (var field in type.Fields.Values)
        {
            var target = Existing(field.Type.Named);
            if (type.Kind == "INPUT_OBJECT" ? !target.IsInput : target.Kind == "INPUT_OBJECT")
            {
                throw new GraphQlInvalidException(
                    $"{type.Kind} {type.Name}: field {field.Name} cannot be of the type {target.Name}, a {target.Kind}."
                );
            }

            CheckInputs(field.Arguments.Values, $"{type.Name}.{field.Name}");
        }

        foreach (string name in type.Interfaces)
            CheckImplements(type, Existing(name));
    }

    private void CheckImplements(GraphQlDefinition type, GraphQlDefinition contract)
    {
        if (contract.Kind != "INTERFACE")
            throw new GraphQlInvalidException($"{contract.Name} is a non interface type {contract.Kind}.");
        if (contract.Name == type.Name)
            throw new GraphQlInvalidException($"Type {type.Name} cannot implement itself.");
        foreach (string further in contract.Interfaces)
        {
            if (!type.Interfaces.Contains(further))
            {
                throw new GraphQlInvalidException(
                    $"Type {type.Name} must implement {further} because it is implemented by {contract.Name}."
                );
            }
        }

        foreach (var required in contract.Fields.Values)
        {
            if (!type.Fields.TryGetValue(required.Name, out var field))
            {
                throw new GraphQlInvalidException(
                    $"For {type.Name} to implement {contract.Name} it must have a field called {required.Name}."
                );
            }

            if (!IsCovariant(field.Type, required.Type))
            {
                throw new GraphQlInvalidException(
                    $"For {type.Name} to implement {contract.Name} the field {required.Name} must have type "
                        + $"{required.Type}."
                );
            }

            foreach (var argument in required.Arguments.Values)
            {
                if (!field.Arguments.TryGetValue(argument.Name, out var given) || given.Type != argument.Type)
                {
                    throw new GraphQlInvalidException(
                        $"For {type.Name} to implement {contract.Name} the field {required.Name} must have the "
                            + $"argument {argument.Name} of type {argument.Type}."
                    );
                }
            }

            if (
                field.Arguments.Values.FirstOrDefault(argument =>
                    argument.IsRequired && !required.Arguments.ContainsKey(argument.Name)
                ) is
                { } extra
            )
            {
                throw new GraphQlInvalidException(
                    $"For {type.Name} to implement {contract.Name} any additional argument such as {extra.Name} "
                        + "must be optional."
                );
            }
        }
    }

    private bool IsCovariant(GraphQlType actual, GraphQlType required)
    {
        if (required.NonNull && !actual.NonNull)
            return false;
        if (required.Element is not null || actual.Element is not null)
        {
            return required.Element is not null
                && actual.Element is not null
                && IsCovariant(actual.Element, required.Element);
        }

        return actual.Name == required.Name
            || (
                Types.TryGetValue(required.Name, out var wide)
                && Types.TryGetValue(actual.Name, out var narrow)
                && (wide.Members.Contains(actual.Name) || narrow.Interfaces.Contains(wide.Name))
            );
    }

    private void CheckInputs(IEnumerable<GraphQlInput> inputs, string where)
    {
        foreach (var input in inputs)
        {
            CheckName(input.Name);
            if (!Existing(input.Type.Named).IsInput)
            {
                throw new GraphQlInvalidException(
                    $"cannot use {input.Type.Named} as argument {input.Name} of {where} because it is no input type."
                );
            }
        }
    }

    private void CheckDirectives(RegoObject node, string location)
    {
        foreach (var use in node.Nodes("Directives"))
        {
            if (!Directives.TryGetValue(use.Text("Name"), out var directive))
                throw new GraphQlInvalidException($"Undefined directive {use.Text("Name")}.");
            if (!directive.Locations.Contains(location))
                throw new GraphQlInvalidException($"Directive {directive.Name} is not applicable on {location}.");
            foreach (var argument in use.Nodes("Arguments"))
            {
                if (!directive.Arguments.ContainsKey(argument.Text("Name")))
                {
                    throw new GraphQlInvalidException(
                        $"Undefined argument {argument.Text("Name")} for directive {directive.Name}."
                    );
                }
            }

            var given = use.Nodes("Arguments").Select(argument => argument.Text("Name")).ToHashSet();
            if (
                directive.Arguments.Values.FirstOrDefault(argument =>
                    argument.IsRequired && !given.Contains(argument.Name)
                ) is
                { } missing
            )
            {
                throw new GraphQlInvalidException(
                    $"Argument {missing.Name} for directive {directive.Name} cannot be null."
                );
            }
        }
    }

    private static void CheckName(string name)
    {
        if (name.StartsWith("__", StringComparison.Ordinal))
        {
            throw new GraphQlInvalidException(
                $"Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection."
            );
        }
    }

    private GraphQlDefinition Existing(string name) =>
        Types.TryGetValue(name, out var type) ? type : throw new GraphQlInvalidException($"Undefined type {name}.");
}

/// <summary>A document that is GraphQL but breaks its rules.</summary>
internal sealed class GraphQlInvalidException(string message) : Exception(message);

/// <summary>Reading documents. A part of the wrong kind, in a document that a policy made itself, counts as
/// invalid.</summary>
internal static class GraphQlNodes
{
    public static string Text(this RegoObject node, string name) =>
        node[name] switch
        {
            RegoString text => text.Value,
            null => "",
            _ => throw new GraphQlInvalidException($"{name} has to be a string."),
        };

    public static RegoObject Node(this RegoObject node, string name) =>
        node[name] as RegoObject ?? throw new GraphQlInvalidException($"{name} has to be an object.");

    public static IEnumerable<RegoObject> Nodes(this RegoObject node, string name)
    {
        // Fragments that name each other make a small document long: each look at one of its lists is paid for.
        ValueWork.Visit(8);
        return node[name] switch
        {
            RegoArray items => items.Select(item =>
                item as RegoObject ?? throw new GraphQlInvalidException($"{name} has to be a list of objects.")
            ),
            null or RegoNull => [],
            _ => throw new GraphQlInvalidException($"{name} has to be a list."),
        };
    }

    public static IEnumerable<string> Texts(this RegoObject node, string name) =>
        node[name] switch
        {
            RegoArray items => items.Select(item =>
                (item as RegoString)?.Value ?? throw new GraphQlInvalidException($"{name} has to be a list of strings.")
            ),
            null or RegoNull => [],
            _ => throw new GraphQlInvalidException($"{name} has to be a list."),
        };
}
